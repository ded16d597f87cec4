//! Who works here: the member of this replica, found out in the background.
//!
//! Local data never waits for the server. A replica belongs to one member of one workspace
//! (`huike.replica` = `<workspace>-<member>`, told by a cookie of the sign-in before the page starts);
//! another member on the same device gets another one, and nobody's waiting edits are ever sent for
//! or wiped by somebody else.

pub mod http;

use js_sys::JSON;
use leptos::prelude::*;
use wasm_bindgen::JsValue;

use crate::store::device::{remember, remembered};
use crate::store::{LocalStore, use_store};
use http::HttpError;

/// Which replica this browser opens.
const REPLICA_KEY: &str = "huike.replica";
/// The last answer of the server, for work without one.
const ME_KEY: &str = "huike.me";

/// Who is signed in and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Me {
    /// The workspace.
    pub workspace: WorkspaceInfo,
    /// The member.
    pub member: MyMember,
}

impl Me {
    /// Reads the server's answer. By hand: the frame needs no other JSON, and what reads every kind of it
    /// would be a twentieth of the frame's code.
    fn read(answer: &JsValue) -> Option<Me> {
        let (workspace, member) = (
            http::part(answer, "workspace")?,
            http::part(answer, "member")?,
        );
        Some(Me {
            workspace: WorkspaceInfo {
                id: http::text(&workspace, "id")?,
                name: http::text(&workspace, "name")?,
            },
            member: MyMember {
                id: http::text(&member, "id")?,
                name: http::text(&member, "name")?,
                login: http::text(&member, "login").unwrap_or_default(),
                role: http::text(&member, "role").unwrap_or_default(),
            },
        })
    }

    /// The replica that holds this member's data.
    fn replica(&self) -> String {
        format!("{}-{}", self.workspace.id, self.member.id)
    }
}

/// The workspace as its members see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkspaceInfo {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// The member that is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MyMember {
    /// The member's id.
    pub id: String,
    /// The member's name.
    pub name: String,
    /// What the member signs in with.
    pub login: String,
    /// The word of the member's role.
    pub role: String,
}

/// What is known about the session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SessionState {
    /// Not asked yet, or no answer.
    #[default]
    Unknown,
    /// The server knows the member.
    SignedIn,
    /// The server asks for a sign-in; local work goes on.
    SignedOut,
    /// Another member is signed in on this browser than the one whose data is shown.
    Other,
}

/// The session.
#[derive(Clone, Copy)]
pub struct Session {
    me: RwSignal<Option<Me>>,
    state: RwSignal<SessionState>,
}

/// Shows who was here last, and asks the server in the background.
pub fn provide_session() -> Session {
    let store = use_store();
    let kept = remembered(ME_KEY)
        .and_then(|it| Me::read(&JSON::parse(&it).ok()?))
        .filter(|it| it.replica() == store.replica());
    let session = Session {
        me: RwSignal::new(kept),
        state: RwSignal::new(SessionState::Unknown),
    };
    provide_context(session);
    session.ask(store);
    // The answer may be missing because there was no network; ask again when there is one.
    let online = gloo_events::EventListener::new(&window(), "online", move |_| {
        session.ask(store);
    });
    online.forget();
    session
}

/// The session.
pub fn use_session() -> Session {
    expect_context::<Session>()
}

impl Session {
    /// Who is signed in, or was when the server was last reached; followed.
    pub fn me(self) -> Option<Me> {
        self.me.get()
    }

    /// What is known about the session, followed.
    pub fn state(self) -> SessionState {
        self.state.get()
    }

    /// The name of the workspace, followed.
    pub fn workspace_name(self) -> String {
        self.me.with(|it| {
            it.as_ref()
                .map(|it| it.workspace.name.clone())
                .unwrap_or_default()
        })
    }

    /// The name of the member, followed.
    pub fn member_name(self) -> String {
        self.me.with(|it| {
            it.as_ref()
                .map(|it| it.member.name.clone())
                .unwrap_or_default()
        })
    }

    /// Asks the server who is signed in.
    pub fn ask(self, store: LocalStore) {
        leptos::task::spawn_local(async move {
            match http::get_value("/api/v1/me").await {
                Ok(answer) => self.take(&answer, store),
                Err(HttpError::Refused { status: 401, .. }) => {
                    self.state.set(SessionState::SignedOut);
                    // Nobody has ever worked here: there is nothing to show but the sign-in.
                    if store.replica() == "none" {
                        let _ = window().location().set_href("/sign-in");
                    }
                }
                // No network, or a server in trouble: work goes on with what is here.
                Err(_) => {}
            }
        });
    }

    fn take(self, answer: &JsValue, store: LocalStore) {
        let Some(me) = Me::read(answer) else { return };
        let replica = me.replica();
        let kept = JSON::stringify(answer).ok().map(String::from);
        remember(ME_KEY, kept.as_deref());
        if store.replica() == replica {
            self.me.set(Some(me));
            self.state.set(SessionState::SignedIn);
            return;
        }
        // Another member signed in while this page was open: the right replica opens anew. What waits
        // in the other one stays there for its member.
        self.state.set(SessionState::Other);
        remember(REPLICA_KEY, Some(&replica));
        let _ = window().location().reload();
    }

    /// Ends the session on the server. Waiting edits stay on this device for their member.
    pub async fn sign_out(self, store: LocalStore) -> Result<(), HttpError> {
        match http::post_empty("/api/v1/sign-out").await {
            Ok(()) | Err(HttpError::Refused { status: 401, .. }) => {}
            Err(error) => return Err(error),
        }
        store.drop_snapshot();
        remember(ME_KEY, None);
        remember(REPLICA_KEY, None);
        let _ = window().location().set_href("/sign-in");
        Ok(())
    }
}
