//! The demo: a believable trading company, the same every time.
//!
//! [`company`](company::company) is pure: the same scale and day give the same records, so pictures,
//! end-to-end tests and demos show the same people. [`fill`](fill::fill) puts it into an empty
//! database through `ingest`, in big batches.

pub mod company;
pub mod fill;
mod names;
mod people;
mod seed;
mod selling;
mod texts;
mod working;
