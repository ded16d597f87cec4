//! Records: the typed values a person sees, and the tables that describe them.
//!
//! One struct with `#[derive(Record)]` is the only description of a kind of record. From it come the
//! typed fields (`Customer::PHONE`), the table [`KindDef`] that storage, sync, forms, search, import
//! and export read, and the way back from a [`Row`]. Nothing below this module knows a kind by name.

use std::marker::PhantomData;

use serde::{Deserialize, Serialize};

use crate::id::RecordId;
use crate::money::Money;
use crate::place::{Outcome, Place};
use crate::row::Row;
use crate::scalar::Scalar;
use crate::text::{Email, LINE_CHARS_MAX, Line, Paragraphs, Phone, TEXT_CHARS_MAX, Url};
use crate::time::{Date, Timestamp, parse_date};

pub use huike_derive::Record;

/// The number that stands for a kind on the wire and in storage. Never reused.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct Kind(pub u8);

/// Names one record: its kind and its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RecordRef {
    /// What it is.
    pub kind: Kind,
    /// Which one.
    pub id: RecordId,
}

/// A kind of record as data.
#[derive(Debug)]
pub struct KindDef {
    /// The number in storage.
    pub kind: Kind,
    /// The word in URLs, keys and messages: `customer`.
    pub name: &'static str,
    /// Every field that is one register, in the order of the struct.
    pub fields: &'static [FieldDef],
    /// Every list inside the record: keys `<family>.<part id>.<field>`.
    pub families: &'static [FamilyDef],
}

/// A field as data.
#[derive(Debug)]
pub struct FieldDef {
    /// The register's key.
    pub name: &'static str,
    /// What it holds.
    pub kind: FieldKind,
    /// Whether a new record cannot be without it.
    pub required: bool,
    /// Whether search looks into it.
    pub search: bool,
}

/// A list inside a record as data.
#[derive(Debug)]
pub struct FamilyDef {
    /// The first part of its keys.
    pub name: &'static str,
    /// The fields of one part.
    pub fields: &'static [FieldDef],
}

/// What a register holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// One line of text.
    Line,
    /// Several lines in one register: the later writer wins.
    Paragraphs,
    /// A long text in a document of its own, merged character by character; the record holds nothing.
    Note,
    /// A phone number.
    Phone,
    /// An e-mail address.
    Email,
    /// A web address.
    Url,
    /// A whole number from 0 to 10^12.
    Number,
    /// 0 to 100.
    Percent,
    /// An amount with its currency.
    Money,
    /// A civil date.
    Date,
    /// A moment.
    Instant,
    /// Yes or no.
    Flag,
    /// One of these words; other words from newer clients are kept.
    Choice(&'static [&'static str]),
    /// A member of the workspace.
    Member,
    /// Another record, by the name of its kind.
    Link(&'static str),
    /// Pipeline, stage, rank and since when, together.
    Place,
    /// Open, won, or lost and why.
    Outcome,
    /// A place in an order.
    Rank,
}

/// The largest number a [`FieldKind::Number`] takes.
pub const NUMBER_MAX: i64 = 1_000_000_000_000;
/// Bytes in the word of a choice.
pub const CHOICE_BYTES_MAX: usize = 40;

impl FieldKind {
    /// Whether a register of this kind may hold the value. Null clears and is always allowed.
    pub fn allows(self, value: &Scalar) -> bool {
        let Scalar::Text(text) = value else {
            return match (self, value) {
                (FieldKind::Note, _) => false,
                (_, Scalar::Null) => true,
                (FieldKind::Number, Scalar::Int(it)) => (0..=NUMBER_MAX).contains(it),
                (FieldKind::Percent, Scalar::Int(it)) => (0..=100).contains(it),
                (FieldKind::Instant, Scalar::Int(it)) => it.unsigned_abs() < 1 << 53,
                (FieldKind::Flag, Scalar::Bool(_)) => true,
                _ => false,
            };
        };
        let one_line = |max: usize| {
            !text.is_empty() && text.chars().count() <= max && !text.chars().any(char::is_control)
        };
        match self {
            FieldKind::Line | FieldKind::Phone | FieldKind::Email => one_line(LINE_CHARS_MAX),
            FieldKind::Url => {
                one_line(LINE_CHARS_MAX)
                    && (text.starts_with("https://") || text.starts_with("http://"))
            }
            FieldKind::Paragraphs => !text.is_empty() && text.chars().count() <= TEXT_CHARS_MAX,
            FieldKind::Money => Money::parse_register(text).is_some(),
            FieldKind::Date => {
                text.len() == 10 && parse_date(text).is_some_and(|it| it.to_string() == **text)
            }
            FieldKind::Choice(_) => is_choice_word(text),
            FieldKind::Member | FieldKind::Link(_) => {
                RecordId::parse(text).is_ok_and(|it| it.to_string() == **text)
            }
            FieldKind::Place => Place::parse(text).is_some_and(|it| it.to_register() == **text),
            FieldKind::Outcome => Outcome::parse(text).is_some(),
            FieldKind::Rank => crate::rank::Rank::parse(text).is_some(),
            FieldKind::Note
            | FieldKind::Number
            | FieldKind::Percent
            | FieldKind::Instant
            | FieldKind::Flag => false,
        }
    }
}

fn is_choice_word(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= CHOICE_BYTES_MAX
        && text
            .bytes()
            .all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'_')
}

/// A Rust type that one register can hold.
pub trait FieldValue: Sized {
    /// How the interface and the gate treat it.
    const KIND: FieldKind;
    /// Reads what is stored; `None` where nothing readable is.
    fn read(value: &Scalar) -> Option<Self>;
    /// The stored form.
    fn write(&self) -> Scalar;
}

/// A field's Rust type: a [`FieldValue`] that must be there, or an optional one.
pub trait FieldType: Sized {
    /// How the interface and the gate treat it.
    const KIND: FieldKind;
    /// Whether a new record cannot be without it.
    const REQUIRED: bool;
    /// Reads what is stored; absence has a meaning, so this never fails.
    fn read(value: &Scalar) -> Self;
    /// The stored form.
    fn write(&self) -> Scalar;
}

impl<T: FieldValue> FieldType for Option<T> {
    const KIND: FieldKind = T::KIND;
    const REQUIRED: bool = false;

    fn read(value: &Scalar) -> Self {
        T::read(value)
    }

    fn write(&self) -> Scalar {
        self.as_ref().map_or(Scalar::Null, T::write)
    }
}

/// Declares that a type can stand in a record without `Option`, with this meaning of absence.
macro_rules! required {
    ($($type:ty),+) => {$(
        impl FieldType for $type {
            const KIND: FieldKind = <$type as FieldValue>::KIND;
            const REQUIRED: bool = true;

            fn read(value: &Scalar) -> Self {
                <$type as FieldValue>::read(value).unwrap_or_default()
            }

            fn write(&self) -> Scalar {
                FieldValue::write(self)
            }
        }
    )+};
}

macro_rules! text_values {
    ($($type:ty => $kind:ident),+) => {$(
        impl FieldValue for $type {
            const KIND: FieldKind = FieldKind::$kind;

            fn read(value: &Scalar) -> Option<Self> {
                value.as_text().map(<$type>::from_stored)
            }

            fn write(&self) -> Scalar {
                Scalar::text(self.as_str())
            }
        }
    )+};
}

text_values!(Line => Line, Paragraphs => Paragraphs, Phone => Phone, Email => Email, Url => Url);
required!(Line);

impl FieldType for bool {
    const KIND: FieldKind = FieldKind::Flag;
    const REQUIRED: bool = false;

    fn read(value: &Scalar) -> Self {
        value.as_bool().unwrap_or(false)
    }

    fn write(&self) -> Scalar {
        Scalar::Bool(*self)
    }
}

/// A whole number from 0 to 10^12.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Number(pub i64);

impl FieldValue for Number {
    const KIND: FieldKind = FieldKind::Number;

    fn read(value: &Scalar) -> Option<Self> {
        value.as_int().map(Number)
    }

    fn write(&self) -> Scalar {
        Scalar::Int(self.0)
    }
}

/// 0 to 100.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Percent(pub u8);

impl FieldValue for Percent {
    const KIND: FieldKind = FieldKind::Percent;

    fn read(value: &Scalar) -> Option<Self> {
        value
            .as_int()
            .map(|it| Percent(u8::try_from(it.clamp(0, 100)).unwrap_or(0)))
    }

    fn write(&self) -> Scalar {
        Scalar::Int(i64::from(self.0))
    }
}
required!(Percent);

impl FieldValue for Money {
    const KIND: FieldKind = FieldKind::Money;

    fn read(value: &Scalar) -> Option<Self> {
        value.as_text().and_then(Money::parse_register)
    }

    fn write(&self) -> Scalar {
        Scalar::text(self.to_register())
    }
}

impl FieldValue for Date {
    const KIND: FieldKind = FieldKind::Date;

    fn read(value: &Scalar) -> Option<Self> {
        value.as_text().and_then(parse_date)
    }

    fn write(&self) -> Scalar {
        Scalar::text(self.to_string())
    }
}

impl FieldValue for Timestamp {
    const KIND: FieldKind = FieldKind::Instant;

    fn read(value: &Scalar) -> Option<Self> {
        value.as_int().map(Timestamp::from_millis)
    }

    fn write(&self) -> Scalar {
        Scalar::Int(self.millis())
    }
}
required!(Timestamp);

/// Stands where a long text belongs that lives in a document of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Note;

impl FieldType for Note {
    const KIND: FieldKind = FieldKind::Note;
    const REQUIRED: bool = false;

    fn read(_: &Scalar) -> Self {
        Note
    }

    fn write(&self) -> Scalar {
        Scalar::Null
    }
}

/// What an [`crate::id::Id`] of this type is stored as.
pub trait Linked {
    /// A member, or a link to a kind.
    const LINK: FieldKind;
}

impl<T: Linked> FieldValue for crate::id::Id<T> {
    const KIND: FieldKind = T::LINK;

    fn read(value: &Scalar) -> Option<Self> {
        value.as_id().map(crate::id::Id::from_raw)
    }

    fn write(&self) -> Scalar {
        self.raw().into()
    }
}

/// Declares a choice: a closed list of words here, open to words of newer clients.
#[macro_export]
macro_rules! choices {
    ($(#[$doc:meta])* $name:ident { $($(#[$case_doc:meta])* $case:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$case_doc])* $case,)+
            /// A word of a newer client, kept as it is.
            Other(Box<str>),
        }

        impl $name {
            /// The words this build knows, in the order they are offered.
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            /// The stored word.
            pub fn word(&self) -> &str {
                match self {
                    $(Self::$case => $word,)+
                    Self::Other(word) => word,
                }
            }

            /// Reads the stored word.
            pub fn from_word(word: &str) -> Self {
                match word {
                    $($word => Self::$case,)+
                    other => Self::Other(other.into()),
                }
            }
        }

        impl $crate::record::FieldValue for $name {
            const KIND: $crate::record::FieldKind = $crate::record::FieldKind::Choice(Self::WORDS);

            fn read(value: &$crate::scalar::Scalar) -> Option<Self> {
                value.as_text().map(Self::from_word)
            }

            fn write(&self) -> $crate::scalar::Scalar {
                $crate::scalar::Scalar::text(self.word())
            }
        }
    };
}

/// A typed field of the record `R`: its place in the table, and the type it reads as.
pub struct Field<R, T> {
    /// The register's key.
    pub name: &'static str,
    /// Its index in [`KindDef::fields`].
    pub index: usize,
    #[doc(hidden)]
    pub of: PhantomData<fn(R) -> T>,
}

impl<R, T> Clone for Field<R, T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<R, T> Copy for Field<R, T> {}

/// A kind of record.
pub trait Record: Sized {
    /// The table that describes it.
    const DEF: &'static KindDef;
    /// Reads the record; absence has a meaning, so this never fails.
    fn from_row(row: &Row) -> Self;
}

/// One part of a list inside a record.
pub trait Part: Sized {
    /// The table of its fields.
    const FIELDS: &'static [FieldDef];
    /// Reads the part from its values, in the order of [`Part::FIELDS`].
    fn from_values(values: &[Scalar]) -> Self;
}

/// A shortcoming of a merged record; shown, never fatal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The field it concerns.
    pub field: &'static str,
    /// The end of the message key `problem-<code>`.
    pub code: &'static str,
}

required!(Place, Outcome);

impl FieldValue for Place {
    const KIND: FieldKind = FieldKind::Place;

    fn read(value: &Scalar) -> Option<Self> {
        value.as_text().and_then(Place::parse)
    }

    fn write(&self) -> Scalar {
        Scalar::text(self.to_register())
    }
}

impl FieldValue for Outcome {
    const KIND: FieldKind = FieldKind::Outcome;

    fn read(value: &Scalar) -> Option<Self> {
        value.as_text().and_then(Outcome::parse)
    }

    fn write(&self) -> Scalar {
        Scalar::text(self.to_register())
    }
}

impl FieldValue for crate::rank::Rank {
    const KIND: FieldKind = FieldKind::Rank;

    fn read(value: &Scalar) -> Option<Self> {
        value.as_text().and_then(crate::rank::Rank::parse)
    }

    fn write(&self) -> Scalar {
        Scalar::text(self.as_str())
    }
}
