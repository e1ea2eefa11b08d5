use super::*;
use crate::wire::FrameWriter;
use crate::wire::control::{Ends, Started, Unavailable};

const CREDIT: u64 = 1000;

fn client(from: StartFrom) -> Client {
    Client::new(Subscribe::new(Some("t".into()), from, CREDIT), "test/0")
}

fn welcome() -> String {
    ToClient::Welcome(Welcome {
        version: VERSION,
        server: "relay/0".into(),
        cluster_id: Some("c".into()),
        topics: vec!["t".into(), "u".into()],
        heartbeat_millis: 2000,
    })
    .encode()
}

fn started(partition: i32, start: i64, high: i64) -> Started {
    Started {
        partition,
        start,
        low: 0,
        high,
        recovered: true,
        why: None,
    }
}

fn subscribed(partitions: Vec<Started>) -> String {
    let cluster_id = Some("c".into());
    let subscribed = Subscribed {
        topic: "t".into(),
        cluster_id,
        partitions,
        waiting: Vec::new(),
    };
    ToClient::Subscribed(subscribed).encode()
}

fn heartbeat(high: i64) -> String {
    let partitions = vec![Ends {
        partition: 0,
        low: 0,
        high,
    }];
    ToClient::Heartbeat(Heartbeat {
        partitions,
        problem: None,
    })
    .encode()
}

/// A frame of partition 0 with one record at each of these offsets.
fn frame(base: i64, offsets: std::ops::Range<i64>) -> Vec<u8> {
    let mut writer = FrameWriter::new("t", 0, base).unwrap();
    for offset in offsets {
        let record = Record {
            partition: 0,
            offset,
            leader_epoch: Some(3),
            timestamp_millis: 0,
            key: None,
            value: Some(b"value"),
        };
        writer.push(&record, &[]).unwrap();
    }
    writer.finish()
}

/// Opens a connection on which partition 0 begins at `start` and ends at `high`.
fn open(client: &mut Client, start: i64, high: i64) -> Subscribe {
    client.on_connecting();
    client.on_open(Some(SUBPROTOCOL)).unwrap();
    assert!(client.next_outgoing().unwrap().contains("\"hello\""));
    client.on_text(&welcome()).unwrap();
    let Ok(ToRelay::Subscribe(request)) = ToRelay::decode(&client.next_outgoing().unwrap()) else {
        panic!("a subscription follows the welcome")
    };
    client
        .on_text(&subscribed(vec![started(0, start, high)]))
        .unwrap();
    request
}

fn offsets(client: &mut Client, bytes: &[u8]) -> Vec<i64> {
    match client.on_binary(bytes).unwrap() {
        Event::Batch(batch) => batch.records().map(|record| record.offset).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn after_a_break_it_asks_for_exactly_the_next_record_and_drops_what_it_has() {
    let mut client = client(StartFrom::Earliest);
    assert_eq!(open(&mut client, 0, 10).from, StartFrom::Earliest);
    assert_eq!(offsets(&mut client, &frame(0, 0..4)), [0, 1, 2, 3]);
    assert!(matches!(client.on_close(None, "", 1), Next::Retry { .. }));
    let request = open(&mut client, 4, 10);
    let position = Position {
        partition: 0,
        offset: 4,
        leader_epoch: Some(3),
    };
    let resume = Resume {
        cluster_id: Some("c".into()),
        positions: vec![position],
        others: Edge::Earliest,
    };
    assert_eq!(request.from, StartFrom::Positions(resume));
    assert_eq!(
        offsets(&mut client, &frame(2, 2..6)),
        [4, 5],
        "2 and 3 came before"
    );
    assert!(offsets(&mut client, &frame(2, 2..6)).is_empty());
    assert_eq!(client.positions()[0].offset, 6);
}

#[test]
fn missing_records_are_noticed_and_asked_for_again() {
    let mut client = client(StartFrom::Earliest);
    open(&mut client, 0, 10);
    let error = client.on_binary(&frame(5, 5..6)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "partition 0: offset 0 was to come, the relay sent 5"
    );
    assert!(matches!(
        client.on_protocol_error(&error, 0),
        Next::Retry { .. }
    ));
    client.on_connecting();
    client.on_open(Some(SUBPROTOCOL)).unwrap();
    client.on_text(&welcome()).unwrap();
    let skipping = subscribed(vec![started(0, 5, 10)]);
    assert!(matches!(
        client.on_text(&skipping),
        Err(ProtocolError::Gap { expected: 0, .. })
    ));
}

#[test]
fn a_start_that_was_moved_with_a_reason_is_taken() {
    let mut client = client(StartFrom::Earliest);
    open(&mut client, 0, 10);
    client.on_close(None, "", 0);
    client.on_connecting();
    client.on_open(Some(SUBPROTOCOL)).unwrap();
    client.on_text(&welcome()).unwrap();
    let moved = Started {
        recovered: false,
        why: Some(Unavailable::Expired),
        ..started(0, 7, 10)
    };
    client.on_text(&subscribed(vec![moved])).unwrap();
    assert_eq!(offsets(&mut client, &frame(7, 7..9)), [7, 8]);
}

#[test]
fn credit_comes_back_only_for_what_was_consumed() {
    let mut client = client(StartFrom::Earliest);
    open(&mut client, 0, 10);
    let bytes = frame(0, 0..4);
    offsets(&mut client, &bytes);
    assert_eq!(client.next_outgoing(), None);
    client.consumed(100);
    assert_eq!(client.next_outgoing(), None, "small amounts are collected");
    client.consumed(150);
    let message = ToRelay::decode(&client.next_outgoing().unwrap()).unwrap();
    assert_eq!(message, ToRelay::Credit { bytes: 250 });
}

#[test]
fn what_is_not_consumed_yet_counts_on_the_next_connection_too() {
    let mut client = client(StartFrom::Earliest);
    open(&mut client, 0, 10);
    let bytes = frame(0, 0..20);
    offsets(&mut client, &bytes);
    client.on_close(None, "", 0);
    client.consumed(100);
    let outstanding = bytes.len() as u64 - 100;
    assert_eq!(open(&mut client, 20, 20).credit, CREDIT - outstanding);
    client.consumed(bytes.len() - 100);
    let message = ToRelay::decode(&client.next_outgoing().unwrap()).unwrap();
    assert_eq!(message, ToRelay::Credit { bytes: outstanding });
}

#[test]
fn it_is_live_when_it_keeps_up_and_catching_up_when_it_does_not() {
    let mut client = client(StartFrom::Earliest);
    open(&mut client, 0, 4);
    assert_eq!((client.state(), client.lag()), (&State::CatchingUp, 4));
    offsets(&mut client, &frame(0, 0..4));
    assert_eq!((client.state(), client.lag()), (&State::Live, 0));
    client.on_text(&heartbeat(6)).unwrap();
    assert_eq!(
        (client.state(), client.lag()),
        (&State::Live, 2),
        "the two came just now"
    );
    client.on_text(&heartbeat(8)).unwrap();
    assert_eq!((client.state(), client.lag()), (&State::CatchingUp, 4));
    offsets(&mut client, &frame(4, 4..6));
    assert_eq!(client.state(), &State::Live);
}

#[test]
fn a_problem_of_the_relay_shows_and_passes() {
    let mut client = client(StartFrom::Earliest);
    open(&mut client, 0, 0);
    let problem = Some("no broker answers".into());
    let sick = ToClient::Heartbeat(Heartbeat {
        partitions: Vec::new(),
        problem,
    });
    client.on_text(&sick.encode()).unwrap();
    assert_eq!(client.state().to_string(), "waiting: no broker answers");
    client.on_text(&heartbeat(0)).unwrap();
    assert_eq!(client.state(), &State::Live);
}

#[test]
fn refusals_are_final_and_restarts_are_not() {
    let refuse = |code: ErrorCode| {
        let mut client = client(StartFrom::Earliest);
        open(&mut client, 0, 0);
        let message = "because".to_owned();
        let refusal = super::super::control::Refusal {
            code,
            message,
            positions: Vec::new(),
        };
        client.on_text(&ToClient::Error(refusal).encode()).unwrap();
        client.on_close(Some(code.close_code()), "", 0)
    };
    assert_eq!(
        refuse(ErrorCode::UnknownTopic),
        Next::Final {
            reason: "because".into()
        }
    );
    assert!(matches!(
        refuse(ErrorCode::SourceUnavailable),
        Next::Retry { .. }
    ));
    let mut client = client(StartFrom::Earliest);
    open(&mut client, 0, 0);
    client
        .on_text(&ToClient::Goaway { retry_millis: 777 }.encode())
        .unwrap();
    let next = client.on_close(Some(close::SERVICE_RESTART), "", 0);
    assert!(matches!(
        next,
        Next::Retry {
            after_millis: 777,
            ..
        }
    ));
    assert_eq!(
        client.state().to_string(),
        "reconnecting in 0.8 s: the relay is being restarted"
    );
}

#[test]
fn another_protocol_is_refused_with_a_clear_message() {
    let mut client = client(StartFrom::Earliest);
    client.on_connecting();
    let error = client.on_open(Some("chat")).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("\"chat\" instead of \"gradually.v1\""),
        "{error}"
    );
    assert!(matches!(
        client.on_protocol_error(&error, 0),
        Next::Final { .. }
    ));
    assert!(
        client
            .state()
            .to_string()
            .starts_with("refused: this is not a relay")
    );
    client.on_open(Some(SUBPROTOCOL)).unwrap();
    let other = welcome().replace("\"version\":1", "\"version\":2");
    assert_eq!(client.on_text(&other), Err(ProtocolError::Version(2)));
}

#[test]
fn records_that_were_not_asked_for_are_refused() {
    let mut client = client(StartFrom::Earliest);
    assert!(
        client.on_binary(&frame(0, 0..1)).is_err(),
        "before anything was asked"
    );
    open(&mut client, 0, 0);
    let elsewhere = FrameWriter::new("u", 0, 0).unwrap().finish();
    assert!(matches!(
        client.on_binary(&elsewhere),
        Err(ProtocolError::NotAskedFor { .. })
    ));
    let other = FrameWriter::new("t", 1, 0).unwrap().finish();
    assert!(matches!(
        client.on_binary(&other),
        Err(ProtocolError::NotAskedFor { .. })
    ));
}

#[test]
fn without_a_topic_it_takes_the_relays_first() {
    let mut client = Client::new(Subscribe::new(None, StartFrom::Latest, CREDIT), "test/0");
    assert_eq!(open(&mut client, 9, 9).topic.as_deref(), Some("t"));
    assert_eq!(client.topic(), Some("t"));
    client.on_close(None, "", 0);
    let request = open(&mut client, 9, 9);
    assert!(matches!(
        request.from,
        StartFrom::Positions(Resume {
            others: Edge::Latest,
            ..
        })
    ));
}

#[test]
fn a_busy_server_is_tried_again_and_a_refusing_one_is_not() {
    let mut client = client(StartFrom::Earliest);
    assert!(matches!(
        client.on_http_refusal(503, "full", 0),
        Next::Retry { .. }
    ));
    assert!(matches!(
        client.on_http_refusal(403, "origin", 0),
        Next::Final { .. }
    ));
}
