//! The security log as a whole: is its chain unbroken, how is its head told, how long is it kept.
//!
//! Who can write to the database can also write a whole new chain. So the head leaves the machine: the server puts it
//! into its own log once a day, `huike audit head` prints it, and `huike audit verify --head` proves that the chain
//! still leads through it.

use crate::app::AppState;
use crate::store::journal::{Chain, Entry, Mark, NewEntry, What};
use crate::store::people::Member;
use crate::store::{Store, StoreResult};
use huike_shared::time::{DAY_MS, Timestamp};
use std::time::Duration;

/// Entries read at a time.
const PAGE: u32 = 1_000;

/// How often is asked whether a day has gone by.
const LOOK_EVERY: Duration = Duration::from_secs(60 * 60);

/// Refusals of one member that are noted within [`REFUSALS_WINDOW_MS`]; who tries more is known by then.
pub const REFUSALS_MAX: i64 = 60;

/// How long a refusal counts.
const REFUSALS_WINDOW_MS: i64 = 15 * 60 * 1_000;

/// What is wrong with the chain. The number is that of the first entry that cannot be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// An entry is not there.
    #[error("entry {0} of the security log is missing")]
    Missing(u64),
    /// An entry is not what it was when it was written, or not in its place.
    #[error("entry {0} of the security log was changed, moved or put in")]
    Broken(u64),
    /// Entries were dropped, and no entry says so.
    #[error("nothing in the security log says that the entries up to {0} were dropped")]
    StartNotSigned(u64),
    /// There are entries behind the head.
    #[error("entry {0} of the security log was put in behind its head")]
    BehindHead(u64),
    /// A head that was copied before is not in the chain.
    #[error("the security log does not lead through the copied head at {0}")]
    OtherHead(u64),
    /// A copied head belongs to entries that are no longer kept.
    #[error("the copied head at {0} is older than what is kept")]
    HeadTooOld(u64),
}

/// What a chain without fault holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proved {
    /// How many entries.
    pub count: u64,
    /// The last one.
    pub head: Mark,
}

/// Walks along a chain, entry by entry.
#[derive(Clone, Debug)]
struct Walk {
    start: Mark,
    last: Mark,
    is_start_signed: bool,
    copied: Option<Mark>,
}

impl Walk {
    fn from(start: Mark, copied: Option<Mark>) -> Result<Self, Fault> {
        if let Some(mark) = copied {
            if mark.number < start.number {
                return Err(Fault::HeadTooOld(mark.number));
            }
            if mark.number == start.number && mark != start {
                return Err(Fault::OtherHead(mark.number));
            }
        }
        Ok(Walk {
            start,
            last: start,
            is_start_signed: start == Mark::GENESIS,
            copied: copied.filter(|it| it.number > start.number),
        })
    }

    fn step(&mut self, entry: &Entry) -> Result<(), Fault> {
        let expected = self.last.number + 1;
        if entry.number != expected {
            return Err(Fault::Missing(expected));
        }
        if entry.proper_hash(&self.last.hash) != entry.hash {
            return Err(Fault::Broken(expected));
        }
        self.last = entry.mark();
        if entry.what == What::Trimmed.word() && Mark::parse(&entry.detail) == Some(self.start) {
            self.is_start_signed = true;
        }
        if let Some(mark) = self.copied.take_if(|it| it.number == entry.number)
            && mark != self.last
        {
            return Err(Fault::OtherHead(mark.number));
        }
        Ok(())
    }

    fn end(self, head: Mark) -> Result<Proved, Fault> {
        if self.last.number < head.number {
            return Err(Fault::Missing(self.last.number + 1));
        }
        if self.last.number > head.number {
            return Err(Fault::BehindHead(head.number + 1));
        }
        if self.last != head {
            return Err(Fault::Broken(head.number));
        }
        if !self.is_start_signed {
            return Err(Fault::StartNotSigned(self.start.number));
        }
        if let Some(mark) = self.copied {
            return Err(Fault::OtherHead(mark.number));
        }
        Ok(Proved {
            count: self.last.number - self.start.number,
            head,
        })
    }
}

/// Proves the whole chain, also while servers go on writing it. With a head that was copied before, also that the
/// chain still leads through it.
pub async fn verify(store: &dyn Store, copied: Option<Mark>) -> StoreResult<Result<Proved, Fault>> {
    loop {
        let Chain { start, .. } = store.journal_chain().await?;
        let proved = walk(store, start, copied).await?;
        // Entries may have been dropped, as they should, on the way.
        if proved.is_ok() || store.journal_chain().await?.start == start {
            return Ok(proved);
        }
    }
}

async fn walk(
    store: &dyn Store,
    start: Mark,
    copied: Option<Mark>,
) -> StoreResult<Result<Proved, Fault>> {
    let mut walk = match Walk::from(start, copied) {
        Ok(walk) => walk,
        Err(fault) => return Ok(Err(fault)),
    };
    loop {
        let entries = store.journal_after(walk.last.number, PAGE).await?;
        for entry in &entries {
            if let Err(fault) = walk.step(entry) {
                return Ok(Err(fault));
            }
        }
        if entries.is_empty() {
            // Read after the entries: it may be ahead of them, and then there are more.
            let Chain { head, .. } = store.journal_chain().await?;
            let more = store.journal_after(walk.last.number, 1).await?;
            if more.is_empty() || head.number <= walk.last.number {
                return Ok(walk.end(head));
            }
        }
    }
}

/// Notes that a member was refused something, unless it was noted often enough.
pub async fn note_refusal(state: &AppState, member: &Member, what: &str) -> StoreResult<()> {
    let now = state.clock.now();
    let key = crate::entropy::digest(format!("refused {}", member.id).as_bytes());
    let since = Timestamp::from_millis(now.millis() - REFUSALS_WINDOW_MS);
    let admitted = state.store.admit_attempt(key, now, since, REFUSALS_MAX);
    if admitted.await? == crate::store::people::Admission::Granted {
        let entry = NewEntry::by(member, What::Refused, now).with_detail(what);
        state.store.note(entry).await?;
    }
    Ok(())
}

/// Once a day drops what is older than it must be kept, and tells the head to the log of the server.
pub async fn keep(state: AppState) {
    let mut every = tokio::time::interval(LOOK_EVERY);
    let mut told = None;
    loop {
        every.tick().await;
        let now = state.clock.now();
        let today = now.millis() / DAY_MS;
        if told == Some(today) {
            continue;
        }
        match tend(&state, now).await {
            Ok(()) => told = Some(today),
            Err(error) => tracing::warn!(%error, "the security log could not be looked after"),
        }
    }
}

async fn tend(state: &AppState, now: Timestamp) -> StoreResult<()> {
    if let Some(days) = state.config.journal_days {
        let oldest = Timestamp::from_millis(now.millis() - i64::from(days) * DAY_MS);
        let count = state.store.trim_journal(oldest, now).await?;
        if count > 0 {
            tracing::info!(
                entry.count = count,
                "old entries of the security log were dropped"
            );
        }
    }
    let Chain { head, .. } = state.store.journal_chain().await?;
    tracing::info!(journal.head = %head, "the security log stands here");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A chain of entries that differ.
    fn chain(count: i64) -> Vec<Entry> {
        let mut head = Mark::GENESIS;
        (1..=count)
            .map(|number| {
                let entry = NewEntry::new(What::SignedIn, Timestamp::from_millis(number));
                let entry = entry.after(head);
                head = entry.mark();
                entry
            })
            .collect()
    }

    fn prove(
        start: Mark,
        entries: &[Entry],
        head: Mark,
        copied: Option<Mark>,
    ) -> Result<Proved, Fault> {
        let mut walk = Walk::from(start, copied)?;
        for entry in entries {
            walk.step(entry)?;
        }
        walk.end(head)
    }

    #[test]
    fn each_removed_swapped_or_inserted_entry_is_found() {
        let whole = chain(6);
        let head = whole[5].mark();
        let proved = Proved { count: 6, head };
        assert_eq!(prove(Mark::GENESIS, &whole, head, None), Ok(proved));
        for index in 0..6 {
            let number = index as u64 + 1;
            let mut without = whole.clone();
            without.remove(index);
            let found = prove(Mark::GENESIS, &without, head, None);
            assert_eq!(found, Err(Fault::Missing(number)));
            for other in index + 1..6 {
                let mut swapped = whole.clone();
                swapped.swap(index, other);
                (swapped[index].number, swapped[other].number) = (number, other as u64 + 1);
                let found = prove(Mark::GENESIS, &swapped, head, None);
                assert_eq!(found, Err(Fault::Broken(number)), "{index} {other}");
            }
            // Put in with a hash that fits, and those behind it counted on.
            let mut more = whole.clone();
            let before = index
                .checked_sub(1)
                .map_or(Mark::GENESIS, |it| whole[it].mark());
            let new = NewEntry::new(What::Erased, Timestamp::from_millis(9)).after(before);
            more.insert(index, new);
            for (number, entry) in (1..).zip(&mut more) {
                entry.number = number;
            }
            let found = prove(Mark::GENESIS, &more, head, None);
            assert_eq!(found, Err(Fault::Broken(number + 1)));
        }
        let mut more = whole.clone();
        let new = NewEntry::new(What::Erased, Timestamp::from_millis(9)).after(head);
        more.push(new);
        let found = prove(Mark::GENESIS, &more, head, None);
        assert_eq!(found, Err(Fault::BehindHead(7)));
    }

    #[test]
    fn a_chain_that_was_written_anew_does_not_lead_through_a_copied_head() {
        let whole = chain(6);
        let copied = Some(whole[3].mark());
        let head = whole[5].mark();
        assert!(prove(Mark::GENESIS, &whole, head, copied).is_ok());
        // The first entry is changed and every hash behind it made again.
        let mut last = Mark::GENESIS;
        let mut anew = whole.clone();
        anew[0].at = Timestamp::from_millis(77);
        for entry in &mut anew {
            entry.hash = entry.proper_hash(&last.hash);
            last = entry.mark();
        }
        assert!(prove(Mark::GENESIS, &anew, last, None).is_ok());
        let found = prove(Mark::GENESIS, &anew, last, copied);
        assert_eq!(found, Err(Fault::OtherHead(4)));
        let shorter = &whole[..3];
        let found = prove(Mark::GENESIS, shorter, shorter[2].mark(), copied);
        assert_eq!(found, Err(Fault::OtherHead(4)));
    }

    #[test]
    fn a_later_start_must_be_signed_off() {
        let mut entries = chain(6);
        let start = entries[2].mark();
        let found = prove(start, &entries[3..], entries[5].mark(), None);
        assert_eq!(found, Err(Fault::StartNotSigned(3)));
        let signed = NewEntry::new(What::Trimmed, Timestamp::from_millis(9));
        let signed = signed
            .with_detail(&start.to_string())
            .after(entries[5].mark());
        let head = signed.mark();
        entries.push(signed);
        let proved = Proved { count: 4, head };
        assert_eq!(prove(start, &entries[3..], head, Some(start)), Ok(proved));
        let old = Some(entries[1].mark());
        let found = prove(start, &entries[3..], head, old);
        assert_eq!(found, Err(Fault::HeadTooOld(2)));
    }
}
