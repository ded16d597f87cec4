//! An activity opened for editing in its place: kind, time, words, and the shared long text.

use huike_messages::Messages;
use huike_shared::followups::Activity;
use huike_shared::record::{FieldDef, Record, RecordRef};
use leptos::prelude::*;

use crate::i18n::use_i18n;
use crate::record::{FieldInput, NoteEditor, field_label};
use crate::store::use_store;
use crate::ui::{Button, ButtonKind, Glyph, part};

/// Fields of an activity, in order.
const FIELDS: [usize; 8] = [
    Activity::ACTIVITY_TYPE.index,
    Activity::AT.index,
    Activity::CONTACT.index,
    Activity::DEAL.index,
    Activity::PURPOSE.index,
    Activity::RESULT.index,
    Activity::NEXT_STEP.index,
    Activity::MINUTES.index,
];

/// An activity opened for editing.
#[component]
pub fn ActivityEditor(
    /// Which activity.
    record: RecordRef,
    /// Closes the editor.
    #[prop(into)]
    on_close: Callback<()>,
) -> impl IntoView {
    let (store, i18n) = (use_store(), use_i18n());
    let line = move |index: usize| {
        let field: &'static FieldDef = &Activity::DEF.fields[index];
        view! {
            <div class="field-row">
                <dt>{part(move || field_label(i18n, Activity::DEF, field.name))}</dt>
                <dd><FieldInput record field/></dd>
            </div>
        }
    };
    let delete = move |()| {
        store.delete(&[record]);
        on_close.run(());
    };
    view! {
        <div class="activity-editor">
            <NoteEditor owner=record field="body" label=i18n.text(Messages::composer_body)/>
            <dl class="fields" data-edit-group="">{FIELDS.into_iter().map(line).collect_view()}</dl>
            <div class="row">
                <Button label=i18n.text(Messages::common_done) on_press=move |()| on_close.run(())/>
                <Button
                    label=i18n.text(Messages::common_delete)
                    on_press=delete
                    kind=ButtonKind::Ghost
                    glyph=Glyph::Trash
                />
            </div>
        </div>
    }
    .into_any()
}
