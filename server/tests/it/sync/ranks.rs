//! Ranks stay short however often people drop cards into one gap.

use super::device::*;
use super::order::two_people;
use huike_server::entropy::OsEntropy;
use huike_server::sync::ranks::shorten_all;
use huike_shared::deals::Deal;
use huike_shared::id::{Entropy as _, RecordId};
use huike_shared::place::{PartId, Place};
use huike_shared::rank::{RANK_CHARS_LONG, Rank};
use huike_shared::record::{Record as _, RecordRef};
use huike_shared::scalar::Scalar;
use huike_shared::time::{DAY_MS, Timestamp};

fn deal() -> RecordRef {
    RecordRef {
        kind: Deal::DEF.kind,
        id: OsEntropy.record_id(now()),
    }
}

async fn put(device: &mut Device, record: RecordRef, place: &Place) {
    let place = Scalar::text(place.to_register());
    let change = device.edit(
        record,
        &[("title", Scalar::text("年度采购")), ("place", place)],
    );
    position(&device.push_one(change).await);
}

fn place_of(device: &mut Device, record: RecordRef) -> Place {
    Place::parse(&device.text(record, "place")).unwrap()
}

#[tokio::test]
async fn a_quiet_column_gets_short_ranks_and_keeps_its_order() {
    let (app, one, other) = two_people().await;
    let (mut mover, mut reader) = (one.device().await, other.device().await);
    let at = Place {
        pipeline: RecordId([7; 16]),
        stage: PartId::parse("00000000000000aa").unwrap(),
        rank: Rank::between(None, None, &mut OsEntropy),
        since: Timestamp::from_millis(1_000),
    };
    let low = at.rank.clone();
    let mut high = Rank::between(Some(&low), None, &mut OsEntropy);
    let mut column = vec![deal(), deal()];
    put(&mut mover, column[0], &at).await;
    let last = Place {
        rank: high.clone(),
        ..at.clone()
    };
    put(&mut mover, column[1], &last).await;
    // Always right below the first card.
    while high.as_str().len() <= RANK_CHARS_LONG + 2 {
        high = Rank::between(Some(&low), Some(&high), &mut OsEntropy);
        let record = deal();
        put(
            &mut mover,
            record,
            &Place {
                rank: high.clone(),
                ..at.clone()
            },
        )
        .await;
        column.insert(1, record);
    }
    let head = mover.cursor;
    // Somebody has moved a card today.
    assert_eq!(shorten_all(&app.state.ingest, now()).await.unwrap(), 0);
    let tomorrow = Timestamp::from_millis(now().millis() + DAY_MS);
    let count = shorten_all(&app.state.ingest, tomorrow).await.unwrap();
    assert!(count > 0 && count < column.len());

    reader.hear_up_to(head + count as u64).await;
    let places: Vec<Place> = column.iter().map(|it| place_of(&mut reader, *it)).collect();
    assert!(places.is_sorted_by(|one, other| one.rank < other.rank));
    for place in &places {
        assert!(place.rank.as_str().len() <= RANK_CHARS_LONG);
        assert_eq!(
            (place.pipeline, place.stage, place.since),
            (at.pipeline, at.stage, at.since)
        );
    }
    let untouched = Timestamp::from_millis(tomorrow.millis() + DAY_MS);
    assert_eq!(shorten_all(&app.state.ingest, untouched).await.unwrap(), 0);
}
