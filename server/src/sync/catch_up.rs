//! What a replica missed.
//!
//! A little behind: the changes, from the log. Far behind, or new: the states of the records that
//! changed, each once, in the order of their last change (`GET /api/v1/sync/states`).
//!
//! While a replica is between two pages of states it stands at no place of the log: a record that
//! changed again meanwhile has moved to a later page, and the log behind the page's end does not
//! hold its earlier changes. So only the end of the last page is a cursor.

use crate::app::AppState;
use crate::auth::SignedIn;
use crate::error::{Failure, Refused};
use crate::projection::{STATE_VERSION, is_erased};
use crate::store::changes::{LogHead, LoggedChange};
use crate::store::documents::DocumentsPage;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use huike_shared::sync::message::{
    CATCH_UP_CHANGES_MAX, Entry, Hello, PROTOCOL_FIRST, PROTOCOL_MIN, PROTOCOL_OF_ERASURES,
    STATES_PAGE_MAX, agreed,
};
use serde::{Deserialize, Serialize};

/// Bytes of states in one page, unless one state has more.
const PAGE_BYTES_MAX: usize = 4 << 20;

/// How a replica comes to know what it missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// The changes behind its cursor.
    Changes,
    /// States, page by page.
    States,
}

/// Decides by what the replica says of itself.
pub fn way(hello: &Hello, head: LogHead) -> Way {
    let is_new = hello.log.is_none() && hello.cursor == 0;
    let is_known = hello.log == Some(head.log) || is_new;
    let gap = head.position.checked_sub(hello.cursor);
    // Before the floor the log has holes, and a client of version 1 cannot be told of renewals.
    let is_whole = hello.cursor >= head.floor;
    match gap {
        Some(gap) if is_known && is_whole && gap <= CATCH_UP_CHANGES_MAX => Way::Changes,
        Some(_) | None => Way::States,
    }
}

/// A logged change as it travels.
pub fn entry(change: LoggedChange) -> Entry {
    Entry {
        position: change.position,
        record: change.record,
        of: change.note_of,
        member: change.member_id,
        at: change.at,
        body: change.body,
    }
}

/// What is asked of [`states`].
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct StatesAsked {
    /// Records changed behind this position.
    #[serde(default)]
    after: u64,
    /// What the replica speaks.
    #[serde(default = "first_protocol")]
    protocol: u8,
}

/// Replicas of the first version did not say what they speak.
fn first_protocol() -> u8 {
    PROTOCOL_FIRST
}

/// `GET /api/v1/sync/states?after=N&protocol=P`: a page of states, in the frame of a `StatesPage`.
pub async fn states(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Query(asked): Query<StatesAsked>,
) -> Result<Response, Failure> {
    if asked.protocol < PROTOCOL_MIN {
        return Err(Refused::ClientTooOld.into());
    }
    // The log must exist before its name is told.
    let workspace_id = signed_in.workspace.id;
    state.ingest.head(workspace_id).await?;
    let page = state
        .store
        .documents_after(
            workspace_id,
            asked.after,
            STATES_PAGE_MAX as u64,
            PAGE_BYTES_MAX,
        )
        .await?;
    let has_erased = page.documents.iter().any(|it| is_erased(&it.state));
    if has_erased && asked.protocol < PROTOCOL_OF_ERASURES {
        return Err(Refused::ClientTooOld.into());
    }
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    let frame = page_frame(agreed(asked.protocol), &page)?;
    Ok((headers, frame).into_response())
}

/// Writes the frame of a `StatesPage` around the states as they are stored, without opening them.
fn page_frame(protocol: u8, page: &DocumentsPage) -> Result<Vec<u8>, Failure> {
    let is_last = page.remaining == 0;
    let next = match page.documents.last() {
        Some(last) if !is_last => last.position,
        Some(_) | None => page.head,
    };
    let bytes: usize = page.documents.iter().map(|it| it.state.len() + 32).sum();
    let mut frame = Vec::with_capacity(bytes + 64);
    frame.push(protocol);
    frame = put(frame, &page.log)?;
    frame = put(frame, &page.documents.len())?;
    for document in &page.documents {
        frame = put(frame, &document.record)?;
        frame = put(frame, &document.position)?;
        match document.state.split_first() {
            Some((&STATE_VERSION, state)) => frame.extend_from_slice(state),
            Some(_) | None => return Err(Failure::broken("a stored document cannot be read")),
        }
    }
    frame = put(frame, &next)?;
    put(frame, &page.remaining)
}

fn put<T: Serialize>(frame: Vec<u8>, value: &T) -> Result<Vec<u8>, Failure> {
    postcard::to_extend(value, frame).map_err(Failure::broken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::projection::store_state;
    use crate::store::documents::StoredDocument;
    use huike_shared::document::Registers;
    use huike_shared::id::RecordId;
    use huike_shared::note::NoteState;
    use huike_shared::record::{Kind, RecordRef};
    use huike_shared::sync::message::{DocumentState, PROTOCOL, StateEntry, StatesPage, encode};

    const LOG: RecordId = RecordId([7; 16]);

    fn hello(log: Option<RecordId>, cursor: u64) -> Hello {
        let device = RecordId([1; 16]);
        Hello {
            protocol: PROTOCOL_FIRST,
            device,
            actors: Vec::new(),
            log,
            cursor,
        }
    }

    #[track_caller]
    fn check(log: Option<RecordId>, cursor: u64, expected: Way) {
        let head = LogHead {
            log: LOG,
            position: 10_000,
            floor: 9_000,
        };
        assert_eq!(way(&hello(log, cursor), head), expected);
    }

    #[test]
    fn who_is_a_little_behind_gets_the_changes() {
        check(Some(LOG), 10_000, Way::Changes);
        check(Some(LOG), 9_000, Way::Changes);
    }

    #[test]
    fn who_is_far_behind_or_elsewhere_gets_states() {
        check(Some(LOG), 8_999, Way::States);
        let head = LogHead {
            log: LOG,
            position: 10_000,
            floor: 0,
        };
        let far = 10_000 - CATCH_UP_CHANGES_MAX;
        assert_eq!(way(&hello(Some(LOG), far), head), Way::Changes);
        assert_eq!(way(&hello(Some(LOG), far - 1), head), Way::States);
        check(None, 0, Way::States);
        check(None, 9_999, Way::States);
        check(Some(RecordId([8; 16])), 10_000, Way::States);
        check(Some(LOG), 10_001, Way::States);
    }

    #[test]
    fn a_page_is_what_the_message_says() {
        let record = RecordRef {
            kind: Kind(1),
            id: RecordId([3; 16]),
        };
        let note = RecordRef {
            kind: Kind(250),
            id: RecordId([4; 16]),
        };
        let flat = DocumentState::Flat(Registers::default());
        let long = DocumentState::Note(NoteState {
            saved: vec![5; 300],
            ..NoteState::default()
        });
        for remaining in [0, 7] {
            let page = DocumentsPage {
                log: LOG,
                head: 400,
                remaining,
                documents: vec![
                    StoredDocument {
                        record,
                        position: 200,
                        state: store_state(&flat),
                    },
                    StoredDocument {
                        record: note,
                        position: 300,
                        state: store_state(&long),
                    },
                ],
            };
            let expected = StatesPage {
                log: LOG,
                next: if remaining == 0 { 400 } else { 300 },
                remaining,
                states: vec![
                    StateEntry {
                        record,
                        position: 200,
                        state: flat.clone(),
                    },
                    StateEntry {
                        record: note,
                        position: 300,
                        state: long.clone(),
                    },
                ],
            };
            for protocol in [PROTOCOL_FIRST, PROTOCOL] {
                let frame = page_frame(protocol, &page).unwrap();
                assert_eq!(frame, encode(protocol, &expected));
            }
        }
    }
}
