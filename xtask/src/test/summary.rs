//! What test runners say at their end, as numbers.
//!
//! `cargo test` and wasm-bindgen's runner print a `test result:` line for each test binary; Node's
//! runner prints one block of `# pass 3` lines (TAP) at the very end.

/// Tests by what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// Ran and held.
    pub(super) passed: usize,
    /// Ran and did not hold.
    pub(super) failed: usize,
    /// Did not run: ignored, skipped, filtered out, to be done or cancelled.
    pub(super) skipped: usize,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

/// Whose words are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// `cargo test`, natively or through wasm-bindgen's runner.
    Cargo,
    /// `node --test` with its TAP reporter.
    Node,
}

/// Adds up all summaries in a runner's output; none at all is no summary.
#[must_use]
pub(super) fn read(dialect: Dialect, output: &str) -> Option<Counts> {
    match dialect {
        Dialect::Cargo => read_cargo(output),
        Dialect::Node => read_node(output),
    }
}

fn read_cargo(output: &str) -> Option<Counts> {
    let mut total = None;
    for line in output.lines() {
        if let Some((_, numbers)) = line.split_once("test result: ") {
            *total.get_or_insert_with(Counts::default) += read_cargo_line(numbers);
        }
    }
    total
}

/// `ok. 11 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.5s`
fn read_cargo_line(numbers: &str) -> Counts {
    let mut counts = Counts::default();
    let after_verdict = numbers.split_once(". ").map_or("", |(_, rest)| rest);
    for item in after_verdict.split(';') {
        let mut words = item.split_whitespace();
        let Some(number) = words.next().and_then(|word| word.parse::<usize>().ok()) else {
            continue;
        };
        match words.next() {
            Some("passed") => counts.passed += number,
            Some("failed") => counts.failed += number,
            Some("ignored" | "filtered") => counts.skipped += number,
            _ => {}
        }
    }
    counts
}

/// A test may print lines that look the same, so the last one of each kind counts.
fn read_node(output: &str) -> Option<Counts> {
    let last = |word: &str| {
        let prefix = format!("# {word} ");
        output
            .lines()
            .rev()
            .find_map(|line| line.strip_prefix(&prefix)?.trim().parse::<usize>().ok())
    };
    Some(Counts {
        passed: last("pass")?,
        failed: last("fail")? + last("cancelled")?,
        skipped: last("skipped")? + last("todo")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(dialect: Dialect, output: &str, expected: Option<(usize, usize, usize)>) {
        let expected = expected.map(|(passed, failed, skipped)| Counts {
            passed,
            failed,
            skipped,
        });
        assert_eq!(read(dialect, output), expected, "{output}");
    }

    #[test]
    fn cargos_lines_are_added_up() {
        let output = "running 3 tests\ntest result: ok. 11 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out; finished in 0.51s\n\
            test result: FAILED. 5 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 33.65s\n";
        check(Dialect::Cargo, output, Some((16, 2, 3)));
    }

    #[test]
    fn the_wasm_runners_line_is_read_too() {
        let output =
            "test result: ok. 3 passed; 0 failed; 0 ignored; 0 filtered out; finished in 0.01s";
        check(Dialect::Cargo, output, Some((3, 0, 0)));
    }

    #[test]
    fn nothing_said_is_no_summary() {
        check(Dialect::Cargo, "error: could not compile", None);
        check(Dialect::Node, "# pass 3", None);
        check(Dialect::Node, "", None);
    }

    #[test]
    fn nodes_last_block_counts_and_cancelled_is_failed() {
        let output = "# pass 99\nok 1 - a\n# tests 7\n# suites 0\n# pass 3\n# fail 1\n# cancelled 1\n# skipped 1\n# todo 1\n# duration_ms 5\n";
        check(Dialect::Node, output, Some((3, 2, 2)));
    }
}
