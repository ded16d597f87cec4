//! A running server, from the locked folder to the last answer.

use crate::api;
use crate::app::AppState;
use crate::audit;
use crate::auth::sign_in::{SetUpState, set_up_state};
use crate::clock::Clock;
use crate::config::Config;
use crate::data_folder::DataFolder;
use crate::database;
use crate::erasure;
use crate::journal;
use crate::router::router;
use crate::sync::{epochs, known, presence, ranks, sessions, snapshot};
use anyhow::{anyhow, bail};
use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;

/// How often what has expired is forgotten.
const TIDY_EVERY: Duration = Duration::from_secs(60 * 60);

/// How long open requests may take to end once the server is asked to stop.
const STOP_TIMEOUT: Duration = Duration::from_secs(10);

/// A server that holds its folder, its database and its port, and answers nothing yet.
pub struct Server {
    /// What its handlers share.
    pub state: AppState,
    /// Where it listens.
    pub address: SocketAddr,
    listener: TcpListener,
    _folder: Option<DataFolder>,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

impl Server {
    /// Takes folder, database and port, in this order, each with one clear line if it cannot.
    pub async fn open(config: Config, clock: Clock) -> anyhow::Result<Server> {
        let folder = database::lock(&config)?;
        let store = database::open(&config, &clock).await?;
        let listener = listen(&config).await?;
        let address = listener.local_addr()?;
        let state = AppState::new(config, store, clock)?;
        state.imports.recover().await?;
        erasure::finish(&*state.store, &state.ingest, &state.erased_list).await?;
        Ok(Server {
            state,
            address,
            listener,
            _folder: folder,
        })
    }

    /// The address to type into a browser on this machine, or the one that was set.
    pub fn shown_address(&self) -> String {
        match &self.state.config.base_address {
            Some(base) => base.origin.clone(),
            None if self.address.ip().is_loopback() || self.address.ip().is_unspecified() => {
                format!("http://localhost:{}", self.address.port())
            }
            None => format!("http://{}", self.address),
        }
    }

    /// Answers until `stop` is done, then lets open requests end.
    pub async fn run(self, stop: impl Future<Output = ()> + Send + 'static) -> anyhow::Result<()> {
        let Server {
            state,
            listener,
            _folder: folder,
            address: _,
        } = self;
        let tidying = tokio::spawn(tidy(state.clone()));
        let shortening = tokio::spawn(ranks::keep_short(state.clone()));
        let snapping = tokio::spawn(snapshot::keep_ready(state.clone()));
        let renewing = tokio::spawn(epochs::keep_small(state.clone()));
        let auditing = tokio::spawn(audit::keep(state.clone()));
        let keeping = tokio::spawn(journal::keep(state.clone()));
        let watching = tokio::spawn(sessions::watch(state.clone()));
        let sharing = tokio::spawn(presence::share(state.clone()));
        let writing = tokio::spawn(known::keep_written(state.clone()));
        let service = router(state.clone()).into_make_service_with_connect_info::<SocketAddr>();
        let mut stopping = state.stopping();
        let serving = axum::serve(listener, service).with_graceful_shutdown(async move {
            let _ = stopping.wait_for(|is_stopping| *is_stopping).await;
        });
        let mut serving = tokio::spawn(async move { serving.await });
        let ended = tokio::select! {
            ended = &mut serving => Some(ended),
            () = stop => None,
        };
        state.stop();
        let ended = match ended {
            Some(ended) => Ok(ended),
            None => tokio::time::timeout(STOP_TIMEOUT, &mut serving).await,
        };
        tidying.abort();
        renewing.abort();
        shortening.abort();
        snapping.abort();
        auditing.abort();
        keeping.abort();
        watching.abort();
        sharing.abort();
        writing.abort();
        match ended {
            Ok(ended) => ended??,
            Err(_) => {
                tracing::warn!("some requests were still open and are cut off");
                serving.abort();
            }
        }
        if let Err(error) = state.known.write(&*state.store).await {
            tracing::warn!(%error, "when devices were here last could not be written");
        }
        state.store.close().await;
        drop(folder);
        tracing::info!("stopped");
        Ok(())
    }
}

async fn listen(config: &Config) -> anyhow::Result<TcpListener> {
    let address = SocketAddr::new(config.listen, config.port);
    match TcpListener::bind(address).await {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => bail!(
            "port {} is in use by another program; choose another one with --port",
            config.port
        ),
        Err(error) => Err(anyhow!("cannot listen on {address}: {error}")),
    }
}

async fn tidy(state: AppState) {
    let mut every = tokio::time::interval(TIDY_EVERY);
    loop {
        every.tick().await;
        if let Err(error) = state.store.forget_expired(state.clock.now()).await {
            tracing::warn!(%error, "could not forget what has expired");
        }
        if let Err(error) = api::writing::tidy(&state).await {
            tracing::warn!(%error, "could not forget requests of programs");
        }
        if let Err(error) = state.imports.tidy().await {
            tracing::warn!(%error, "could not forget files that were not imported");
        }
    }
}

/// Says on the console where the server is and how to begin.
pub async fn greet(server: &Server) -> anyhow::Result<()> {
    let address = server.shown_address();
    println!("Huike 汇客 is ready: {address}");
    if set_up_state(&server.state).await? == SetUpState::First {
        let code = &server.state.set_up_code;
        println!("Create the first account (set-up code {code}): {address}/setup?code={code}");
    }
    if !server.state.site.is_built() {
        let folder = server.state.config.site.display();
        println!("The browser program is not in {folder} yet: `cargo xtask build` makes it.");
    }
    println!("Stop with Ctrl+C.");
    Ok(())
}

/// Done when the operating system asks the program to stop.
pub async fn asked_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => {
                tokio::select! {
                    _ = interrupt => {}
                    _ = terminate.recv() => {}
                }
            }
            Err(_) => {
                let _ = interrupt.await;
            }
        }
    }
    #[cfg(not(unix))]
    let _ = interrupt.await;
}
