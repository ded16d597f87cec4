//! Bytes of a file as text.
//!
//! A byte order mark decides; else valid UTF-8 is UTF-8; else the encoding is guessed, in favor of
//! what spreadsheets in China save (GB18030). The guess is reported and can be overridden.
//! Nothing is ever replaced by a question mark: text that is not valid is refused, because half of
//! a name is worse than none.

use super::ImportError;
use chardetng::EncodingDetector;
use encoding_rs::{BIG5, EUC_KR, Encoding, GB18030, GBK, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE};

/// The encodings that are offered, the likeliest first.
pub const ENCODINGS: &[&str] = &[
    "UTF-8",
    "GB18030",
    "Big5",
    "UTF-16LE",
    "UTF-16BE",
    "Shift_JIS",
    "EUC-KR",
    "windows-1252",
];

/// Bytes looked at to tell UTF-16 without a mark from other files.
const SAMPLE_BYTES: usize = 8 << 10;

/// Zero bytes on one side of UTF-16 for each on the other.
const ZEROS_RATIO: usize = 4;

/// A text with more control characters than one in this many is no text.
const CONTROL_RATIO: usize = 50;

/// A file that is broken UTF-8 rather than another encoding: this many good characters to a bad one.
const GOOD_TO_BAD: usize = 10;

/// What first bytes say about a file that is no CSV: zip (`.xlsx`), OLE (`.xls`).
const WORKBOOKS: &[&[u8]] = &[b"PK\x03\x04", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"];

/// A file as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// The text, without a byte order mark.
    pub text: String,
    /// One of [`ENCODINGS`].
    pub encoding: &'static str,
}

/// Reads a file as text, in the encoding asked for or the one it seems to have.
pub fn decode(bytes: &[u8], asked: Option<&str>) -> Result<Decoded, ImportError> {
    if WORKBOOKS.iter().any(|it| bytes.starts_with(it)) {
        return Err(ImportError::Workbook);
    }
    let encoding = match asked {
        Some(label) => Encoding::for_label(label.trim().as_bytes())
            .filter(|it| name(it).is_some())
            .ok_or(ImportError::UnknownEncoding)?,
        None => guess(bytes)?,
    };
    let encoding_name = name(encoding).ok_or(ImportError::UnknownEncoding)?;
    let marked = Encoding::for_bom(bytes)
        .filter(|it| it.0 == encoding)
        .map_or(0, |it| it.1);
    let text = encoding
        .decode_without_bom_handling_and_without_replacement(&bytes[marked..])
        .ok_or(ImportError::BadEncoding {
            encoding: encoding_name,
        })?
        .into_owned();
    if !is_text(&text) {
        return Err(ImportError::Binary);
    }
    if text.trim().is_empty() {
        return Err(ImportError::Empty);
    }
    Ok(Decoded {
        text,
        encoding: encoding_name,
    })
}

/// The name an encoding is offered under.
fn name(encoding: &'static Encoding) -> Option<&'static str> {
    // GBK is read as GB18030, which holds it.
    let encoding = if encoding == GBK { GB18030 } else { encoding };
    let known = encoding.name();
    ENCODINGS
        .iter()
        .copied()
        .find(|it| it.eq_ignore_ascii_case(known))
}

fn guess(bytes: &[u8]) -> Result<&'static Encoding, ImportError> {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return Ok(encoding);
    }
    if let Some(encoding) = wide(bytes)? {
        return Ok(encoding);
    }
    if is_utf8(bytes)? {
        return Ok(UTF_8);
    }
    let mut detector = EncodingDetector::new();
    detector.feed(bytes, true);
    let guessed = detector.guess(Some(b"cn"), false);
    let fits = |it: &'static Encoding| {
        it.decode_without_bom_handling_and_without_replacement(bytes)
            .is_some()
    };
    let wished = if name(guessed).is_some() {
        guessed
    } else {
        GB18030
    };
    let others = [GB18030, BIG5, SHIFT_JIS, EUC_KR];
    Ok([wished]
        .into_iter()
        .chain(others)
        .find(|it| fits(it))
        .unwrap_or(wished))
}

/// UTF-16 without a mark: its signs and digits have zero bytes on one side, Chinese only now and
/// then on the other, and it has a line break.
fn wide(bytes: &[u8]) -> Result<Option<&'static Encoding>, ImportError> {
    if !bytes.contains(&0) {
        return Ok(None);
    }
    let sample = &bytes[..bytes.len().min(SAMPLE_BYTES)];
    let zeros = |odd: usize| {
        sample
            .iter()
            .skip(odd)
            .step_by(2)
            .filter(|it| **it == 0)
            .count()
    };
    let (even, odd) = (zeros(0), zeros(1));
    let (encoding, line_feed) = if odd > even * ZEROS_RATIO {
        (UTF_16LE, [b'\n', 0])
    } else if even > odd * ZEROS_RATIO {
        (UTF_16BE, [0, b'\n'])
    } else {
        return Err(ImportError::Binary);
    };
    let has_lines = bytes.chunks_exact(2).any(|it| it == line_feed);
    if has_lines {
        Ok(Some(encoding))
    } else {
        Err(ImportError::Binary)
    }
}

/// Whether the bytes are UTF-8. Bytes that are UTF-8 but for a few are refused rather than read as
/// something else that every byte would be valid in.
fn is_utf8(bytes: &[u8]) -> Result<bool, ImportError> {
    let (mut good, mut bad) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|it| !it.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    if bad > 0 && good >= bad * GOOD_TO_BAD {
        return Err(ImportError::BadEncoding { encoding: "UTF-8" });
    }
    Ok(bad == 0)
}

fn is_text(text: &str) -> bool {
    let (mut all, mut odd) = (0, 0);
    for character in text.chars() {
        all += 1;
        match character {
            '\0' => return false,
            '\t' | '\r' | '\n' => {}
            other => odd += usize::from(other.is_control()),
        }
    }
    odd * CONTROL_RATIO <= all
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str =
        "姓名,公司,手机\n陈凯,泰麒麟科技有限公司,13925522956\n赵阳,创亿传媒有限公司,18051643940\n";

    #[track_caller]
    fn check(bytes: &[u8], expected: Result<&'static str, ImportError>) {
        let decoded = decode(bytes, None);
        assert_eq!(
            decoded.as_ref().map(|it| it.encoding),
            expected.as_ref().map(|it| *it)
        );
        if let Ok(decoded) = decoded {
            assert_eq!(decoded.text, SAMPLE);
        }
    }

    fn utf16(text: &str, write: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(write).collect()
    }

    #[test]
    fn every_usual_encoding_is_recognized() {
        check(SAMPLE.as_bytes(), Ok("UTF-8"));
        check(&[b"\xEF\xBB\xBF", SAMPLE.as_bytes()].concat(), Ok("UTF-8"));
        check(&GB18030.encode(SAMPLE).0, Ok("GB18030"));
        check(&utf16(SAMPLE, u16::to_le_bytes), Ok("UTF-16LE"));
        check(&utf16(SAMPLE, u16::to_be_bytes), Ok("UTF-16BE"));
        let marked = [b"\xFF\xFE".to_vec(), utf16(SAMPLE, u16::to_le_bytes)].concat();
        check(&marked, Ok("UTF-16LE"));
        let traditional = "姓名,公司,電話\n陳凱,泰麒麟科技有限公司,0912345678\n趙陽,創億傳媒有限公司,0987654321\n";
        let decoded = decode(&BIG5.encode(traditional).0, Some("big5")).unwrap();
        assert_eq!(
            (decoded.encoding, decoded.text.as_str()),
            ("Big5", traditional)
        );
    }

    #[test]
    fn an_encoding_can_be_said() {
        let bytes = GB18030.encode(SAMPLE).0;
        assert_eq!(
            decode(&bytes, Some("gbk")).map(|it| it.encoding),
            Ok("GB18030")
        );
        assert_eq!(
            decode(&bytes, Some("gb2312")).map(|it| it.text),
            Ok(SAMPLE.to_owned())
        );
        assert_eq!(
            decode(&bytes, Some("utf-8")),
            Err(ImportError::BadEncoding { encoding: "UTF-8" })
        );
        for label in ["", "klingon", "replacement", "utf-7"] {
            assert_eq!(
                decode(&bytes, Some(label)),
                Err(ImportError::UnknownEncoding),
                "{label}"
            );
        }
    }

    #[test]
    fn a_few_broken_bytes_are_refused_instead_of_read_as_something_else() {
        let mut bytes = SAMPLE.as_bytes().to_vec();
        let middle = bytes.len() / 2;
        bytes.insert(middle, 0xFF);
        check(&bytes, Err(ImportError::BadEncoding { encoding: "UTF-8" }));
    }

    #[test]
    fn files_that_are_no_text_are_refused() {
        check(b"", Err(ImportError::Empty));
        check(b"\xEF\xBB\xBF \r\n\r\n", Err(ImportError::Empty));
        check(b"PK\x03\x04\x14\x00\x06\x00", Err(ImportError::Workbook));
        check(
            b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1rest",
            Err(ImportError::Workbook),
        );
        check(b"name,phone\n\0\0\0,\x001\n", Err(ImportError::Binary));
        check(
            b"\x01\x02\x03\x04\x05\x06,\x07\x08",
            Err(ImportError::Binary),
        );
        check(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", Err(ImportError::Binary));
    }
}
