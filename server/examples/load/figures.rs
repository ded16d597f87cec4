//! One JSON line a figure: its value, its goal, whether it is met, and the load of the machine.

use serde_json::{Value, json};
use std::time::Duration;

/// What a figure must come to.
#[derive(Clone, Copy, Debug)]
pub enum Goal {
    /// No more than this.
    AtMost(f64),
    /// No less than this.
    AtLeast(f64),
}

/// Prints a figure with its goal.
pub fn say(figure: &str, value: f64, goal: Option<Goal>, unit: &str, more: Value) {
    let mut line = json!({
        "bench": "sync", "figure": figure, "value": rounded(value), "unit": unit,
        "load": load(), "cores": std::thread::available_parallelism().map_or(0, usize::from),
    });
    if let Some(goal) = goal {
        let (limit, is_met) = match goal {
            Goal::AtMost(limit) => (limit, value <= limit),
            Goal::AtLeast(limit) => (limit, value >= limit),
        };
        line["goal"] = limit.into();
        line["met"] = is_met.into();
    }
    if let (Value::Object(line), Value::Object(more)) = (&mut line, more) {
        line.extend(more);
    }
    println!("{line}");
}

/// The time below which this share of all times lies, in milliseconds.
pub fn quantile(times: &mut [Duration], share: f64) -> f64 {
    times.sort_unstable();
    let index = (times.len().saturating_sub(1) as f64 * share).round() as usize;
    times
        .get(index)
        .map_or(0.0, |it| it.as_secs_f64() * 1_000.0)
}

/// What a process holds, or held at most, in bytes: a line of `/proc/<pid>/status`.
pub fn memory(pid: u32, line: &str) -> anyhow::Result<u64> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let found = text.lines().find_map(|it| it.strip_prefix(line));
    let kilobytes = found.and_then(|it| {
        it.trim_matches([':', '\t', ' ', 'k', 'B'])
            .parse::<u64>()
            .ok()
    });
    Ok(kilobytes.ok_or_else(|| anyhow::anyhow!("no {line} of {pid}"))? * 1_024)
}

/// Files and sockets that a process has open.
pub fn handles(pid: u32) -> anyhow::Result<usize> {
    Ok(std::fs::read_dir(format!("/proc/{pid}/fd"))?.count())
}

fn load() -> f64 {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let first = text.split(' ').next().and_then(|it| it.parse().ok());
    first.unwrap_or(0.0)
}

fn rounded(value: f64) -> f64 {
    (value * 1_000.0).round() / 1_000.0
}
