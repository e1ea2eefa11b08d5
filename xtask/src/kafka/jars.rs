//! Kafka's jars: Maven copies them, as `xtask/kafka/pom.xml` names them, into the per-user cache.
//!
//! The folder is named after the hash of that file, so that a changed version is fetched anew and
//! several checkouts can live side by side.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};

use crate::{checksum, lock, paths, process};

const POM: &str = include_str!("../../kafka/pom.xml");

/// A folder that holds Kafka and all it needs.
#[derive(Debug, Clone)]
pub struct Jars(PathBuf);

impl Jars {
    /// The jars that [`fetch`] has left in the cache.
    pub fn find() -> anyhow::Result<Self> {
        let dir = folder()?;
        if !dir.is_dir() {
            bail!(
                "Kafka's jars are not in {}: run `cargo xtask setup --kafka` once (JDK 17, Maven, about 45 MB)",
                dir.display()
            );
        }
        Ok(Self(dir))
    }

    /// Where they are.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.0
    }

    /// What `java -cp` takes.
    #[must_use]
    pub fn class_path(&self) -> OsString {
        self.0.join("*").into_os_string()
    }
}

/// Finds the jars, or copies them by Maven.
pub fn fetch() -> anyhow::Result<Jars> {
    let dir = folder()?;
    if !dir.is_dir() {
        let _alone = lock::exclusive(&paths::cache()?.join("kafka.lock"), "fetches Kafka")?;
        if !dir.is_dir() {
            copy_by_maven(&dir)?;
        }
    }
    Jars::find()
}

fn folder() -> anyhow::Result<PathBuf> {
    let hash = checksum::sha256(POM.as_bytes());
    Ok(paths::cache()?.join(format!("kafka-{}", &hash[..12])))
}

/// Copies into a folder aside and renames it, so that the cache never holds half of Kafka.
fn copy_by_maven(dir: &Path) -> anyhow::Result<()> {
    eprintln!("Fetching Kafka's jars by Maven (about 45 MB, a few seconds to minutes)");
    let parent = dir.parent().context("the cache has no parent folder")?;
    fs::create_dir_all(parent).with_context(|| format!("cannot create {}", parent.display()))?;
    let aside = tempfile::Builder::new()
        .prefix("kafka-")
        .tempdir_in(parent)?;
    let pom = aside.path().join("pom.xml");
    fs::write(&pom, POM)?;
    let libs = aside.path().join("libs");
    let mut maven = Command::new("mvn");
    // stdout belongs to what asked for the jars: `xtask kafka` prints its address there.
    maven
        .args(["-q", "-B", "-Dstyle.color=never", "-f"])
        .arg(&pom)
        .stdout(std::io::stderr());
    maven.arg("dependency:copy-dependencies");
    maven
        .arg(format!("-DoutputDirectory={}", libs.display()))
        .arg("-DincludeScope=runtime");
    process::run(&mut maven).context("Maven could not fetch Kafka's jars")?;
    fs::rename(&libs, dir).with_context(|| format!("cannot move the jars to {}", dir.display()))
}
