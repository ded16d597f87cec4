//! Where a deal stands, and how it ended.
//!
//! Pipeline, stage and rank are one register, so that a move can never be torn: the later move
//! wins whole, the other stays visible in the history. The outcome is a register of its own; the
//! place keeps the last open stage.

use crate::id::RecordId;
use crate::rank::Rank;
use crate::time::Timestamp;

/// The id of a part inside a record: sixteen lower-case hexadecimal digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartId(u64);

impl PartId {
    /// An id from eight bytes of entropy.
    pub const fn from_bytes(bytes: [u8; 8]) -> Self {
        PartId(u64::from_be_bytes(bytes))
    }

    /// Reads the text form.
    pub fn parse(text: &str) -> Option<Self> {
        let good = text.len() == 16
            && text
                .bytes()
                .all(|it| it.is_ascii_digit() || (b'a'..=b'f').contains(&it));
        good.then(|| u64::from_str_radix(text, 16).ok().map(PartId))
            .flatten()
    }
}

impl std::fmt::Display for PartId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// Pipeline, stage, rank within the column, and since when the deal is in this stage.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Place {
    /// The pipeline.
    pub pipeline: RecordId,
    /// The stage inside it.
    pub stage: PartId,
    /// The place within the column.
    pub rank: Rank,
    /// When the deal entered the stage. The mover writes it, so that a change of rank keeps it.
    pub since: Timestamp,
}

impl Place {
    /// Reads `<pipeline>/<stage>/<rank>/<since in milliseconds>`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('/');
        let place = Place {
            pipeline: RecordId::parse(parts.next()?).ok()?,
            stage: PartId::parse(parts.next()?)?,
            rank: Rank::parse(parts.next()?)?,
            since: Timestamp::from_millis(parts.next()?.parse().ok()?),
        };
        parts.next().is_none().then_some(place)
    }

    /// The stored form.
    pub fn to_register(&self) -> String {
        let Place {
            pipeline,
            stage,
            rank,
            since,
        } = self;
        format!("{pipeline}/{stage}/{}/{}", rank.as_str(), since.millis())
    }
}

/// Characters in a reason for losing.
pub const LOST_REASON_CHARS_MAX: usize = 200;

/// How a deal ended, if it did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Still open.
    #[default]
    Open,
    /// 赢单.
    Won,
    /// 输单, and why.
    Lost {
        /// One of [`LOST_REASONS`] or free text.
        reason: Box<str>,
    },
}

/// Reasons that are offered; any other text is a reason too.
pub const LOST_REASONS: &[&str] = &[
    "price",
    "competitor",
    "no_budget",
    "no_need",
    "timing",
    "no_answer",
    "product",
];

impl Outcome {
    /// Reads `open`, `won` or `lost:<reason>`.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "open" => Some(Outcome::Open),
            "won" => Some(Outcome::Won),
            _ => {
                let reason = text.strip_prefix("lost:")?;
                let fits = reason.chars().count() <= LOST_REASON_CHARS_MAX
                    && !reason.chars().any(char::is_control);
                fits.then(|| Outcome::Lost {
                    reason: reason.into(),
                })
            }
        }
    }

    /// The stored form.
    pub fn to_register(&self) -> String {
        match self {
            Outcome::Open => "open".to_owned(),
            Outcome::Won => "won".to_owned(),
            Outcome::Lost { reason } => format!("lost:{reason}"),
        }
    }

    /// Whether the deal is still open.
    pub fn is_open(&self) -> bool {
        matches!(self, Outcome::Open)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_reads_back() {
        let text = "0195f0c0-0000-7000-8000-000000000001/00000000000000ff/a0V/1763700000000";
        let place = Place::parse(text).expect("the text is a place");
        assert_eq!(place.to_register(), text);
        assert_eq!(Place::parse("x/y/z/1"), None);
        assert_eq!(Place::parse(&format!("{text}/more")), None);
    }

    #[test]
    fn an_outcome_reads_back() {
        for text in ["open", "won", "lost:price", "lost:太贵了"] {
            assert_eq!(
                Outcome::parse(text).map(|it| it.to_register()).as_deref(),
                Some(text)
            );
        }
        assert_eq!(Outcome::parse("gone"), None);
    }
}
