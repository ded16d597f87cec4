//! The second factor: a code of six digits that a phone computes (RFC 6238), or a recovery code that counts once.

use super::SignedIn;
use super::throttle::Attempt;
use crate::app::AppState;
use crate::entropy::{OsEntropy, code, digest};
use crate::error::{Failure, Refused};
use crate::store::journal::{NewEntry, What};
use crate::store::people::{Digest, Member};
use crate::store::second_factors::SecondFactor;
use huike_shared::id::Entropy as _;
use qrcode::QrCode;
use qrcode::render::svg;
use std::fmt::Write as _;
use totp_rs::{Builder, Secret, Totp};

/// Bytes of a secret, as RFC 4226 recommends.
const SECRET_BYTES: usize = 20;

/// Recovery codes of one set, each of 120 bits: so much chance needs no slow hash to be kept safely.
pub const RECOVERY_CODES: usize = 10;

/// Longest text that is looked at as a code, in bytes.
const TYPED_BYTES_MAX: usize = 64;

/// Edge of the picture of a secret, in pixels.
const PICTURE_PIXELS: u32 = 240;

/// The name of the program in an app for codes.
const ISSUER: &str = "Huike";

/// A secret to be taken over by a phone.
#[derive(Clone, Debug)]
pub struct SetUp {
    /// To be typed.
    pub secret: String,
    /// To be followed on the phone itself.
    pub address: String,
}

/// Begins to set it up: a new secret that counts once a code of it was typed.
pub async fn begin(state: &AppState, signed_in: &SignedIn) -> Result<(), Failure> {
    let mut secret = [0; SECRET_BYTES];
    OsEntropy.fill(&mut secret);
    let user_id = signed_in.member.user_id;
    let now = state.clock.now();
    if state
        .store
        .begin_second_factor(user_id, &secret, now)
        .await?
    {
        Ok(())
    } else {
        Err(Refused::SecondFactorIsOn.into())
    }
}

/// The secret of the member who asks, until it is turned on; then nobody sees it again.
pub async fn set_up(state: &AppState, member: &Member) -> Result<SetUp, Failure> {
    let found = state.store.second_factor(member.user_id).await?;
    let found = found.filter(|it| !it.is_on).ok_or(Refused::NotFound)?;
    let secret = Secret::from(found.secret).to_base32();
    let account = percent_encoded(&member.login);
    Ok(SetUp {
        address: format!("otpauth://totp/{ISSUER}:{account}?secret={secret}&issuer={ISSUER}"),
        secret,
    })
}

/// The same as a picture for a phone's camera.
pub fn picture(set_up: &SetUp) -> Result<String, Failure> {
    let code = QrCode::new(set_up.address.as_bytes()).map_err(Failure::broken)?;
    let mut picture = code.render::<svg::Color<'_>>();
    picture.min_dimensions(PICTURE_PIXELS, PICTURE_PIXELS);
    Ok(picture.build())
}

/// Turns it on with a code, and answers recovery codes: the only time they are seen.
pub async fn turn_on(
    state: &AppState,
    signed_in: &SignedIn,
    typed: &str,
) -> Result<Vec<String>, Failure> {
    let member = &signed_in.member;
    let attempt = Attempt::begin_anywhere(state, &format!("code {}", member.user_id)).await?;
    let found = state.store.second_factor(member.user_id).await?;
    let found = found.filter(|it| !it.is_on).ok_or(Refused::NotFound)?;
    let step = step(state, &found, typed)?.ok_or(Refused::WrongCode)?;
    attempt.succeed(state).await?;
    let codes: Vec<String> = (0..RECOVERY_CODES)
        .map(|_| format!("{}-{}", code(), code()))
        .collect();
    let kept: Vec<Digest> = codes.iter().map(|it| kept(it)).collect();
    let entry = NewEntry::by(member, What::SecondFactorOn, state.clock.now());
    let store = &state.store;
    if store
        .turn_on_second_factor(member.user_id, step, &kept, entry)
        .await?
    {
        Ok(codes)
    } else {
        Err(Refused::NotFound.into())
    }
}

/// Turns it off.
pub async fn turn_off(state: &AppState, signed_in: &SignedIn) -> Result<(), Failure> {
    let member = &signed_in.member;
    let entry = NewEntry::by(member, What::SecondFactorOff, state.clock.now());
    if state
        .store
        .turn_off_second_factor(member.user_id, entry)
        .await?
    {
        Ok(())
    } else {
        Err(Refused::NotFound.into())
    }
}

/// Whether a member must show a code to sign in.
pub async fn is_on(state: &AppState, member: &Member) -> Result<bool, Failure> {
    let found = state.store.second_factor(member.user_id).await?;
    Ok(found.is_some_and(|it| it.is_on))
}

/// Takes a code or a recovery code of a member whose password was right. Each counts once.
pub async fn check(state: &AppState, member: &Member, typed: &str) -> Result<(), Failure> {
    // Only who knows the password comes so far: counting whatever the address locks no stranger's victim out.
    let attempt = Attempt::begin_anywhere(state, &format!("code {}", member.user_id)).await?;
    let found = state.store.second_factor(member.user_id).await?;
    let found = found.filter(|it| it.is_on).ok_or(Refused::NotFound)?;
    let now = state.clock.now();
    let is_right = match step(state, &found, typed)? {
        Some(step) => state.store.use_step(member.user_id, step).await?,
        None if typed.len() > TYPED_BYTES_MAX => false,
        None => {
            let entry = NewEntry::by(member, What::RecoveryCodeUsed, now);
            let code = kept(typed);
            state
                .store
                .use_recovery_code(member.user_id, code, entry)
                .await?
        }
    };
    if !is_right {
        let entry = NewEntry::to(Some(member), What::SignInFailed, now).with_detail("code");
        state.store.note(entry).await?;
        return Err(Refused::WrongCode.into());
    }
    attempt.succeed(state).await
}

/// The step of a code that is right now, or was half a minute ago, or will be.
fn step(state: &AppState, factor: &SecondFactor, typed: &str) -> Result<Option<u64>, Failure> {
    let code: String = typed.chars().filter(|it| !it.is_whitespace()).collect();
    if code.len() != 6 || !code.bytes().all(|it| it.is_ascii_digit()) {
        return Ok(None);
    }
    let seconds = u64::try_from(state.clock.now().millis() / 1_000).unwrap_or(0);
    Ok(totp(&factor.secret)?.check(&code, seconds))
}

fn totp(secret: &[u8]) -> Result<Totp, Failure> {
    Builder::new()
        .with_secret(secret.to_vec())
        .build()
        .map_err(|error| Failure::Broken(format!("a secret is not usable: {error:?}")))
}

/// What is kept of a recovery code, however its letters are typed.
fn kept(typed: &str) -> Digest {
    let letters = typed.chars().filter(char::is_ascii_alphanumeric);
    let letters: String = letters.map(|it| it.to_ascii_uppercase()).collect();
    digest(letters.as_bytes())
}

fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, the last six of its eight digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        let totp = totp(b"12345678901234567890").unwrap();
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(totp.check(code, seconds), Some(seconds / 30), "{seconds}");
            assert_eq!(totp.check(code, seconds + 30), Some(seconds / 30));
            assert_eq!(totp.check(code, seconds + 90), None, "{seconds}");
        }
    }

    #[test]
    fn a_recovery_code_is_its_letters() {
        assert_eq!(kept("ABCD-EFGH-JKLM"), kept(" abcd efghjklm"));
        assert_ne!(kept("ABCD-EFGH-JKLM"), kept("ABCD-EFGH-JKLN"));
    }

    #[test]
    fn an_address_is_a_picture_without_scripts() {
        let set_up = SetUp {
            secret: "A".repeat(32),
            address: format!(
                "otpauth://totp/{ISSUER}:{}",
                percent_encoded("王伟@例子.中国")
            ),
        };
        assert!(set_up.address.is_ascii());
        let picture = picture(&set_up).unwrap();
        assert!(
            picture.contains("<svg") && !picture.contains("script") && !picture.contains("style")
        );
    }
}
