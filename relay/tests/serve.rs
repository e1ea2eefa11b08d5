//! The relay on its in-process log: who may come in, what ends a conversation, what stays bounded.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::net::TcpListener;
use std::time::Instant;

use shared::record::Position;
use shared::wire::close::ErrorCode;
use shared::wire::{
    BatchFrame, Edge, Resume, SUBPROTOCOL, StartFrom, Subscribe, TARGET_FRAME_BYTES, ToClient,
    ToRelay,
};
use support::client::{Came, Client};
use support::relay::{Relay, memory};
use support::{eventually, fail, get, gradually, run, succeed};
use tokio_tungstenite::tungstenite::{Error, Message};

fn fast() -> Relay {
    Relay::start(&["--rate", "1000000"])
}

/// The status and body of a refusal before the upgrade.
fn refused(relay: &Relay, headers: &[(&'static str, &str)]) -> (u16, String) {
    match Client::connect(&relay.address, headers)
        .err()
        .map(|error| *error)
    {
        Some(Error::Http(response)) => {
            let body = response.body().as_deref().unwrap_or_default();
            (
                response.status().as_u16(),
                String::from_utf8_lossy(body).into_owned(),
            )
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn another_version_is_refused_before_the_upgrade_and_after() {
    let relay = fast();
    let (status, body) = refused(&relay, &[("Sec-WebSocket-Protocol", "gradually.v2")]);
    assert_eq!(status, 400);
    assert!(
        body.contains("unsupported_version") && body.contains("gradually.v1"),
        "{body}"
    );
    let (status, body) = refused(&relay, &[]);
    assert!(
        status == 400 && body.contains("subprotocol_missing"),
        "{body}"
    );
    let both = [("Sec-WebSocket-Protocol", "gradually.v2, gradually.v1")];
    assert!(Client::connect(&relay.address, &both).is_ok());
    let mut client = Client::open(&relay.address);
    client.say(&ToRelay::Hello {
        version: 2,
        client: "new".into(),
    });
    let (refusal, code) = client.end();
    assert_eq!((refusal.code, code), (ErrorCode::UnsupportedVersion, 4501));
}

#[test]
fn pages_of_this_machine_may_connect_and_others_need_the_flag() {
    let relay = Relay::start(&["--allow-origin", "https://lab.example"]);
    let protocol = ("Sec-WebSocket-Protocol", SUBPROTOCOL);
    for origin in [
        "http://localhost:8081",
        "http://127.0.0.1:1",
        "https://lab.example",
    ] {
        let connected = Client::connect(&relay.address, &[protocol, ("Origin", origin)]);
        assert!(connected.is_ok(), "{origin}");
    }
    for origin in ["http://evil.example", "https://lab.example:444", "null"] {
        let (status, body) = refused(&relay, &[protocol, ("Origin", origin)]);
        assert_eq!(status, 403, "{origin}");
        assert!(body.contains(&format!("--allow-origin {origin}")), "{body}");
    }
}

#[test]
fn garbage_ends_the_conversation_with_a_reason() {
    let relay = fast();
    let after_hello = |message: Message| {
        let mut client = Client::open(&relay.address);
        client.hello();
        client.send(message);
        client.end()
    };
    let (refusal, code) = after_hello(Message::text("{\"type\":\"dance\"}"));
    assert_eq!((refusal.code, code), (ErrorCode::BadMessage, 4500));
    assert!(refusal.message.contains("dance"), "{}", refusal.message);
    let (refusal, _) = after_hello(Message::binary(vec![0u8; 100]));
    assert!(
        refusal.message.contains("text messages only"),
        "{}",
        refusal.message
    );
    let (refusal, _) = after_hello(Message::text(ToRelay::Credit { bytes: 9 }.encode()));
    assert!(
        refusal.message.contains("after hello comes subscribe"),
        "{}",
        refusal.message
    );
    let mut client = Client::open(&relay.address);
    client.say(&ToRelay::Credit { bytes: 9 });
    assert_eq!(client.end().0.message, "the first message has to be hello");
    let other = Subscribe::new(Some("other".into()), StartFrom::Latest, 1);
    let (refusal, code) = after_hello(Message::text(ToRelay::Subscribe(other).encode()));
    assert_eq!((refusal.code, code), (ErrorCode::UnknownTopic, 4502));
    assert!(
        refusal.message.contains("loan-applications"),
        "{}",
        refusal.message
    );
}

#[test]
fn a_message_beyond_64_kib_ends_the_conversation() {
    let relay = fast();
    let mut client = Client::open(&relay.address);
    client.hello();
    client.try_send(Message::text(" ".repeat(70_000)));
    loop {
        match client.next() {
            Came::Text(ToClient::Error(refusal)) => {
                assert!(refusal.message.contains("65536"), "{}", refusal.message);
                break;
            }
            Came::Text(_) => {}
            // The relay may have gone before it has read all of it.
            Came::Broken | Came::Closed(..) => break,
            other @ Came::Frame(_) => panic!("{other:?}"),
        }
    }
    // It serves others all the same.
    Client::subscribed(&relay.address, StartFrom::Earliest, 1000);
}

#[test]
fn whoever_says_nothing_is_sent_away() {
    let relay = fast();
    let start = Instant::now();
    let (refusal, code) = Client::open(&relay.address).end();
    assert_eq!((refusal.code, code), (ErrorCode::HandshakeTimeout, 4003));
    assert!(start.elapsed().as_secs_f64() > 4.5);
}

#[test]
fn too_many_messages_end_the_conversation() {
    let relay = Relay::start(&["--max-messages-per-second", "10"]);
    let mut client = Client::subscribed(&relay.address, StartFrom::Latest, 1000);
    for _ in 0..30 {
        client.try_send(Message::text(ToRelay::Credit { bytes: 1 }.encode()));
    }
    assert_eq!(client.end().0.code, ErrorCode::TooManyMessages);
}

#[test]
fn without_credit_nothing_comes_and_with_it_exactly_the_next_record() {
    let relay = fast();
    let credit = 1_000_000;
    let mut client = Client::subscribed(&relay.address, StartFrom::Earliest, credit);
    let (mut bytes, mut next, mut silent) = (0, 0, 0);
    // Longer than a reader without credit lives.
    while silent < 4 {
        match client.next() {
            Came::Frame(frame) => {
                let frame_bytes = frame.len() as u64;
                let frame = BatchFrame::decode(&frame).unwrap();
                assert_eq!(frame.base_offset(), next);
                (bytes, next, silent) = (bytes + frame_bytes, frame.next_offset(), 0);
            }
            Came::Text(ToClient::Heartbeat(_)) if bytes >= credit => silent += 1,
            Came::Text(ToClient::Heartbeat(_)) => {}
            other => panic!("{other:?}"),
        }
    }
    assert!(bytes < credit + TARGET_FRAME_BYTES as u64, "{bytes}");
    // The last frame may have exceeded the credit by less than its own length.
    client.say(&ToRelay::Credit {
        bytes: TARGET_FRAME_BYTES as u64,
    });
    let frame = client.next_frame();
    assert_eq!(BatchFrame::decode(&frame).unwrap().base_offset(), next);
}

#[test]
fn clients_that_take_nothing_cost_little() {
    let relay = fast();
    let before = relay.memory();
    let stalled: Vec<_> = (0..40)
        .map(|_| Client::subscribed(&relay.address, StartFrom::Earliest, 64 << 20))
        .collect();
    let mut busy = Client::subscribed(&relay.address, StartFrom::Earliest, 64 << 20);
    let mut frames = 0;
    while frames < 200 {
        if let Came::Frame(_) = busy.next() {
            frames += 1;
        }
    }
    let grown = relay.memory().saturating_sub(before) >> 20;
    assert!(
        grown < 120,
        "{grown} MB for {} stalled clients",
        stalled.len()
    );
}

#[test]
fn places_are_limited() {
    let relay = Relay::start(&["--max-clients-per-address", "2"]);
    let protocol = [("Sec-WebSocket-Protocol", SUBPROTOCOL)];
    let first = Client::open(&relay.address);
    let _second = Client::open(&relay.address);
    let (status, body) = refused(&relay, &protocol);
    assert!(
        status == 429 && body.contains("--max-clients-per-address"),
        "{body}"
    );
    drop(first);
    eventually("a free place", || {
        Client::connect(&relay.address, &protocol).ok()
    });
}

#[test]
fn the_generator_gives_the_same_records_here_and_there() {
    let relay = Relay::start(&["--rate", "100000", "--seed", "5"]);
    let values = succeed(&["tail", &relay.url(), "--count", "1000"]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("values.ndjson");
    std::fs::write(&file, &values).unwrap();
    let train = |input: [&str; 2], out: &str| {
        let out = folder.path().join(out);
        let args = [
            "train",
            "--batch-records",
            "100",
            "--max-batches",
            "10",
            "--out",
        ];
        succeed(&[&args[..], &[out.to_str().unwrap()], &input[..]].concat());
        std::fs::read(out.join("models/model_10_batch_9.json")).unwrap()
    };
    assert!(train(["--file", file.to_str().unwrap()], "a") == train(["--simulate", "5"], "b"));
}

#[test]
fn a_relay_that_forgot_its_log_follows_a_client_that_did_not() {
    let mut relay = fast();
    let position = |offset| {
        let positions = vec![Position {
            partition: 0,
            offset,
            leader_epoch: None,
        }];
        StartFrom::Positions(Resume {
            cluster_id: None,
            positions,
            others: Edge::Earliest,
        })
    };
    relay.kill();
    relay.restart();
    let mut client = Client::subscribed(&relay.address, position(5_000_000), 1_000_000);
    let frame = client.next_frame();
    assert_eq!(BatchFrame::decode(&frame).unwrap().base_offset(), 5_000_000);
}

#[test]
fn before_it_ends_it_sends_its_clients_away_to_come_back() {
    let mut relay = fast();
    let mut client = Client::subscribed(&relay.address, StartFrom::Latest, 1);
    relay.process.signal("TERM");
    let retry_millis = loop {
        match client.next() {
            Came::Text(ToClient::Goaway { retry_millis }) => break retry_millis,
            Came::Text(_) | Came::Frame(_) => {}
            other => panic!("{other:?}"),
        }
    };
    assert!((250..2500).contains(&retry_millis));
    assert!(matches!(client.next(), Came::Closed(1012, _)));
    assert_eq!(relay.process.end().code(), Some(0));
}

#[test]
fn a_port_in_use_is_named_with_the_flag() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let message = fail(1, &["serve", "--listen", &address]);
    assert!(
        message.contains(&format!("cannot listen on {address}")),
        "{message}"
    );
    assert!(
        message.contains("--listen") && message.contains("in use"),
        "{message}"
    );
}

#[test]
fn without_a_page_it_says_how_to_build_one() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().to_str().unwrap();
    let relay = Relay::start(&["--page", page]);
    let answer = get(&relay.address, "/", "");
    assert!(
        answer.contains("trunk build --release") && answer.contains("--page"),
        "{answer}"
    );
    assert!(relay.process.stderr().contains("the page is not built"));
}

#[test]
fn the_page_is_served_with_its_policy_types_and_caching() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write(
        "index.html",
        "<html><script type=\"module\">alert(1)</script></html>",
    );
    write("page-0123456789abcdef.js", &"let x = 1;\n".repeat(500));
    write("page-0123456789abcdef_bg.wasm", "\0asm");
    write("worker_loader.js", "1");
    let relay = Relay::start(&["--page", folder.path().to_str().unwrap()]);
    let get = |path: &str, headers: &str| get(&relay.address, path, headers).to_lowercase();
    let index = get("/", "");
    assert!(index.contains("content-type: text/html"), "{index}");
    assert!(
        index.contains("'sha256-bhhhl3z2vdgxut0w3dwqorprscmda2y5plslg4gf+pi='"),
        "{index}"
    );
    assert!(
        index.contains("'wasm-unsafe-eval'") && !index.contains("unsafe-inline"),
        "{index}"
    );
    assert!(index.contains("cache-control: no-cache"), "{index}");
    let hashed = get("/page-0123456789abcdef.js", "Accept-Encoding: br\r\n");
    assert!(
        hashed.contains("immutable") && hashed.contains("content-encoding: br"),
        "{hashed}"
    );
    assert!(hashed.contains("content-type: text/javascript"), "{hashed}");
    let wasm = get("/page-0123456789abcdef_bg.wasm", "");
    assert!(wasm.contains("content-type: application/wasm"), "{wasm}");
    let worker = get("/worker_loader.js", "");
    assert!(
        worker.contains("no-cache") && worker.contains("'wasm-unsafe-eval'"),
        "{worker}"
    );
    assert!(get("/../Cargo.toml", "").starts_with("http/1.1 404"));
    assert!(get("/nothing", "").starts_with("http/1.1 404"));
}

#[test]
fn health_says_it_by_the_exit_code() {
    let relay = fast();
    let url = |path: &str| format!("http://{}{path}", relay.address);
    assert_eq!(succeed(&["health", &url("/readyz")]), b"ready\n");
    assert_eq!(succeed(&["health", &url("/healthz")]), b"ok\n");
    assert!(fail(1, &["health", &url("/nothing")]).contains("404"));
    let closed = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    assert!(fail(1, &["health", &format!("http://{closed}")]).contains("cannot reach"));
}

#[test]
fn tail_tells_what_is_wrong_and_whether_it_tries_again() {
    let relay = Relay::start(&["--max-clients", "0"]);
    let full = relay.tail(&[]);
    full.wait_for("reconnecting in");
    full.wait_for("--max-clients");
    let url = format!("{}/nothing", relay.url());
    assert!(fail(1, &["tail", &url]).contains("HTTP status 404"));
    assert!(fail(2, &["tail", "http://localhost"]).contains("ws://HOST:PORT"));
    let nobody = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let mut process =
        support::relay::Process::start(gradually().args(["tail", &format!("ws://{nobody}")]));
    process.wait_for("reconnecting in");
    process.signal("INT");
    assert_eq!(process.end().code(), Some(0));
}

#[test]
fn tail_ends_quietly_when_its_reader_has_gone() {
    let relay = fast();
    let program = env!("CARGO_BIN_EXE_gradually");
    let script = format!("{program} tail {} | head -n 2 | wc -l", relay.url());
    let output = std::process::Command::new("sh")
        .args(["-c", &script])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "2");
    assert!(
        !String::from_utf8_lossy(&output.stderr).contains("error"),
        "{output:?}"
    );
}

#[test]
fn tail_takes_no_more_than_its_credit_ahead_of_stdout() {
    use std::io::Read as _;
    let relay = fast();
    let mut child = gradually()
        .args(["tail", &relay.url(), "--count", "300000"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    // Nobody reads stdout until the relay holds far more than tail may take.
    eventually("a long log", || {
        let mut client = Client::subscribed(&relay.address, StartFrom::Latest, 1);
        match client.next() {
            Came::Text(ToClient::Heartbeat(beat)) => {
                (beat.partitions.first()?.high > 500_000).then_some(())
            }
            _ => None,
        }
    });
    let most = memory(child.id(), "VmHWM:") / (1024 * 1024);
    assert!(most < 64, "{most} MB while nobody read");
    let mut text = Vec::new();
    child.stdout.take().unwrap().read_to_end(&mut text).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(text.split(|&byte| byte == b'\n').count(), 300_001);
}

#[test]
fn usage_errors_have_an_exit_code_of_their_own() {
    for args in [
        &["serve", "--kafka", "localhost:1"][..],
        &["serve", "--allow-origin", "*"],
        &["serve", "--topic", "a", "--topic", "b"],
        &["serve", "--rate", "-1"],
        &["serve", "--listen", "127.0.0.1:99999"],
        &["serve", "--listen", "8080"],
        &["tail"],
        &["tail", "ws://h:1", "--from", "noon"],
        &["dance"],
    ] {
        assert_eq!(run(args).status.code(), Some(2), "{args:?}");
    }
}
