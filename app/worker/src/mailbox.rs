//! What has happened since the core last looked.
//!
//! Events gather here while a transaction is under way and are handed on as one batch, so that a burst
//! of two hundred edits costs a few transactions and not two hundred.

use std::cell::RefCell;
use std::future::poll_fn;
use std::mem;
use std::rc::Rc;
use std::task::{Poll, Waker};

use huike_shared::sync::replica::Event;

use crate::store::indexed_db::Ending;

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mail {
    /// Something for the replica.
    Event(Event),
    /// The connection to the store is gone.
    StoreEnded(Ending),
    /// Nothing, but do not wait any longer.
    Nudge,
}

/// A queue with many writers and one reader. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Mailbox {
    inner: Rc<RefCell<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    mail: Vec<Mail>,
    reader: Option<Waker>,
}

impl Mailbox {
    /// Puts an event in.
    pub fn event(&self, event: Event) {
        self.post(Mail::Event(event));
    }

    /// Puts something in.
    pub fn post(&self, mail: Mail) {
        let reader = {
            let mut inner = self.inner.borrow_mut();
            inner.mail.push(mail);
            inner.reader.take()
        };
        if let Some(reader) = reader {
            reader.wake();
        }
    }

    /// Waits until there is something, and takes all of it.
    pub async fn take(&self) -> Vec<Mail> {
        poll_fn(|context| {
            let mut inner = self.inner.borrow_mut();
            if inner.mail.is_empty() {
                inner.reader = Some(context.waker().clone());
                return Poll::Pending;
            }
            Poll::Ready(mem::take(&mut inner.mail))
        })
        .await
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.inner.borrow().mail.is_empty()
    }

    /// Takes out what a connection said that is not there any more.
    pub fn forget_connection(&self) {
        self.inner.borrow_mut().mail.retain(|mail| {
            !matches!(
                mail,
                Mail::Event(
                    Event::Connected
                        | Event::Disconnected
                        | Event::Received(_)
                        | Event::Fetched(_)
                        | Event::Snapshot(_)
                        | Event::Part { .. }
                )
            )
        });
    }
}
