//! What every request passes on its way in and out.

pub mod client_address;
pub mod device_label;
pub mod failures;
pub mod headers;
pub mod language;
pub mod metrics;
pub mod observe;
pub mod origin;
pub mod refusals;
pub mod shell;
pub mod site;
