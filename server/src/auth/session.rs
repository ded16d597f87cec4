//! Signed-in sessions: `tower-sessions` on our database.
//!
//! The browser holds a random id, the database its SHA-256 only. A request is asked anew for its
//! member, so that leaving or a changed role counts at once.

use crate::app::{AppState, Ended};
use crate::entropy::digest;
use crate::error::{Failure, Refused};
use crate::http::refusals::Asker;
use crate::store::Store;
use crate::store::journal::{NewEntry, What};
use crate::store::people::{Digest, Member, SessionRow, Workspace};
use async_trait::async_trait;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use huike_shared::id::RecordId;
use huike_shared::time::Timestamp;
use serde::{Deserialize, Serialize};
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

/// The day of the last visit; changing it moves the end of the session.
const SEEN_DAY: &str = "seen_day";

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
    let today = state.clock.now().millis() / huike_shared::time::DAY_MS;
    session
        .insert(SEEN_DAY, today)
        .await
        .map_err(Failure::broken)?;
    Ok(Some(SignedIn {
        member,
        workspace,
        session: session_digest(id),
    }))
}

/// Signs a member in. The id changes, so that one planted before is worth nothing.
pub async fn begin(state: &AppState, session: &Session, member: &Member) -> Result<(), Failure> {
    let entry = NewEntry::by(member, What::SignedIn, state.clock.now());
    state.store.note(entry).await?;
    session.cycle_id().await.map_err(Failure::broken)?;
    let who = Who {
        user: member.user_id,
        member: member.id,
    };
    session.insert(WHO, who).await.map_err(Failure::broken)
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
