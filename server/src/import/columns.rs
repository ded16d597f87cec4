//! Which column goes into which field.
//!
//! Suggested by the words of the head line; the person decides. A field takes one column.

use super::ImportError;
use super::words::{self, plain};
use huike_messages::{Language, Messages};
use huike_shared::customers::{Contact, Customer};
use huike_shared::record::{FieldDef, FieldKind, KindDef, Record};

/// The kinds that can be imported.
pub const KINDS: &[&KindDef] = &[Customer::DEF, Contact::DEF];

/// The kind of this word, if it can be imported.
pub fn kind(name: &str) -> Result<&'static KindDef, ImportError> {
    KINDS
        .iter()
        .copied()
        .find(|it| it.name == name)
        .ok_or(ImportError::UnknownKind)
}

/// Whether a cell can say what this field holds.
pub fn takes_cells(field: &FieldDef) -> bool {
    !matches!(
        field.kind,
        FieldKind::Note | FieldKind::Place | FieldKind::Outcome | FieldKind::Rank
    )
}

/// The field that each column most likely holds.
pub fn suggest(def: &'static KindDef, header: &[String]) -> Vec<Option<&'static str>> {
    let header: Vec<String> = header.iter().map(|it| plain(it)).collect();
    let mut suggested: Vec<Option<&'static str>> = vec![None; header.len()];
    for field in def.fields.iter().filter(|it| takes_cells(it)) {
        // The earlier word is the better one: a list with 客户名称 and 姓名 has the customer's name there.
        let found = names(def, field).iter().find_map(|name| {
            (0..header.len()).find(|it| suggested[*it].is_none() && header[*it] == *name)
        });
        if let Some(column) = found {
            suggested[column] = Some(field.name);
        }
    }
    // A list of companies has no column of names: the company is the customer.
    let name_missing = !suggested.contains(&Some("name"));
    if name_missing && let Some(column) = suggested.iter().position(|it| *it == Some("company")) {
        suggested[column] = Some("name");
    }
    suggested
}

/// Every word that names the field, in the form of [`plain`].
fn names(def: &KindDef, field: &FieldDef) -> Vec<String> {
    let table = if def.kind == Contact::DEF.kind {
        words::CONTACT
    } else {
        words::CUSTOMER
    };
    let key = format!(
        "field-{}-{}",
        def.name.replace('_', "-"),
        field.name.replace('_', "-")
    );
    let labels = Language::ALL
        .into_iter()
        .filter_map(|it| Messages::of(it).by_key(&key));
    let known = table
        .iter()
        .filter(|it| it.0 == field.name)
        .flat_map(|it| it.1)
        .copied();
    known
        .map(str::to_owned)
        .chain(labels.map(|it| plain(&it)))
        .chain([plain(field.name)])
        .collect()
}

/// A mapping that fits the file and the kind: a field, or nothing, for each column.
#[derive(Clone, Debug)]
pub struct Mapping {
    /// What the rows become.
    pub def: &'static KindDef,
    /// The field of each column.
    pub fields: Vec<Option<&'static FieldDef>>,
}

/// A column that goes into a field.
#[derive(Clone, Copy, Debug)]
pub struct Column<'a> {
    /// Which column.
    pub index: usize,
    /// Into which field.
    pub field: &'a FieldDef,
}

impl Mapping {
    /// Judges what a person chose.
    pub fn new(
        def: &'static KindDef,
        columns: usize,
        chosen: &[Option<String>],
    ) -> Result<Self, ImportError> {
        if chosen.len() != columns {
            return Err(ImportError::MappingLength);
        }
        let mut fields: Vec<Option<&'static FieldDef>> = Vec::with_capacity(columns);
        for name in chosen {
            let field = match name {
                None => None,
                Some(name) => Some(
                    def.fields
                        .iter()
                        .find(|it| it.name == name && takes_cells(it))
                        .ok_or_else(|| ImportError::UnknownField {
                            field: name.clone(),
                        })?,
                ),
            };
            if let Some(field) = field
                && fields.iter().flatten().any(|it| it.name == field.name)
            {
                return Err(ImportError::FieldTwice { field: field.name });
            }
            fields.push(field);
        }
        let mapping = Mapping { def, fields };
        // A place, an outcome and the like have a meaning of absence; a name has none.
        let missing = def
            .fields
            .iter()
            .find(|it| it.required && takes_cells(it) && !mapping.holds(it.name));
        match missing {
            Some(field) => Err(ImportError::RequiredUnmapped { field: field.name }),
            None => Ok(mapping),
        }
    }

    /// Whether a column goes into this field.
    pub fn holds(&self, field: &str) -> bool {
        self.fields.iter().flatten().any(|it| it.name == field)
    }

    /// The columns that go somewhere.
    pub fn columns(&self) -> impl Iterator<Item = Column<'static>> + '_ {
        let fields = self.fields.iter().enumerate();
        fields.filter_map(|(index, field)| {
            Some(Column {
                index,
                field: (*field)?,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(kind_name: &str, header: &[&str], expected: &[&str]) {
        let header: Vec<String> = header.iter().map(|it| (*it).to_owned()).collect();
        let suggested = suggest(kind(kind_name).unwrap(), &header);
        let suggested: Vec<&str> = suggested.iter().map(|it| it.unwrap_or("-")).collect();
        assert_eq!(suggested, expected, "{header:?}");
    }

    #[test]
    fn columns_are_recognized_by_their_words() {
        check(
            "customer",
            &[
                "客户编号",
                "姓名",
                "公司",
                "职位",
                "手机",
                "邮箱",
                "地址",
                "生日",
                "备注",
            ],
            &[
                "code",
                "name",
                "company",
                "job_title",
                "phone",
                "email",
                "address",
                "birthday",
                "remark",
            ],
        );
        check(
            "customer",
            &[
                "Full Name*",
                "E-Mail",
                "Phone (mobile)",
                "Owner",
                "Favorite colour",
                "Notes:",
            ],
            &["name", "email", "phone", "owner", "-", "remark"],
        );
        check(
            "contact",
            &["姓名", "公司名称", "手机号码", "微信号", "主要联系人"],
            &["name", "customer", "phone", "wechat", "is_primary"],
        );
    }

    #[test]
    fn a_field_is_suggested_once() {
        check(
            "customer",
            &["姓名", "电话", "手机", "名称"],
            &["name", "-", "phone", "-"],
        );
    }

    #[test]
    fn a_list_of_companies_has_their_names_as_names() {
        check("customer", &["公司名称", "电话"], &["name", "phone"]);
    }

    #[test]
    fn every_word_names_a_field_that_there_is() {
        for (def, table) in [
            (Customer::DEF, words::CUSTOMER),
            (Contact::DEF, words::CONTACT),
        ] {
            for (field, names) in table {
                let found = def.fields.iter().find(|it| it.name == *field);
                assert!(found.is_some_and(takes_cells), "{} {field}", def.name);
                for name in *names {
                    assert_eq!(plain(name), *name, "{field}");
                }
            }
        }
    }

    #[test]
    fn a_mapping_that_does_not_fit_is_refused() {
        let check = |chosen: &[Option<&str>], expected: ImportError| {
            let chosen: Vec<Option<String>> =
                chosen.iter().map(|it| it.map(str::to_owned)).collect();
            let refused = Mapping::new(Customer::DEF, 2, &chosen).err();
            assert_eq!(refused, Some(expected), "{chosen:?}");
        };
        check(&[Some("name")], ImportError::MappingLength);
        check(
            &[Some("name"), Some("name")],
            ImportError::FieldTwice { field: "name" },
        );
        check(
            &[Some("phone"), None],
            ImportError::RequiredUnmapped { field: "name" },
        );
        for field in ["notes", "_deleted", "nothing"] {
            check(
                &[Some("name"), Some(field)],
                ImportError::UnknownField {
                    field: field.to_owned(),
                },
            );
        }
        assert_eq!(kind("pipeline").err(), Some(ImportError::UnknownKind));
    }
}
