//! `./x goldens`: the golden files, written anew by the programs whose results they hold.
//!
//! A family is a folder of `shared/goldens` with a `generate.py` and the pinned packages it needs.
//! `requirements.txt` is one environment; each `requirements-NAME.txt` is another, for which the
//! script is run with `--environment NAME`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail, ensure};

use crate::{console, paths, process, python};

const SCRIPT: &str = "generate.py";

/// One run of a family's script.
#[derive(Debug, PartialEq, Eq)]
struct Environment {
    /// What the script is told; nothing in the plain environment.
    name: Option<String>,
    requirements: PathBuf,
}

/// Writes the files of these families, or of all, and says which have changed.
pub fn run(families: &[String]) -> anyhow::Result<()> {
    let goldens = paths::root().join("shared/goldens");
    for family in chosen(&goldens, families)? {
        for environment in environments(&goldens.join(&family))? {
            generate(&goldens, &family, &environment)?;
        }
    }
    report()
}

fn generate(goldens: &Path, family: &str, environment: &Environment) -> anyhow::Result<()> {
    let name = environment.name.as_deref();
    let label = name.map_or_else(
        || format!("goldens-{family}"),
        |name| format!("goldens-{family}-{name}"),
    );
    let requirements = fs::read_to_string(&environment.requirements)
        .with_context(|| format!("cannot read {}", environment.requirements.display()))?;
    let python = python::ensure(&label, &requirements)?.join("python");
    let with = name.map_or_else(String::new, |name| format!(" in the environment {name}"));
    console::stage(
        &format!("Writing the goldens of {family}{with}"),
        "seconds to minutes",
    );
    let mut script = Command::new(python);
    script
        .arg(goldens.join(family).join(SCRIPT))
        .current_dir(paths::root());
    if let Some(name) = name {
        script.args(["--environment", name]);
    }
    process::run(&mut script)
}

/// The families that were asked for, all of which exist; without names, all families.
fn chosen(goldens: &Path, asked: &[String]) -> anyhow::Result<Vec<String>> {
    let known = families(goldens)?;
    ensure!(
        !known.is_empty(),
        "no folder of {} has a {SCRIPT}",
        goldens.display()
    );
    if let Some(unknown) = asked.iter().find(|name| !known.contains(name)) {
        bail!(
            "there are no goldens {unknown}; there are {}",
            known.join(", ")
        );
    }
    Ok(if asked.is_empty() {
        known
    } else {
        asked.to_vec()
    })
}

fn families(goldens: &Path) -> anyhow::Result<Vec<String>> {
    let with_script = |name: &String| goldens.join(name).join(SCRIPT).is_file();
    Ok(names_in(goldens)?.into_iter().filter(with_script).collect())
}

/// The plain environment comes first, for its name is the shortest.
fn environments(family: &Path) -> anyhow::Result<Vec<Environment>> {
    let mut found: Vec<Environment> = names_in(family)?
        .iter()
        .filter_map(|file| {
            let rest = file.strip_prefix("requirements")?.strip_suffix(".txt")?;
            let name = match rest.strip_prefix('-') {
                Some(name) => Some(name.to_owned()),
                None if rest.is_empty() => None,
                None => return None,
            };
            let requirements = family.join(file);
            Some(Environment { name, requirements })
        })
        .collect();
    found.sort_by(|one, other| one.name.cmp(&other.name));
    ensure!(
        !found.is_empty(),
        "{} has no requirements.txt: the packages of {SCRIPT} must be pinned",
        family.display()
    );
    Ok(found)
}

fn names_in(folder: &Path) -> anyhow::Result<Vec<String>> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut names = Vec::new();
    for entry in entries {
        names.extend(entry?.file_name().into_string());
    }
    names.sort();
    Ok(names)
}

/// What git sees as changed.
fn report() -> anyhow::Result<()> {
    let mut git = Command::new("git");
    git.args(["status", "--porcelain", "--", "shared/goldens"])
        .current_dir(paths::root());
    let output = git
        .stdin(Stdio::null())
        .output()
        .context("cannot start git")?;
    ensure!(
        output.status.success(),
        "git cannot say what has changed: {}",
        String::from_utf8_lossy(&output.stderr).trim()
    );
    let changed = String::from_utf8_lossy(&output.stdout);
    if changed.is_empty() {
        println!("No golden file differs from what git has.");
    } else {
        println!(
            "Golden files that differ from what git has:\n{}",
            changed.trim_end()
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder_with(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        folder
    }

    #[test]
    fn a_family_is_a_folder_with_a_script_and_an_unknown_one_is_named_with_the_known() {
        let goldens = folder_with(&[
            "drift/generate.py",
            "sgd/generate.py",
            "notes/a.txt",
            "generate.py",
        ]);
        let chosen = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
            chosen(goldens.path(), &names)
        };
        assert_eq!(chosen(&[]).unwrap(), ["drift", "sgd"]);
        assert_eq!(chosen(&["sgd"]).unwrap(), ["sgd"]);
        let error = chosen(&["notes"]).unwrap_err().to_string();
        assert_eq!(error, "there are no goldens notes; there are drift, sgd");
    }

    #[test]
    fn each_list_of_packages_is_an_environment_and_the_plain_one_comes_first() {
        let family = folder_with(&[
            "requirements-1.9.txt",
            "requirements.txt",
            "requirements-1.5.txt",
            "requirements_old.txt",
            "generate.py",
        ]);
        let found = environments(family.path()).unwrap();
        let names: Vec<Option<&str>> = found.iter().map(|one| one.name.as_deref()).collect();
        assert_eq!(names, [None, Some("1.5"), Some("1.9")]);
        assert!(found[1].requirements.ends_with("requirements-1.5.txt"));
    }

    #[test]
    fn a_script_without_pinned_packages_is_refused() {
        let family = folder_with(&["generate.py"]);
        let error = environments(family.path()).unwrap_err().to_string();
        assert!(error.contains("must be pinned"), "{error}");
    }
}
