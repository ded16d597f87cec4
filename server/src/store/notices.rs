//! What other servers on the same database did: their connections must hear of it as well.

use super::people::Digest;
use huike_shared::id::RecordId;
use tokio::sync::broadcast;

/// Something happened. It may be one's own doing, and it may be told more than once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A log has grown.
    Log {
        /// Whose.
        workspace_id: RecordId,
        /// Up to here at least.
        head: u64,
    },
    /// A workspace's members changed.
    Members(RecordId),
    /// A session has ended.
    Session(Digest),
    /// All sessions of a user have ended but one.
    User {
        /// Whose.
        user_id: RecordId,
        /// The one that goes on.
        except: Option<Digest>,
    },
    /// Nobody knows what happened for a while.
    Missed,
}

/// Hearing of it.
pub trait Notices {
    /// Everything from now on; `None` if no other server can use this database. A listener that
    /// lags behind has missed something.
    fn notices(&self) -> Option<broadcast::Receiver<Notice>>;
}
