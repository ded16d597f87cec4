//! The server dies, or its memory fails, at each named place between judging a change and telling everybody.

use crate::killable::{Process, first_account};
use crate::load::{Author, check_file};
use huike_server::failpoint::{ACKNOWLEDGED, BROADCAST, COMMITTED, JUDGED, WRITTEN};

/// How often a place is passed before anything happens there.
const BEFORE: usize = 4;

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_dies_at_any_place_has_what_it_acknowledged() {
    for place in [JUDGED, WRITTEN, COMMITTED, ACKNOWLEDGED, BROADCAST] {
        let folder = tempfile::tempdir().unwrap();
        let plan = format!("{place}={BEFORE}*off->return(die)");
        let process = Process::start_with(folder.path(), &[("FAILPOINTS", &plan)]);
        let account = first_account(&process).await;
        let mut author = Author::of(&account).await;
        // Somebody else is there to be told.
        let other = account.device().await;
        let mut is_gone = false;
        for _ in 0..BEFORE + 2 {
            author.push().await;
            is_gone = author.hear_answers().await;
            if is_gone {
                break;
            }
        }
        if place == BROADCAST {
            // The sender may have heard everything before.
            author.drain().await;
            is_gone = true;
        }
        assert!(is_gone, "the server lived on behind {place}");
        drop(other);
        process.kill();
        check_file(&folder.path().join("data"), true).await;

        let process = Process::start(folder.path());
        author.settle(&process.address).await;
        author.check_all().await;
        process.kill();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_memory_that_fails_at_any_place_is_said_and_everybody_hears_of_everything_afterwards() {
    for place in [JUDGED, WRITTEN, COMMITTED] {
        let folder = tempfile::tempdir().unwrap();
        let plan = format!("{place}=1*off->1*return->off");
        let process = Process::start_with(folder.path(), &[("FAILPOINTS", &plan)]);
        let account = first_account(&process).await;
        let mut author = Author::of(&account).await;
        let mut other = account.device().await;
        for _ in 0..2 {
            author.push().await;
            assert!(!author.hear_answers().await, "the server is gone");
        }
        assert!(author.is_refused(), "nothing failed at {place}");
        author.push_again().await;
        author.check_all().await;
        // Nothing is committed after it: who is connected must be told all the same.
        other.hear_up_to(author.last_position()).await;
        process.kill();
        check_file(&folder.path().join("data"), true).await;
    }
}
