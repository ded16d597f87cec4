//! Requests to the server's JSON interface.

use js_sys::{JSON, Reflect, Uint8Array};
use leptos::prelude::{document, window};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{FormData, Request, RequestInit, Response};

/// Why a request gave nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HttpError {
    /// The server was not reached.
    Offline,
    /// The server would not do it.
    Refused {
        /// The HTTP status.
        status: u16,
        /// The end of the message key `error-<code>`.
        code: String,
        /// The server's sentence.
        message: String,
    },
    /// The answer was not understood.
    Unreadable,
}

/// Reads something.
pub async fn get<T: DeserializeOwned>(path: &str) -> Result<T, HttpError> {
    read(&send("GET", path, None).await?)
}

/// Reads something as the browser's own value, for those who need a word of it.
pub async fn get_value(path: &str) -> Result<JsValue, HttpError> {
    parse(&send("GET", path, None).await?).ok_or(HttpError::Unreadable)
}

fn parse(bytes: &[u8]) -> Option<JsValue> {
    JSON::parse(std::str::from_utf8(bytes).ok()?).ok()
}

/// Reads a text as it is.
pub async fn get_text(path: &str) -> Result<String, HttpError> {
    String::from_utf8(send("GET", path, None).await?).map_err(|_| HttpError::Unreadable)
}

/// A part of an answer.
pub fn part(answer: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(answer, &name.into()).ok()
}

/// A text of an answer.
pub fn text(answer: &JsValue, name: &str) -> Option<String> {
    part(answer, name)?.as_string()
}

/// Sends something and reads the answer.
pub async fn post<T: DeserializeOwned>(path: &str, body: &impl Serialize) -> Result<T, HttpError> {
    let body = serde_json::to_string(body).map_err(|_| HttpError::Unreadable)?;
    read(&send("POST", path, Some(body.into())).await?)
}

/// Sends something that has no answer.
pub async fn post_quietly(path: &str, body: &impl Serialize) -> Result<(), HttpError> {
    let body = serde_json::to_string(body).map_err(|_| HttpError::Unreadable)?;
    send("POST", path, Some(body.into())).await.map(drop)
}

/// Puts something in its place; it has no answer.
pub async fn put(path: &str, body: &impl Serialize) -> Result<(), HttpError> {
    let body = serde_json::to_string(body).map_err(|_| HttpError::Unreadable)?;
    send("PUT", path, Some(body.into())).await.map(drop)
}

/// Asks for something that needs no words and has no answer.
pub async fn post_empty(path: &str) -> Result<(), HttpError> {
    send("POST", path, None).await.map(drop)
}

/// Asks for something that needs no words.
pub async fn ask<T: DeserializeOwned>(path: &str) -> Result<T, HttpError> {
    read(&send("POST", path, None).await?)
}

/// Uploads a form.
pub async fn upload<T: DeserializeOwned>(path: &str, form: &FormData) -> Result<T, HttpError> {
    read(&send("POST", path, Some(form.into())).await?)
}

/// Takes something away.
pub async fn delete(path: &str) -> Result<(), HttpError> {
    send("DELETE", path, None).await.map(drop)
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, HttpError> {
    serde_json::from_slice(bytes).map_err(|_| HttpError::Unreadable)
}

async fn send(method: &str, path: &str, body: Option<JsValue>) -> Result<Vec<u8>, HttpError> {
    let init = RequestInit::new();
    init.set_method(method);
    let is_text = body.as_ref().is_some_and(JsValue::is_string);
    if let Some(body) = &body {
        init.set_body(body);
    }
    let request = Request::new_with_str_and_init(path, &init).map_err(|_| HttpError::Unreadable)?;
    let headers = request.headers();
    let _ = headers.set("accept", "application/json");
    // The server's sentences come in the language of the page, not of the browser.
    if let Some(language) = document()
        .document_element()
        .and_then(|it| it.get_attribute("lang"))
    {
        let _ = headers.set("accept-language", &language);
    }
    if is_text {
        let _ = headers.set("content-type", "application/json");
    }
    let answer = JsFuture::from(window().fetch_with_request(&request)).await;
    let response: Response = answer
        .map_err(|_| HttpError::Offline)?
        .dyn_into()
        .map_err(|_| HttpError::Unreadable)?;
    let bytes = match response.array_buffer() {
        Ok(promise) => JsFuture::from(promise)
            .await
            .map_err(|_| HttpError::Offline)?,
        Err(_) => return Err(HttpError::Unreadable),
    };
    let bytes = Uint8Array::new(&bytes).to_vec();
    if response.ok() {
        return Ok(bytes);
    }
    let problem = parse(&bytes);
    let said = |name: &str| problem.as_ref().and_then(|it| text(it, name));
    let code = said("code").unwrap_or_default();
    let status = response.status();
    // A gateway in front of a server that is down answers for it.
    if matches!(status, 502..=504) && code.is_empty() {
        return Err(HttpError::Offline);
    }
    Err(HttpError::Refused {
        status,
        code,
        message: said("message").unwrap_or_default(),
    })
}

impl HttpError {
    /// The sentence for the person.
    pub fn words(&self, i18n: crate::i18n::I18n) -> String {
        match self {
            HttpError::Offline => i18n.t(|m| m.error_offline()),
            HttpError::Unreadable => i18n.t(|m| m.error_unexpected()),
            HttpError::Refused { message, .. } if !message.is_empty() => message.clone(),
            HttpError::Refused { code, .. } => {
                let key = format!("error-{code}");
                let found = i18n.by_key(&key);
                if found == key {
                    i18n.t(|m| m.error_unexpected())
                } else {
                    found
                }
            }
        }
    }
}
