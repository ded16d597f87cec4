//! Records stay small for ever: who has many changes is renewed, once nobody is at it.
//!
//! A renewal goes through the one door like any change and has a position of its own; here is only
//! decided which records are due. The document is looked at again behind the door, so several servers
//! may decide the same.

use super::ingest::Ingest;
use crate::app::AppState;
use crate::error::Failure;
use huike_shared::document::Registers;
use huike_shared::document::epoch::{EPOCH_CHANGES_HARD, EPOCH_CHANGES_SOFT};
use huike_shared::id::RecordId;
use huike_shared::sync::message::Verdict;
use huike_shared::time::Timestamp;
use std::time::Duration;

/// How long a record must be quiet before it is renewed.
const EPOCH_QUIET: Duration = Duration::from_secs(30 * 24 * 3_600);
/// The same for one with so many changes that it cannot wait.
const EPOCH_QUIET_HARD: Duration = Duration::from_secs(3_600);
/// How often the logs are looked through.
const EVERY: Duration = Duration::from_secs(3_600);
/// Records that are renewed in one transaction.
const RENEWALS_MAX: usize = 50;

/// When a record is renewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Once it is quiet.
    Quiet,
    /// Now: somebody asked for it.
    Now,
}

/// What became of the records with many changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Renewals {
    /// Renewed.
    pub renewed: u64,
    /// Not yet: somebody was at them lately, or two values of a field wait for a decision.
    pub left: u64,
}

/// Whether a document is due for renewal.
pub fn is_due(registers: &Registers, when: When, now: Timestamp) -> bool {
    let changes = registers.changes();
    let is_quiet = |quiet: Duration| {
        let quiet = i64::try_from(quiet.as_millis()).unwrap_or(i64::MAX);
        when == When::Now || now.millis() - registers.updated().at.millis() >= quiet
    };
    let is_crowded = changes > EPOCH_CHANGES_SOFT;
    let is_overcrowded = changes > EPOCH_CHANGES_HARD;
    (is_crowded && !registers.has_clash() && is_quiet(EPOCH_QUIET))
        || (is_overcrowded && is_quiet(EPOCH_QUIET_HARD))
}

/// Renews what is due in one workspace.
pub async fn renew_due(
    ingest: &Ingest,
    workspace_id: RecordId,
    when: When,
) -> Result<Renewals, Failure> {
    let crowded = ingest
        .store()
        .crowded(workspace_id, EPOCH_CHANGES_SOFT)
        .await?;
    let mut renewals = Renewals::default();
    for some in crowded.chunks(RENEWALS_MAX) {
        for answer in ingest.renew(workspace_id, some, when).await {
            match answer.verdict {
                Verdict::Accepted { .. } => renewals.renewed += 1,
                Verdict::Refused(_) => renewals.left += 1,
            }
        }
    }
    Ok(renewals)
}

/// Renews what is due in every workspace, again and again; not at once, so that the servers of one
/// database can be updated one after the other.
pub async fn keep_small(state: AppState) {
    let mut interval = tokio::time::interval_at(tokio::time::Instant::now() + EVERY, EVERY);
    interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        interval.tick().await;
        if let Err(error) = renew_all(&state.ingest, When::Quiet).await {
            tracing::warn!(%error, "records could not be renewed");
        }
    }
}

/// Renews what is due in every workspace.
pub async fn renew_all(ingest: &Ingest, when: When) -> Result<Renewals, Failure> {
    let mut all = Renewals::default();
    for workspace in ingest.store().workspaces().await? {
        let some = renew_due(ingest, workspace.id, when).await?;
        all.renewed += some.renewed;
        all.left += some.left;
    }
    if all.renewed > 0 {
        metrics::counter!("huike_records_renewed_total").increment(all.renewed);
        tracing::info!(record.count = all.renewed, "records were renewed");
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use huike_shared::document::{Actor, decode};
    use huike_shared::row::Stamp;
    use huike_shared::scalar::Scalar;

    const LAST: Timestamp = Timestamp::from_millis(1_000_000);

    fn edited(changes: u64, clash: bool) -> Registers {
        let mut registers = Registers::default();
        let stamp = Stamp {
            at: LAST,
            by: RecordId([1; 16]),
        };
        let put = |registers: &mut Registers, on: &Registers, actor: u8, value: String| {
            let values = [("name".into(), Scalar::text(value))];
            let body = on.author(&values, Actor([actor; 16]), LAST).unwrap();
            registers.apply(&decode(&body).unwrap(), stamp);
        };
        for number in 1..changes {
            let on = registers.clone();
            put(&mut registers, &on, 1, number.to_string());
        }
        let on = if clash {
            Registers::default()
        } else {
            registers.clone()
        };
        put(&mut registers, &on, 2, "last".to_owned());
        registers
    }

    #[track_caller]
    fn check(changes: u64, clash: bool, after: Duration, expected: bool) {
        let registers = edited(changes, clash);
        assert_eq!(
            (registers.changes(), registers.has_clash()),
            (changes, clash)
        );
        let after = i64::try_from(after.as_millis()).unwrap();
        let now = Timestamp::from_millis(LAST.millis() + after);
        assert_eq!(is_due(&registers, When::Quiet, now), expected);
    }

    #[test]
    fn s_30_a_record_is_renewed_once_it_has_many_changes_and_nobody_is_at_it() {
        let soon = EPOCH_QUIET - Duration::from_millis(1);
        check(EPOCH_CHANGES_SOFT, false, EPOCH_QUIET, false);
        check(EPOCH_CHANGES_SOFT + 1, false, EPOCH_QUIET, true);
        check(EPOCH_CHANGES_SOFT + 1, false, soon, false);
        check(EPOCH_CHANGES_SOFT + 1, true, EPOCH_QUIET, false);
        let soon = EPOCH_QUIET_HARD - Duration::from_millis(1);
        check(EPOCH_CHANGES_HARD + 1, true, EPOCH_QUIET_HARD, true);
        check(EPOCH_CHANGES_HARD + 1, true, soon, false);
        check(EPOCH_CHANGES_HARD, true, EPOCH_QUIET_HARD, false);
        let now = is_due(&edited(EPOCH_CHANGES_SOFT + 1, false), When::Now, LAST);
        assert!(now);
    }
}
