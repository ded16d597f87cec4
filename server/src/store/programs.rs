//! What lets other programs in, and what they asked for under a key.
//!
//! Tokens come in as SHA-256 digests; the memory never sees them. A request with a key is noted with
//! the change it is about to make, before that change is submitted: whatever happens in between,
//! the log says whether it happened.

use super::StoreResult;
use super::journal::NewEntry;
use super::people::Digest;
use async_trait::async_trait;
use huike_shared::document::ChangeHash;
use huike_shared::id::RecordId;
use huike_shared::record::RecordRef;
use huike_shared::time::Timestamp;

/// What a token lets a program do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Read what its member may read.
    Read,
    /// Read and write what its member may.
    ReadWrite,
}

impl Scope {
    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            Scope::Read => "read",
            Scope::ReadWrite => "read_write",
        }
    }

    /// Reads the stored word.
    pub fn from_word(word: &str) -> Option<Scope> {
        [Scope::Read, Scope::ReadWrite]
            .into_iter()
            .find(|it| it.word() == word)
    }
}

/// A personal access token (访问令牌), without the secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessToken {
    /// Its id.
    pub id: RecordId,
    /// In whose name it acts.
    pub member_id: RecordId,
    /// What the member calls it.
    pub name: String,
    /// What it lets a program do.
    pub scope: Scope,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working, if ever.
    pub expires_at: Option<Timestamp>,
    /// About when it was last used.
    pub used_at: Option<Timestamp>,
}

/// A request that must happen once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyedRequest {
    /// Who asked.
    pub member_id: RecordId,
    /// Digest of the key.
    pub key: Digest,
    /// Digest of what was asked.
    pub request: Digest,
    /// The record it is about.
    pub record: RecordRef,
    /// The first change it makes; all zeros if it makes none.
    pub change: ChangeHash,
    /// When.
    pub at: Timestamp,
    /// What was answered, once something was.
    pub status: Option<u16>,
}

/// Tokens of programs, and requests with keys.
#[async_trait]
pub trait Programs {
    /// Keeps a new token unless its member has `max` of them. One transaction, so that two requests
    /// at once cannot slip through together.
    async fn add_token(
        &self,
        token: &AccessToken,
        digest: Digest,
        max: u64,
        entry: NewEntry,
    ) -> StoreResult<bool>;
    /// A member's tokens, newest first.
    async fn tokens(&self, member_id: RecordId) -> StoreResult<Vec<AccessToken>>;
    /// The token with this digest, expired or not.
    async fn token(&self, digest: Digest) -> StoreResult<Option<AccessToken>>;
    /// Notes that a token was used.
    async fn touch_token(&self, id: RecordId, now: Timestamp) -> StoreResult<()>;
    /// Revokes a token. False if the member has none of this id.
    async fn remove_token(
        &self,
        member_id: RecordId,
        id: RecordId,
        entry: NewEntry,
    ) -> StoreResult<bool>;

    /// The request that was made under a key.
    async fn keyed_request(
        &self,
        member_id: RecordId,
        key: Digest,
    ) -> StoreResult<Option<KeyedRequest>>;
    /// Notes a request unless its key is taken. A request that still waits for its answer gives
    /// way if `instead_of` names its change. False if nothing was noted.
    async fn note_request(
        &self,
        request: &KeyedRequest,
        instead_of: Option<ChangeHash>,
    ) -> StoreResult<bool>;
    /// Notes what was answered to a request.
    async fn answer_request(
        &self,
        member_id: RecordId,
        key: Digest,
        status: u16,
    ) -> StoreResult<()>;
    /// Forgets a request that was not granted, so that its key can be used again.
    async fn forget_request(&self, member_id: RecordId, key: Digest) -> StoreResult<()>;
    /// Forgets requests from before a time.
    async fn forget_requests_before(&self, time: Timestamp) -> StoreResult<()>;
}
