use shared::wire::control::{Subscribed, Welcome};
use shared::wire::{FrameWriter, SUBPROTOCOL, ToClient, ToRelay};

use super::*;

/// A new connection, up to the relay's welcome.
fn welcomed(relay: &mut Reader) {
    relay.on_connecting();
    relay.on_open(SUBPROTOCOL).unwrap();
    let welcome = Welcome {
        version: 1,
        server: "relay".into(),
        cluster_id: None,
        topics: vec!["loans".into()],
        heartbeat_millis: 1000,
    };
    let heard = relay.on_text(&ToClient::Welcome(welcome).encode()).unwrap();
    assert_eq!(heard, Heard::Topics(vec!["loans".into()], "loans".into()));
}

/// The credit that a new connection asks for.
fn asked_credit(relay: &mut Reader) -> u64 {
    welcomed(relay);
    let outgoing = std::iter::from_fn(|| relay.next_outgoing());
    let mut asked = outgoing.filter_map(|text| match ToRelay::decode(&text) {
        Ok(ToRelay::Subscribe(subscribe)) => Some(subscribe.credit),
        _ => None,
    });
    asked.next().unwrap()
}

fn subscribed(relay: &mut Reader, start: i64, high: i64) {
    welcomed(relay);
    let partition = Started {
        partition: 0,
        start,
        low: 0,
        high,
        recovered: true,
        why: None,
    };
    let subscribed = Subscribed {
        topic: "loans".into(),
        cluster_id: None,
        partitions: vec![partition],
        waiting: Vec::new(),
    };
    relay
        .on_text(&ToClient::Subscribed(subscribed).encode())
        .unwrap();
    while relay.next_outgoing().is_some() {}
}

fn frame(offsets: std::ops::Range<i64>) -> Vec<u8> {
    let mut writer = FrameWriter::new("loans", 0, offsets.start).unwrap();
    for offset in offsets {
        let record = Record {
            partition: 0,
            offset,
            leader_epoch: None,
            timestamp_millis: 0,
            key: None,
            value: Some(b"{}"),
        };
        writer.push(&record, &[]).unwrap();
    }
    writer.finish()
}

fn relay() -> Reader {
    let mut relay = Reader::new("ws://h/ws".into(), None, Beginning::Earliest);
    subscribed(&mut relay, 0, 10);
    relay
}

fn taken(relay: &mut Reader, count: usize) -> Vec<i64> {
    (0..count)
        .map_while(|_| relay.next().map(|record| record.offset))
        .collect()
}

#[test]
fn records_come_in_order_over_frames() {
    let mut relay = relay();
    assert!(relay.next().is_none());
    relay.on_frame(frame(0..3));
    relay.on_frame(frame(3..6));
    assert_eq!(relay.lag(), Some(10));
    assert_eq!(taken(&mut relay, 4), [0, 1, 2, 3]);
    assert_eq!(relay.lag(), Some(6));
    assert_eq!(taken(&mut relay, 9), [4, 5]);
    assert_eq!(relay.state(), SourceState::CatchingUp);
}

#[test]
fn frames_that_wait_when_the_connection_ends_come_again() {
    let mut relay = relay();
    relay.on_frame(frame(0..3));
    relay.on_frame(frame(3..6));
    assert_eq!(taken(&mut relay, 2), [0, 1]);
    let next = relay.on_close(1006, "", 0);
    assert!(matches!(next, Next::Retry { .. }));
    assert!(matches!(
        relay.state(),
        SourceState::Reconnecting {
            attempt: 1,
            next_offset: Some(3),
            ..
        }
    ));
    // What was taken out of its frame already is still there; nothing comes twice.
    assert_eq!(taken(&mut relay, 9), [2]);
    subscribed(&mut relay, 3, 10);
    relay.on_frame(frame(0..6));
    assert_eq!(taken(&mut relay, 9), [3, 4, 5]);
}

#[test]
fn breaks_in_the_middle_of_a_batch_cost_no_credit() {
    let mut relay = relay();
    for first in 0..8 {
        relay.on_frame(frame(first * 1000..(first + 1) * 1000));
        taken(&mut relay, 1000);
        relay.on_close(1006, "", 0);
        subscribed(&mut relay, (first + 1) * 1000, 40_000);
    }
    while relay.next_outgoing().is_some() {}
    relay.learned();
    assert_eq!(relay.unlearned, 0);
    relay.on_close(1006, "", 0);
    let asked = asked_credit(&mut relay);
    assert_eq!(
        asked, CREDIT_BYTES,
        "all that was learned from can be sent again"
    );
}

#[test]
fn credit_goes_back_after_learning_and_never_for_another_connection() {
    let mut relay = relay();
    let big = frame(0..40_000);
    assert!(big.len() as u64 > CREDIT_BYTES / 4);
    relay.on_frame(big);
    assert_eq!(taken(&mut relay, 1), [0]);
    assert!(relay.next_outgoing().is_none() || relay.unlearned == 0);
    relay.learned();
    assert_eq!(relay.unlearned, 0);
    relay.on_close(1006, "", 0);
    subscribed(&mut relay, 40_000, 40_000);
    relay.learned();
    assert!(relay.next_outgoing().is_none());
}

#[test]
fn a_broken_frame_is_told_and_nothing_is_made_of_it() {
    let mut relay = relay();
    relay.on_frame(vec![1, 2, 3]);
    assert!(relay.next().is_none());
    let failure = relay.take_failure().unwrap();
    assert!(matches!(
        relay.on_protocol_error(&failure, 0),
        Next::Final { .. }
    ));
    assert!(matches!(relay.state(), SourceState::Refused(_)));
}
