//! The schemas: what every field can hold, with its limits, and what is told around it.

use crate::api::values;
use huike_shared::money::MONEY_MINOR_MAX;
use huike_shared::note::NOTE_CHARS_MAX;
use huike_shared::place::{LOST_REASON_CHARS_MAX, LOST_REASONS};
use huike_shared::rank::RANK_CHARS_MAX;
use huike_shared::record::{FieldDef, FieldKind, KindDef, NUMBER_MAX};
use huike_shared::text::{LINE_CHARS_MAX, TEXT_CHARS_MAX};
use serde_json::{Value, json};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{
    AdditionalProperties, ArrayBuilder, ObjectBuilder, OneOfBuilder, Ref, Schema, SchemaFormat,
    SchemaType, Type,
};

type Named = (String, RefOr<Schema>);

/// `saved_view` as `SavedView`.
pub fn type_name(name: &str) -> String {
    let words = name.split('_').filter(|it| !it.is_empty());
    words
        .map(|word| word[..1].to_uppercase() + &word[1..])
        .collect()
}

/// A reference to a schema.
pub fn named(name: &str) -> RefOr<Schema> {
    Ref::from_schema_name(name).into()
}

fn typed(kind: Type) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(kind)
}

fn text() -> ObjectBuilder {
    typed(Type::String)
}

fn id(description: &str) -> ObjectBuilder {
    text()
        .format(Some(SchemaFormat::Custom("uuid".to_owned())))
        .description(Some(description))
}

fn instant() -> ObjectBuilder {
    typed(Type::Integer)
        .format(Some(SchemaFormat::Custom("int64".to_owned())))
        .description(Some("Milliseconds since 1970-01-01 UTC."))
}

fn position() -> ObjectBuilder {
    typed(Type::Integer)
        .minimum(Some(0))
        .description(Some("A place in the log of the workspace."))
}

fn list(item: impl Into<RefOr<Schema>>) -> RefOr<Schema> {
    Schema::from(ArrayBuilder::new().items(item.into()).build()).into()
}

fn object(properties: Vec<(&str, RefOr<Schema>)>) -> ObjectBuilder {
    let mut object = typed(Type::Object);
    for (name, schema) in properties {
        object = object.property(name, schema).required(name);
    }
    object
}

/// The same, but it may be null.
fn or_null(schema: RefOr<Schema>) -> RefOr<Schema> {
    match schema {
        RefOr::T(Schema::Object(mut it)) => {
            if let SchemaType::Type(only) = it.schema_type {
                it.schema_type = SchemaType::from_iter([only, Type::Null]);
            }
            if let Some(values) = &mut it.enum_values {
                values.push(Value::Null);
            }
            Schema::Object(it).into()
        }
        other => {
            let either = OneOfBuilder::new().item(other).item(typed(Type::Null));
            Schema::from(either.build()).into()
        }
    }
}

/// What a field can hold.
fn value(field: &FieldDef) -> RefOr<Schema> {
    let line = || text().min_length(Some(1)).max_length(Some(LINE_CHARS_MAX));
    let format = |it: &str| Some(SchemaFormat::Custom(it.to_owned()));
    let schema = match field.kind {
        FieldKind::Line => line(),
        FieldKind::Phone => line().description(Some(
            "A phone number; told as + and digits where it could be understood.",
        )),
        FieldKind::Email => line().format(format("email")),
        FieldKind::Url => line().format(format("uri")).pattern(Some("^https?://")),
        FieldKind::Paragraphs => text().min_length(Some(1)).max_length(Some(TEXT_CHARS_MAX)),
        FieldKind::Note => text().max_length(Some(NOTE_CHARS_MAX)).description(Some(
            "A text that people write together. Told by a single record only, not by lists.",
        )),
        FieldKind::Number => typed(Type::Integer)
            .minimum(Some(0))
            .maximum(Some(NUMBER_MAX)),
        FieldKind::Percent => typed(Type::Integer).minimum(Some(0)).maximum(Some(100)),
        FieldKind::Money => return maybe_null(field, named("Money")),
        FieldKind::Date => text().format(format("date")),
        FieldKind::Instant => instant(),
        FieldKind::Flag => typed(Type::Boolean),
        FieldKind::Choice(words) => text().enum_values(Some(words.iter().copied())),
        FieldKind::Member => id("A member; GET /api/v1/me lists them."),
        FieldKind::Link(kind) => id(&format!("A record of the kind {kind}.")),
        FieldKind::Place => return maybe_null(field, named("Place")),
        FieldKind::Outcome => return maybe_null(field, named("Outcome")),
        FieldKind::Rank => text()
            .max_length(Some(RANK_CHARS_MAX))
            .description(Some("A place in an order: compare as bytes.")),
    };
    maybe_null(field, Schema::from(schema.build()).into())
}

fn maybe_null(field: &FieldDef, schema: RefOr<Schema>) -> RefOr<Schema> {
    if field.required {
        schema
    } else {
        or_null(schema)
    }
}

fn fields(fields: &[FieldDef]) -> ObjectBuilder {
    let mut object = typed(Type::Object);
    for field in fields {
        object = object.property(field.name, value(field));
    }
    object
}

/// The schemas of a kind: its fields, its record, a page of them, and what is sent.
pub fn of_kind(def: &'static KindDef) -> Vec<Named> {
    let name = type_name(def.name);
    let mut all = Vec::new();
    let mut own = fields(def.fields);
    for family in def.families {
        let part = format!("{name}{}Part", type_name(family.name));
        let parts = typed(Type::Object)
            .additional_properties(Some(AdditionalProperties::RefOr(named(&part))))
            .description(Some(
                "Parts by their ids of 16 hexadecimal digits; a new id makes a new part.",
            ));
        own = own.property(family.name, parts);
        let closed = fields(family.fields).additional_properties(Some(closed()));
        all.push((part, Schema::from(closed.build()).into()));
    }
    let needed = def.fields.iter().filter(|it| values::is_asked_for(it));
    let needed: Vec<&str> = needed.map(|it| it.name).collect();
    let own = own
        .additional_properties(Some(closed()))
        .description(Some(format!("A new record needs: {}.", needed.join(", "))));
    let fields_name = format!("{name}Fields");
    all.push((fields_name.clone(), Schema::from(own.build()).into()));
    let record = object(vec![
        ("kind", text().enum_values(Some([def.name])).into()),
        ("id", id("The record.").into()),
        ("position", position().into()),
        ("deleted", typed(Type::Boolean).into()),
        ("created", named("Stamp")),
        ("updated", named("Stamp")),
        ("problems", list(named("Problem"))),
        ("fields", named(&fields_name)),
    ]);
    all.push((name.clone(), Schema::from(record.build()).into()));
    let page = object(vec![
        ("records", list(named(&name))),
        ("next_cursor", or_null(Schema::from(text().build()).into())),
    ]);
    all.push((format!("{name}Page"), Schema::from(page.build()).into()));
    let sent = object(vec![("fields", named(&fields_name))]);
    let sent = sent.additional_properties(Some(closed()));
    all.push((format!("{name}Sent"), Schema::from(sent.build()).into()));
    all
}

fn closed() -> AdditionalProperties<Schema> {
    AdditionalProperties::FreeForm(false)
}

/// The schemas that kinds share.
pub fn shared() -> Vec<Named> {
    let money = object(vec![
        ("currency", text().pattern(Some("^[A-Z]{3}$")).into()),
        (
            "minor",
            typed(Type::Integer)
                .format(Some(SchemaFormat::Custom("int64".to_owned())))
                .minimum(Some(-MONEY_MINOR_MAX))
                .maximum(Some(MONEY_MINOR_MAX))
                .description(Some("Smallest units of the currency: fen, cents."))
                .into(),
        ),
    ]);
    let part = || text().pattern(Some("^[0-9a-f]{16}$"));
    let place = typed(Type::Object)
        .property("pipeline", id("The pipeline."))
        .required("pipeline")
        .property("stage", part().description(Some("The stage in it.")))
        .required("stage")
        .property(
            "rank",
            text().description(Some(
                "Left out: at the end of a new column, or where it is.",
            )),
        )
        .property("since", instant());
    let outcome = typed(Type::Object)
        .property("state", text().enum_values(Some(["open", "won", "lost"])))
        .required("state")
        .property(
            "reason",
            text()
                .max_length(Some(LOST_REASON_CHARS_MAX))
                .description(Some(format!(
                    "Of a lost one: one of {}, or any other text.",
                    LOST_REASONS.join(", ")
                ))),
        );
    let stamp = object(vec![
        ("at", instant().into()),
        ("by", id("The member.").into()),
    ]);
    let problem = object(vec![("field", text().into()), ("code", text().into())]);
    let change = |more: Vec<(&str, RefOr<Schema>)>| {
        let actions = ["create", "edit", "delete", "restore", "erase"];
        let mut all = vec![
            ("position", position().into()),
            ("at", instant().into()),
            ("by", id("The member.").into()),
            ("kind", text().into()),
            ("id", id("The record.").into()),
            ("action", text().enum_values(Some(actions)).into()),
            (
                "fields",
                typed(Type::Object)
                    .description(Some("What was written, in the form of the kind's fields."))
                    .into(),
            ),
            ("notes", list(text())),
        ];
        all.extend(more);
        object(all)
    };
    let feed = object(vec![
        (
            "log",
            id("Which log positions belong to; another one after a restore.").into(),
        ),
        ("changes", list(named("Change"))),
        ("next", position().into()),
        ("has_more", typed(Type::Boolean).into()),
    ]);
    let history = object(vec![
        ("changes", list(named("PastChange"))),
        (
            "next_before",
            or_null(Schema::from(position().build()).into()),
        ),
    ]);
    let found = typed(Type::Object).description(Some("What the fields held before."));
    let past = change(Vec::new()).property("from", found);
    let all = [
        ("Money", money),
        ("Place", place),
        ("Outcome", outcome),
        ("Stamp", stamp),
        ("Problem", problem),
        ("Change", change(Vec::new())),
        ("PastChange", past),
        ("Feed", feed),
        ("History", history),
        ("Error", super::errors::schema(text)),
    ];
    all.into_iter()
        .map(|(name, it)| (name.to_owned(), Schema::from(it.build()).into()))
        .collect()
}

/// An example of an error.
pub fn error_example() -> Value {
    json!({ "code": "unknown-field", "message": "There is no field nmae", "field": "nmae" })
}
