//! Every call that SQLite makes of the disk fails once, and for ever: the state is the old one or the new one, the
//! server says that it cannot, and goes on when the disk does.
//!
//! A usual run lets every tenth call of the script fail. `HUIKE_CALL_STEP=1` takes every one;
//! `cargo xtask bench disk --hours 2` goes through them all for hours.

use crate::app::with_settings;
use crate::load::{Author, check_file};
use crate::sync::device::Account;
use crate::{app::TestApp, number};
use futures::FutureExt as _;
use huike_failing_disk::{Fault, When, calls, heal, watch};
use huike_server::clock::Clock;
use huike_server::config::Settings;
use huike_server::serve::Server;
use std::fs;
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::time::Duration;

/// Every so many calls one fails in a usual run.
const STEP: u64 = 10;
/// Pushes of the script.
const PUSHES: usize = 24;
/// Pushes between two looks at everything.
const LOOK_EVERY: usize = 8;
const FAULTS: [Fault; 3] = [Fault::Broken, Fault::Full, Fault::Short];
/// Every so many of these calls fail for ever, too.
const FOREVER_EVERY: u64 = 4;
/// A run that takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(120);
/// The script has at least so many calls, or it says too little.
const CALLS_MIN: u64 = 400;

/// A data folder with an account and a few changes, to begin each run with.
struct Template {
    folder: tempfile::TempDir,
    cookie: String,
}

impl Template {
    async fn make() -> Template {
        let app = TestApp::start().await;
        let browser = app.browser();
        let answer = browser.set_up(&app.state.set_up_code).await;
        let account = Account::of(&app.address, &answer);
        let mut author = Author::of(&account).await;
        author.push().await;
        assert!(!author.hear_answers().await);
        drop(author);
        Template {
            folder: app.stop().await,
            cookie: account.cookie,
        }
    }

    fn copy(&self) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        copy_files(
            &self.folder.path().join("data"),
            &folder.path().join("data"),
        );
        folder
    }
}

fn copy_files(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for file in fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        let name = file.file_name();
        // What is shared between processes means nothing after a crash.
        let is_shared = name.to_string_lossy().ends_with("-shm");
        if file.file_type().unwrap().is_file() && !is_shared {
            fs::copy(file.path(), to.join(name)).unwrap();
        }
    }
}

/// Opens the server; it may say that the disk is broken, and then it opens when the disk is well.
async fn open(folder: tempfile::TempDir) -> TestApp {
    let config = with_settings(folder.path(), Settings::default());
    match Server::open(config, Clock::system()).await {
        Ok(server) => TestApp::run(server, folder),
        Err(_) => {
            heal();
            TestApp::start_in(folder, Settings::default()).await
        }
    }
}

/// Pushes and looks; whatever fails is tried again by the next step.
async fn script(app: &TestApp, cookie: &str) -> Option<Author> {
    let account = Account {
        address: app.address.clone(),
        cookie: cookie.to_owned(),
    };
    let mut author = Author::try_of(&account).await?;
    for push in 1..=PUSHES {
        author.push().await;
        if author.hear_answers().await && !author.try_connect().await {
            return Some(author);
        }
        if push.is_multiple_of(LOOK_EVERY) {
            // It may fail; it must answer.
            let _ = account.get("/api/v1/sync/states?after=0").await.status();
        }
    }
    Some(author)
}

/// One run; answers how many calls it made.
async fn run(template: &Template, fails: Option<(When, Fault)>) -> u64 {
    let folder = template.copy();
    watch(folder.path(), fails);
    let app = open(folder).await;
    let author = script(&app, &template.cookie).await;
    let (count, failed) = calls();
    if let (Some(When::Once(at) | When::From(at)), Some(author)) = (fails.map(|it| it.0), &author) {
        // As after a crash in this moment: what was promised is in the files.
        assert!(failed > 0 || at >= count || fails.is_some_and(|it| it.1 != Fault::Broken));
        let crashed = tempfile::tempdir().unwrap();
        copy_files(&app.folder.path().join("data"), crashed.path());
        check_file(crashed.path(), true).await;
        author.check_promises_in(crashed.path()).await;
    }
    heal();
    // The same server goes on, without a restart.
    if let Some(mut author) = author {
        let address = app.address.clone();
        author.settle_soon(&address).await;
        author.check_all().await;
    }
    let folder = app.stop().await;
    check_file(&folder.path().join("data"), true).await;
    count
}

#[tokio::test(flavor = "multi_thread")]
async fn whichever_call_of_the_disk_fails_nothing_acknowledged_is_lost_and_the_server_goes_on() {
    let template = Template::make().await;
    let all = run(&template, None).await;
    println!("the script makes {all} calls");
    assert!(all >= CALLS_MIN, "{all}");
    let step = number("HUIKE_CALL_STEP", STEP);
    let first = number("HUIKE_FIRST_SEED", 0);
    // A long run takes the next ones each time, as often around as it likes.
    let count = number("HUIKE_CALLS", all.div_ceil(step));
    let mut failed = Vec::new();
    let mut tried = 0;
    for number in first..first + count {
        let at = number * step % all;
        let fault = FAULTS[(number % 3) as usize];
        for when in [When::Once(at), When::From(at)] {
            // For ever is much the same from one call to the next.
            if matches!(when, When::From(_)) && !number.is_multiple_of(FOREVER_EVERY) && step != 1 {
                continue;
            }
            let run = AssertUnwindSafe(run(&template, Some((when, fault)))).catch_unwind();
            let ended = tokio::time::timeout(PATIENCE, run).await;
            if !matches!(ended, Ok(Ok(_))) {
                println!("failed seed {number}");
                failed.push((when, fault));
            }
            tried += 1;
        }
    }
    println!("steps {tried}");
    assert!(failed.is_empty(), "lost, broken or hanging: {failed:?}");
}
