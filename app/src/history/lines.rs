//! Changes as people read them: by day, by person, field by field.

use huike_shared::document::DELETED;
use huike_shared::history::{FieldChange, Happened, HistoryEntry};
use huike_shared::id::RecordId;
use huike_shared::place::Place;
use huike_shared::record::{FieldKind, KindDef};
use huike_shared::registry;
use huike_shared::scalar::Scalar;
use huike_shared::time::{Date, Timestamp};

/// One thing that somebody did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// Made the record.
    Created,
    /// Deleted it.
    Deleted,
    /// Took the deletion back.
    Restored,
    /// Wrote a field.
    Field(FieldChange),
    /// Edited a long text, this often.
    Note(Box<str>, usize),
}

/// What one person did on one day without anybody else in between, latest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Who.
    pub by: RecordId,
    /// The place of its latest change in the log, which names it.
    pub position: u64,
    /// What and when.
    pub lines: Vec<(Timestamp, Line)>,
}

/// A day with its turns, latest first.
pub type Day = (Date, Vec<Turn>);

/// Whether any change is about a register or a text.
pub fn touches(entries: &[HistoryEntry], key: &str) -> bool {
    entries.iter().any(|it| match &it.what {
        Happened::Fields(changes) => changes.iter().any(|it| *it.key == *key),
        Happened::Note(field) => **field == *key,
    })
}

/// The changes by day and person; of one register or text, or of all.
pub fn days(
    def: &'static KindDef,
    entries: &[HistoryEntry],
    only: Option<&str>,
    date_of: impl Fn(Timestamp) -> Date,
) -> Vec<Day> {
    let mut days: Vec<Day> = Vec::new();
    for entry in entries {
        let lines = lines(def, entry, only);
        if lines.is_empty() {
            continue;
        }
        let date = date_of(entry.stamp.at);
        if days.last().is_none_or(|it| it.0 != date) {
            days.push((date, Vec::new()));
        }
        let Some((_, turns)) = days.last_mut() else {
            continue;
        };
        if turns.last().is_none_or(|it| it.by != entry.stamp.by) {
            turns.push(Turn {
                by: entry.stamp.by,
                position: entry.position,
                lines: Vec::new(),
            });
        }
        let Some(turn) = turns.last_mut() else {
            continue;
        };
        for line in lines {
            // Somebody who types makes a change for every few letters.
            let again = turn
                .lines
                .iter_mut()
                .find_map(|it| match (&mut it.1, &line) {
                    (Line::Note(one, count), Line::Note(other, _)) if one == other => Some(count),
                    _ => None,
                });
            match again {
                Some(count) => *count += 1,
                None => turn.lines.push((entry.stamp.at, line)),
            }
        }
    }
    days
}

fn lines(def: &'static KindDef, entry: &HistoryEntry, only: Option<&str>) -> Vec<Line> {
    let is_wanted = |key: &str| only.is_none_or(|it| *it == *key);
    match &entry.what {
        Happened::Note(field) if is_wanted(field) => vec![Line::Note(field.clone(), 1)],
        Happened::Note(_) => Vec::new(),
        Happened::Fields(changes) => {
            let is_first = changes.iter().any(|it| is_first(def, it));
            let made = (is_first && only.is_none()).then_some(Line::Created);
            let wrote = changes.iter().filter_map(|change| {
                if *change.key == *DELETED {
                    let line = match change.to {
                        Scalar::Bool(true) => Line::Deleted,
                        _ => Line::Restored,
                    };
                    return only.is_none().then_some(line);
                }
                let is_told = is_wanted(&change.key) && is_told(def, change);
                is_told.then(|| Line::Field(change.clone()))
            });
            wrote.chain(made).collect()
        }
    }
}

/// Whether a change made the record: a field that every record has was empty before.
fn is_first(def: &'static KindDef, change: &FieldChange) -> bool {
    let field = def.fields.iter().find(|it| it.required);
    field.is_some_and(|it| *it.name == *change.key && change.from.is_null())
}

/// Another order, or the same stage at another height, is nothing that people look back for.
fn is_told(def: &'static KindDef, change: &FieldChange) -> bool {
    let place = |it: &Scalar| it.as_text().and_then(Place::parse);
    match registry::field(def, &change.key).map(|it| it.kind) {
        None | Some(FieldKind::Rank) => false,
        Some(FieldKind::Place) => match (place(&change.from), place(&change.to)) {
            (Some(from), Some(to)) => (from.pipeline, from.stage) != (to.pipeline, to.stage),
            _ => true,
        },
        Some(_) => change.from != change.to,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use huike_shared::customers::Customer;
    use huike_shared::record::Record;
    use huike_shared::row::Stamp;
    use huike_shared::time::{DAY_MS, date_from_days};

    fn entry(position: u64, day: i64, by: u8, what: Happened) -> HistoryEntry {
        HistoryEntry {
            position,
            stamp: Stamp {
                at: Timestamp::from_millis(day * DAY_MS + position as i64),
                by: RecordId([by; 16]),
            },
            what,
        }
    }

    fn wrote(key: &str, from: Option<&str>, to: &str) -> FieldChange {
        FieldChange {
            key: key.into(),
            from: from.map_or(Scalar::Null, Scalar::text),
            to: Scalar::text(to),
            shown: None,
        }
    }

    fn entries() -> Vec<HistoryEntry> {
        let fields = |it: FieldChange| Happened::Fields(vec![it]);
        let note = || Happened::Note("notes".into());
        vec![
            entry(9, 2, 1, note()),
            entry(8, 2, 1, fields(wrote("phone", None, "+861"))),
            entry(7, 2, 1, note()),
            entry(6, 2, 2, fields(wrote("name", Some("A"), "B"))),
            entry(5, 1, 2, fields(wrote("unknown", None, "x"))),
            entry(
                4,
                1,
                2,
                Happened::Fields(vec![wrote("name", None, "A"), wrote("level", None, "a")]),
            ),
        ]
    }

    #[track_caller]
    fn check(only: Option<&str>, expected: &[(i64, u8, &[&str])]) {
        let date_of = |at: Timestamp| date_from_days(at.millis() / DAY_MS);
        let days = days(Customer::DEF, &entries(), only, date_of);
        let word = |line: &Line| match line {
            Line::Created => "made".to_owned(),
            Line::Deleted => "deleted".to_owned(),
            Line::Restored => "restored".to_owned(),
            Line::Field(change) => change.key.to_string(),
            Line::Note(field, count) => format!("{field}*{count}"),
        };
        let mut told = Vec::new();
        for (date, turns) in days {
            for turn in turns {
                let words: Vec<String> = turn.lines.iter().map(|it| word(&it.1)).collect();
                told.push((date, turn.by.0[0], words));
            }
        }
        let expected: Vec<_> = expected
            .iter()
            .map(|(day, by, words)| {
                let words = words.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
                (date_from_days(*day), *by, words)
            })
            .collect();
        assert_eq!(told, expected);
    }

    #[test]
    fn changes_stand_by_day_and_person_and_typing_counts_once() {
        check(
            None,
            &[
                (2, 1, &["notes*2", "phone"]),
                (2, 2, &["name"]),
                (1, 2, &["name", "level", "made"]),
            ],
        );
    }

    #[test]
    fn one_field_is_shown_alone() {
        check(Some("name"), &[(2, 2, &["name"]), (1, 2, &["name"])]);
        check(Some("notes"), &[(2, 1, &["notes*2"])]);
        check(Some("remark"), &[]);
        assert!(touches(&entries(), "notes") && !touches(&entries(), "remark"));
    }

    #[test]
    fn another_height_in_the_same_stage_is_not_told() {
        let def = huike_shared::deals::Deal::DEF;
        let place = |stage: &str, rank: &str| {
            format!("0195f0c0-0000-7000-8000-000000000001/{stage}/{rank}/5")
        };
        let (one, other) = ("00000000000000aa", "00000000000000bb");
        let told = |from: &str, to: &str| is_told(def, &wrote("place", Some(from), to));
        assert!(!told(&place(one, "a0"), &place(one, "a1")));
        assert!(told(&place(one, "a0"), &place(other, "a0")));
        assert!(is_told(def, &wrote("place", None, &place(one, "a0"))));
    }
}
