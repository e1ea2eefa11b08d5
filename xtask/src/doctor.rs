//! `./x doctor`: every tool that anything here needs: found, wanted, remedy.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::kafka::Jars;
use crate::tools::{CARGO_DENY, TRUNK, Tool, WASM_BINDGEN};
use crate::{browser, npm, page, paths};

/// One line of the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    name: String,
    wanted: String,
    found: Option<String>,
    /// Whether what was found will do.
    good: bool,
    remedy: String,
}

/// Prints the report; false when something is missing.
#[must_use]
pub fn run() -> bool {
    let findings = examine();
    print!("{}", report(&findings));
    let missing = findings.iter().filter(|finding| !finding.good).count();
    match missing {
        0 => println!("\nEverything is here."),
        1 => println!("\n1 thing is missing or too old."),
        _ => println!("\n{missing} things are missing or too old."),
    }
    missing == 0
}

/// A table for a terminal.
fn report(findings: &[Finding]) -> String {
    let mut text = format!(
        "{:<18} {:<28} {:<44} {}\n",
        "tool", "wanted", "found", "remedy"
    );
    for finding in findings {
        let mark = if finding.good { ' ' } else { '!' };
        let found = finding.found.as_deref().unwrap_or("nothing");
        let remedy = if finding.good { "" } else { &finding.remedy };
        let line = format!(
            "{:<17}{mark} {:<28} {found:<44} {remedy}",
            finding.name, finding.wanted
        );
        text.extend([line.trim_end(), "\n"]);
    }
    text
}

fn examine() -> Vec<Finding> {
    let mut findings = system_packages();
    findings.extend([&WASM_BINDGEN, &TRUNK, &CARGO_DENY].map(tool));
    findings.extend(made_here());
    findings
}

/// A program of the system: its name here, how to ask it, the least version, who installs it.
struct Program {
    name: &'static str,
    commands: &'static [&'static str],
    question: &'static str,
    least: u32,
    remedy: &'static str,
}

const PACKAGES: &str = "./x packages test --install";
const RUSTUP: &str = "https://rustup.rs";

#[rustfmt::skip]
const PROGRAMS: &[Program] = &[
    Program { name: "rustup", commands: &["rustup"], question: "--version", least: 1, remedy: RUSTUP },
    Program { name: "rustc", commands: &["rustc"], question: "--version", least: 1, remedy: RUSTUP },
    Program { name: "C compiler", commands: &["cc"], question: "--version", least: 0, remedy: PACKAGES },
    Program { name: "C++ compiler", commands: &["c++"], question: "--version", least: 0, remedy: PACKAGES },
    Program { name: "make", commands: &["make"], question: "--version", least: 3, remedy: PACKAGES },
    Program { name: "perl", commands: &["perl"], question: "--version", least: 5, remedy: PACKAGES },
    Program { name: "pkg-config", commands: &["pkg-config"], question: "--version", least: 0, remedy: PACKAGES },
    Program { name: "curl", commands: &["curl"], question: "--version", least: 7, remedy: PACKAGES },
    Program { name: "node", commands: &["node"], question: "--version", least: 20, remedy: "https://nodejs.org (20 or newer)" },
    Program { name: "npm", commands: &["npm"], question: "--version", least: 9, remedy: PACKAGES },
    Program { name: "Java", commands: &["java"], question: "-version", least: 17, remedy: PACKAGES },
    Program { name: "Maven", commands: &["mvn"], question: "--version", least: 3, remedy: PACKAGES },
    Program { name: "kcat", commands: &["kcat"], question: "-V", least: 0, remedy: PACKAGES },
    Program { name: "Python", commands: &["python3"], question: "--version", least: 3, remedy: PACKAGES },
];

fn system_packages() -> Vec<Finding> {
    let mut findings: Vec<Finding> = PROGRAMS.iter().map(examine_program).collect();
    findings.push(chromium());
    findings.push(wasm_target());
    findings
}

fn examine_program(program: &Program) -> Finding {
    let path = program
        .commands
        .iter()
        .find_map(|name| paths::on_path(name));
    let said = path.and_then(|path| ask(&path, program.question));
    let version = said.as_deref().and_then(version_in);
    let good = version
        .as_deref()
        .is_some_and(|version| major(version) >= program.least);
    let wanted = if program.least == 0 {
        "any".to_owned()
    } else {
        format!("{} or newer", program.least)
    };
    Finding {
        name: program.name.to_owned(),
        wanted,
        found: version,
        good,
        remedy: program.remedy.to_owned(),
    }
}

/// What a program says about itself, if it runs at all.
fn ask(program: &Path, question: &str) -> Option<String> {
    let output = Command::new(program)
        .arg(question)
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    output.status.success().then_some(said)
}

/// The first number with a point in it, or else the first number: `openjdk version "17.0.15" 2025-04-15` -> `17.0.15`.
fn version_in(said: &str) -> Option<String> {
    // Maven writes colours even to a pipe: ESC [ 1 m.
    let plain = said.replace("\u{1b}[1m", "").replace("\u{1b}[m", "");
    let mut words =
        plain.split(|letter: char| letter.is_whitespace() || "\"(),;_-+".contains(letter));
    let numbers = words.by_ref().filter_map(|word| {
        let word = word.strip_prefix('v').unwrap_or(word).trim_end_matches('.');
        let is_number = word.starts_with(|first: char| first.is_ascii_digit())
            && word
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'.');
        is_number.then(|| word.to_owned())
    });
    let numbers: Vec<String> = numbers.collect();
    numbers
        .iter()
        .find(|number| number.contains('.'))
        .or(numbers.first())
        .cloned()
}

fn major(version: &str) -> u32 {
    version
        .split('.')
        .next()
        .and_then(|number| number.parse().ok())
        .unwrap_or(0)
}

fn chromium() -> Finding {
    let found = browser::find().filter(|path| paths::is_executable(path));
    Finding {
        name: "Chromium".to_owned(),
        wanted: "Chromium or Chrome".to_owned(),
        good: found.is_some(),
        found: found.map(|path| path.display().to_string()),
        remedy: format!("{PACKAGES}, or set GRADUALLY_CHROMIUM"),
    }
}

fn wasm_target() -> Finding {
    let output = Command::new("rustc")
        .args([
            "--print",
            "target-libdir",
            "--target",
            "wasm32-unknown-unknown",
        ])
        .current_dir(paths::root())
        .output();
    let folder = output
        .ok()
        .filter(|output| output.status.success())
        .map(|output| PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    let good = folder.is_some_and(|folder| folder.is_dir());
    Finding {
        name: "wasm target".to_owned(),
        wanted: "wasm32-unknown-unknown".to_owned(),
        found: good.then(|| "installed".to_owned()),
        good,
        remedy: "rustup target add wasm32-unknown-unknown".to_owned(),
    }
}

fn tool(tool: &Tool) -> Finding {
    let found = tool.find();
    Finding {
        name: tool.name.to_owned(),
        wanted: tool.version.to_owned(),
        good: found.is_some(),
        found: found.map(|bin| bin.display().to_string()),
        remedy: format!("./x setup (from source: {})", tool.build_time),
    }
}

fn made_here() -> Vec<Finding> {
    let jars = Jars::find().ok();
    let page = page::folder().join("index.html");
    let line = |name: &str, wanted: &str, found: Option<String>, remedy: &str| Finding {
        name: name.to_owned(),
        wanted: wanted.to_owned(),
        good: found.is_some(),
        found,
        remedy: remedy.to_owned(),
    };
    vec![
        line(
            "npm packages",
            "those of the lock file",
            npm::is_current().then(|| "installed".to_owned()),
            "./x setup",
        ),
        line(
            "Kafka",
            "jars in the cache",
            jars.map(|jars| jars.folder().display().to_string()),
            "./x setup --kafka",
        ),
        line(
            "page",
            "dist/index.html",
            page.is_file().then(|| "built".to_owned()),
            "./x page",
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_what_programs_say() {
        let check = |said: &str, version: &str| {
            assert_eq!(version_in(said).as_deref(), Some(version), "{said}");
        };
        check("v20.20.2", "20.20.2");
        check("openjdk version \"17.0.15\" 2025-04-15", "17.0.15");
        check("openjdk version \"21\" 2023-09-19", "21");
        check("java version \"1.8.0_392\"", "1.8.0");
        check("cc (Debian 12.2.0-14) 12.2.0", "12.2.0");
        check(
            "This is perl 5, version 36, subversion 0 (v5.36.0) built",
            "5.36.0",
        );
        check("\u{1b}[1mApache Maven 3.8.7\u{1b}[m", "3.8.7");
        check(
            "kcat - a tool\nhttps://example.org/kcat\nCopyright (c) 2014-2021\nVersion 1.7.1 (JSON)",
            "1.7.1",
        );
        check("g++ (GCC) 14", "14");
        assert_eq!(version_in("command not found"), None);
    }

    #[test]
    fn what_is_missing_is_marked_with_its_remedy() {
        let finding = Finding {
            name: "kcat".to_owned(),
            wanted: "any".to_owned(),
            found: None,
            good: false,
            remedy: "install it".to_owned(),
        };
        let text = report(&[finding]);
        assert!(
            text.contains("kcat             !")
                && text.contains("nothing")
                && text.ends_with("install it\n"),
            "{text}"
        );
    }
}
