//! Chinese text by its sound, for search by pinyin and initials and for sorting names.

include!(concat!(env!("OUT_DIR"), "/pinyin.rs"));

const FIRST_CHARACTER: u32 = 0x4E00;

/// Surnames whose reading differs from the usual one of the character (common list of multi-tone
/// surnames in the *Table of General Standard Chinese Characters* order of sound).
const SURNAMES: &[(char, &str)] = &[
    ('单', "shan"),
    ('曾', "zeng"),
    ('解', "xie"),
    ('仇', "qiu"),
    ('任', "ren"),
    ('查', "zha"),
    ('盖', "ge"),
    ('区', "ou"),
    ('朴', "piao"),
    ('乐', "yue"),
    ('翟', "zhai"),
    ('缪', "miao"),
    ('尉', "wei"),
    ('冼', "xian"),
    ('秘', "bi"),
    ('华', "hua"),
    ('覃', "qin"),
    ('沈', "shen"),
];

fn first(character: char) -> Option<&'static str> {
    let offset = u32::from(character).checked_sub(FIRST_CHARACTER)?;
    let number = *FIRST_READING.get(usize::try_from(offset).ok()?)?;
    (number != 0).then(|| SYLLABLES[usize::from(number)])
}

fn second(character: char) -> Option<&'static str> {
    let offset = u16::try_from(u32::from(character).checked_sub(FIRST_CHARACTER)?).ok()?;
    let found = SECOND_READING
        .binary_search_by_key(&offset, |it| it.0)
        .ok()?;
    Some(SYLLABLES[usize::from(SECOND_READING[found].1)])
}

/// The sounds of a text: whole syllables and initials, Latin and digits as they are.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Sounds {
    /// `zhangwei`.
    pub full: String,
    /// `zw`.
    pub initials: String,
}

/// The usual reading of a text. The first character is read as a surname.
pub fn sounds(text: &str) -> Sounds {
    read(text, |index, character| {
        if index == 0 { surname(character) } else { None }.or_else(|| first(character))
    })
}

/// The reading with every second reading taken where there is one (长 as zhang), if any differs.
pub fn other_sounds(text: &str) -> Option<Sounds> {
    if !text.chars().any(|it| second(it).is_some()) {
        return None;
    }
    Some(read(text, |_, character| {
        second(character).or_else(|| first(character))
    }))
}

fn surname(character: char) -> Option<&'static str> {
    SURNAMES.iter().find(|it| it.0 == character).map(|it| it.1)
}

fn read(text: &str, reading: impl Fn(usize, char) -> Option<&'static str>) -> Sounds {
    let mut out = Sounds::default();
    for (index, character) in text.chars().enumerate() {
        if let Some(syllable) = reading(index, character) {
            out.full.push_str(syllable);
            out.initials.push_str(&syllable[..syllable.len().min(1)]);
        } else if character.is_alphanumeric() {
            out.full.extend(character.to_lowercase());
            out.initials.extend(character.to_lowercase());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_syllables_and_initials() {
        let found = sounds("张伟 A1");
        assert_eq!(
            (found.full.as_str(), found.initials.as_str()),
            ("zhangweia1", "zwa1")
        );
    }

    #[test]
    fn surnames_are_read_as_surnames() {
        assert_eq!(sounds("曾国").full, "zengguo");
        assert_eq!(sounds("单雄").full, "shanxiong");
    }

    #[test]
    fn characters_with_two_readings_are_found_by_both() {
        let usual = sounds("重庆长江").full;
        let other = other_sounds("重庆长江")
            .expect("重 and 长 have two readings")
            .full;
        assert_ne!(usual, other);
        assert_eq!(other_sounds("王"), other_sounds("王"));
    }
}
