//! Signed-in sessions: `tower-sessions` on our database.
//!
//! The browser holds a random id, the database its SHA-256 only. A request is asked anew for its
//! member, so that leaving or a changed role counts at once.

use crate::app::{AppState, Ended};
use crate::entropy::digest;
use crate::error::{Failure, Refused};
use crate::http::device_label;
use crate::http::refusals::Asker;
use crate::store::Store;
use crate::store::journal::{NewEntry, What};
use crate::store::people::{Digest, Member, SessionRow, Workspace};
use async_trait::async_trait;
use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use huike_shared::id::RecordId;
use huike_shared::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::Arc;
use time::OffsetDateTime;
use tower_sessions::cookie::SameSite;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{self, SessionStore};
use tower_sessions::{Expiry, Session, SessionManagerLayer};

/// A session ends after this many days without a visit.
const IDLE_DAYS: i64 = 30;

/// Name of the cookie over https; the prefix binds it to this host and to https.
pub const SECURE_COOKIE: &str = "__Host-huike";

/// Name of the cookie over plain http, where browsers refuse the prefix.
pub const PLAIN_COOKIE: &str = "huike";

/// What the session holds once somebody has signed in.
const WHO: &str = "who";

/// The hour of the last visit; changing it moves the end of the session.
const SEEN_HOUR: &str = "seen_hour";

/// How exactly the last visit is known: noting it must not cost a write each time.
pub const SEEN_STEP_MS: i64 = 60 * 60 * 1_000;

/// What the browser called itself.
const DEVICE: &str = "device";

/// When the password was last typed in this session, in milliseconds since 1970.
const CONFIRMED_AT: &str = "confirmed_at";

/// How long a typed password lets a session do what cannot be undone.
pub const CONFIRMED_MS: i64 = 10 * 60 * 1_000;

/// What the session holds between the password and the code.
const PENDING: &str = "pending";

/// How long the code may take.
const PENDING_MS: i64 = 10 * 60 * 1_000;

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Pending {
    member: RecordId,
    until: i64,
    next: String,
}

/// A member whose password was right and whose code is awaited.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// Who.
    pub member: Member,
    /// Where to go afterwards.
    pub next: String,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Who {
    user: RecordId,
    member: RecordId,
}

/// The layer that reads and sends the cookie.
pub fn layer(store: Arc<dyn Store>, is_secure: bool) -> SessionManagerLayer<Sessions> {
    SessionManagerLayer::new(Sessions { store })
        .with_name(if is_secure {
            SECURE_COOKIE
        } else {
            PLAIN_COOKIE
        })
        .with_secure(is_secure)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(time::Duration::days(IDLE_DAYS)))
}

/// The member who asks. As an argument of a handler it refuses everybody else.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Who.
    pub member: Member,
    /// Where.
    pub workspace: Workspace,
    /// Digest of the session, as [`Ended`] names it.
    pub session: Digest,
    /// When the password was last typed in it.
    pub confirmed_at: Option<Timestamp>,
}

impl SignedIn {
    /// Refuses who has not typed the password for a while: a browser that was left open must not erase anything, hand
    /// out rights or take everything away.
    pub fn must_be_confirmed(&self, state: &AppState) -> Result<(), Refused> {
        let now = state.clock.now().millis();
        // A time ahead of now is none: the clock was set back.
        let is_confirmed = self
            .confirmed_at
            .is_some_and(|it| (0..CONFIRMED_MS).contains(&(now - it.millis())));
        if is_confirmed {
            Ok(())
        } else {
            Err(Refused::ConfirmPassword)
        }
    }
}

impl<S> FromRequestParts<S> for SignedIn
where
    S: Send + Sync,
    AppState: axum::extract::FromRef<S>,
{
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let state: AppState = axum::extract::FromRef::from_ref(state);
        let session = parts
            .extensions
            .get::<Session>()
            .cloned()
            .ok_or(Refused::NotSignedIn)?;
        let found = find(&state, &session).await?;
        let signed_in = found.ok_or(Refused::NotSignedIn)?;
        if let Some(asker) = parts.extensions.get::<Asker>() {
            asker.is(&signed_in.member);
        }
        Ok(signed_in)
    }
}

/// The member of a session, if there is one who still belongs here.
pub async fn find(state: &AppState, session: &Session) -> Result<Option<SignedIn>, Failure> {
    let Some(who) = session.get::<Who>(WHO).await.map_err(Failure::broken)? else {
        return Ok(None);
    };
    let Some(id) = session.id() else {
        return Ok(None);
    };
    let Some(member) = state
        .store
        .member(who.member)
        .await?
        .filter(|it| it.is_active)
    else {
        return Ok(None);
    };
    let Some(workspace) = state.store.workspace(member.workspace_id).await? else {
        return Ok(None);
    };
    let hour = state.clock.now().millis() / SEEN_STEP_MS;
    session
        .insert(SEEN_HOUR, hour)
        .await
        .map_err(Failure::broken)?;
    let confirmed_at = session.get(CONFIRMED_AT).await.map_err(Failure::broken)?;
    Ok(Some(SignedIn {
        member,
        workspace,
        session: session_digest(id),
        confirmed_at: confirmed_at.map(Timestamp::from_millis),
    }))
}

/// Waits for the code of a member whose password was right. Nobody is signed in by that.
pub async fn wait_for_code(
    state: &AppState,
    session: &Session,
    member: &Member,
    next: &str,
) -> Result<(), Failure> {
    session.cycle_id().await.map_err(Failure::broken)?;
    let pending = Pending {
        member: member.id,
        until: state.clock.now().millis() + PENDING_MS,
        next: next.to_owned(),
    };
    session
        .insert(PENDING, pending)
        .await
        .map_err(Failure::broken)
}

/// Whose code is awaited in this session.
pub async fn waiting(state: &AppState, session: &Session) -> Result<Option<Waiting>, Failure> {
    let pending = session.get::<Pending>(PENDING).await;
    let Some(pending) = pending.map_err(Failure::broken)? else {
        return Ok(None);
    };
    if pending.until <= state.clock.now().millis() {
        return Ok(None);
    }
    let member = state.store.member(pending.member).await?;
    Ok(member.filter(|it| it.is_active).map(|member| Waiting {
        member,
        next: pending.next,
    }))
}

/// Signs a member in. The id changes, so that one planted before is worth nothing.
pub async fn begin(
    state: &AppState,
    session: &Session,
    member: &Member,
    headers: &HeaderMap,
) -> Result<(), Failure> {
    let entry = NewEntry::by(member, What::SignedIn, state.clock.now());
    state.store.note(entry).await?;
    session.cycle_id().await.map_err(Failure::broken)?;
    let who = Who {
        user: member.user_id,
        member: member.id,
    };
    session.insert(WHO, who).await.map_err(Failure::broken)?;
    session
        .remove::<Pending>(PENDING)
        .await
        .map_err(Failure::broken)?;
    let device = device_label::of(headers);
    session
        .insert(DEVICE, device)
        .await
        .map_err(Failure::broken)?;
    confirmed(state, session).await
}

/// Notes that the password was typed now.
pub async fn confirmed(state: &AppState, session: &Session) -> Result<(), Failure> {
    let now = state.clock.now().millis();
    session
        .insert(CONFIRMED_AT, now)
        .await
        .map_err(Failure::broken)
}

/// What a session says of itself to its member.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// What the browser called itself; may be empty.
    pub device: String,
    /// The last visit, within [`SEEN_STEP_MS`].
    pub seen_at: Option<Timestamp>,
}

/// Reads it from what is stored.
pub fn said(data: &str) -> Said {
    let data: HashMap<String, Value> = serde_json::from_str(data).unwrap_or_default();
    let device = data.get(DEVICE).and_then(Value::as_str).unwrap_or_default();
    let hour = data.get(SEEN_HOUR).and_then(Value::as_i64);
    Said {
        device: device.to_owned(),
        seen_at: hour.map(|it| Timestamp::from_millis(it.saturating_mul(SEEN_STEP_MS))),
    }
}

/// Signs out here.
pub async fn end(state: &AppState, session: &Session) -> Result<(), Failure> {
    let id = session.id();
    if let Some(signed_in) = find(state, session).await? {
        let now = state.clock.now();
        let entry = NewEntry::by(&signed_in.member, What::SignedOut, now);
        state.store.note(entry).await?;
    }
    session.flush().await.map_err(Failure::broken)?;
    if let Some(id) = id {
        state.tell_ended(Ended::Session(session_digest(id)));
    }
    Ok(())
}

/// What the database keeps of a session's id.
pub fn session_digest(id: Id) -> Digest {
    digest(&id.0.to_le_bytes())
}

/// Sessions in our own database.
#[derive(Clone, Debug)]
pub struct Sessions {
    store: Arc<dyn Store>,
}

impl Sessions {
    fn row(record: &Record) -> session_store::Result<SessionRow> {
        let who = record.data.get(WHO).cloned();
        let who: Option<Who> = who.and_then(|it| serde_json::from_value(it).ok());
        Ok(SessionRow {
            id: session_digest(record.id),
            user_id: who.map(|it| it.user),
            data: serde_json::to_string(&record.data)
                .map_err(|error| session_store::Error::Encode(error.to_string()))?,
            expires_at: millis(record.expiry_date),
        })
    }
}

fn millis(time: OffsetDateTime) -> Timestamp {
    Timestamp::from_millis(i64::try_from(time.unix_timestamp_nanos() / 1_000_000).unwrap_or(0))
}

fn backend(error: crate::store::StoreError) -> session_store::Error {
    session_store::Error::Backend(error.to_string())
}

#[async_trait]
impl SessionStore for Sessions {
    async fn create(&self, record: &mut Record) -> session_store::Result<()> {
        let now = millis(OffsetDateTime::now_utc());
        while !self
            .store
            .add_session(Self::row(record)?, now)
            .await
            .map_err(backend)?
        {
            record.id = Id::default();
        }
        Ok(())
    }

    async fn save(&self, record: &Record) -> session_store::Result<()> {
        // Changes a living session only: one that was ended meanwhile must not come back.
        self.store
            .update_session(Self::row(record)?)
            .await
            .map_err(backend)
    }

    async fn load(&self, id: &Id) -> session_store::Result<Option<Record>> {
        let now = millis(OffsetDateTime::now_utc());
        let row = self
            .store
            .session(session_digest(*id), now)
            .await
            .map_err(backend)?;
        let Some(row) = row else { return Ok(None) };
        let data = serde_json::from_str(&row.data)
            .map_err(|error| session_store::Error::Decode(error.to_string()))?;
        let nanos = i128::from(row.expires_at.millis()) * 1_000_000;
        let expiry_date = OffsetDateTime::from_unix_timestamp_nanos(nanos)
            .map_err(|error| session_store::Error::Decode(error.to_string()))?;
        Ok(Some(Record {
            id: *id,
            data,
            expiry_date,
        }))
    }

    async fn delete(&self, id: &Id) -> session_store::Result<()> {
        self.store
            .remove_session(session_digest(*id))
            .await
            .map_err(backend)
    }
}
