//! The good-bye to a client that is too old to be told what was accepted.
//!
//! An old client must never keep edits that nobody will take: it is greeted, what waits on it is judged
//! and answered as ever, and only then it hears that it is too old. It hears of nobody else's changes, so
//! its cursor speaks for nothing that it has not seen. Limits: it is let go once it has been silent for
//! [`PARTING_QUIET`] with everything answered, and after [`PARTING_MAX`] whatever it does; the next
//! connection takes up the rest. One that stands in another log (a restored database) must be updated
//! first, because it would ask for states.

use super::connection::{End, Live, Step};
use huike_shared::refusal::Refusal;
use huike_shared::sync::message::{Entry, Hello, PROTOCOL_OF_ERASURES, ServerMessage, Welcome};
use std::time::Duration;
use tokio::time::Instant;

/// Silence after which nothing more is expected.
const PARTING_QUIET: Duration = Duration::from_secs(5);
/// How long it may take altogether.
const PARTING_MAX: Duration = Duration::from_secs(120);

/// A connection that ends as soon as what waits on the device was answered.
pub struct Parting {
    until: Instant,
    last_word: Instant,
}

impl Parting {
    fn new() -> Self {
        let now = Instant::now();
        Parting {
            until: now + PARTING_MAX,
            last_word: now,
        }
    }

    /// The device pushed something, or was answered.
    pub fn go_on(&mut self) {
        self.last_word = Instant::now();
    }

    /// When it ends, as far as is known now.
    pub fn end(&self, unanswered: usize) -> Instant {
        if unanswered > 0 {
            return self.until;
        }
        self.until.min(self.last_word + PARTING_QUIET)
    }
}

impl Live {
    /// A client that cannot be told of an erasure is told nothing more, and goes.
    pub fn parts_before<'a>(&mut self, mut entries: impl Iterator<Item = &'a Entry>) -> bool {
        let is_too_old = self.protocol < PROTOCOL_OF_ERASURES && entries.any(Entry::is_erasure);
        if is_too_old && self.parting.is_none() {
            self.is_following = false;
            self.parting = Some(Parting::new());
        }
        is_too_old
    }

    /// Greets a client that is too old.
    pub async fn greet_for_the_last_time(&mut self, hello: Hello) -> Step {
        self.register(hello.actors.clone()).await?;
        let head = self.head(&hello).await?;
        if hello.log.is_some_and(|it| it != head.log) {
            return Err(End::Told(Refusal::ClientTooOld));
        }
        let members = self.members().await?;
        self.is_following = false;
        self.parting = Some(Parting::new());
        self.send(&ServerMessage::Welcome(Welcome {
            protocol: self.protocol,
            log: head.log,
            head: head.position,
            fetch: false,
            now: self.state.clock.now(),
            member: self.who.member.id,
            members,
        }))
        .await
    }
}
