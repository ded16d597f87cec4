//! Other programs: tokens, records, changes, through HTTP.

mod program;
mod records;
