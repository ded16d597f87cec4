//! Ranks stay short for ever: a column into which people drop cards again and again gets shorter ones, once
//! nobody has moved a card in it for a while.
//!
//! A new rank is an edit like any other, through the one door, in the name of whoever moved the card last. A
//! move that somebody made meanwhile without a network wins or loses against it as against any other move.

use super::ingest::{Ingest, Terms};
use super::writer::{RecordEdit, ServerReplica};
use crate::app::AppState;
use crate::entropy::OsEntropy;
use crate::error::Failure;
use crate::projection::read_state;
use huike_shared::deals::Deal;
use huike_shared::document::Registers;
use huike_shared::id::RecordId;
use huike_shared::place::{PartId, Place};
use huike_shared::rank::{RANK_CHARS_LONG, Rank, shorten};
use huike_shared::record::{Record as _, RecordRef};
use huike_shared::scalar::Scalar;
use huike_shared::sync::message::{DocumentState, Verdict};
use huike_shared::time::Timestamp;
use std::collections::BTreeMap;
use std::time::Duration;

/// How long no card of a column may have been moved.
const COLUMN_QUIET: Duration = Duration::from_secs(24 * 3_600);
/// How often columns are looked through.
const EVERY: Duration = Duration::from_secs(6 * 3_600);

const PLACE: &str = "place";

/// A card with its place.
struct Card {
    record: RecordRef,
    place: Place,
    mover: RecordId,
    moved: Timestamp,
    has_clash: bool,
}

/// Shortens what is long in every workspace, again and again.
pub async fn keep_short(state: AppState) {
    let mut interval = tokio::time::interval_at(tokio::time::Instant::now() + EVERY, EVERY);
    interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        interval.tick().await;
        let now = state.clock.now();
        if let Err(error) = shorten_all(&state.ingest, now).await {
            tracing::warn!(%error, "long ranks could not be shortened");
        }
    }
}

/// Shortens the ranks of every column that is quiet at this moment. How many cards got another one.
pub async fn shorten_all(ingest: &Ingest, now: Timestamp) -> Result<usize, Failure> {
    let mut count = 0;
    for workspace in ingest.store().workspaces().await? {
        count += shorten_in(ingest, workspace.id, now).await?;
    }
    if count > 0 {
        tracing::info!(record.count = count, "long ranks were shortened");
    }
    Ok(count)
}

async fn shorten_in(
    ingest: &Ingest,
    workspace_id: RecordId,
    now: Timestamp,
) -> Result<usize, Failure> {
    let mut edits: BTreeMap<RecordId, Vec<RecordEdit>> = BTreeMap::new();
    for mut column in columns(ingest, workspace_id).await?.into_values() {
        if !column.iter().any(|it| is_long(&it.place)) || !is_quiet(&column, now) {
            continue;
        }
        column.sort_by(|one, other| {
            let key = |it: &Card| (it.place.rank.clone(), it.record.id);
            key(one).cmp(&key(other))
        });
        let ranks: Vec<Rank> = column.iter().map(|it| it.place.rank.clone()).collect();
        for (place, rank) in shorten(&ranks, &mut OsEntropy) {
            let card = &column[place];
            let place = Place {
                rank,
                ..card.place.clone()
            };
            edits.entry(card.mover).or_default().push(RecordEdit {
                record: card.record,
                values: vec![(PLACE.into(), Scalar::text(place.to_register()))],
            });
        }
    }
    let mut count = 0;
    for (mover, edits) in edits {
        // Who may no longer move cards has moved these.
        let terms = Terms {
            upkeep: true,
            ..Terms::default()
        };
        let replica = ServerReplica::start(ingest, workspace_id, mover).await?;
        let answers = replica.write_on(&edits, terms).await?;
        let accepted = answers.iter().map(|it| &it.verdict);
        count += accepted
            .filter(|it| matches!(it, Verdict::Accepted { .. }))
            .count();
    }
    Ok(count)
}

fn is_long(place: &Place) -> bool {
    place.rank.as_str().len() > RANK_CHARS_LONG
}

fn is_quiet(column: &[Card], now: Timestamp) -> bool {
    let quiet = i64::try_from(COLUMN_QUIET.as_millis()).unwrap_or(i64::MAX);
    column
        .iter()
        .all(|it| !it.has_clash && now.millis() - it.moved.millis() >= quiet)
}

/// The cards of each column of a workspace, those of ended deals among them: they keep their places.
async fn columns(
    ingest: &Ingest,
    workspace_id: RecordId,
) -> Result<BTreeMap<(RecordId, PartId), Vec<Card>>, Failure> {
    let mut columns: BTreeMap<(RecordId, PartId), Vec<Card>> = BTreeMap::new();
    ingest
        .store()
        .visit_documents(workspace_id, &mut |visited| {
            let document = visited.document;
            if document.record.kind != Deal::DEF.kind {
                return Ok(());
            }
            if let Ok(DocumentState::Flat(registers)) = read_state(&document.state)
                && let Some(card) = card(document.record, &registers)
            {
                let column = (card.place.pipeline, card.place.stage);
                columns.entry(column).or_default().push(card);
            }
            Ok(())
        })
        .await?;
    Ok(columns)
}

fn card(record: RecordRef, registers: &Registers) -> Option<Card> {
    let place = Place::parse(registers.value(PLACE).as_text()?)?;
    let stamp = registers.stamp(PLACE)?;
    Some(Card {
        record,
        place,
        mover: stamp.by,
        moved: stamp.at,
        has_clash: registers.visible(PLACE).len() > 1,
    })
}
