//! A code from a phone besides the password, and codes on paper for the day the phone is lost.
//!
//! The secret has to be kept as it is, because codes are computed from it. Recovery codes come in as SHA-256 digests.

use super::StoreResult;
use super::journal::NewEntry;
use super::people::Digest;
use async_trait::async_trait;
use huike_shared::id::RecordId;
use huike_shared::time::Timestamp;

/// The second factor of a user, on or being set up.
#[derive(Clone, PartialEq, Eq)]
pub struct SecondFactor {
    /// What codes are computed from.
    pub secret: Vec<u8>,
    /// False while it is being set up.
    pub is_on: bool,
    /// Recovery codes that are left.
    pub codes_left: u64,
}

impl std::fmt::Debug for SecondFactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The secret may not reach a log.
        f.debug_struct("SecondFactor")
            .field("is_on", &self.is_on)
            .finish_non_exhaustive()
    }
}

/// Second factors and their recovery codes.
#[async_trait]
pub trait SecondFactors {
    /// The second factor of a user.
    async fn second_factor(&self, user_id: RecordId) -> StoreResult<Option<SecondFactor>>;
    /// Keeps a new secret, in the place of one that was not turned on. False if one is on.
    async fn begin_second_factor(
        &self,
        user_id: RecordId,
        secret: &[u8],
        now: Timestamp,
    ) -> StoreResult<bool>;
    /// Turns it on with a code of this step, and keeps recovery codes. False if there is none to be turned on.
    async fn turn_on_second_factor(
        &self,
        user_id: RecordId,
        step: u64,
        codes: &[Digest],
        entry: NewEntry,
    ) -> StoreResult<bool>;
    /// Uses a step up, with all before it. False if it was used: a code counts once.
    async fn use_step(&self, user_id: RecordId, step: u64) -> StoreResult<bool>;
    /// Uses a recovery code up. False if there is none like it.
    async fn use_recovery_code(
        &self,
        user_id: RecordId,
        code: Digest,
        entry: NewEntry,
    ) -> StoreResult<bool>;
    /// Turns it off and forgets its secret and codes. False if none was on.
    async fn turn_off_second_factor(&self, user_id: RecordId, entry: NewEntry)
    -> StoreResult<bool>;
    /// Members of a workspace whose users have it on.
    async fn members_with_second_factor(
        &self,
        workspace_id: RecordId,
    ) -> StoreResult<Vec<RecordId>>;
}
