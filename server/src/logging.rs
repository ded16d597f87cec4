//! Where log lines go: the console, as text or JSON.
//!
//! A line is readable alone and names things by the domain. Never in a log: names, phones, e-mail
//! addresses, tokens, bodies, the address a request asked for.

use crate::config::{Config, LogFormat};
use std::io::IsTerminal as _;
use tracing_subscriber::EnvFilter;

/// Starts logging for this process. Later calls change nothing.
pub fn start(config: &Config) -> anyhow::Result<()> {
    // SQL statements may hold what people typed; they are nobody's log lines.
    let filter = EnvFilter::try_new(format!("{},sqlx=off", config.log))
        .map_err(|error| anyhow::anyhow!("log filter `{}`: {error}", config.log))?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        // It would tell the console that the console cannot be written, and panic: where the log lies on a
        // disk that is full, the task that appends would end with its first warning.
        .log_internal_errors(false)
        .with_writer(std::io::stderr);
    let _ = match config.log_format {
        LogFormat::Text => builder.with_target(false).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    Ok(())
}
