//! A deal from a single line, made where the line stands.

use huike_shared::deals::Deal;
use huike_shared::id::{Id, RecordId};
use huike_shared::place::{PartId, Place};
use huike_shared::rank::Rank;
use huike_shared::record::Record;
use huike_shared::text::Line;
use leptos::prelude::*;

use super::book::DealBook;
use super::layout::Layout;
use crate::store::device::{DeviceEntropy, now};
use crate::store::put;

/// Makes a deal of mine below the others of a stage; `None` if the line is empty.
pub fn create_deal(
    book: DealBook,
    title: &str,
    pipeline: RecordId,
    stage: PartId,
    layout: &Layout,
) -> Option<RecordId> {
    let title = Line::parse(title).ok()?;
    let me = untrack(move || book.store.me());
    let last = layout
        .column(stage)
        .and_then(|it| it.cards.last())
        .map(|it| &it.place.rank);
    let rank = Rank::between(last, None, &mut DeviceEntropy);
    let place = Place {
        pipeline,
        stage,
        rank,
        since: now(),
    };
    let values = vec![
        put(Deal::TITLE, &title),
        put(Deal::PLACE, &place),
        put(Deal::OWNER, &Some(Id::from_raw(me))),
    ];
    Some(book.store.create(Deal::DEF.kind, values))
}
