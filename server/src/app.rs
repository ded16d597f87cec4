//! Everything a request may need, built once.

use crate::api::programs::Programs;
use crate::auth::password::Passwords;
use crate::clock::Clock;
use crate::config::Config;
use crate::entropy::{self, OsEntropy};
use crate::erasure::ErasedList;
use crate::error::Failure;
use crate::http::site::Site;
use crate::import::desk::Desk;
use crate::store::Store;
use crate::store::notices::Notice;
use crate::store::people::Digest;
use crate::sync::known::Known;
use crate::sync::seen::Positions;
use crate::sync::snapshot::Snapshots;
use crate::sync::{Hub, Ingest};
use huike_shared::id::{Entropy as _, RecordId};
use huike_shared::time::Timestamp;
use metrics_exporter_prometheus::PrometheusHandle;
use std::ops::Deref;
use std::sync::Arc;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, watch};

/// Notices kept for a slow listener; one that falls behind asks the store instead.
const NOTICES_MAX: usize = 256;

/// Handle to the running server, cheap to clone.
#[derive(Clone)]
pub struct AppState(Arc<Parts>);

/// What the handle points to.
pub struct Parts {
    /// The settings.
    pub config: Config,
    /// The memory.
    pub store: Arc<dyn Store>,
    /// The time.
    pub clock: Clock,
    /// The one door for changes.
    pub ingest: Ingest,
    /// What was erased for good, beside the database.
    pub erased_list: ErasedList,
    /// Files on their way into records.
    pub imports: Desk,
    /// Tells connections what was accepted.
    pub hub: Hub,
    /// Names this server among those of one database; another name each time.
    pub server_id: RecordId,
    /// What greetings found lately.
    pub known: Known,
    /// How far each device is.
    pub positions: Positions,
    /// What new devices fetch.
    pub snapshots: Snapshots,
    /// What is remembered of programs.
    pub programs: Programs,
    /// Hashing, a few at a time.
    pub passwords: Passwords,
    /// What the first account must show. New at each start, printed on the console.
    pub set_up_code: String,
    /// The built browser program.
    pub site: Site,
    /// Figures for `/metrics`.
    pub metrics: PrometheusHandle,
    /// Sessions that have ended, for whoever is about to join the hub.
    ended: broadcast::Sender<Ended>,
    /// True once the server is asked to stop.
    stopping: watch::Sender<bool>,
}

/// Sessions that no longer count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// One session: signed out.
    Session(Digest),
    /// All sessions of a user but one: the password changed.
    User {
        /// Whose.
        user_id: RecordId,
        /// The one that goes on.
        except: Option<Digest>,
    },
}

impl AppState {
    /// Puts the parts together.
    pub fn new(config: Config, store: Arc<dyn Store>, clock: Clock) -> Result<Self, Failure> {
        let site = Site::new(config.site.clone(), config.kill_service_worker);
        let hub = Hub::default();
        let ingest = Ingest::start(store.clone(), hub.clone(), clock.clone());
        let notices = store.notices();
        let state = AppState(Arc::new(Parts {
            erased_list: ErasedList::of(&config.data),
            config,
            store,
            positions: Positions::new(clock.now()),
            clock,
            imports: Desk::new(ingest.clone()),
            ingest,
            hub,
            snapshots: Snapshots::default(),
            server_id: OsEntropy.record_id(Timestamp::default()),
            known: Known::default(),
            programs: Programs::default(),
            passwords: Passwords::new()?,
            set_up_code: entropy::code(),
            site,
            metrics: crate::http::metrics::recorder(),
            ended: broadcast::Sender::new(NOTICES_MAX),
            stopping: watch::Sender::new(false),
        }));
        if let Some(notices) = notices {
            tokio::spawn(pass_on(notices, state.clone()));
        }
        Ok(state)
    }

    /// Tells open sockets that sessions have ended.
    pub fn tell_ended(&self, ended: Ended) {
        self.hub.tell_ended(&ended);
        // Nobody listening is fine.
        let _ = self.ended.send(ended);
    }

    /// Hears of sessions that end. A listener that lags must ask the store.
    pub fn hear_ended(&self) -> broadcast::Receiver<Ended> {
        self.ended.subscribe()
    }

    /// Tells that the list of members changed.
    pub fn tell_members_changed(&self, workspace_id: RecordId) {
        self.known.forget_members(workspace_id);
        self.hub.tell_members_changed(workspace_id);
    }

    /// Asks everything to stop.
    pub fn stop(&self) {
        self.stopping.send_replace(true);
        self.hub.close();
    }

    /// Becomes true when the server stops; long-lived connections watch it and say good-bye.
    pub fn stopping(&self) -> watch::Receiver<bool> {
        self.stopping.subscribe()
    }
}

/// Passes on what other servers of the same database did.
async fn pass_on(mut notices: broadcast::Receiver<Notice>, state: AppState) {
    let mut stopping = state.stopping();
    loop {
        let notice = tokio::select! {
            notice = notices.recv() => notice,
            _ = stopping.wait_for(|it| *it) => return,
        };
        match notice {
            Ok(Notice::Members(workspace_id)) => state.tell_members_changed(workspace_id),
            Ok(Notice::Session(session)) => state.tell_ended(Ended::Session(session)),
            Ok(Notice::User { user_id, except }) => {
                state.tell_ended(Ended::User { user_id, except });
            }
            // Sessions are asked for by each connection; lists of members come once more.
            Ok(Notice::Missed) | Err(RecvError::Lagged(_)) => {
                for workspace_id in state.hub.workspaces() {
                    state.tell_members_changed(workspace_id);
                }
            }
            Ok(Notice::Present(present)) if present.server != state.server_id => {
                state.hub.note_elsewhere(present);
            }
            Ok(Notice::Present(_) | Notice::Log { .. }) => {}
            Err(RecvError::Closed) => return,
        }
    }
}

impl Deref for AppState {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
