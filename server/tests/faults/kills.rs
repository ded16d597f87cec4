//! `kill -9` at random moments under load, hundreds of times: nothing acknowledged is lost.
//!
//! `HUIKE_KILLS=<count>` kills so often; `cargo xtask bench kills --hours 2` goes on for hours.

use crate::killable::{Process, first_account};
use crate::load::{Author, check_file};
use crate::number;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use std::time::Duration;
use tokio::time::Instant;

/// Kills in a usual run, over all lanes.
const KILLS: u64 = 300;
/// Servers that are killed at the same time, each in a folder of its own.
const LANES: u64 = 3;
/// The longest that a server lives under load.
const LIFE_US: u64 = 60_000;
/// Every so many kills all of the database is compared with its log.
const DEEP_EVERY: u64 = 25;

async fn lane(seed: u64, kills: u64) -> usize {
    let mut rng = StdRng::seed_from_u64(seed);
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut process = Process::start(folder.path());
    let account = first_account(&process).await;
    let mut author = Author::of(&account).await;
    for kill in 0..kills {
        let life = Duration::from_micros(rng.random_range(0..LIFE_US));
        let end = Instant::now() + life;
        let ahead: u32 = rng.random_range(1..8);
        let mut pushes = 0_u32;
        while Instant::now() < end {
            author.push().await;
            pushes += 1;
            if u32::is_multiple_of(pushes, ahead) && author.hear_answers().await {
                panic!("the server went away by itself");
            }
        }
        process.kill();
        // What the server said before it died still counts.
        author.drain().await;
        check_file(&data, kill.is_multiple_of(DEEP_EVERY)).await;
        process = Process::start(folder.path());
        author.settle(&process.address).await;
    }
    author.check_all().await;
    process.kill();
    check_file(&data, true).await;
    author.promised()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_killed_hundreds_of_times_has_every_change_it_acknowledged() {
    let kills = number("HUIKE_KILLS", KILLS);
    let first = number("HUIKE_FIRST_SEED", 0);
    println!("seed {first}");
    let lanes = (0..LANES).map(|it| tokio::spawn(lane(first + it, kills.div_ceil(LANES))));
    let mut acknowledged = 0;
    for lane in lanes.collect::<Vec<_>>() {
        match lane.await {
            Ok(it) => acknowledged += it,
            Err(error) => {
                println!("failed seed {first}");
                println!("steps 0");
                panic!("{error}");
            }
        }
    }
    println!("{acknowledged} acknowledged changes survived");
    println!("steps {}", LANES * kills.div_ceil(LANES));
    assert!(acknowledged > 0);
}
