//! Notices between servers, by `NOTIFY` and `LISTEN`.
//!
//! A notice is sent in the transaction it speaks of: it leaves with the commit or not at all, and
//! every listening connection gets it. A connection that breaks is made again, and then everybody
//! is told that something may have been missed.

use crate::entropy::hex;
use crate::store::notices::{Notice, PEOPLE_MAX, Present};
use crate::store::people::Digest;
use crate::store::{StoreError, StoreResult};
use huike_shared::id::RecordId;
use rand::Rng as _;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgListener, PgPoolOptions};
use std::time::Duration;
use tokio::sync::broadcast;
use tokio::time::{sleep, timeout};

/// The channel of the database.
const CHANNEL: &str = "huike";

/// The channel of what is not stored, with servers that do not know it left in peace.
const PRESENCE_CHANNEL: &str = "huike_presence";

/// Silence after which the connection is tried: a cut cable says nothing.
const PROBE_EVERY: Duration = Duration::from_secs(15);
/// How long the answer may take.
const PROBE_TIMEOUT: Duration = Duration::from_secs(10);

/// First and longest pause before the connection is made again.
const PAUSE: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(3));

/// Sends a notice with the transaction.
pub async fn tell(write: &mut PgConnection, notice: &Notice) -> StoreResult<()> {
    let channel = match notice {
        Notice::Present(_) => PRESENCE_CHANNEL,
        _ => CHANNEL,
    };
    sqlx::query("select pg_notify($1, $2)")
        .bind(channel)
        .bind(words(notice))
        .execute(write)
        .await?;
    Ok(())
}

/// Passes notices on until it is aborted.
pub async fn listen(options: PgConnectOptions, notices: broadcast::Sender<Notice>) {
    let mut pause = PAUSE.0;
    loop {
        match listen_once(&options, &notices, &mut pause).await {
            Ok(()) => {}
            Err(error) => tracing::warn!(error = %StoreError::from(error), "no notices for now"),
        }
        // Servers that lost the same database must not all come back at the same moment.
        let share = rand::rng().random_range(0.5..1.0);
        sleep(pause.mul_f64(share)).await;
        pause = (pause * 2).min(PAUSE.1);
    }
}

async fn listen_once(
    options: &PgConnectOptions,
    notices: &broadcast::Sender<Notice>,
    pause: &mut Duration,
) -> Result<(), sqlx::Error> {
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(options.clone())
        .await?;
    let mut listener = PgListener::connect_with(&pool).await?;
    listener.eager_reconnect(false);
    listener.listen_all([CHANNEL, PRESENCE_CHANNEL]).await?;
    *pause = PAUSE.0;
    // Nobody to hear it is fine, here and below.
    let _ = notices.send(Notice::Missed);
    loop {
        match timeout(PROBE_EVERY, listener.try_recv()).await {
            Ok(Ok(Some(notification))) => match notice(notification.payload()) {
                Some(notice) => drop(notices.send(notice)),
                None if notification.channel() == PRESENCE_CHANNEL => {}
                // A newer server has more to say; to look is never wrong.
                None => drop(notices.send(Notice::Missed)),
            },
            Ok(Ok(None)) => return Ok(()),
            Ok(Err(error)) => return Err(error),
            Err(_) => {
                let probe = sqlx::query("select 1").execute(&mut listener);
                let answer = timeout(PROBE_TIMEOUT, probe).await;
                answer.map_err(|_| sqlx::Error::PoolTimedOut)??;
            }
        }
    }
}

fn words(notice: &Notice) -> String {
    match notice {
        Notice::Log { workspace_id, head } => format!("log {workspace_id} {head}"),
        Notice::Members(workspace_id) => format!("members {workspace_id}"),
        Notice::Session(session) => format!("session {}", hex(session)),
        Notice::User { user_id, except } => match except {
            Some(session) => format!("user {user_id} {}", hex(session)),
            None => format!("user {user_id}"),
        },
        Notice::Present(present) => {
            let people = &present.people[..present.people.len().min(PEOPLE_MAX)];
            // Writing to a growing buffer has no way to fail.
            let people = hex(&postcard::to_allocvec(people).unwrap_or_default());
            format!(
                "present {} {} {people}",
                present.server, present.workspace_id
            )
        }
        Notice::Missed => "missed".to_owned(),
    }
}

fn notice(words: &str) -> Option<Notice> {
    let mut words = words.split(' ');
    let (kind, id, more) = (words.next()?, words.next(), words.next());
    let last = words.next();
    match kind {
        "log" => Some(Notice::Log {
            workspace_id: RecordId::parse(id?).ok()?,
            head: more?.parse().ok()?,
        }),
        "members" => Some(Notice::Members(RecordId::parse(id?).ok()?)),
        "session" => Some(Notice::Session(digest(id?)?)),
        "user" => Some(Notice::User {
            user_id: RecordId::parse(id?).ok()?,
            except: match more {
                Some(session) => Some(digest(session)?),
                None => None,
            },
        }),
        "present" => Some(Notice::Present(Present {
            server: RecordId::parse(id?).ok()?,
            workspace_id: RecordId::parse(more?).ok()?,
            people: postcard::from_bytes(&bytes(last?)?).ok()?,
        })),
        _ => None,
    }
}

fn digest(text: &str) -> Option<Digest> {
    bytes(text)?.try_into().ok()
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    let pairs = (0..text.len()).step_by(2);
    let byte = |at: usize| u8::from_str_radix(text.get(at..at + 2)?, 16).ok();
    pairs.map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use huike_shared::record::{Kind, RecordRef};
    use huike_shared::sync::message::PresenceInfo;

    #[test]
    fn a_notice_is_read_as_it_was_written() {
        let id = RecordId([7; 16]);
        for expected in [
            Notice::Log {
                workspace_id: id,
                head: 12,
            },
            Notice::Members(id),
            Notice::Session([0xab; 32]),
            Notice::User {
                user_id: id,
                except: Some([1; 32]),
            },
            Notice::User {
                user_id: id,
                except: None,
            },
            present(0),
            present(PEOPLE_MAX),
        ] {
            assert_eq!(notice(&words(&expected)), Some(expected));
        }
    }

    fn present(people: usize) -> Notice {
        let person = PresenceInfo {
            member: RecordId([0xff; 16]),
            record: Some(RecordRef {
                kind: Kind(9),
                id: RecordId([0xfe; 16]),
            }),
        };
        Notice::Present(Present {
            server: RecordId([1; 16]),
            workspace_id: RecordId([2; 16]),
            people: vec![person; people],
        })
    }

    #[test]
    fn as_many_people_as_are_told_of_fit_a_notice() {
        const PAYLOAD_BYTES_MAX: usize = 8_000;
        let words = words(&present(PEOPLE_MAX + 5));
        assert!(words.len() < PAYLOAD_BYTES_MAX, "{}", words.len());
        assert_eq!(notice(&words), Some(present(PEOPLE_MAX)));
    }

    #[test]
    fn what_nobody_understands_is_no_notice() {
        for words in [
            "",
            "log",
            "log x 1",
            "session ab",
            "user",
            "weather 1",
            "present 1 2 3",
        ] {
            assert_eq!(notice(words), None, "{words}");
        }
    }
}
