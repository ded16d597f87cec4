//! Addresses of the pages of deals.

use huike_shared::id::RecordId;

/// The page that picks a board.
pub const DEALS: &str = "/app/deals";
/// Where pipelines are set up.
pub const PIPELINE_SETTINGS: &str = "/app/settings/pipelines";

/// The board of a pipeline.
pub fn board(pipeline: RecordId) -> String {
    format!("{DEALS}/{pipeline}")
}

/// A deal, on the board of its pipeline.
pub fn deal(pipeline: RecordId, deal: RecordId) -> String {
    format!("{DEALS}/{pipeline}/{deal}")
}
