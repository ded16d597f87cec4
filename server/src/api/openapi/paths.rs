//! The operations: those of every kind, by its name, and the feed.

use super::errors::{self, Refusals};
use super::schemas::{named, type_name};
use crate::api::changes::{CHANGES, CHANGES_MAX, WAIT_SECONDS_MAX};
use crate::api::query::{self, PAGE, PAGE_MAX};
use crate::api::record::kinds;
use crate::api::records::KEY_CHARS_MAX;
use huike_shared::record::{FieldKind, KindDef};
use utoipa::openapi::path::{
    HttpMethod, Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn, PathItem,
    PathsBuilder,
};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};
use utoipa::openapi::{
    ContentBuilder, HeaderBuilder, Paths, Required, ResponseBuilder, ResponsesBuilder,
};

/// Every operation.
pub fn all() -> Paths {
    let mut paths = PathsBuilder::new().path("/api/v1/changes", item([(HttpMethod::Get, feed())]));
    for def in kinds() {
        let base = format!("/api/v1/records/{}", def.name);
        paths = paths
            .path(
                base.clone(),
                item([
                    (HttpMethod::Get, list(def)),
                    (HttpMethod::Post, create(def)),
                ]),
            )
            .path(
                format!("{base}/{{id}}"),
                item([
                    (HttpMethod::Get, show(def)),
                    (HttpMethod::Patch, edit(def)),
                    (HttpMethod::Delete, delete(def)),
                ]),
            )
            .path(
                format!("{base}/{{id}}/restore"),
                item([(HttpMethod::Post, restore(def))]),
            )
            .path(
                format!("{base}/{{id}}/changes"),
                item([(HttpMethod::Get, history(def))]),
            );
    }
    paths.build()
}

fn item<const N: usize>(operations: [(HttpMethod, Operation); N]) -> PathItem {
    let mut item = PathItem::default();
    for (method, operation) in operations {
        item.merge_operations(PathItem::new(method, operation));
    }
    item
}

fn parameter(place: ParameterIn, name: &str, schema: Object, about: &str) -> Parameter {
    let is_path = place == ParameterIn::Path;
    ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(if is_path {
            Required::True
        } else {
            Required::False
        })
        .schema(Some(schema))
        .description(Some(about))
        .build()
}

fn text() -> Object {
    ObjectBuilder::new().schema_type(Type::String).build()
}

fn number(least: u64, most: u64, usual: u64) -> Object {
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(least))
        .maximum(Some(most))
        .default(Some(usual.into()))
        .build()
}

fn from_zero() -> Object {
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(0))
        .build()
}

fn query(name: &str, schema: Object, about: &str) -> Parameter {
    parameter(ParameterIn::Query, name, schema, about)
}

fn id() -> Parameter {
    parameter(ParameterIn::Path, "id", text(), "The record.")
}

fn key() -> Parameter {
    let schema = ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .max_length(Some(KEY_CHARS_MAX))
        .build();
    let about = "Makes the request happen once, however often it is sent within a day.";
    parameter(ParameterIn::Header, "Idempotency-Key", schema, about)
}

fn if_match() -> Parameter {
    let about = "The ETag of the state that may be changed; another one is answered 412.";
    parameter(ParameterIn::Header, "If-Match", text(), about)
}

fn operation(def: &KindDef, act: &str, about: &str) -> OperationBuilder {
    OperationBuilder::new()
        .operation_id(Some(format!("{act}_{}", def.name)))
        .summary(Some(about))
        .tag(def.name)
}

fn answers(status: &str, schema: &str, has_tag: bool, refusals: Refusals) -> ResponsesBuilder {
    let content = ContentBuilder::new().schema(Some(named(schema))).build();
    let mut response = ResponseBuilder::new()
        .description(schema)
        .content("application/json", content);
    if has_tag {
        let tag = HeaderBuilder::new()
            .schema(text())
            .description(Some("The tag of this state."))
            .build();
        response = response.header("ETag", tag);
    }
    errors::add(
        ResponsesBuilder::new().response(status, response.build()),
        refusals,
    )
}

fn body(def: &KindDef) -> RequestBody {
    let schema = named(&format!("{}Sent", type_name(def.name)));
    RequestBodyBuilder::new()
        .required(Some(Required::True))
        .content(
            "application/json",
            ContentBuilder::new().schema(Some(schema)).build(),
        )
        .build()
}

fn list(def: &'static KindDef) -> Operation {
    let schema = format!("{}Page", type_name(def.name));
    let sorts = def.fields.iter().map(|it| it.name);
    let sorts = sorts.filter(|it| query::order(def, it).is_some());
    let sorts: Vec<&str> = ["id", "created", "updated"]
        .into_iter()
        .chain(sorts)
        .collect();
    let sort = format!(
        "One of {}; with - in front: from last to first.",
        sorts.join(", ")
    );
    let deleted = ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(["false", "true", "any"]))
        .build();
    let mut operation = operation(def, "list", "A page of records.")
        .parameter(query("sort", text(), &sort))
        .parameter(query(
            "limit",
            number(1, PAGE_MAX, PAGE),
            "Records in the page.",
        ))
        .parameter(query("cursor", text(), "`next_cursor` of the page before."))
        .parameter(query(
            "deleted",
            deleted,
            "Deleted records: none, only, or all.",
        ));
    for name in ["created", "updated"] {
        let about = "Milliseconds; also .ne .lt .lte .gt .gte";
        operation = operation.parameter(query(name, from_zero(), about));
    }
    for field in def.fields.iter().filter(|it| it.kind != FieldKind::Note) {
        let known: Vec<String> = query::comparisons(field.kind)
            .iter()
            .filter(|it| **it != "eq")
            .map(|it| format!(".{it}"))
            .collect();
        let about = format!("{}; also {}", spelling(field.kind), known.join(" "));
        operation = operation.parameter(query(field.name, text(), &about));
    }
    operation
        .responses(answers("200", &schema, false, Refusals::List).build())
        .build()
}

/// How an address spells a value.
fn spelling(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Money => "`CNY 1234500`: currency and minor units",
        FieldKind::Place => "`<pipeline>` or `<pipeline>/<stage>`",
        FieldKind::Outcome => "`open`, `won`, `lost` or `lost:<reason>`",
        FieldKind::Flag => "`true` or `false`",
        FieldKind::Date => "`YYYY-MM-DD`",
        FieldKind::Instant => "Milliseconds",
        FieldKind::Number | FieldKind::Percent => "A whole number",
        FieldKind::Member | FieldKind::Link(_) => "An id",
        FieldKind::Choice(_) => "A word",
        FieldKind::Line
        | FieldKind::Paragraphs
        | FieldKind::Note
        | FieldKind::Phone
        | FieldKind::Email
        | FieldKind::Url
        | FieldKind::Rank => "Text",
    }
}

fn create(def: &KindDef) -> Operation {
    operation(def, "create", "Makes a record.")
        .parameter(key())
        .request_body(Some(body(def)))
        .responses(answers("201", &type_name(def.name), true, Refusals::Create).build())
        .build()
}

fn show(def: &KindDef) -> Operation {
    let about = "The ETag of a state that is known; the same one is answered 304.";
    let known = parameter(ParameterIn::Header, "If-None-Match", text(), about);
    let unchanged = ResponseBuilder::new().description("It has not changed.");
    operation(def, "show", "One record with its notes.")
        .parameter(id())
        .parameter(known)
        .responses(
            answers("200", &type_name(def.name), true, Refusals::Read)
                .response("304", unchanged.build())
                .build(),
        )
        .build()
}

fn edit(def: &KindDef) -> Operation {
    let about = "Changes the fields that are named (JSON merge patch); null clears.";
    operation(def, "edit", about)
        .parameter(id())
        .parameter(if_match())
        .parameter(key())
        .request_body(Some(body(def)))
        .responses(answers("200", &type_name(def.name), true, Refusals::Change).build())
        .build()
}

fn delete(def: &KindDef) -> Operation {
    changing(def, "delete", "Deletes a record; it can be restored.")
}

fn restore(def: &KindDef) -> Operation {
    changing(def, "restore", "Takes a deletion back.")
}

fn changing(def: &KindDef, act: &str, about: &str) -> Operation {
    operation(def, act, about)
        .parameter(id())
        .parameter(if_match())
        .parameter(key())
        .responses(answers("200", &type_name(def.name), true, Refusals::Change).build())
        .build()
}

fn history(def: &KindDef) -> Operation {
    operation(def, "history", "What happened to a record, latest first.")
        .parameter(id())
        .parameter(query(
            "before",
            from_zero(),
            "Changes before this position.",
        ))
        .parameter(query(
            "limit",
            number(1, CHANGES_MAX, CHANGES),
            "Changes in the answer.",
        ))
        .responses(answers("200", "History", false, Refusals::Read).build())
        .build()
}

fn feed() -> Operation {
    OperationBuilder::new()
        .operation_id(Some("changes"))
        .summary(Some(
            "Everything that happened behind a position, in order, without gaps.",
        ))
        .tag("changes")
        .parameter(query("after", from_zero(), "`next` of the answer before."))
        .parameter(query(
            "limit",
            number(1, CHANGES_MAX, CHANGES),
            "Changes in the answer.",
        ))
        .parameter(query(
            "wait",
            number(0, WAIT_SECONDS_MAX, 0),
            "Seconds to wait for a change if there is none.",
        ))
        .parameter(query(
            "log",
            text(),
            "`log` of the answer before; another one is refused.",
        ))
        .responses(answers("200", "Feed", false, Refusals::Feed).build())
        .build()
}
