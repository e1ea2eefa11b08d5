//! The script `x` on machines that lack things, made of folders with nothing but chosen programs on PATH.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;
use xtask::paths;

/// What every system has, and the script's own tools.
const BASE: &[&str] = &[
    "sh", "dirname", "sed", "grep", "uname", "id", "cat", "env", "mkdir", "chmod",
];

/// A machine with only these programs beside the base.
struct Machine(TempDir);

impl Machine {
    fn with(programs: &[&str]) -> anyhow::Result<Self> {
        let machine = Self(tempfile::tempdir()?);
        for name in BASE.iter().chain(programs) {
            let real = paths::on_path(name)
                .ok_or_else(|| anyhow::anyhow!("this machine has no {name}"))?;
            symlink(real, machine.0.path().join(name))?;
        }
        Ok(machine)
    }

    /// Adds a program that is this script.
    fn add(&self, name: &str, script: &str) -> anyhow::Result<()> {
        let file = self.0.path().join(name);
        // An earlier link must not be written through.
        if file.is_symlink() {
            fs::remove_file(&file)?;
        }
        fs::write(&file, format!("#!/bin/sh\n{script}\n"))?;
        Ok(fs::set_permissions(
            &file,
            fs::Permissions::from_mode(0o755),
        )?)
    }

    fn run(&self, arguments: &[&str]) -> anyhow::Result<Output> {
        let script = paths::root().join("x");
        let mut command = Command::new("/bin/sh");
        command
            .arg(script)
            .args(arguments)
            .env_clear()
            .env("PATH", self.0.path())
            .env("HOME", self.0.path());
        Ok(command.output()?)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).into_owned()
}

/// The line of a message that starts so.
fn line<'text>(text: &'text str, start: &str) -> &'text str {
    text.lines()
        .find(|line| line.trim_start().starts_with(start))
        .unwrap_or_default()
}

fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

#[test]
fn a_bare_machine_gets_one_message_with_everything_for_three_systems() {
    let machine = Machine::with(&[]).unwrap();
    let output = machine.run(&["test"]).unwrap();
    let text = said(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    for name in [
        "C and C++ compiler",
        "curl",
        "make",
        "perl",
        "pkg-config",
        "Node",
        "Java",
        "Maven",
        "kcat",
        "Chromium",
        "Python",
    ] {
        assert!(
            text.contains(&format!("\n  {name}")),
            "{name} is not in\n{text}"
        );
    }
    let (apt, dnf, brew) = (
        words(line(&text, "Debian")),
        words(line(&text, "Fedora")),
        words(line(&text, "macOS")),
    );
    for package in [
        "gcc",
        "g++",
        "libssl-dev",
        "nodejs",
        "npm",
        "default-jdk-headless",
        "maven",
        "kcat",
        "chromium",
        "python3-venv",
    ] {
        assert!(apt.contains(&package), "{package} is not in {apt:?}");
    }
    assert!(
        dnf.contains(&"gcc-c++") && dnf.contains(&"java-21-openjdk-headless"),
        "{dnf:?}"
    );
    assert!(
        brew.contains(&"pkgconf") && brew.contains(&"kcat"),
        "{brew:?}"
    );
    assert!(text.contains("./x test --install"), "{text}");
}

#[test]
fn the_demo_without_kafka_asks_for_no_java_browser_or_kcat() {
    let machine = Machine::with(&[]).unwrap();
    let plain = said(&machine.run(&["demo"]).unwrap());
    let with_kafka = said(&machine.run(&["demo", "--kafka"]).unwrap());
    for name in ["Java", "Maven"] {
        assert!(!plain.contains(name), "{plain}");
        assert!(with_kafka.contains(name), "{with_kafka}");
    }
    for name in ["Chromium", "kcat"] {
        assert!(
            !plain.contains(name) && !with_kafka.contains(name),
            "{with_kafka}"
        );
    }
}

#[test]
fn the_engines_tests_need_no_openssl() {
    let machine = Machine::with(&[]).unwrap();
    let text = said(&machine.run(&["test", "engine"]).unwrap());
    assert!(
        text.contains("C and C++ compiler") && !text.contains("OpenSSL"),
        "{text}"
    );
}

#[test]
fn the_engines_benchmark_asks_for_python_with_its_peers_and_for_java_with_spark() {
    let machine = Machine::with(&[]).unwrap();
    let asks = |arguments: &[&str], name: &str| {
        let command = [&["bench", "engine"], arguments].concat();
        said(&machine.run(&command).unwrap()).contains(name)
    };
    assert!(asks(&[], "Node") && asks(&[], "Python") && !asks(&[], "Java"));
    assert!(asks(&["--no-peers"], "Node") && !asks(&["--no-peers"], "Python"));
    assert!(asks(&["--spark"], "Java") && !asks(&["--spark"], "Maven"));
    assert!(said(&machine.run(&["goldens"]).unwrap()).contains("Python"));
}

#[test]
fn the_tests_of_the_set_up_need_no_browser() {
    let machine = Machine::with(&[]).unwrap();
    let text = said(&machine.run(&["test", "set-up"]).unwrap());
    assert!(
        text.contains("Maven") && !text.contains("Chromium"),
        "{text}"
    );
}

#[test]
fn an_old_node_and_an_old_java_are_named_with_what_is_wanted() {
    let machine = Machine::with(&["npm"]).unwrap();
    machine.add("node", "echo v18.19.0").unwrap();
    machine
        .add("java", "echo 'openjdk version \"11.0.20\"' >&2")
        .unwrap();
    let text = said(&machine.run(&["packages", "test"]).unwrap());
    assert!(
        text.contains("Node >= 20 (found v18.19.0)") && text.contains("Java >= 17"),
        "{text}"
    );
    machine.add("node", "echo v22.1.0").unwrap();
    machine
        .add("java", "echo 'openjdk version \"21\" 2023-09-19' >&2")
        .unwrap();
    let text = said(&machine.run(&["packages", "test"]).unwrap());
    assert!(!text.contains("Node") && !text.contains("Java"), "{text}");
}

#[test]
fn a_browser_may_have_any_usual_name_or_be_named() {
    let machine = Machine::with(&[]).unwrap();
    machine.add("google-chrome", "exit 0").unwrap();
    assert!(!said(&machine.run(&["packages", "test"]).unwrap()).contains("Chromium"));
    fs::remove_file(machine.path().join("google-chrome")).unwrap();
    machine.add("sub-chrome", "exit 0").unwrap();
    let named = machine.path().join("sub-chrome");
    let mut command = Command::new("/bin/sh");
    command
        .arg(paths::root().join("x"))
        .args(["packages", "test"])
        .env_clear()
        .env("PATH", machine.path());
    let output = command.env("GRADUALLY_CHROMIUM", named).output().unwrap();
    assert!(!said(&output).contains("Chromium"), "{}", said(&output));
}

#[test]
fn install_updates_the_lists_installs_what_is_missing_and_looks_again() {
    let programs = ["curl", "make", "perl", "node", "npm"];
    let machine = Machine::with(&programs).unwrap();
    machine.add("sudo", "exec \"$@\"").unwrap();
    machine.add("apt-cache", "exit 1").unwrap();
    // It installs by making the programs, and keeps what it was asked.
    let bin = machine.path().display();
    let fake = format!(
        "echo \"$*\" >> {bin}/asked\nif [ \"$1\" = install ]; then for p in cc c++ pkg-config; do echo '#!/bin/sh' > {bin}/$p; chmod +x {bin}/$p; done; fi"
    );
    machine.add("apt-get", &fake).unwrap();
    let output = machine.run(&["packages", "demo", "--install"]).unwrap();
    assert!(output.status.success(), "{}", said(&output));
    let asked = fs::read_to_string(machine.path().join("asked")).unwrap();
    let lines: Vec<&str> = asked.lines().collect();
    assert_eq!(lines[0], "update");
    assert!(
        lines[1].starts_with("install -y --no-install-recommends")
            && words(lines[1]).contains(&"g++"),
        "{asked}"
    );
    assert!(
        !words(lines[1]).contains(&"make"),
        "what is there is not installed again: {asked}"
    );
}

#[test]
fn an_installation_that_does_not_help_is_a_failure() {
    let machine = Machine::with(&[]).unwrap();
    machine.add("sudo", "exec \"$@\"").unwrap();
    machine.add("apt-get", "exit 0").unwrap();
    machine.add("apt-cache", "exit 1").unwrap();
    let output = machine.run(&["packages", "demo", "--install"]).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("Still missing"), "{}", said(&output));
}

#[test]
fn a_missing_rustup_is_told_how() {
    let machine = Machine::with(&["curl", "cc", "c++"]).unwrap();
    let output = machine.run(&["doctor"]).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("sh.rustup.rs"), "{}", said(&output));
}

#[test]
fn a_missing_toolchain_is_installed_explicitly_with_all_its_parts() {
    let machine = Machine::with(&["curl", "cc", "c++"]).unwrap();
    let asked = machine.path().join("asked");
    machine
        .add("rustup", &format!("echo \"$*\" >> {}", asked.display()))
        .unwrap();
    machine.add("cargo", "echo cargo \"$@\"").unwrap();
    let output = machine.run(&["kafka-is-no-command", "two words"]).unwrap();
    assert!(
        said(&output).contains("cargo xtask kafka-is-no-command two words"),
        "{}",
        said(&output)
    );
    let asked = fs::read_to_string(asked).unwrap();
    let pinned = "toolchain install 1.95.0 --profile minimal --no-self-update -c rustfmt,clippy -t wasm32-unknown-unknown";
    assert!(asked.contains(pinned), "{asked}");
}

#[test]
fn a_complete_toolchain_is_left_alone() {
    let machine = Machine::with(&["curl", "cc", "c++"]).unwrap();
    let asked = machine.path().join("asked");
    let installed = "clippy-x86_64-unknown-linux-gnu\nrust-std-wasm32-unknown-unknown\nrustfmt-x86_64-unknown-linux-gnu";
    machine
        .add(
            "rustup",
            &format!("echo \"$*\" >> {}\necho '{installed}'", asked.display()),
        )
        .unwrap();
    machine.add("cargo", "exit 0").unwrap();
    assert!(machine.run(&["help"]).unwrap().status.success());
    assert!(!fs::read_to_string(asked).unwrap().contains("install 1."));
}

#[test]
fn no_command_is_bad_usage_and_help_is_not() {
    let machine = Machine::with(&[]).unwrap();
    assert_eq!(machine.run(&[]).unwrap().status.code(), Some(2));
    let help = machine.run(&["--help"]).unwrap();
    assert!(help.status.success() && said(&help).contains("./x COMMAND"));
}
