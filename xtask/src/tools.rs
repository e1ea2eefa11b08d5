//! The programs the build needs in exact versions, in a per-user cache.
//!
//! A tool of the right version on PATH is used as it is. Otherwise a checksum-pinned prebuilt one is
//! downloaded; where that cannot be, cargo builds it from source, which takes minutes.

use std::env::consts::{ARCH, OS};
use std::path::PathBuf;
use std::process::Command;

use anyhow::Context as _;

use crate::download::{self, Archive, Patience};
use crate::{console, interrupt, lock, paths, process};

/// A program that is pinned to one version.
#[derive(Debug)]
pub struct Tool {
    /// The crate it is built from.
    pub name: &'static str,
    /// The one version that will do.
    pub version: &'static str,
    /// The programs that must be there.
    pub programs: &'static [&'static str],
    /// What it is for.
    pub purpose: &'static str,
    /// How long a build from source takes on two cores.
    pub build_time: &'static str,
    /// Operating system, processor, archive.
    prebuilt: &'static [(&'static str, &'static str, Archive)],
}

/// Builds the page: runs cargo, wasm-bindgen and wasm-opt, and writes `dist/`.
pub const TRUNK: Tool = Tool {
    name: "trunk",
    version: "0.21.14",
    programs: &["trunk"],
    purpose: "builds the page",
    build_time: "5 to 10 minutes",
    prebuilt: &[
        (
            "linux",
            "x86_64",
            Archive {
                url: "https://github.com/trunk-rs/trunk/releases/download/v0.21.14/trunk-x86_64-unknown-linux-gnu.tar.gz",
                sha256: "f2b4680cd239693a646a2795e4633c625328d7b2a044fbe749fa3a2fe9e7036b",
            },
        ),
        (
            "linux",
            "aarch64",
            Archive {
                url: "https://github.com/trunk-rs/trunk/releases/download/v0.21.14/trunk-aarch64-unknown-linux-gnu.tar.gz",
                sha256: "b1d8e60e454f7fc182d9a4d95d1506ffbae947d8ba90f8f6f02da93b60f980f9",
            },
        ),
        (
            "macos",
            "x86_64",
            Archive {
                url: "https://github.com/trunk-rs/trunk/releases/download/v0.21.14/trunk-x86_64-apple-darwin.tar.gz",
                sha256: "f1ba0e3bbe24e0ae219c6d22c33e24e2825c1608dd27c2556e323495110f1a95",
            },
        ),
        (
            "macos",
            "aarch64",
            Archive {
                url: "https://github.com/trunk-rs/trunk/releases/download/v0.21.14/trunk-aarch64-apple-darwin.tar.gz",
                sha256: "764e299dd50d89442a4e96a236349f57961984b701e74d3dbdb39cd1c9f5101e",
            },
        ),
    ],
};

/// Makes the JavaScript side of a wasm module, and runs tests compiled to wasm.
pub const WASM_BINDGEN: Tool = Tool {
    name: "wasm-bindgen-cli",
    version: "0.2.126",
    programs: &["wasm-bindgen", "wasm-bindgen-test-runner"],
    purpose: "joins WebAssembly and JavaScript; the same version as the crate `wasm-bindgen`",
    build_time: "2 to 4 minutes",
    prebuilt: &[(
        "linux",
        "x86_64",
        Archive {
            url: "https://github.com/wasm-bindgen/wasm-bindgen/releases/download/0.2.126/wasm-bindgen-0.2.126-x86_64-unknown-linux-musl.tar.gz",
            sha256: "064948d58e2d6c0a745216477a639ba696216d6309aaa902939d1b865b1d869d",
        },
    )],
};

/// Checks licences, sources and banned crates against `deny.toml`.
pub const CARGO_DENY: Tool = Tool {
    name: "cargo-deny",
    version: "0.20.2",
    programs: &["cargo-deny"],
    purpose: "checks licences, sources and banned crates",
    build_time: "3 to 6 minutes",
    prebuilt: &[],
};

/// Changes the engine in small ways, to see whether a test fails.
pub const CARGO_MUTANTS: Tool = Tool {
    name: "cargo-mutants",
    version: "27.1.0",
    programs: &["cargo-mutants"],
    purpose: "changes the engine in small ways, to see whether a test fails",
    build_time: "2 to 4 minutes",
    prebuilt: &[],
};

/// What the page needs.
pub const FOR_THE_PAGE: [&Tool; 2] = [&WASM_BINDGEN, &TRUNK];

impl Tool {
    /// The folder that holds the programs, if they are there in the right version.
    #[must_use]
    pub fn find(&self) -> Option<PathBuf> {
        let cached = self.cache().ok().filter(|bin| self.is_complete(bin));
        cached.or_else(|| self.find_on_path())
    }

    /// The folder that holds the programs, which are installed first where they are missing.
    pub fn ensure(&self) -> anyhow::Result<PathBuf> {
        if let Some(bin) = self.find() {
            return Ok(bin);
        }
        let _alone = lock::exclusive(&paths::cache()?.join("tools.lock"), "installs tools")?;
        if let Some(bin) = self.find() {
            return Ok(bin);
        }
        let bin = self.cache()?;
        console::stage(
            &format!(
                "Installing {} {}, which {}",
                self.name, self.version, self.purpose
            ),
            "seconds if it can be downloaded",
        );
        if let Err(error) = self.download(&bin) {
            interrupt::check()?;
            console::remark(&format!("no prebuilt {}: {error:#}", self.name));
            console::stage(
                &format!("Building {} {} from source", self.name, self.version),
                self.build_time,
            );
            self.build(&bin)?;
        }
        anyhow::ensure!(
            self.is_complete(&bin),
            "{} was installed, but {} is not complete",
            self.name,
            bin.display()
        );
        Ok(bin)
    }

    /// The archive for this machine, if one is known.
    #[must_use]
    pub fn archive(&self) -> Option<Archive> {
        let here = |(os, arch, _): &&(&str, &str, Archive)| *os == OS && *arch == ARCH;
        self.prebuilt
            .iter()
            .find(here)
            .map(|(_, _, archive)| *archive)
    }

    fn cache(&self) -> anyhow::Result<PathBuf> {
        Ok(paths::cache()?
            .join("tools")
            .join(format!("{}-{}", self.name, self.version))
            .join("bin"))
    }

    fn is_complete(&self, bin: &std::path::Path) -> bool {
        self.programs
            .iter()
            .all(|program| paths::is_executable(&bin.join(program)))
    }

    /// A person's own installation, if all its programs say the right version.
    fn find_on_path(&self) -> Option<PathBuf> {
        let first = paths::on_path(self.programs.first()?)?;
        let bin = first.parent()?.to_path_buf();
        let fits = |program: &&str| says_version(&bin.join(program), self.version);
        self.programs.iter().all(fits).then_some(bin)
    }

    fn download(&self, bin: &std::path::Path) -> anyhow::Result<()> {
        let archive = self
            .archive()
            .with_context(|| format!("no checksum is known for {OS} on {ARCH}"))?;
        download::install(archive, self.programs, bin, Patience::default())
    }

    /// Tools run for seconds: a build that optimises them less is several times as fast.
    fn build(&self, bin: &std::path::Path) -> anyhow::Result<()> {
        let home = bin.parent().context("a folder for programs has a parent")?;
        let mut cargo = Command::new("cargo");
        cargo
            .args([
                "install",
                "--locked",
                "--force",
                "--version",
                self.version,
                "--root",
            ])
            .arg(home)
            .arg(self.name);
        cargo
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
        cargo
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
            .current_dir(paths::root());
        process::run(&mut cargo)
    }
}

fn says_version(program: &std::path::Path, version: &str) -> bool {
    let output = Command::new(program).arg("--version").output();
    output.is_ok_and(|output| {
        String::from_utf8_lossy(&output.stdout)
            .split_whitespace()
            .any(|word| word == version)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn archives_are_of_the_pinned_version_and_have_whole_sums() {
        for tool in [&TRUNK, &WASM_BINDGEN, &CARGO_DENY, &CARGO_MUTANTS] {
            for (_, _, archive) in tool.prebuilt {
                assert!(archive.url.contains(tool.version), "{}", archive.url);
                assert!(
                    archive.sha256.len() == 64
                        && archive.sha256.bytes().all(|byte| byte.is_ascii_hexdigit())
                );
            }
        }
    }

    #[test]
    fn the_tool_has_the_version_of_the_crate() {
        let manifest = std::fs::read_to_string(paths::root().join("Cargo.toml")).unwrap();
        assert!(
            manifest.contains(&format!("wasm-bindgen = \"={}\"", WASM_BINDGEN.version)),
            "{manifest}"
        );
    }

    #[test]
    fn a_program_of_another_version_is_not_taken() {
        let cargo = paths::on_path("cargo").unwrap();
        assert!(!says_version(&cargo, "0.0.1"));
        assert!(!says_version(std::path::Path::new("/nonexistent"), "0.0.1"));
    }
}
