//! The bottom bar of the phone: Today · Deals · + · Customers · More.

use huike_messages::Messages;
use leptos::prelude::*;

use super::member_menu::MemberItems;
use super::{PillButton, PillMark, use_creation, use_shell, views_of};
use crate::i18n::use_i18n;
use crate::routes::use_nav;
use crate::store::use_store;
use crate::ui::{Glyph, Icon, MenuItem, MenuList, Sheet, Show, Width, follow, listen, live, part};

/// The bar and the sheet behind More.
#[component]
pub fn BottomBar() -> impl IntoView {
    let (i18n, shell, creation) = (use_i18n(), use_shell(), use_creation());
    let is_more_open = RwSignal::new(false);
    let nav = use_nav();
    let views = views_of(use_store(), "");
    let starred = move || {
        let starred = views.get().into_iter().filter(|it| it.view.starred);
        starred
            .map(|it| {
                let path = it.path();
                view! {
                    <MenuItem
                        label=Signal::stored(it.view.name.to_string())
                        glyph=Glyph::Star
                        on_press=move |()| nav.to(&path)
                    />
                }
            })
            .collect_view()
    };
    follow(move || {
        // Whatever was chosen leads elsewhere, and the sheet has done its work.
        nav.path();
        is_more_open.set(false);
    });
    view! {
        <Show when=move || shell.width.get() == Width::Phone>
            <nav class="bottom-bar" aria-label=i18n.text(Messages::nav_main)>
                <BarLink path="/app/today" glyph=Glyph::Today label=i18n.text(Messages::nav_today)/>
                <BarLink path="/app/deals" glyph=Glyph::Deal label=i18n.text(Messages::nav_deals)/>
                <button
                    type="button"
                    class="bottom-link add"
                    aria-label=i18n.text(Messages::nav_quick_create)
                    on:click=listen(move |_| creation.choose())
                >
                    <Icon glyph=Glyph::Plus/>
                    <span>{i18n.text(Messages::common_new)}</span>
                </button>
                <BarLink
                    path="/app/customers"
                    glyph=Glyph::Customer
                    label=i18n.text(Messages::nav_customers)
                />
                <button type="button" class="bottom-link" on:click=listen(move |_| is_more_open.set(true))>
                    <Icon glyph=Glyph::Menu/>
                    <span>{i18n.text(Messages::nav_more)}</span>
                    <PillMark/>
                </button>
            </nav>
        </Show>
        <Sheet
            open=is_more_open
            title=i18n.text(Messages::nav_more)
            close_label=i18n.text(Messages::common_close)
        >
            <div class="more-sheet">
                <PillButton/>
                <MenuList label=i18n.text(Messages::nav_more)>
                    <MenuItem
                        label=i18n.text(Messages::common_search)
                        glyph=Glyph::Search
                        on_press=move |()| {
                            is_more_open.set(false);
                            shell.palette.set(true);
                        }
                    />
                    <MenuItem
                        label=i18n.text(Messages::nav_tasks)
                        glyph=Glyph::Tasks
                        on_press=move |()| nav.to("/app/tasks")
                    />
                    <MenuItem
                        label=i18n.text(Messages::nav_import)
                        glyph=Glyph::Upload
                        on_press=move |()| nav.to("/app/import")
                    />
                    {starred}
                    <hr/>
                    <MemberItems/>
                </MenuList>
            </div>
        </Sheet>
    }
    .into_any()
}

#[component]
fn BarLink(path: &'static str, glyph: Glyph, #[prop(into)] label: Signal<String>) -> impl IntoView {
    let nav = use_nav();
    view! {
        <a
            class="bottom-link"
            href=path
            aria-current=live(move || nav.path().starts_with(path).then_some("page"))>
            <Icon glyph/>
            <span>{part(move || label.get())}</span>
        </a>
    }
    .into_any()
}
