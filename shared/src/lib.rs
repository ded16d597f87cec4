//! The domain of Huike 汇客, on one page.
//!
//! Pure: no IO, no clock, no randomness, no async; time and entropy come in as arguments, effects go
//! out as values. Values ([`money`], [`time`], [`text`], [`rank`], [`place`]) build records
//! ([`record`]); slices ([`customers`], [`deals`], [`followups`], [`views`]) say what they are;
//! [`document`], [`history`], [`note`], [`search`] and [`sync`] are generic over them and name none; [`rights`]
//! decides who may do what to them.

pub mod access;
pub mod customers;
pub mod deals;
pub mod document;
pub mod followups;
pub mod history;
pub mod id;
pub mod local;
pub mod money;
pub mod note;
pub mod packed;
pub mod place;
pub mod rank;
pub mod record;
pub mod refusal;
pub mod registry;
pub mod rights;
pub mod row;
pub mod scalar;
pub mod search;
pub mod sync;
pub mod text;
pub mod time;
pub mod views;
