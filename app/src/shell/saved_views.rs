//! Saved views: a filter, a sort and a search under a name, with a star for the rail.

use huike_messages::Messages;
use huike_shared::id::RecordId;
use huike_shared::record::Record;
use huike_shared::views::SavedView;
use leptos::prelude::*;

use crate::i18n::use_i18n;
use crate::routes::use_nav;
use crate::store::{LocalStore, use_store};
use crate::ui::{For, Glyph, Icon, Show, live};

/// One saved view that this member may use.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// Its record.
    pub id: RecordId,
    /// What it says.
    pub view: SavedView,
}

impl View {
    /// Where it leads; the filter is written out so that the link works for anybody.
    pub fn path(&self) -> String {
        let page = match self.view.of.as_ref().map(|it| it.as_str()) {
            Some("deal") => "deals",
            Some("task") => "tasks",
            _ => "customers",
        };
        let query = self.view.query.as_ref().map_or("", |it| it.as_str());
        let joint = if query.is_empty() { "" } else { "&" };
        format!("/app/{page}?{query}{joint}view={}", self.id)
    }
}

/// The member's own and shared views of a kind of record, in order, followed.
pub fn views_of(store: LocalStore, kind: &'static str) -> Memo<Vec<View>> {
    let rows = store.rows(SavedView::DEF.kind);
    Memo::new(move |_| {
        let me = store.me();
        let mut views: Vec<View> = rows
            .get()
            .iter()
            .map(|row| View {
                id: row.id,
                view: SavedView::from_row(row),
            })
            .filter(|it| {
                let of = it.view.of.as_ref().map_or("customer", |of| of.as_str());
                let is_own = it.view.owner.is_none_or(|owner| owner.raw() == me);
                (kind.is_empty() || of == kind) && (is_own || it.view.shared)
            })
            .collect();
        views.sort_by(|one, other| (&one.view.rank, one.id).cmp(&(&other.view.rank, other.id)));
        views
    })
}

/// The starred views of the rail.
#[component]
pub fn StarredViews() -> impl IntoView {
    let (store, i18n, nav) = (use_store(), use_i18n(), use_nav());
    let views = views_of(store, "");
    let starred = move || {
        views
            .get()
            .into_iter()
            .filter(|it| it.view.starred)
            .collect::<Vec<_>>()
    };
    let link = move |view: View| {
        let (id, path, name) = (view.id.to_string(), view.path(), view.view.name.to_string());
        view! {
            <li>
                <a
                    class="rail-link"
                    href=path
                    title=view.view.name.to_string()
                    aria-current=live(move || {
                        (nav.query("view").as_deref() == Some(id.as_str())).then_some("page")
                    })>
                    <Icon glyph=Glyph::Star/>
                    <span>{name}</span>
                </a>
            </li>
        }
    };
    view! {
        <Show when=move || !starred().is_empty()>
            <h2 class="rail-section">{i18n.text(Messages::nav_saved_views)}</h2>
            <ul class="rail-list">
                <For each=starred key=|it| (it.id, it.path(), it.view.name.to_string()) let:view>
                    {link(view)}
                </For>
            </ul>
        </Show>
    }
    .into_any()
}
