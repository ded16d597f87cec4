//! Makes the compact pinyin table that search and sorting use: two bytes a character instead of the
//! megabyte that the readings take as text.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::{env, fs, path::PathBuf};

use pinyin::{ToPinyin, ToPinyinMulti};

const FIRST: u32 = 0x4E00;
const LAST: u32 = 0x9FFF;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let mut numbers: BTreeMap<&'static str, u16> = BTreeMap::new();
    let mut readings: Vec<Vec<&'static str>> = Vec::new();
    for code in FIRST..=LAST {
        let character = char::from_u32(code).expect("the block holds only characters");
        let mut found: Vec<&'static str> = Vec::new();
        if let Some(first) = character.to_pinyin() {
            found.push(first.plain());
        }
        if let Some(multi) = character.to_pinyin_multi() {
            for reading in multi {
                if !found.contains(&reading.plain()) {
                    found.push(reading.plain());
                }
            }
        }
        found.truncate(2);
        for reading in &found {
            numbers.insert(reading, 0);
        }
        readings.push(found);
    }
    for (index, number) in numbers.values_mut().enumerate() {
        *number = u16::try_from(index + 1).expect("there are about 400 syllables");
    }
    let mut out = String::new();
    let _ = writeln!(
        out,
        "static SYLLABLES: [&str; {}] = [\"\",",
        numbers.len() + 1
    );
    for syllable in numbers.keys() {
        let plain: String = syllable
            .replace('ü', "v")
            .chars()
            .filter(char::is_ascii)
            .collect();
        let _ = write!(out, "{plain:?},");
    }
    let _ = writeln!(
        out,
        "];\nstatic FIRST_READING: [u16; {}] = [",
        readings.len()
    );
    for found in &readings {
        let _ = write!(out, "{},", found.first().map_or(0, |it| numbers[it]));
    }
    out.push_str("];\n");
    let second: Vec<String> = readings
        .iter()
        .enumerate()
        .filter_map(|(offset, found)| found.get(1).map(|it| format!("({offset},{})", numbers[it])))
        .collect();
    let _ = writeln!(
        out,
        "static SECOND_READING: [(u16, u16); {}] = [{}];",
        second.len(),
        second.join(",")
    );
    let path = PathBuf::from(env::var("OUT_DIR").expect("cargo sets OUT_DIR")).join("pinyin.rs");
    fs::write(path, out).expect("OUT_DIR can be written");
}
