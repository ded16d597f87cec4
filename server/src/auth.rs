//! Who is asking: passwords, sessions, invitations.
//!
//! Decisions here are functions of stored facts and the time; pages (`crate::pages`) and the JSON
//! interface (`crate::api`) only carry words in and out, so both follow the same rules.

pub mod account;
pub mod caller;
pub mod invitation;
pub mod login;
pub mod password;
pub mod replica;
pub mod rights;
pub mod second_factor;
pub mod session;
pub mod sessions;
pub mod sign_in;
pub mod throttle;
pub mod token;

pub use caller::Caller;
pub use session::SignedIn;
