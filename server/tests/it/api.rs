//! Other programs: tokens, records, changes, through HTTP.

mod feed;
mod once;
mod openapi;
pub mod program;
mod query;
mod records;
mod script;
mod tags;
mod tokens;
mod write;
