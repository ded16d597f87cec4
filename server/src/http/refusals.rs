//! Notes in the security log what a member was refused for want of a right.
//!
//! Who asked is found out by the handler's own arguments ([`Asker`]); what came of it is known when the answer goes
//! out. So no handler has to think of it, and none can forget it.

use crate::api::error::ApiError;
use crate::app::AppState;
use crate::error::{Failure, Refused};
use crate::journal;
use crate::store::people::Member;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use std::sync::{Arc, OnceLock};

/// Who a request turned out to come from.
#[derive(Clone, Debug, Default)]
pub struct Asker(Arc<OnceLock<Member>>);

impl Asker {
    /// It comes from this member.
    pub fn is(&self, member: &Member) {
        // The same member, however often it is asked.
        let _ = self.0.set(member.clone());
    }
}

/// Notes it.
pub async fn note(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let asker = Asker::default();
    request.extensions_mut().insert(asker.clone());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).await;
    let failure = response.extensions().get::<Arc<Failure>>();
    if let Some(failure) = failure
        && is_for_want_of_a_right(failure)
        && let Some(member) = asker.0.get()
    {
        let route = route.as_ref().map_or("", MatchedPath::as_str);
        let noted = journal::note_refusal(&state, member, &format!("{method} {route}")).await;
        if let Err(error) = noted {
            tracing::error!(%error, "a refusal was not noted in the security log");
        }
    }
    response
}

fn is_for_want_of_a_right(failure: &Failure) -> bool {
    matches!(
        failure,
        Failure::Refused(Refused::NotPermitted) | Failure::Api(ApiError::TokenReadOnly)
    )
}
