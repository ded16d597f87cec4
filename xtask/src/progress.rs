//! One line per step, with what it took. On standard error: figures and results go to standard output.

use std::time::{Duration, Instant};

use anyhow::Result;

/// Says what begins, does it, says how long it took.
pub fn step<T>(title: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    eprintln!("• {title} …");
    let start = Instant::now();
    let result = work();
    let took = seconds(start.elapsed());
    match &result {
        Ok(_) => eprintln!("✓ {title} ({took})"),
        Err(_) => eprintln!("✗ {title} ({took})"),
    }
    result
}

/// Says something on the way.
pub fn note(text: &str) {
    eprintln!("  {text}");
}

/// `850 ms`, `12.3 s` or `4 min 05 s`.
pub fn seconds(duration: Duration) -> String {
    let millis = duration.as_millis();
    match millis {
        0..1_000 => format!("{millis} ms"),
        1_000..60_000 => format!("{:.1} s", duration.as_secs_f64()),
        _ => format!(
            "{} min {:02} s",
            duration.as_secs() / 60,
            duration.as_secs() % 60
        ),
    }
}

/// `1,234 kB`.
pub fn kilobytes(bytes: u64) -> String {
    let kilo = bytes.div_ceil(1_000).to_string();
    let mut grouped = String::new();
    for (index, digit) in kilo.chars().enumerate() {
        if index > 0 && (kilo.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{grouped} kB")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_at_a_glance() {
        assert_eq!(seconds(Duration::from_millis(850)), "850 ms");
        assert_eq!(seconds(Duration::from_millis(12_340)), "12.3 s");
        assert_eq!(seconds(Duration::from_secs(245)), "4 min 05 s");
    }

    #[test]
    fn sizes_are_grouped_by_thousands() {
        assert_eq!(kilobytes(999), "1 kB");
        assert_eq!(kilobytes(1_234_000), "1,234 kB");
    }
}
