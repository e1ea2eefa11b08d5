//! Prebuilt tools from a server on this machine: the right one, a wrong one, none, and no host at all.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use xtask::checksum::sha256;
use xtask::download::{Archive, Patience, install};

const PATIENCE: Patience = Patience {
    connect_seconds: 1,
    total_seconds: 5,
};

/// Serves the same bytes to whoever asks, or 404 when there are none.
fn serve(body: Option<Vec<u8>>) -> anyhow::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}/tool.tar.gz", listener.local_addr()?);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let _ = stream.read(&mut [0; 4096]);
            let (status, body) = body
                .as_ref()
                .map_or(("404 Not Found", &[][..]), |body| ("200 OK", body));
            let head = format!(
                "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                body.len()
            );
            let _ = stream
                .write_all(head.as_bytes())
                .and_then(|()| stream.write_all(body));
        }
    });
    Ok(url)
}

/// An archive with one program in a folder, as projects release them.
fn archive(program: &str) -> anyhow::Result<Vec<u8>> {
    let dir = tempfile::tempdir()?;
    fs::create_dir(dir.path().join("tool-1.0"))?;
    fs::write(
        dir.path().join("tool-1.0").join(program),
        "#!/bin/sh\necho it runs\n",
    )?;
    Command::new("chmod")
        .arg("+x")
        .arg(dir.path().join("tool-1.0").join(program))
        .status()?;
    let file = dir.path().join("tool.tar.gz");
    Command::new("tar")
        .arg("-czf")
        .arg(&file)
        .arg("-C")
        .arg(dir.path())
        .arg("tool-1.0")
        .status()?;
    Ok(fs::read(file)?)
}

fn try_install(url: String, sum: String, cache: &Path) -> anyhow::Result<()> {
    let archive = Archive {
        url: url.leak(),
        sha256: sum.leak(),
    };
    install(archive, &["tool"], &cache.join("tool-1.0/bin"), PATIENCE)
}

fn files_in(cache: &Path) -> usize {
    fs::read_dir(cache).map_or(0, Iterator::count)
}

#[test]
fn the_right_archive_is_installed_and_its_program_runs() {
    let cache = tempfile::tempdir().unwrap();
    let bytes = archive("tool").unwrap();
    let sum = sha256(&bytes);
    try_install(serve(Some(bytes)).unwrap(), sum, cache.path()).unwrap();
    let output = Command::new(cache.path().join("tool-1.0/bin/tool"))
        .output()
        .unwrap();
    assert_eq!(output.stdout, b"it runs\n");
    assert_eq!(
        files_in(cache.path()),
        1,
        "nothing else is left in the cache"
    );
}

#[test]
fn a_wrong_sum_is_refused_and_leaves_nothing() {
    let cache = tempfile::tempdir().unwrap();
    let bytes = archive("tool").unwrap();
    let error = try_install(
        serve(Some(bytes)).unwrap(),
        sha256(b"another"),
        cache.path(),
    )
    .unwrap_err();
    assert!(
        format!("{error:#}").contains(&sha256(b"another")),
        "{error:#}"
    );
    assert_eq!(files_in(cache.path()), 0);
}

#[test]
fn an_archive_without_the_program_is_refused() {
    let cache = tempfile::tempdir().unwrap();
    let bytes = archive("other").unwrap();
    let sum = sha256(&bytes);
    let error = try_install(serve(Some(bytes)).unwrap(), sum, cache.path()).unwrap_err();
    assert!(error.to_string().contains("no `tool`"), "{error:#}");
    assert_eq!(files_in(cache.path()), 0);
}

#[test]
fn a_missing_page_is_an_error_and_not_a_tool() {
    let cache = tempfile::tempdir().unwrap();
    let error = try_install(serve(None).unwrap(), sha256(b""), cache.path()).unwrap_err();
    assert!(format!("{error:#}").contains("404"), "{error:#}");
}

#[test]
fn a_closed_port_and_a_silent_host_are_found_out_soon() {
    let cache = tempfile::tempdir().unwrap();
    let closed = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    // It accepts connections (the system does), but never answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    for address in [closed, silent.local_addr().unwrap()] {
        let start = Instant::now();
        let error = try_install(
            format!("http://{address}/tool.tar.gz"),
            sha256(b""),
            cache.path(),
        )
        .unwrap_err();
        assert!(error.to_string().contains("cannot download"), "{error:#}");
        assert!(
            start.elapsed() < Duration::from_secs(15),
            "{:?}",
            start.elapsed()
        );
    }
}
