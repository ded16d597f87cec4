//! Saved views of the list: choose one, save the present filter, star it, take it away.

use huike_messages::Messages;
use huike_shared::id::{Id, RecordId};
use huike_shared::record::{Record, RecordRef};
use huike_shared::text::{Line, Paragraphs};
use huike_shared::views::SavedView;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::list::ListState;
use crate::i18n::use_i18n;
use crate::shell::views_of;
use crate::store::put;
use crate::ui::{Button, ButtonKind, Checkbox, Dialog, Field, Glyph, Menu, MenuItem, listen};

/// The menu of views.
#[component]
pub fn ViewsMenu(
    /// The list.
    list: ListState,
) -> impl IntoView {
    // What it reads.
    let i18n = use_i18n();
    let views = views_of(list.store, "customer");
    let current = Memo::new(move |_| {
        let id = list
            .nav
            .query("view")
            .and_then(|it| RecordId::parse(&it).ok())?;
        views.with(|all| all.iter().find(|it| it.id == id).cloned())
    });
    let is_saving = RwSignal::new(false);
    let name = RwSignal::new(String::new());
    let is_shared = RwSignal::new(false);

    // What it can do.
    let query_now = move || {
        let query = list.nav.with_query(&[("view", None), ("full", None)]);
        query.trim_start_matches('?').to_owned()
    };
    let save = move |()| {
        let Ok(name) = Line::parse(&name.get_untracked()) else {
            return;
        };
        let query = Paragraphs::parse(&query_now()).ok();
        let id = list.store.create(
            SavedView::DEF.kind,
            vec![
                put(SavedView::NAME, &name),
                put(SavedView::OF, &Line::parse("customer").ok()),
                put(SavedView::QUERY, &query),
                put(SavedView::OWNER, &Some(Id::from_raw(list.store.me()))),
                put(SavedView::SHARED, &is_shared.get_untracked()),
                put(SavedView::STARRED, &true),
            ],
        );
        is_saving.set(false);
        list.nav.set_query(&[("view", Some(&id.to_string()))]);
    };
    let star = move |id: RecordId, is_starred: bool| {
        list.store.set(
            Id::<SavedView>::from_raw(id),
            SavedView::STARRED,
            is_starred,
        );
    };
    let remove = move |id: RecordId| {
        list.store.delete(&[RecordRef {
            kind: SavedView::DEF.kind,
            id,
        }]);
        list.nav.set_query(&[("view", None)]);
    };

    // What it looks like.
    let label = Signal::derive(move || {
        current
            .with(|it| it.as_ref().map(|it| it.view.name.to_string()))
            .unwrap_or_else(|| i18n.t(Messages::nav_saved_views))
    });
    let items = move || {
        let entries = views
            .get()
            .into_iter()
            .map(|view| {
                let (id, path) = (view.id, view.path());
                view! {
                    <MenuItem
                        label=Signal::stored(view.view.name.to_string())
                        checked=Signal::derive(move || {
                            current.with(|it| it.as_ref().is_some_and(|it| it.id == id))
                        })
                        on_press=move |()| {
                            list.nav.to(&path);
                            list.typed.set(list.nav.query_now("q").unwrap_or_default());
                        }
                    />
                }
            })
            .collect_view();
        let own = current.get().map(|view| {
            let (id, is_starred) = (view.id, view.view.starred);
            view! {
                <hr/>
                <MenuItem
                    label=i18n.text(move |m| if is_starred { m.views_unstar() } else { m.views_star() })
                    glyph=Glyph::Star
                    on_press=move |()| star(id, !is_starred)
                />
                <MenuItem
                    label=i18n.text(Messages::views_delete)
                    glyph=Glyph::Trash
                    danger=true
                    on_press=move |()| remove(id)
                />
            }
        });
        view! {
            {entries}
            {own}
            <hr/>
            <MenuItem
                label=i18n.text(Messages::views_save)
                glyph=Glyph::Save
                on_press=move |()| {
                    name.set(String::new());
                    is_saving.set(true);
                }
            />
            <MenuItem
                label=i18n.text(Messages::deleted_title)
                glyph=Glyph::Trash
                on_press=move |()| list.nav.to("/app/deleted")
            />
        }
    };
    view! {
        <Menu label glyph=Glyph::Star>{items()}</Menu>
        <Dialog
            open=is_saving
            title=i18n.text(Messages::views_save)
            close_label=i18n.text(Messages::common_close)
        >
            <form
                class="form"
                on:submit=listen(move |ev: SubmitEvent| {
                    ev.prevent_default();
                    save(());
                })
            >
                <Field label=i18n.text(Messages::field_saved_view_name) value=name required=true/>
                <Checkbox
                    label=i18n.text(Messages::views_shared)
                    checked=Signal::derive(move || is_shared.get())
                    on_change=move |it| is_shared.set(it)
                />
                <footer class="dialog-foot">
                    <Button
                        label=i18n.text(Messages::common_save)
                        kind=ButtonKind::Primary
                        submits=true
                        on_press=|()| {}
                    />
                </footer>
            </form>
        </Dialog>
    }
    .into_any()
}
