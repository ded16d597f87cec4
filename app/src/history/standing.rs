//! Where the record is: on this device, on the server, at the others.

use huike_messages::{Language, Messages};
use huike_shared::history::{AskError, SeenBy, decode_seen};
use huike_shared::local::{self, Connection, Question};
use huike_shared::sync::message::MemberInfo;
use leptos::prelude::*;

use super::feed::Feed;
use crate::i18n::use_i18n;
use crate::store::use_store;
use crate::ui::{Glyph, LiveIcon, follow, live, part};

/// Names that are told; the rest is counted.
const NAMES_MAX: usize = 12;

/// Two or three short sentences.
#[component]
pub fn Standing(feed: Feed) -> impl IntoView {
    // What it reads.
    let (store, i18n) = (use_store(), use_i18n());
    let record = feed.history.record;
    let row = store.row(record);
    let updated = Memo::new(move |_| row.with(|it| it.as_ref().map(|it| it.updated)));
    let is_waiting = store.is_waiting(record);
    let status = store.status();
    let is_online = Memo::new(move |_| status.with(|it| it.connection == Connection::Online));
    let seen = RwSignal::new(None::<SeenBy>);
    follow(move || {
        updated.track();
        seen.set(None);
        if is_waiting.get() || !is_online.get() {
            return;
        }
        store.ask(Question::Seen { record }, move |answer| {
            let answer: Option<Result<Vec<u8>, AskError>> = local::decode(answer);
            let answer = answer.and_then(Result::ok);
            seen.try_set(answer.and_then(|it| decode_seen(&it).ok()));
        });
    });

    // What it derives.
    let gap = move || match i18n.language() {
        Language::ZhCn => "",
        Language::En => " ",
    };
    let place = move || {
        if is_waiting.get() {
            return i18n.t(Messages::sync_on_device);
        }
        let at = updated.get().unwrap_or_default().at;
        let at = i18n.instant_within(at.millis());
        i18n.t(|m| m.past_on_server(&at))
    };
    let others = move || {
        if is_waiting.get() {
            return String::new();
        }
        let Some(seen) = seen.get() else {
            let is_online = is_online.get();
            return i18n.t(|m| match is_online {
                true => m.past_seen_asking(),
                false => m.past_seen_offline(),
            });
        };
        let names = seen.members.iter().take(NAMES_MAX);
        let names: Vec<String> = names.map(|it| store.member_name(*it)).collect();
        let comma = match i18n.language() {
            Language::ZhCn => "、",
            Language::En => ", ",
        };
        let told = names.join(comma);
        let rest = seen.members.len().saturating_sub(NAMES_MAX) as i64;
        let first = i18n.t(|m| match (names.is_empty(), rest) {
            (true, _) => m.past_seen_nobody(),
            (false, 0) => m.past_seen_by(&told),
            (false, _) => m.past_seen_by_more(rest, &told),
        });
        let active = |all: &Vec<_>| all.iter().filter(|it: &&MemberInfo| it.active).count();
        let everybody = store.members().with(|all| active(all));
        if seen.members.len() + 1 >= everybody {
            return first;
        }
        // Of a device that was not here since, nothing can be said.
        let since = i18n.instant_within(seen.known_since.millis());
        let last = i18n.t(|m| m.past_seen_since(&since));
        format!("{first}{}{last}", gap())
    };
    let glyph = Signal::derive(move || match is_waiting.get() {
        true => Glyph::CloudUpload,
        false => Glyph::Cloud,
    });

    // What it looks like.
    view! {
        <p class="history-standing" class:waits=live(move || is_waiting.get()) role="status">
            <LiveIcon glyph/>
            <span>{part(place)} {part(gap)} <span class="muted">{part(others)}</span></span>
        </p>
    }
    .into_any()
}
