//! Deals (商机) and the pipelines they move through.

mod deal;
mod pipeline;

pub use deal::Deal;
pub use pipeline::{Pipeline, STAGES, Stage};
