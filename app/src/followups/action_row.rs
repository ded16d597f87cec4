//! What one does standing in front of a customer or a deal, within reach of a thumb.

use huike_messages::Messages;
use huike_shared::followups::Task;
use huike_shared::record::Record;
use huike_shared::text::Phone;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::task_acts::Ties;
use crate::i18n::use_i18n;
use crate::shell::use_creation;
use crate::ui::{Glyph, Icon, listen, live};

/// Call, write, log and plan; only a phone shows it.
#[component]
pub fn ActionRow(
    /// Whom one calls.
    #[prop(into)]
    phone: Signal<Option<Phone>>,
    /// What a new task belongs to.
    #[prop(into)]
    ties: Signal<Ties>,
    /// What else can be done here.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let (i18n, creation) = (use_i18n(), use_creation());
    let address = move |scheme: &'static str| phone.get().map(|it| format!("{scheme}:{it}"));
    let is_absent = move || phone.with(Option::is_none).then_some("true");
    let plan = move |_| {
        let ties = ties.get_untracked();
        let links = [("customer", ties.customer), ("deal", ties.deal)];
        let links = links
            .into_iter()
            .filter_map(|(key, id)| Some((key, id?)))
            .collect();
        creation.open(Task::DEF.kind, links);
    };
    view! {
        <footer class="action-row">
            <a href=live(move || address("tel")) rel="external" aria-disabled=live(is_absent)>
                <Icon glyph=Glyph::Phone/>
                {i18n.text(Messages::act_call)}
            </a>
            <a href=live(move || address("sms")) rel="external" aria-disabled=live(is_absent)>
                <Icon glyph=Glyph::Message/>
                {i18n.text(Messages::act_message)}
            </a>
            <button type="button" on:click=listen(|_| show_composer())>
                <Icon glyph=Glyph::Note/>
                {i18n.text(Messages::act_log)}
            </button>
            <button type="button" on:click=listen(plan)>
                <Icon glyph=Glyph::Task/>
                {i18n.text(Messages::act_task)}
            </button>
            {children.map(|it| it())}
        </footer>
    }
    .into_any()
}

fn show_composer() {
    let found = document()
        .query_selector(".record-happened .composer textarea, .record-happened .composer input");
    if let Some(element) = found.ok().flatten()
        && let Some(element) = element.dyn_ref::<web_sys::HtmlElement>()
    {
        element.scroll_into_view();
        let _ = element.focus();
    }
}
