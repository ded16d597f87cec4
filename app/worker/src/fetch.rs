//! What is asked over plain HTTP: pages of states, and who is signed in.

use huike_shared::id::RecordId;
use huike_shared::sync::message::{self, FrameError, PROTOCOL, StatesPage};
use huike_shared::sync::replica::FetchError;
use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, RequestInit, Response, WorkerGlobalScope};

/// A page of states may come through a slow line.
const STATES_TIMEOUT_MS: u32 = 60_000;
/// A short answer.
const ME_TIMEOUT_MS: u32 = 10_000;

/// Gets the states after a position.
pub async fn states(after: u64) -> Result<StatesPage, FetchError> {
    let address = format!("/api/v1/sync/states?after={after}&protocol={PROTOCOL}");
    let response = get(&address, STATES_TIMEOUT_MS).await?;
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

async fn get(address: &str, timeout_ms: u32) -> Result<Response, FetchError> {
    let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
    let options = RequestInit::new();
    options.set_signal(Some(&AbortSignal::timeout_with_u32(timeout_ms)));
    let asked = scope.fetch_with_str_and_init(address, &options);
    let response: Response = JsFuture::from(asked)
        .await
        .map_err(unreachable)?
        .unchecked_into();
    match response.status() {
        200 => Ok(response),
        401 | 403 => Err(FetchError::SignedOut),
        426 => Err(FetchError::ClientTooOld),
        _ => Err(FetchError::Unreachable),
    }
}

fn unreachable(_: JsValue) -> FetchError {
    FetchError::Unreachable
}
