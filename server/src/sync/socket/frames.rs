//! What a connection is told, in the order of the log, and what it says.

use super::connection::{End, Live, Step};
use super::limits::SEND_TIMEOUT;
use crate::failpoint;
use crate::store::StoreError;
use crate::sync::catch_up;
use crate::sync::publication::{Publication, change_frames};
use axum::body::Bytes;
use axum::extract::ws::{Message, WebSocket};
use futures::stream::SplitStream;
use futures::{SinkExt as _, StreamExt as _};
use huike_shared::refusal::Refusal;
use huike_shared::sync::message::{
    self, Answer, CATCH_UP_CHANGES_MAX, ClientMessage, Entry, FrameError, PROTOCOL_EPOCHS,
    PROTOCOL_OF_ERASURES, PUSH_CHANGES_MAX, ServerMessage, Verdict,
};
use std::sync::Arc;
use tokio::time::timeout;

/// Changes read from the log at a time.
const LOG_PAGE: u64 = 250;

/// The next message, and nothing else: control frames are passed over.
pub async fn next_message(stream: &mut SplitStream<WebSocket>) -> Result<ClientMessage, End> {
    loop {
        return match stream.next().await {
            Some(Ok(Message::Binary(frame))) => match message::decode(&frame) {
                Ok(message) => Ok(message),
                Err(FrameError::TooLarge) => Err(End::Told(Refusal::TooLarge)),
                Err(FrameError::Version(_)) => Err(End::Told(Refusal::ClientTooOld)),
                Err(FrameError::Malformed) => Err(End::Told(Refusal::Malformed)),
            },
            Some(Ok(Message::Text(_))) => Err(End::Told(Refusal::Malformed)),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
            Some(Ok(Message::Close(_))) | None => Err(End::Gone),
            Some(Err(error)) if is_too_large(&error) => Err(End::Told(Refusal::TooLarge)),
            Some(Err(_)) => Err(End::Gone),
        };
    }
}

/// The library hides the kind of its error; its text names it.
fn is_too_large(error: &axum::Error) -> bool {
    let text = error.to_string();
    text.contains("too long") || text.contains("too large") || text.contains("too big")
}

impl Live {
    /// Sends changes from the log up to a position.
    pub async fn send_log(&mut self, to: u64) -> Step {
        while self.sent < to {
            let workspace_id = self.who.workspace.id;
            let count = LOG_PAGE.min(to - self.sent);
            let page = self
                .state
                .store
                .changes_after(workspace_id, self.sent, count)
                .await?;
            let Some(last) = page.last().map(|it| it.position) else {
                return Err(End::Broken(StoreError::Broken(
                    "the log has a gap".to_owned(),
                )));
            };
            let is_whole = (self.sent + 1..)
                .zip(&page)
                .all(|(at, it)| at == it.position);
            let entries: Vec<Entry> = page.into_iter().map(catch_up::entry).collect();
            if self.parts_before(entries.iter()) {
                return Ok(());
            }
            if !is_whole || self.cannot_hear(&entries) {
                // Renewed meanwhile: greeted again, the peer fetches states.
                return Err(End::Told(Refusal::Unavailable));
            }
            for frame in change_frames(entries) {
                self.send(&frame).await?;
            }
            self.sent = last;
        }
        Ok(())
    }

    /// Whether something is among it that a peer of this version cannot be told.
    fn cannot_hear(&self, entries: &[Entry]) -> bool {
        self.protocol < PROTOCOL_EPOCHS && entries.iter().any(Entry::is_renewal)
    }

    /// Passes verdicts on.
    pub async fn answer(&mut self, answers: Vec<Answer>) -> Step {
        self.unanswered = self.unanswered.saturating_sub(answers.len());
        if let Some(parting) = &mut self.parting {
            parting.go_on();
        }
        for answers in answers.chunks(PUSH_CHANGES_MAX) {
            let mut answers = answers.to_vec();
            if self.protocol < PROTOCOL_OF_ERASURES {
                answers.iter_mut().for_each(in_older_words);
            }
            self.send(&ServerMessage::Answers { answers }).await?;
            failpoint::may_die(failpoint::ACKNOWLEDGED);
        }
        Ok(())
    }

    /// Passes a commit on: own changes as answers, the others' as changes, each at its place.
    pub async fn publish(&mut self, publication: Arc<Publication>) -> Step {
        let Some(first) = publication.entries.first().map(|it| it.entry.position) else {
            return Ok(());
        };
        if self.is_following && self.parts_before(publication.entries.iter().map(|it| &it.entry)) {
            return Ok(());
        }
        if self.is_following && self.sent + 1 < first {
            // Another process committed in between.
            self.send_log(first - 1).await?;
        }
        if self.is_following && self.protocol < PROTOCOL_EPOCHS && publication.has_renewal {
            return Err(End::Told(Refusal::Unavailable));
        }
        let me = self.line.id();
        if self.is_following && self.sent + 1 == first && !publication.is_by(me) {
            for frame in publication.frames(self.protocol) {
                self.send_frame(frame.clone()).await?;
                failpoint::may_die(failpoint::BROADCAST);
            }
            self.sent = first - 1 + publication.entries.len() as u64;
            return Ok(());
        }
        let mut rest = &publication.entries[..];
        while let Some(first) = rest.first() {
            let is_own = first.origin == Some(me);
            let end = rest.iter().position(|it| (it.origin == Some(me)) != is_own);
            let (run, others) = rest.split_at(end.unwrap_or(rest.len()));
            rest = others;
            if is_own {
                let answers = run.iter().map(|it| Answer {
                    record: it.entry.record,
                    hash: it.hash,
                    verdict: Verdict::Accepted {
                        position: it.entry.position,
                        at: it.entry.at,
                    },
                });
                self.answer(answers.collect()).await?;
            } else if self.is_following {
                let new = run.iter().filter(|it| it.entry.position > self.sent);
                for frame in change_frames(new.map(|it| it.entry.clone()).collect()) {
                    self.send(&frame).await?;
                }
            }
            if self.is_following
                && let Some(last) = run.last()
            {
                self.sent = self.sent.max(last.entry.position);
            }
        }
        Ok(())
    }

    /// Sends a message, as [`Live::send_frame`] does.
    pub async fn send(&mut self, message: &ServerMessage) -> Step {
        let frame = message::encode(self.protocol, message);
        self.send_frame(frame.into()).await
    }

    /// Puts a frame behind those that leave with the next [`Live::flush`], or before; a peer that does not take it
    /// is gone.
    pub async fn send_frame(&mut self, frame: Bytes) -> Step {
        self.is_unsent = true;
        match timeout(SEND_TIMEOUT, self.sink.feed(Message::Binary(frame))).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(End::Gone),
        }
    }

    /// Lets everything leave that was sent.
    pub async fn flush(&mut self) -> Step {
        if !std::mem::take(&mut self.is_unsent) {
            return Ok(());
        }
        match timeout(SEND_TIMEOUT, self.sink.flush()).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(End::Gone),
        }
    }
}

// A replica within the limit is caught up in a few pages.
const _: () = assert!(CATCH_UP_CHANGES_MAX / LOG_PAGE < 100);

/// Says a refusal that the client has no word for in one that it has.
fn in_older_words(answer: &mut Answer) {
    if answer.verdict == Verdict::Refused(Refusal::Erased) {
        answer.verdict = Verdict::Refused(Refusal::NotPermitted);
    }
}
