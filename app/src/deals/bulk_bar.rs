//! What can be done with several selected cards at once.

use huike_messages::Messages;
use huike_shared::id::RecordId;
use leptos::prelude::*;

use super::acts::Spot;
use super::board_context::BoardContext;
use crate::ui::{Button, ButtonKind, Glyph, IconButton, Menu, MenuItem, Show, part};

/// A bar over the board while cards are selected.
#[component]
pub fn BulkBar(board: BoardContext) -> impl IntoView {
    let i18n = board.i18n;
    let count = move || {
        board
            .selected
            .with(|it| i64::try_from(it.len()).unwrap_or(i64::MAX))
    };
    let deals = move || {
        let selected = board.selected.get_untracked();
        // In the order in which they lie, whatever the order of selection.
        board.layout.with_untracked(|it| {
            let all = it.columns.iter().flat_map(|it| &it.cards).map(|it| it.id);
            all.filter(|it| selected.contains(&it.to_string()))
                .collect::<Vec<RecordId>>()
        })
    };
    let stages = move || {
        let stages = board.pipeline.with_untracked(|it| {
            it.as_ref().map(|it| {
                it.stages_in_use()
                    .map(|it| (it.0, it.1.name.to_string()))
                    .collect::<Vec<_>>()
            })
        });
        stages
            .unwrap_or_default()
            .into_iter()
            .map(|(stage, name)| {
                let act = move |()| board.move_to(&deals(), stage, Spot::Index(0));
                view! { <MenuItem label=name on_press=act/> }
            })
            .collect_view()
    };
    view! {
        <Show when=move || board.selected.with(|it| !it.is_empty())>
            <div class="bulk-bar" role="toolbar" aria-label=i18n.text(Messages::common_actions)>
                <span>{part(move || i18n.t(|it| it.deals_selected(count())))}</span>
                <Menu label=i18n.text(Messages::deals_move_to) glyph=Glyph::Columns>{stages()}</Menu>
                <Button
                    label=i18n.text(Messages::deals_mark_won)
                    on_press=move |()| board.win(&deals())
                    kind=ButtonKind::Ghost
                    glyph=Glyph::Won
                />
                <Button
                    label=i18n.text(Messages::deals_mark_lost)
                    on_press=move |()| {
                        board.losing.set(deals());
                        board.selected.set(Vec::new());
                    }
                    kind=ButtonKind::Ghost
                    glyph=Glyph::Lost
                />
                <IconButton
                    glyph=Glyph::Close
                    label=i18n.text(Messages::common_clear_selection)
                    on_press=move |()| board.selected.set(Vec::new())
                />
            </div>
        </Show>
    }
    .into_any()
}
