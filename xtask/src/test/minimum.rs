//! The committed number of tests that must pass in each part.

use std::collections::BTreeMap;
use std::fs;

use anyhow::Context as _;

use crate::paths;

/// Part -> how many tests must pass.
#[derive(Debug)]
pub(super) struct Minimum(BTreeMap<String, usize>);

impl Minimum {
    /// Reads `xtask/minimum-tests.toml`.
    pub(super) fn load() -> anyhow::Result<Self> {
        let file = paths::root().join("xtask/minimum-tests.toml");
        let text =
            fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        Self::parse(&text).with_context(|| format!("{} is not a list of numbers", file.display()))
    }

    fn parse(text: &str) -> anyhow::Result<Self> {
        Ok(Self(toml::from_str(text)?))
    }

    /// What is wrong with this number of passed tests, if anything.
    #[must_use]
    pub(super) fn objection(&self, part: &str, passed: usize) -> Option<String> {
        match self.0.get(part) {
            None => Some(format!(
                "xtask/minimum-tests.toml names no minimum for {part}"
            )),
            Some(0) => Some(format!(
                "the minimum for {part} is 0, which nothing can fall below"
            )),
            Some(least) if passed < *least => Some(format!(
                "{part}: {passed} tests passed, at least {least} must"
            )),
            Some(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fewer_than_the_minimum_and_no_minimum_are_objected_to() {
        let minimum = Minimum::parse("relay = 3\npage = 0").unwrap();
        assert_eq!(minimum.objection("relay", 3), None);
        assert!(
            minimum
                .objection("relay", 2)
                .unwrap()
                .contains("at least 3")
        );
        assert!(
            minimum
                .objection("engine", 9)
                .unwrap()
                .contains("no minimum")
        );
        assert!(minimum.objection("page", 9).unwrap().contains("is 0"));
    }
}
