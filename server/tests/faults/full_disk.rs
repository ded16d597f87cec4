//! A disk without room under the real program: reading goes on, writing is refused with its reason, and comes back
//! without a restart.

use crate::killable::{Process, first_account};
use crate::load::{Author, check_file};
use crate::sync::device::Account;
use reqwest::header::{COOKIE, ORIGIN};
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

/// Bytes of the small disk, as mount reads it.
const SIZE: &str = "size=16m";
/// Changes in one push: frames come at a limited rate.
const PUSH: usize = 60;
/// Pushes until the database has no more room in what it had reserved before.
const PUSHES_MAX: usize = 5_000;

/// A file system of its own. Who may not mount one cannot say that this was tested, so it fails.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount() -> SmallDisk {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", SIZE, "tmpfs"])
            .arg(folder.path())
            .output()
            .unwrap();
        let why = String::from_utf8_lossy(&mounted.stderr);
        assert!(
            mounted.status.success(),
            "a small disk must be mounted, which takes root: {why}"
        );
        SmallDisk(folder)
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

/// Writes until there is no room.
fn fill(file: &Path) {
    let mut file = std::fs::File::create(file).unwrap();
    for size in [64 << 10, 4 << 10, 1] {
        while file.write_all(&vec![0; size]).is_ok() {}
    }
}

async fn invite(account: &Account) -> reqwest::Response {
    let request = reqwest::Client::new().post(format!("{}/api/v1/invitations", account.address));
    let request = request
        .header(COOKIE, &account.cookie)
        .header(ORIGIN, &account.address)
        .json(&serde_json::json!({}));
    request.send().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_refuses_writing_and_recovers_without_a_restart() {
    let disk = SmallDisk::mount();
    let folder = tempfile::tempdir_in(disk.0.path()).unwrap();
    let process = Process::start(folder.path());
    let account = first_account(&process).await;
    let mut author = Author::of(&account).await;
    author.push().await;
    assert!(!author.hear_answers().await);
    let filler = disk.0.path().join("filler");
    for _ in 0..2 {
        fill(&filler);
        let mut pushes = 0;
        while !author.is_refused() {
            author.push_many(PUSH).await;
            // Each refusal is `unavailable`, which the author demands.
            assert!(!author.hear_answers().await, "the server went away");
            pushes += 1;
            assert!(pushes < PUSHES_MAX, "the disk is never full");
        }
        // Reading goes on, to the last change that was promised.
        assert_eq!(account.states(0).await.next, author.last_position());
        assert_eq!(account.get("/api/v1/me").await.status(), 200);
        // Whoever asks over HTTP hears why.
        let refused = invite(&account).await;
        assert_eq!(refused.status(), 507, "no room is a reason of its own");
        assert!(refused.text().await.unwrap().contains("storage-full"));

        std::fs::remove_file(&filler).unwrap();
        author.push_again().await;
        author.check_all().await;
    }
    process.kill();
    check_file(&folder.path().join("data"), true).await;
}
