//! What opens notes, in a module of its own.
//!
//! It is most of Automerge, half of the data core's code, and a start or an edit of a field needs nothing of
//! it. The build tool takes the module apart as it does with the page's; the service worker keeps both parts.

use huike_shared::note::NoteEngine;
use wasm_split_helpers::SplitLoaderError;

/// Comes with the first note, or some time after the start.
#[cfg(not(test))]
#[wasm_split_helpers::wasm_split(notes, fallible)]
pub fn load_engine() -> Result<NoteEngine, SplitLoaderError> {
    Ok(NoteEngine::automerge())
}

/// Nobody takes the module of the tests apart.
#[cfg(test)]
pub async fn load_engine() -> Result<NoteEngine, SplitLoaderError> {
    Ok(NoteEngine::automerge())
}
