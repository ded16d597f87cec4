//! Personal access tokens: how they look, who may make them, what they let in.
//!
//! A token is `huike_pat_`, forty hexadecimal digits of chance and eight of a checksum: scanners for
//! leaked secrets recognize the prefix, and what is only mistyped never reaches the memory. It is
//! shown once; kept is its SHA-256. It acts in the name of its member, never beyond their role, and
//! is worth nothing once they have left.

use crate::api::error::ApiError;
use crate::app::AppState;
use crate::entropy::{OsEntropy, digest, hex, token};
use crate::error::{Failure, Refused};
use crate::store::journal::{NewEntry, What};
use crate::store::people::{Digest, Member};
use crate::store::programs::{AccessToken, Scope};
use huike_shared::id::{Entropy as _, RecordId};
use huike_shared::time::{DAY_MS, Timestamp};

/// How every token begins.
pub const PREFIX: &str = "huike_pat_";
/// Digits of chance.
const SECRET_CHARS: usize = 40;
/// Bytes of the checksum.
const CHECK_BYTES: usize = 4;

/// Tokens of one member.
pub const TOKENS_MAX: u64 = 20;
/// Characters in the name of a token.
pub const NAME_CHARS_MAX: usize = 80;
/// Days a token may last, unless it lasts for ever.
pub const DAYS_MAX: i64 = 3_650;

/// A use is noted when the last note is older than this: reading must not cost a write each time.
const USED_STEP_MS: i64 = 60_000;

/// A new token with its secret, which is never seen again.
#[derive(Clone, Debug)]
pub struct Made {
    /// What is kept.
    pub token: AccessToken,
    /// What the program shows.
    pub secret: String,
}

/// A new secret.
fn secret() -> String {
    let body = format!("{PREFIX}{}", token());
    let check = check(&body);
    format!("{body}{check}")
}

fn check(body: &str) -> String {
    hex(&digest(body.as_bytes())[..CHECK_BYTES])
}

/// What is kept of a token, if it has the form of one.
fn read(secret: &str) -> Option<Digest> {
    let length = PREFIX.len() + SECRET_CHARS;
    let (body, end) = secret.split_at_checked(length)?;
    let digits = body.strip_prefix(PREFIX)?;
    let is_good = digits
        .bytes()
        .all(|it| it.is_ascii_digit() || (b'a'..=b'f').contains(&it))
        && end == check(body);
    is_good.then(|| digest(secret.as_bytes()))
}

/// Makes a token for a member.
pub async fn make(
    state: &AppState,
    member: &Member,
    name: &str,
    scope: Scope,
    days: Option<i64>,
) -> Result<Made, Failure> {
    let name = name.trim();
    if name.is_empty() || name.chars().any(char::is_control) {
        return Err(Refused::NameMissing.into());
    }
    if name.chars().count() > NAME_CHARS_MAX {
        return Err(Refused::NameTooLong.into());
    }
    if days.is_some_and(|it| !(1..=DAYS_MAX).contains(&it)) {
        return Err(ApiError::BadParameter {
            name: "expires_in_days".to_owned(),
        }
        .into());
    }
    let now = state.clock.now();
    let made = Made {
        token: AccessToken {
            id: OsEntropy.record_id(now),
            member_id: member.id,
            name: name.to_owned(),
            scope,
            created_at: now,
            expires_at: days.map(|it| Timestamp::from_millis(now.millis() + it * DAY_MS)),
            used_at: None,
        },
        secret: secret(),
    };
    let kept = digest(made.secret.as_bytes());
    let entry = NewEntry::by(member, What::TokenMade, now)
        .about(made.token.id)
        .with_detail(scope.word());
    let added = state.store.add_token(&made.token, kept, TOKENS_MAX, entry);
    if !added.await? {
        return Err(ApiError::TooManyTokens.into());
    }
    Ok(made)
}

/// Revokes a token of a member.
pub async fn revoke(state: &AppState, member: &Member, id: RecordId) -> Result<(), Failure> {
    let entry = NewEntry::by(member, What::TokenRevoked, state.clock.now()).about(id);
    if state.store.remove_token(member.id, id, entry).await? {
        Ok(())
    } else {
        Err(Refused::NotFound.into())
    }
}

/// The token that a program shows, with its member as they are now.
pub async fn find(state: &AppState, shown: &str) -> Result<(AccessToken, Member), Failure> {
    let kept = read(shown).ok_or(ApiError::TokenInvalid)?;
    let token = state.store.token(kept).await?;
    let token = token.ok_or(ApiError::TokenInvalid)?;
    let now = state.clock.now();
    if token.expires_at.is_some_and(|it| it <= now) {
        return Err(ApiError::TokenExpired.into());
    }
    let member = state.store.member(token.member_id).await?;
    let member = member
        .filter(|it| it.is_active)
        .ok_or(ApiError::TokenInvalid)?;
    state.programs.meter(token.id)?;
    let is_noted = token
        .used_at
        .is_some_and(|it| now.millis() - it.millis() < USED_STEP_MS);
    if !is_noted && let Err(error) = state.store.touch_token(token.id, now).await {
        // A disk that is full stops writing, not reading.
        tracing::warn!(%error, "the use of a token was not noted");
    }
    Ok((token, member))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_reads_back_and_a_mistyped_one_does_not() {
        let secret = secret();
        assert_eq!(secret.len(), PREFIX.len() + SECRET_CHARS + 2 * CHECK_BYTES);
        assert_eq!(read(&secret), Some(digest(secret.as_bytes())));
        for index in 0..secret.len() {
            let mut bytes = secret.clone().into_bytes();
            bytes[index] = if bytes[index] == b'0' { b'1' } else { b'0' };
            assert_eq!(read(&String::from_utf8(bytes).unwrap()), None, "{index}");
        }
        for wrong in [
            "",
            "huike_pat_",
            &secret[1..],
            "汇客汇客汇客汇客汇客汇客汇客汇客汇客汇客",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
