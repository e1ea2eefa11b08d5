//! The committed frames, read by a program that shares no code with this project's own reader.

use std::fs;
use std::path::Path;
use std::process::Command;

#[test]
fn an_independent_reader_reads_the_vectors_alike() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/tests"));
    let readings = fs::read_to_string(folder.join("wire_vectors/readings.txt"))
        .expect("the readings are committed");
    let names = readings.lines().filter(|line| !line.starts_with(' '));
    let files = names.filter_map(|line| {
        let name = line.split(' ').next()?;
        Some(format!("wire_vectors/{name}.hex"))
    });
    let output = Command::new("python3")
        .arg("wire_reader.py")
        .args(files)
        .current_dir(folder)
        .output()
        .expect("python3 runs the independent reader: `./x packages test` says how to install it");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), readings);
}
