//! What other servers on the same database did: their connections must hear of it as well.

use super::StoreResult;
use super::people::Digest;
use async_trait::async_trait;
use huike_shared::id::RecordId;
use huike_shared::sync::message::PresenceInfo;
use tokio::sync::broadcast;

/// People of whom one notice speaks; a notice of Postgres holds 8,000 bytes.
pub const PEOPLE_MAX: usize = 100;

/// Who is connected to a server, as it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Present {
    /// Which server; another name each time that it starts.
    pub server: RecordId,
    /// In which workspace.
    pub workspace_id: RecordId,
    /// Who, up to [`PEOPLE_MAX`].
    pub people: Vec<PresenceInfo>,
}

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
    /// Who is at a server. Nothing that is stored.
    Present(Present),
    /// Nobody knows what happened for a while.
    Missed,
}

/// Hearing of it.
#[async_trait]
pub trait Notices {
    /// Everything from now on; `None` if no other server can use this database. A listener that
    /// lags behind has missed something.
    fn notices(&self) -> Option<broadcast::Receiver<Notice>>;
    /// Tells the other servers something that is not stored.
    async fn tell(&self, notice: &Notice) -> StoreResult<()>;
}
