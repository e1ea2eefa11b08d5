//! The rules of the house, read from `cargo metadata`: which member may depend on what, and that the
//! crates this project is built on are direct dependencies that its code really names.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The crates the project is built on, and the members that use them.
const BUILT_ON: &[(&str, &[&str])] = &[
    ("wasm-bindgen", &["frontend"]),
    ("web-sys", &["frontend"]),
    ("yew", &["frontend"]),
    ("gloo", &["frontend"]),
    ("serde", &["shared", "frontend"]),
    ("serde_json", &["shared", "relay"]),
    ("rand", &["shared"]),
    ("axum", &["relay"]),
    ("rdkafka", &["relay"]),
    ("tokio-tungstenite", &["relay"]),
];

/// What the engine must stay free of, directly and through others: it does no I/O and has no clock.
const NOT_IN_SHARED: &[&str] = &[
    "tokio",
    "async-std",
    "smol",
    "futures",
    "futures-util",
    "web-sys",
    "js-sys",
    "wasm-bindgen",
    "gloo",
    "yew",
    "rdkafka",
    "rdkafka-sys",
    "axum",
];

/// `cargo metadata` as far as it is needed: packages, and the edges between them without dev-dependencies.
struct Workspace {
    /// Member -> its folder.
    members: BTreeMap<String, PathBuf>,
    /// Member -> what its manifest names, without dev- and build-dependencies.
    direct: BTreeMap<String, BTreeSet<String>>,
    /// Package id -> package name.
    names: BTreeMap<String, String>,
    /// Package id -> ids of its normal dependencies.
    edges: BTreeMap<String, Vec<String>>,
}

/// What cargo says to stdout, which must end well.
fn cargo(args: &[&str]) -> Vec<u8> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut command = Command::new(cargo);
    command.args(args).current_dir(env!("CARGO_MANIFEST_DIR"));
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("cannot run cargo: {error}"));
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

impl Workspace {
    fn load() -> Self {
        let metadata = cargo(&["metadata", "--format-version", "1", "--locked"]);
        let value: Value =
            serde_json::from_slice(&metadata).unwrap_or_else(|error| panic!("no JSON: {error}"));
        Self::read(&value)
    }

    fn read(value: &Value) -> Self {
        let ids: BTreeSet<&str> = list(&value["workspace_members"])
            .filter_map(Value::as_str)
            .collect();
        let (mut members, mut direct, mut names) =
            (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for package in list(&value["packages"]) {
            let (id, name) = (text(&package["id"]), text(&package["name"]));
            names.insert(id.clone(), name.clone());
            if ids.contains(id.as_str()) {
                let manifest = PathBuf::from(text(&package["manifest_path"]));
                members.insert(
                    name.clone(),
                    manifest.parent().map(Path::to_path_buf).unwrap_or_default(),
                );
                let normal = list(&package["dependencies"])
                    .filter(|dependency| dependency["kind"].is_null());
                direct.insert(
                    name,
                    normal.map(|dependency| text(&dependency["name"])).collect(),
                );
            }
        }
        let edges = list(&value["resolve"]["nodes"])
            .map(|node| (text(&node["id"]), normal_edges(node)))
            .collect();
        Self {
            members,
            direct,
            names,
            edges,
        }
    }

    /// Everything a member needs to run, by name.
    fn all_dependencies(&self, member: &str) -> BTreeSet<&str> {
        let start = self
            .names
            .iter()
            .find(|(id, name)| *name == member && id.contains("path+file"));
        let mut open: Vec<&String> = start.map(|(id, _)| id).into_iter().collect();
        assert!(!open.is_empty(), "there is no member {member}");
        let mut seen: BTreeSet<&String> = BTreeSet::new();
        while let Some(id) = open.pop() {
            for next in &self.edges[id] {
                if seen.insert(next) {
                    open.push(next);
                }
            }
        }
        seen.iter().map(|id| self.names[*id].as_str()).collect()
    }
}

fn normal_edges(node: &Value) -> Vec<String> {
    let is_normal = |edge: &&Value| list(&edge["dep_kinds"]).any(|kind| kind["kind"].is_null());
    list(&node["deps"])
        .filter(is_normal)
        .map(|edge| text(&edge["pkg"]))
        .collect()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Whether any source file of a member names the crate.
fn names_crate(folder: &Path, name: &str) -> bool {
    let word = name.replace('-', "_");
    let mut open = vec![folder.join("src")];
    while let Some(place) = open.pop() {
        for entry in fs::read_dir(&place).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let code = fs::read_to_string(&path).unwrap_or_default();
                let mut lines = code
                    .lines()
                    .filter(|line| !line.trim_start().starts_with("//"));
                if lines.any(|line| line.contains(&format!("{word}::"))) {
                    return true;
                }
            }
        }
    }
    false
}

#[test]
fn the_crates_this_is_built_on_are_direct_dependencies_that_are_used() {
    let workspace = Workspace::load();
    for (name, members) in BUILT_ON {
        for member in *members {
            assert!(
                workspace.direct[*member].contains(*name),
                "{member} does not depend on {name}"
            );
            assert!(
                names_crate(&workspace.members[*member], name),
                "no code in {member} names {name}"
            );
        }
    }
}

#[test]
fn relay_and_frontend_depend_on_shared_and_not_on_each_other() {
    let workspace = Workspace::load();
    for (member, other) in [("relay", "frontend"), ("frontend", "relay")] {
        let all = workspace.all_dependencies(member);
        assert!(all.contains("shared"), "{member} does not use the engine");
        assert!(!all.contains(other), "{member} depends on {other}");
        assert!(!all.contains("xtask"), "{member} ships the set-up");
        assert!(!all.contains("benchmarks"), "{member} ships the benchmark");
    }
}

/// What a member is built of by itself, on any platform: features that only other members ask for
/// are not in it, as they are in the metadata of the whole workspace.
fn built_of(member: &str) -> BTreeSet<String> {
    let tree = cargo(&[
        "tree",
        "--package",
        member,
        "--edges",
        "normal",
        "--target",
        "all",
        "--prefix",
        "none",
        "--format",
        "{lib}",
    ]);
    let names = String::from_utf8_lossy(&tree);
    names.lines().map(|name| name.replace('_', "-")).collect()
}

#[test]
fn the_engine_has_no_runtime_no_browser_and_no_kafka() {
    let all = built_of("shared");
    for known in ["shared", "serde-json", "rand"] {
        assert!(all.contains(known), "{known} is not among {all:?}");
    }
    let found: Vec<&&str> = NOT_IN_SHARED
        .iter()
        .filter(|name| all.contains(**name))
        .collect();
    assert!(found.is_empty(), "shared depends on {found:?}");
}

#[test]
fn every_member_has_the_name_of_its_folder_and_takes_the_lints_of_the_workspace() {
    let workspace = Workspace::load();
    let names: Vec<&String> = workspace.members.keys().collect();
    assert_eq!(
        names,
        ["benchmarks", "frontend", "relay", "shared", "xtask"]
    );
    for (name, folder) in &workspace.members {
        assert!(
            folder.ends_with(name),
            "{name} lies in {}",
            folder.display()
        );
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        assert!(
            manifest.contains("[lints]\nworkspace = true"),
            "{name} has lints of its own"
        );
    }
}
