//! Passwords: what is asked of one, and how it is kept.
//!
//! How soon it would be guessed is estimated by zxcvbn, which knows thirty thousand passwords of leaked lists, words,
//! names, dates and rows of keys, without asking anybody.
//!
//! Argon2id with 19 MiB, two passes, one lane. Hashing is slow on purpose, so it runs on the
//! blocking threads, and only a few at a time: a flood of attempts must not starve the rest.

use crate::error::{Failure, Refused};
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use std::sync::Arc;
use tokio::sync::Semaphore;
use zxcvbn::{Score, zxcvbn};

/// Shortest password, in characters.
pub const PASSWORD_CHARS_MIN: usize = 10;

/// Longest password, in bytes, which is 64 characters of any script: nobody types more, and hashing takes time for every byte.
pub const PASSWORD_BYTES_MAX: usize = 256;

/// Memory of one hash, in KiB.
const MEMORY_KIB: u32 = 19 * 1024;

/// Holds for a hundred million guesses at least, estimated.
const SCORE_MIN: Score = Score::Three;

/// Passwords that attackers try first, that are long enough for the rule above, and that people in China choose too.
const COMMON: &str = include_str!("password/common.txt");

/// Whether a password may be used by this user.
pub fn check(password: &str, login: &str) -> Result<(), Refused> {
    let lower = password.to_lowercase();
    if password.chars().count() < PASSWORD_CHARS_MIN {
        return Err(Refused::PasswordTooShort);
    }
    if password.len() > PASSWORD_BYTES_MAX {
        return Err(Refused::PasswordTooLong);
    }
    let name = login.split('@').next().unwrap_or(login);
    if lower == login
        || (name.chars().count() >= 4 && lower.trim_end_matches(char::is_numeric) == name)
    {
        return Err(Refused::PasswordLikeLogin);
    }
    let distinct: std::collections::BTreeSet<char> = lower.chars().collect();
    if distinct.len() < 4 || is_run(&lower) || COMMON.lines().any(|it| it == lower) {
        return Err(Refused::PasswordTooCommon);
    }
    // Who tries knows the sign-in name.
    if zxcvbn(password, &[login, name]).score() < SCORE_MIN {
        return Err(Refused::PasswordTooCommon);
    }
    Ok(())
}

/// Whether the whole password walks up or down, such as 1234567890 or abcdefghij.
fn is_run(password: &str) -> bool {
    let codes: Vec<u32> = password.chars().map(u32::from).collect();
    [1, -1].iter().any(|step| {
        codes
            .windows(2)
            .all(|pair| i64::from(pair[1]) - i64::from(pair[0]) == *step)
    })
}

/// Hashes and verifies, a few at a time.
#[derive(Clone, Debug)]
pub struct Passwords {
    slots: Arc<Semaphore>,
    /// Verified when there is no such user, so that the answer takes the same time.
    nobody: Arc<str>,
}

impl Passwords {
    /// One hash at a time for each core.
    pub fn new() -> Result<Self, Failure> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let nobody = hash_now(&crate::entropy::token())?.into();
        Ok(Passwords {
            slots: Arc::new(Semaphore::new(cores)),
            nobody,
        })
    }

    /// The form of a password that is kept.
    pub async fn hash(&self, password: &str) -> Result<String, Failure> {
        let password = password.to_owned();
        self.run(move || hash_now(&password)).await?
    }

    /// Whether the password is the one that was kept. Without a user it is not, after the same time.
    pub async fn verify(&self, password: &str, kept: Option<&str>) -> Result<bool, Failure> {
        if password.len() > PASSWORD_BYTES_MAX {
            return Ok(false);
        }
        let password = password.to_owned();
        let is_somebody = kept.is_some();
        let kept = kept.unwrap_or(&self.nobody).to_owned();
        let is_right = self
            .run(move || {
                PasswordHash::new(&kept).is_ok_and(|hash| {
                    Argon2::default()
                        .verify_password(password.as_bytes(), &hash)
                        .is_ok()
                })
            })
            .await?;
        Ok(is_right && is_somebody)
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Failure> {
        let _slot = self.slots.acquire().await.map_err(Failure::broken)?;
        tokio::task::spawn_blocking(work)
            .await
            .map_err(Failure::broken)
    }
}

fn hash_now(password: &str) -> Result<String, Failure> {
    let params = Params::new(MEMORY_KIB, 2, 1, None).map_err(Failure::broken)?;
    let hash = Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password(password.as_bytes())
        .map_err(Failure::broken)?;
    Ok(hash.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_password(password: &str, expected: Option<Refused>) {
        assert_eq!(
            check(password, "wangwei@example.com").err(),
            expected,
            "{password}"
        );
    }

    #[test]
    fn a_password_is_long_and_not_the_first_guess() {
        check_password("correct horse battery", None);
        check_password("云仓物流的长口令一二三", None);
        check_password("short1234", Some(Refused::PasswordTooShort));
        check_password("1234567890", Some(Refused::PasswordTooCommon));
        check_password("Password123", Some(Refused::PasswordTooCommon));
        check_password("aaaaaaaaaaaa", Some(Refused::PasswordTooCommon));
        check_password("zyxwvutsrq", Some(Refused::PasswordTooCommon));
        // On no list as they stand, but made of what is.
        for easy in [
            "P@ssword2026",
            "iloveyou123456",
            "qwertyuiop12",
            "Summer2026!",
            "woaini520520",
            "1qaz2wsx3edc",
            "Zhongguo123",
        ] {
            check_password(easy, Some(Refused::PasswordTooCommon));
        }
        let han = (0..64).filter_map(|it| char::from_u32(0x4e00 + 37 * it));
        check_password(&han.collect::<String>(), None);
        check_password("wangwei@example.com", Some(Refused::PasswordLikeLogin));
        check_password("WangWei2026", Some(Refused::PasswordLikeLogin));
        check_password(&"long".repeat(100), Some(Refused::PasswordTooLong));
    }

    #[tokio::test]
    async fn a_hash_is_argon2id_and_fits_its_password_only() {
        let passwords = Passwords::new().unwrap();
        let kept = passwords.hash("correct horse battery").await.unwrap();
        assert!(
            kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{kept}"
        );
        assert!(
            passwords
                .verify("correct horse battery", Some(&kept))
                .await
                .unwrap()
        );
        assert!(
            !passwords
                .verify("correct horse batterz", Some(&kept))
                .await
                .unwrap()
        );
        assert!(!passwords.verify("anything at all", None).await.unwrap());
    }
}
