//! Deals (商机): the board, the deal beside it, the funnel, and the pipelines they move through.

mod acts;
mod board_context;
mod board_view;
mod book;
mod card;
mod column;
mod deal_panel;
mod deals_page;
mod facts;
mod filter;
mod funnel;
mod funnel_view;
mod history;
mod layout;
mod links;
mod lost_reason;
mod moves;
mod new_deal;
mod next_step;
mod outcome_bar;
mod outcome_list;
mod pipeline_editor;
mod pipelines_settings;
mod stage_edits;
mod stage_path;
mod standard_pipeline;
mod sums;
mod words;

pub use book::{DealBook, PipelineFacts, use_deal_book};
pub use deals_page::DealsPage;
pub use facts::DealFacts;
pub use next_step::NextStep;
pub use pipelines_settings::PipelinesSettings;
pub use sums::{Sums, Totals};
pub use words::{money_exact, money_short, reason_words, sums_exact, sums_short};
