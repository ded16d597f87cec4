//! The one shape of errors, and which of them an operation may answer.

use super::schemas::named;
use crate::api::error::ApiError;
use crate::error::Refused;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{ContentBuilder, Response, ResponseBuilder, ResponsesBuilder};

/// The shape.
pub fn schema(text: fn() -> ObjectBuilder) -> ObjectBuilder {
    let shared = [
        Refused::NotSignedIn.code(),
        Refused::NotPermitted.code(),
        Refused::CrossSite.code(),
        Refused::BadRequest.code(),
        Refused::TooLarge.code(),
        Refused::TooSlow.code(),
        "storage-full",
        "storage-read-only",
        "unexpected",
    ];
    let codes = ApiError::CODES.iter().copied().chain(shared);
    ObjectBuilder::new()
        .schema_type(Type::Object)
        .property("code", text().enum_values(Some(codes)))
        .required("code")
        .property(
            "message",
            text().description(Some(
                "A sentence for a person, in the language of Accept-Language.",
            )),
        )
        .required("message")
        .property(
            "field",
            text().description(Some("The field, parameter or header it is about.")),
        )
        .property(
            "current",
            ObjectBuilder::new()
                .schema_type(Type::Object)
                .description(Some("With `changed`: the record as it stands.")),
        )
        .examples([super::schemas::error_example()])
}

/// What an operation may be refused with.
#[derive(Clone, Copy, Debug)]
pub enum Refusals {
    /// One that reads a list.
    List,
    /// One that reads a record.
    Read,
    /// One that makes a record.
    Create,
    /// One that changes a record.
    Change,
    /// The feed.
    Feed,
}

/// Adds the refusals to the answers of an operation.
pub fn add(mut answers: ResponsesBuilder, refusals: Refusals) -> ResponsesBuilder {
    let reading: &[(&str, &str)] = &[
        ("401", "not-signed-in, token-invalid, token-expired"),
        ("429", "too-fast; see Retry-After"),
    ];
    let writing: &[(&str, &str)] = &[
        ("400", "bad-body, bad-parameter"),
        ("403", "not-permitted, token-read-only, cross-site"),
        ("413", "too-large"),
        (
            "422",
            "unknown-field, bad-value, bad-parts, missing-field, key-reused",
        ),
        ("503", "unavailable"),
    ];
    let more: &[&[(&str, &str)]] = match refusals {
        Refusals::List => &[&[("400", "bad-parameter"), ("422", "unknown-field")]],
        Refusals::Read => &[&[("404", "no-record")]],
        Refusals::Create => &[writing, &[("409", "key-busy")]],
        Refusals::Change => &[
            writing,
            &[
                ("404", "no-record"),
                ("409", "deleted, key-busy"),
                ("412", "changed; the answer holds the record as it stands"),
            ],
        ],
        Refusals::Feed => &[&[("400", "bad-parameter"), ("409", "other-log")]],
    };
    for (status, codes) in std::iter::once(&reading).chain(more).copied().flatten() {
        answers = answers.response(*status, error(codes));
    }
    answers
}

fn error(codes: &str) -> Response {
    let content = ContentBuilder::new().schema(Some(named("Error"))).build();
    ResponseBuilder::new()
        .description(codes)
        .content("application/json", content)
        .build()
}
