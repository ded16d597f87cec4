//! Every kind of record there is. A new kind is one line here.

use crate::customers::{Contact, Customer};
use crate::deals::{Deal, Pipeline};
use crate::followups::{Activity, Task};
use crate::note::NOTE;
use crate::record::{FieldDef, Kind, KindDef, Record};
use crate::views::SavedView;

/// The kinds, in the order menus show them.
pub const RECORDS: &[&KindDef] = &[
    Customer::DEF,
    Contact::DEF,
    Deal::DEF,
    Pipeline::DEF,
    Activity::DEF,
    Task::DEF,
    SavedView::DEF,
    &NOTE,
];

/// The description of a kind, unless a newer client made it up.
pub fn def(kind: Kind) -> Option<&'static KindDef> {
    RECORDS.iter().copied().find(|it| it.kind == kind)
}

/// The description of a kind by its word.
pub fn def_by_name(name: &str) -> Option<&'static KindDef> {
    RECORDS.iter().copied().find(|it| it.name == name)
}

/// The field that a register's key names, also inside a list (`stages.<id>.name`).
pub fn field(def: &'static KindDef, key: &str) -> Option<&'static FieldDef> {
    if let Some(found) = def.fields.iter().find(|it| it.name == key) {
        return Some(found);
    }
    let mut words = key.splitn(3, '.');
    let family = words.next()?;
    crate::place::PartId::parse(words.next()?)?;
    let name = words.next()?;
    let family = def.families.iter().find(|it| it.name == family)?;
    family.fields.iter().find(|it| it.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_and_fields_have_names_of_their_own() {
        for (index, one) in RECORDS.iter().enumerate() {
            for other in &RECORDS[index + 1..] {
                assert!(
                    one.kind != other.kind && one.name != other.name,
                    "{}",
                    one.name
                );
            }
            for (index, field) in one.fields.iter().enumerate() {
                assert!(
                    one.fields[index + 1..]
                        .iter()
                        .all(|it| it.name != field.name)
                );
                assert!(!field.name.contains('.') && !field.name.starts_with('_'));
            }
        }
    }
}
