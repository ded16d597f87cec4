//! Reads the closing lines of the test runners: cargo test, cargo nextest, wasm-bindgen-test, Playwright.

use std::ops::AddAssign;

/// How many tests passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Tests that passed.
    pub passed: u64,
    /// Tests that failed, were interrupted, or never ran because others failed.
    pub failed: u64,
}

impl Tally {
    /// What one line of output says, if it is a closing line.
    pub fn of_line(line: &str) -> Option<Tally> {
        let line = plain(line);
        let line = line.trim();
        if let Some(rest) = line.strip_prefix("test result:") {
            return Some(sum(rest.split([';', '.'])));
        }
        if line.starts_with("Summary [") {
            let counts = line.rsplit_once(" run: ")?.1;
            return Some(sum(counts.split(',')));
        }
        let (number, rest) = line.split_once(' ')?;
        number.parse::<u64>().ok()?;
        let what = rest.split(" (").next().unwrap_or(rest);
        let is_closing = matches!(
            what,
            "passed" | "failed" | "flaky" | "interrupted" | "did not run" | "timed out"
        );
        is_closing.then(|| sum(std::iter::once(line)))
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Tally) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// Adds up parts such as `3 passed` or `ok` or `2 passed (1 slow)`.
fn sum<'a>(parts: impl Iterator<Item = &'a str>) -> Tally {
    let mut tally = Tally::default();
    for part in parts {
        let Some((number, rest)) = part.trim().split_once(' ') else {
            continue;
        };
        let Ok(count) = number.parse::<u64>() else {
            continue;
        };
        match rest.split(" (").next().unwrap_or(rest) {
            "passed" => tally.passed += count,
            // Retries are off: what passed only sometimes has failed.
            "failed" | "timed out" | "interrupted" | "flaky" | "did not run" => {
                tally.failed += count;
            }
            _ => {}
        }
    }
    tally
}

/// A line without colours.
fn plain(line: &str) -> String {
    let mut plain = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        plain.push_str(before);
        rest = after
            .split_once(|it: char| it.is_ascii_alphabetic())
            .map_or("", |(_, text)| text);
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, passed: u64, failed: u64) {
        assert_eq!(Tally::of_line(line), Some(Tally { passed, failed }));
    }

    #[test]
    fn cargo_test_is_understood() {
        check(
            "test result: FAILED. 3 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.05s",
            3,
            1,
        );
    }

    #[test]
    fn nextest_is_understood() {
        check(
            "     Summary [   0.420s] 12 tests run: 10 passed (1 slow), 1 failed, 1 timed out, 0 skipped",
            10,
            2,
        );
        check(
            "\u{1b}[32;1m     Summary\u{1b}[0m [   0.4s] \u{1b}[1m1\u{1b}[0m test run: 1 passed, 0 skipped",
            1,
            0,
        );
    }

    #[test]
    fn playwright_is_understood() {
        check("  41 passed (3.4m)", 41, 0);
        check("  2 failed", 0, 2);
        check("  1 flaky", 0, 1);
        check("  3 did not run", 0, 3);
    }

    #[test]
    fn other_lines_say_nothing() {
        for line in [
            "",
            "running 3 tests",
            "2 skipped",
            "  4 workers",
            "test a ... ok",
        ] {
            assert_eq!(Tally::of_line(line), None, "{line}");
        }
    }
}
