//! Text as a table: a head line and rows of cells.
//!
//! The delimiter is found by trying each and taking the one that gives most rows as many cells as
//! the head line. Rows are numbered as spreadsheets do: the head line is row 1, and a line break
//! inside a cell does not count.

use super::{CELL_BYTES_MAX, COLUMNS_MAX, ImportError, ROWS_MAX};
use csv::{ReaderBuilder, StringRecord};

/// What may stand between cells.
pub const DELIMITERS: &[char] = &[',', ';', '\t', '|'];

/// Bytes of a file that the search for its delimiter reads.
const SNIFF_BYTES: usize = 64 << 10;

/// A file as a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// What stands between cells.
    pub delimiter: char,
    /// The words of the head line.
    pub header: Vec<String>,
    /// Everything below it but empty lines.
    pub rows: Vec<Row>,
}

/// One row of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its number as a spreadsheet counts.
    pub number: u32,
    cells: StringRecord,
}

impl Row {
    /// The cell of a column; a short row ends in empty cells.
    pub fn cell(&self, column: usize) -> &str {
        self.cells.get(column).unwrap_or("")
    }

    /// Whether it has cells beyond the last column that say something.
    pub fn is_too_long(&self, columns: usize) -> bool {
        self.cells
            .iter()
            .skip(columns)
            .any(|it| !it.trim().is_empty())
    }
}

/// Reads text as a table.
pub fn read(text: &str) -> Result<Table, ImportError> {
    let (text, said) = without_separator_line(text);
    let delimiter = said.unwrap_or_else(|| sniff(text));
    let found = scan(text, delimiter);
    if let Some(row) = found.unclosed {
        return Err(ImportError::UnclosedQuote { row });
    }
    let skipped = u32::from(said.is_some());
    let mut numbers = found.records.iter().map(|it| it.row + skipped);
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(u8::try_from(delimiter).unwrap_or(b','))
        .from_reader(text.as_bytes());
    let mut header: Option<Vec<String>> = None;
    let mut rows = Vec::new();
    for record in reader.records() {
        let number = numbers.next().unwrap_or(u32::MAX);
        // The text is valid UTF-8 and rows may differ in length: nothing else can be wrong.
        let cells = record.map_err(|_| ImportError::Binary)?;
        if cells.iter().any(|it| it.len() > CELL_BYTES_MAX) {
            return Err(ImportError::CellTooLarge { row: number });
        }
        if cells.len() > COLUMNS_MAX {
            return Err(ImportError::TooManyColumns);
        }
        if cells.iter().all(|it| it.trim().is_empty()) {
            continue;
        }
        match &header {
            None => header = Some(cells.iter().map(|it| it.trim().to_owned()).collect()),
            Some(_) if rows.len() == ROWS_MAX => return Err(ImportError::TooManyRows),
            Some(_) => rows.push(Row { number, cells }),
        }
    }
    let header = header.ok_or(ImportError::Empty)?;
    if rows.is_empty() {
        return Err(ImportError::NoRows);
    }
    Ok(Table {
        delimiter,
        header,
        rows,
    })
}

/// Spreadsheets write a first line `sep=;` to tell each other the delimiter.
fn without_separator_line(text: &str) -> (&str, Option<char>) {
    let Some(rest) = text.strip_prefix("sep=") else {
        return (text, None);
    };
    let mut characters = rest.chars();
    let said = characters.next().filter(|it| DELIMITERS.contains(it));
    let rest = characters.as_str();
    match rest
        .strip_prefix("\r\n")
        .or_else(|| rest.strip_prefix('\n'))
    {
        Some(below) if said.is_some() => (below, said),
        Some(_) | None => (text, None),
    }
}

fn sniff(text: &str) -> char {
    let mut end = text.len().min(SNIFF_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let score = |delimiter: char| {
        let mut records = scan(&text[..end], delimiter).records;
        // The last one may have been cut off.
        if end < text.len() && records.len() > 2 {
            records.pop();
        }
        let width = records.first().map_or(0, |it| it.cells);
        let alike = records.iter().filter(|it| it.cells == width).count();
        let share = alike * 100 / records.len().max(1);
        if width < 2 { (0, 0) } else { (share, width) }
    };
    let mut best = (',', score(','));
    for delimiter in DELIMITERS.iter().copied().skip(1) {
        let found = score(delimiter);
        if found > best.1 {
            best = (delimiter, found);
        }
    }
    best.0
}

/// One record of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Found {
    row: u32,
    cells: usize,
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Scan {
    /// Every line that is not empty, as the CSV reader sees them.
    records: Vec<Found>,
    /// The row of a quote that is never closed.
    unclosed: Option<u32>,
}

/// Where the reader stands inside a cell.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Start,
    Plain,
    Quoted,
    /// Behind a quote inside quotes: it ends the quoting or is the first of two.
    Quote,
}

/// Finds the records without building them: their rows, their cells, and whether the last quote is
/// closed, which the CSV reader does not say.
fn scan(text: &str, delimiter: char) -> Scan {
    let delimiter = u8::try_from(delimiter).unwrap_or(b',');
    let mut scan = Scan::default();
    let (mut row, mut cells, mut at, mut opened) = (1, 1, At::Start, 1);
    let mut is_blank = true;
    let mut bytes = text.bytes().peekable();
    while let Some(byte) = bytes.next() {
        if at == At::Quoted {
            if byte == b'"' {
                at = At::Quote;
            }
            continue;
        }
        match byte {
            b'\r' | b'\n' => {
                if byte == b'\r' {
                    bytes.next_if_eq(&b'\n');
                }
                if !is_blank {
                    scan.records.push(Found { row, cells });
                }
                row += 1;
                (cells, at, is_blank) = (1, At::Start, true);
            }
            other if other == delimiter => {
                cells += 1;
                (at, is_blank) = (At::Start, false);
            }
            b'"' if at == At::Start || at == At::Quote => {
                if at == At::Start {
                    opened = row;
                }
                (at, is_blank) = (At::Quoted, false);
            }
            _ => (at, is_blank) = (At::Plain, false),
        }
    }
    if !is_blank {
        scan.records.push(Found { row, cells });
    }
    scan.unclosed = (at == At::Quoted).then_some(opened);
    scan
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers and cells of rows.
    type Rows<'a> = &'a [(u32, &'a [&'a str])];

    #[track_caller]
    fn check(text: &str, expected: Result<(char, Rows<'_>), ImportError>) {
        let table = read(text);
        let table = table.as_ref().map(|table| {
            let rows = table
                .rows
                .iter()
                .map(|it| (it.number, it.cells.iter().collect()));
            (table.delimiter, rows.collect::<Vec<(u32, Vec<&str>)>>())
        });
        let expected = expected.as_ref().map(|(delimiter, rows)| {
            (
                *delimiter,
                rows.iter()
                    .map(|it| (it.0, it.1.to_vec()))
                    .collect::<Vec<_>>(),
            )
        });
        assert_eq!(table, expected, "{text:?}");
    }

    #[test]
    fn the_delimiter_is_found() {
        check("a,b\n1,2\n", Ok((',', &[(2, &["1", "2"])])));
        check("a;b\n1,5;2\n", Ok((';', &[(2, &["1,5", "2"])])));
        check("a\tb\n1\t2, 3\n", Ok(('\t', &[(2, &["1", "2, 3"])])));
        check("a|b\n\"1;2\"|2\n", Ok(('|', &[(2, &["1;2", "2"])])));
        check("sep=;\na,x;b\n1;2\n", Ok((';', &[(3, &["1", "2"])])));
        check("name\nX\n", Ok((',', &[(2, &["X"])])));
    }

    #[test]
    fn rows_are_numbered_as_in_a_spreadsheet() {
        check(
            "a,b\r\n\r\n\"one\r\ntwo\",2\r\n3,4\r\n , \r\n5,\"6\"",
            Ok((
                ',',
                &[
                    (3, &["one\r\ntwo", "2"]),
                    (4, &["3", "4"]),
                    (6, &["5", "6"]),
                ],
            )),
        );
        check(
            "a,b\r1,2\r3,4",
            Ok((',', &[(2, &["1", "2"]), (3, &["3", "4"])])),
        );
    }

    #[test]
    fn a_quote_that_is_never_closed_is_found_at_its_row() {
        check(
            "a,b\n1,2\n\"3,4\n5,6\n",
            Err(ImportError::UnclosedQuote { row: 3 }),
        );
        check("a,b\n1,2\"\n", Ok((',', &[(2, &["1", "2\""])])));
        check("a,b\n1,\"2\"\"\"\n", Ok((',', &[(2, &["1", "2\""])])));
        check(
            "a,b\n1,\"2\"\"\n",
            Err(ImportError::UnclosedQuote { row: 2 }),
        );
    }

    #[test]
    fn limits_hold() {
        let cell = "字".repeat(CELL_BYTES_MAX / 3 + 1);
        check(
            &format!("a,b\n1,{cell}\n"),
            Err(ImportError::CellTooLarge { row: 2 }),
        );
        check(&"a,".repeat(COLUMNS_MAX), Err(ImportError::TooManyColumns));
        check(&"1\n".repeat(ROWS_MAX + 2), Err(ImportError::TooManyRows));
        assert_eq!(
            read(&"1\n".repeat(ROWS_MAX + 1)).map(|it| it.rows.len()),
            Ok(ROWS_MAX)
        );
        check("a,b\n,\n\n", Err(ImportError::NoRows));
        check("\n,\n", Err(ImportError::Empty));
    }

    #[test]
    fn the_scan_agrees_with_the_reader_on_any_text() {
        let alphabet = ['a', '"', ',', '\n', '\r'];
        for number in 0..5usize.pow(5) {
            let mut rest = number;
            let text: String = (0..5)
                .map(|_| {
                    let character = alphabet[rest % 5];
                    rest /= 5;
                    character
                })
                .collect();
            let mut reader = ReaderBuilder::new()
                .has_headers(false)
                .flexible(true)
                .from_reader(text.as_bytes());
            let cells: Vec<usize> = reader
                .records()
                .map(|it| it.map(|it| it.len()).unwrap_or(0))
                .collect();
            let found: Vec<usize> = scan(&text, ',').records.iter().map(|it| it.cells).collect();
            assert_eq!(found, cells, "{text:?}");
        }
    }
}
