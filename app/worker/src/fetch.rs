//! What is asked over plain HTTP: pages of states, who is signed in, and what screens ask now and then.

use huike_shared::history::AskError;
use huike_shared::id::RecordId;
use huike_shared::local::{self, Question};
use huike_shared::registry;
use huike_shared::sync::message::{
    self, FrameError, PROTOCOL, SnapshotManifest, SnapshotPart, StatesPage,
};
use huike_shared::sync::replica::FetchError;
use js_sys::{Reflect, Uint8Array};
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, RequestInit, Response, WorkerGlobalScope};

/// States may come through a slow line.
const STATES_TIMEOUT_MS: u32 = 60_000;
/// A short answer.
const ME_TIMEOUT_MS: u32 = 10_000;
/// An answer that somebody waits for.
const ASK_TIMEOUT_MS: u32 = 20_000;

/// Gets the states after a position.
pub async fn states(after: u64) -> Result<StatesPage, FetchError> {
    frame(&format!(
        "/api/v1/sync/states?after={after}&protocol={PROTOCOL}"
    ))
    .await
}

/// Gets what a new device is to fetch.
pub async fn snapshot() -> Result<SnapshotManifest, FetchError> {
    frame("/api/v1/sync/snapshot").await
}

/// Gets a part of a snapshot.
pub async fn part(position: u64, number: u32) -> Result<SnapshotPart, FetchError> {
    frame(&format!("/api/v1/sync/snapshot/{position}/{number}")).await
}

async fn frame<T: DeserializeOwned>(address: &str) -> Result<T, FetchError> {
    let response = get(address, STATES_TIMEOUT_MS).await?;
    let body = response.array_buffer().map_err(unreachable)?;
    let body = JsFuture::from(body).await.map_err(unreachable)?;
    message::decode_unlimited(&Uint8Array::new(&body).to_vec()).map_err(|error| match error {
        FrameError::Version(_) => FetchError::ClientTooOld,
        FrameError::TooLarge | FrameError::Malformed => FetchError::Unreachable,
    })
}

/// Asks which member this browser is signed in as.
pub async fn me() -> Result<RecordId, FetchError> {
    let response = get("/api/v1/me", ME_TIMEOUT_MS).await?;
    let body = JsFuture::from(response.json().map_err(unreachable)?)
        .await
        .map_err(unreachable)?;
    let member = Reflect::get(&body, &"member".into()).map_err(unreachable)?;
    let id = Reflect::get(&member, &"id".into()).map_err(unreachable)?;
    let id = id.as_string().ok_or(FetchError::Unreachable)?;
    RecordId::parse(&id).map_err(|_| FetchError::Unreachable)
}

/// Asks what a screen asks, and gives the answer in the form that [`Question`] promises.
pub async fn answer(question: &Question) -> Vec<u8> {
    let answer: Result<Vec<u8>, AskError> = match address(question) {
        Some(address) => ask(&address).await,
        None => Err(AskError::NotFound),
    };
    local::encode(&answer)
}

/// Where the server answers it; what the device knows itself never comes here.
fn address(question: &Question) -> Option<String> {
    let (record, what, before) = match question {
        Question::Known { .. } => return None,
        Question::History { record, before } => (record, "history", *before),
        Question::Seen { record } => (record, "seen", None),
    };
    let kind = registry::def(record.kind)?.name;
    let before = before.map_or(String::new(), |it| format!("?before={it}"));
    Some(format!("/api/v1/sync/{what}/{kind}/{}{before}", record.id))
}

async fn ask(address: &str) -> Result<Vec<u8>, AskError> {
    let response = send(address, ASK_TIMEOUT_MS).await;
    let response = response.map_err(|_| AskError::Unreachable)?;
    match response.status() {
        200 => {}
        401 | 403 => return Err(AskError::SignedOut),
        404 => return Err(AskError::NotFound),
        _ => return Err(AskError::Unreachable),
    }
    let body = response.array_buffer();
    let body = body.map_err(|_| AskError::Unreachable)?;
    let body = JsFuture::from(body).await;
    let body = body.map_err(|_| AskError::Unreachable)?;
    Ok(Uint8Array::new(&body).to_vec())
}

async fn get(address: &str, timeout_ms: u32) -> Result<Response, FetchError> {
    let response = send(address, timeout_ms).await?;
    match response.status() {
        200 => Ok(response),
        401 | 403 => Err(FetchError::SignedOut),
        404 => Err(FetchError::Gone),
        426 => Err(FetchError::ClientTooOld),
        _ => Err(FetchError::Unreachable),
    }
}

async fn send(address: &str, timeout_ms: u32) -> Result<Response, FetchError> {
    let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
    let options = RequestInit::new();
    options.set_signal(Some(&AbortSignal::timeout_with_u32(timeout_ms)));
    let asked = scope.fetch_with_str_and_init(address, &options);
    let response = JsFuture::from(asked).await.map_err(unreachable)?;
    Ok(response.unchecked_into())
}

fn unreachable(_: JsValue) -> FetchError {
    FetchError::Unreachable
}
