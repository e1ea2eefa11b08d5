//! Where things are: the checkout, and the per-user cache of tools and jars.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// The top level of the checkout, of which every member is a direct child.
///
/// Cargo tells whom it runs where its member is; the place this was built at may be another checkout
/// with the same target folder, or one that has moved.
#[must_use]
pub fn root() -> PathBuf {
    let built = Path::new(env!("CARGO_MANIFEST_DIR"));
    let member = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let is_ours = |root: &&Path| root.join("xtask/minimum-tests.toml").is_file();
    let told = member.as_deref().and_then(Path::parent).filter(is_ours);
    told.or(built.parent()).unwrap_or(built).to_path_buf()
}

/// Logs and screenshots of a failure are kept here; git ignores it.
#[must_use]
pub fn results() -> PathBuf {
    root().join("test-results")
}

/// The folder of this user's cache that belongs to Gradually.
pub fn cache() -> anyhow::Result<PathBuf> {
    let set = |name| env::var_os(name).filter(|value| !value.is_empty());
    let base = match set("XDG_CACHE_HOME") {
        Some(dir) if Path::new(&dir).is_absolute() => PathBuf::from(dir),
        _ => {
            let home =
                PathBuf::from(set("HOME").context("HOME is not set: there is no place for tools")?);
            home.join(if cfg!(target_os = "macos") {
                "Library/Caches"
            } else {
                ".cache"
            })
        }
    };
    Ok(base.join("gradually"))
}

/// The first executable of that name on PATH.
#[must_use]
pub fn on_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|dir| dir.join(name))
        .find(|file| is_executable(file))
}

/// Whether the file exists and may be executed by somebody.
#[must_use]
pub fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    file.metadata()
        .is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_holds_the_members_and_the_script() {
        for name in ["shared", "relay", "frontend", "xtask", "x"] {
            assert!(root().join(name).exists(), "{name}");
        }
    }

    #[test]
    fn a_folder_or_a_plain_file_is_no_program() {
        assert!(!is_executable(&root()));
        assert!(!is_executable(&root().join("Cargo.toml")));
        assert!(is_executable(&root().join("x")));
    }
}
