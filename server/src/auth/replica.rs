//! Which replica a browser opens, told before its program starts.
//!
//! A cookie that scripts may read names the workspace and the member of the last sign-in. It proves
//! nothing and opens nothing: the session does. Without it the page would show whoever worked on this
//! device before, ask who is signed in, and load anew.

use crate::store::people::Member;
use axum::http::{HeaderMap, HeaderValue, header};

/// Name of the cookie; `tabs.js` reads it.
pub const COOKIE: &str = "huike_replica";

/// A year, in seconds; a session that is used lasts as long.
const COOKIE_SECONDS: u32 = 365 * 24 * 60 * 60;

/// Names the replica of the member who has just signed in.
pub fn name(headers: &mut HeaderMap, member: &Member, is_secure: bool) {
    let replica = format!("{}-{}", member.workspace_id, member.id);
    set(headers, &replica, COOKIE_SECONDS, is_secure);
}

/// Nobody is signed in any more.
pub fn forget(headers: &mut HeaderMap, is_secure: bool) {
    set(headers, "", 0, is_secure);
}

fn set(headers: &mut HeaderMap, replica: &str, seconds: u32, is_secure: bool) {
    let secure = if is_secure { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={replica}; Path=/; Max-Age={seconds}; SameSite=Lax{secure}");
    let value = HeaderValue::from_str(&cookie).expect("ids are plain letters");
    headers.append(header::SET_COOKIE, value);
}
