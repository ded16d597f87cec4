//! A table and a mapping as records to be: the dry run, and the values that a commit writes.

use super::columns::{self, Mapping};
use super::table::Table;
use super::value::{self, CellProblem, Known};
use huike_shared::customers::{Customer, Source};
use huike_shared::id::RecordId;
use huike_shared::record::{FieldKind, FieldValue, KindDef, Record};
use huike_shared::scalar::Scalar;
use huike_shared::sync::message::CHANGE_BYTES_MAX;

/// A cell that cannot be imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadCell {
    /// The row as a spreadsheet counts.
    pub row: u32,
    /// The column, counted from 0.
    pub column: usize,
    /// What stands there, shortened.
    pub value: String,
    /// What is wrong with it.
    pub problem: CellProblem,
}

/// The record that a row becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The row as a spreadsheet counts.
    pub row: u32,
    /// The values of its registers; none is null.
    pub values: Vec<(&'static str, Scalar)>,
}

/// What an import would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Rows without mistakes, in their order.
    pub good: Vec<Draft>,
    /// Rows with mistakes.
    pub rows_bad: usize,
    /// The mistakes, up to the asked number.
    pub bad_cells: Vec<BadCell>,
}

/// Characters of a bad cell that are shown.
const SHOWN_CHARS_MAX: usize = 80;

/// Bytes of all texts of a row: a record's first change must fit the limit of changes, with room for
/// its keys and columns.
const ROW_BYTES_MAX: usize = CHANGE_BYTES_MAX - (4 << 10);

/// Reads every row. Keeps `bad_cells_max` mistakes and counts the others.
pub fn check(
    table: &Table,
    mapping: &Mapping,
    known: &Known,
    importer: RecordId,
    bad_cells_max: usize,
) -> Checked {
    let defaults = defaults(mapping, importer);
    let mut checked = Checked::default();
    for row in &table.rows {
        let mut values = Vec::new();
        let mut bad: Vec<BadCell> = Vec::new();
        let mut note = |column: usize, problem: CellProblem| {
            let value = row
                .cell(column)
                .trim()
                .chars()
                .take(SHOWN_CHARS_MAX)
                .collect();
            bad.push(BadCell {
                row: row.number,
                column,
                value,
                problem,
            });
        };
        for column in mapping.columns() {
            match value::read(column.field, row.cell(column.index), known) {
                Ok(Scalar::Null) => {}
                Ok(value) => values.push((column.field.name, value)),
                Err(problem) => note(column.index, problem),
            }
        }
        if row.is_too_long(table.header.len()) {
            note(table.header.len(), CellProblem::TooManyCells);
        }
        let bytes = |value: &Scalar| value.as_text().map_or(0, str::len);
        let longest = mapping.columns().max_by_key(|it| row.cell(it.index).len());
        if let Some(longest) = longest
            && values.iter().map(|it| bytes(&it.1)).sum::<usize>() > ROW_BYTES_MAX
        {
            note(longest.index, CellProblem::TooLong);
        }
        if bad.is_empty() {
            for (field, value) in &defaults {
                if values.iter().all(|it| it.0 != *field) {
                    values.push((field, value.clone()));
                }
            }
            checked.good.push(Draft {
                row: row.number,
                values,
            });
        } else {
            checked.rows_bad += 1;
            let room = bad_cells_max.saturating_sub(checked.bad_cells.len());
            checked.bad_cells.extend(bad.into_iter().take(room));
        }
    }
    checked
}

/// The first records to be, with what will be shown of each field. Names stay as they are written.
pub fn preview(table: &Table, mapping: &Mapping, checked: &Checked, count: usize) -> Vec<Preview> {
    let shown = |draft: &Draft| {
        let place = table
            .rows
            .binary_search_by_key(&draft.row, |it| it.number)
            .ok()?;
        let row = &table.rows[place];
        let value = |column: columns::Column<'_>| {
            let value = &draft.values.iter().find(|it| it.0 == column.field.name)?.1;
            let text = match (column.field.kind, value) {
                (FieldKind::Member | FieldKind::Link(_), _) => {
                    row.cell(column.index).trim().to_owned()
                }
                (_, Scalar::Text(it)) => it.to_string(),
                (_, Scalar::Int(it)) => it.to_string(),
                (_, Scalar::Bool(it)) => it.to_string(),
                (_, Scalar::Null) => return None,
            };
            Some((column.field.name, text))
        };
        Some(Preview {
            row: draft.row,
            values: mapping.columns().filter_map(value).collect(),
        })
    };
    checked.good.iter().take(count).filter_map(shown).collect()
}

/// What will be shown of a record to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// The row as a spreadsheet counts.
    pub row: u32,
    /// Field and text.
    pub values: Vec<(&'static str, String)>,
}

/// What a row says without saying it: where a customer came from, and who cares for it if the file
/// has no column for that.
fn defaults(mapping: &Mapping, importer: RecordId) -> Vec<(&'static str, Scalar)> {
    let mut defaults = Vec::new();
    let has = |def: &KindDef, field: &str| def.fields.iter().any(|it| it.name == field);
    if mapping.def.kind == Customer::DEF.kind {
        defaults.push(("source", Source::Import.write()));
    }
    if has(mapping.def, "owner") && !mapping.holds("owner") {
        defaults.push(("owner", Scalar::from(importer)));
    }
    defaults
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::table;

    fn checked(text: &str) -> Checked {
        let table = table::read(text).unwrap();
        let suggested = columns::suggest(Customer::DEF, &table.header);
        let chosen: Vec<Option<String>> =
            suggested.iter().map(|it| it.map(str::to_owned)).collect();
        let mapping = Mapping::new(Customer::DEF, table.header.len(), &chosen).unwrap();
        check(&table, &mapping, &Known::default(), RecordId([9; 16]), 2)
    }

    #[test]
    fn mistakes_are_told_by_row_and_column() {
        let checked = checked(
            "姓名,手机,生日\n王伟,13800138000,1990-1-1\n,x,1990-13-1\n李娜,y,\n赵云,,,多\n",
        );
        let rows: Vec<u32> = checked.good.iter().map(|it| it.row).collect();
        assert_eq!((rows, checked.rows_bad), (vec![2], 3));
        let told: Vec<(u32, usize, &str, &str)> = checked
            .bad_cells
            .iter()
            .map(|it| (it.row, it.column, it.value.as_str(), it.problem.code()))
            .collect();
        assert_eq!(told, [(3, 0, "", "missing"), (3, 1, "x", "phone")]);
    }

    #[test]
    fn a_row_that_no_change_can_hold_is_a_mistake() {
        let long = "字".repeat(19_000);
        let checked = checked(&format!(
            "姓名,需求,备注\n王伟,{long},{long}\n李娜,{long},\n"
        ));
        assert_eq!((checked.good.len(), checked.rows_bad), (1, 1));
        assert_eq!(checked.bad_cells[0].problem, CellProblem::TooLong);
    }

    #[test]
    fn a_customer_says_that_it_was_imported_and_by_whom() {
        let checked = checked("姓名,来源\n王伟,展会\n李娜,\n");
        let value = |row: usize, name: &str| {
            checked.good[row]
                .values
                .iter()
                .find(|it| it.0 == name)
                .map(|it| it.1.clone())
        };
        assert_eq!(value(0, "source"), Some(Scalar::text("event")));
        assert_eq!(value(1, "source"), Some(Scalar::text("import")));
        assert_eq!(value(1, "owner"), Some(Scalar::from(RecordId([9; 16]))));
    }
}
