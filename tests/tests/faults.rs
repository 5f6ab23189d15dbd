//! What the client does when the server, or what lies between, misbehaves: a table of scenarios, sent through real
//! operations.
//!
//! A scenario is played over pipes in memory, where time is virtual and every wait is exact, over sockets on loopback,
//! where waits are short, or over both. Whatever a scenario expects, these hold for every one of them:
//!
//! * a POST or PATCH is carried out once at most, unless the caller has opted in to more;
//! * an error that says that the request was surely not carried out tells the truth, in the worst case that the script
//!   leaves open; and a value is given only for what was carried out;
//! * no error shows the key, the PIN, or a value of a response;
//! * no task and no connection is left behind.
#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy takes only functions marked as tests for tests")]

mod faults {
    pub(crate) mod play;
    pub(crate) mod table;
}

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use faults::play::{self, Stage, Way, play, virtual_time};
use faults::table::{Op, Options, created, order, table};
use telnyx_porting::{Error, ErrorKind, TransportErrorKind};
use tests::fault::{Act, Door, Pace, Script, Server};
use tokio::time::Instant;

fn play_all(way: Way) {
    let only = std::env::var("SCENARIO").ok();
    let scenarios = table().into_iter().filter(|scenario| scenario.way.includes(way));
    let scenarios = scenarios.filter(|scenario| only.as_ref().is_none_or(|only| scenario.name.contains(only)));
    let faults: Vec<String> = scenarios.flat_map(|scenario| play(&scenario, way)).collect();
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn in_memory() {
    play_all(Way::Memory);
}

#[test]
fn on_sockets() {
    play_all(Way::Sockets);
}

#[test]
fn the_table_is_large_and_its_names_tell_scenarios_apart() {
    let table = table();
    let names: BTreeSet<_> = table.iter().map(|scenario| scenario.name).collect();
    assert_eq!(names.len(), table.len(), "names must be unique");
    assert!(table.len() >= 60, "{}", table.len());
    let count = |way: Way| table.iter().filter(|scenario| scenario.way.includes(way)).count();
    println!("{} scenarios: {} in memory, {} on sockets", table.len(), count(Way::Memory), count(Way::Sockets));
}

/// The waits as the policy chooses them, over many calls: within their bounds, spread over all of them, and capped.
#[test]
fn waits_are_spread_over_their_bounds() {
    const RETRIES: usize = 7;
    let bounds = [500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000];
    let mut waits: [Vec<u128>; RETRIES] = Default::default();
    virtual_time(async {
        for _ in 0..200 {
            let script = Script::new([], Act::status(503), "");
            let stage = Stage::in_memory(script, &Options { max_retries: Some(7), ..Options::NONE });
            let outcome = play::call(&stage.client, Op::Retrieve, &Options::NONE).await;
            assert_eq!(outcome.error.unwrap().attempts(), 8);
            for (waits, gap) in waits.iter_mut().zip(stage.gaps()) {
                waits.push(gap.as_millis());
            }
        }
    });
    for (waits, longest) in waits.iter().zip(bounds) {
        let (least, most) = (waits.iter().min().unwrap(), waits.iter().max().unwrap());
        let shortest = longest * 3 / 4;
        // One millisecond is what tokio's timer rounds.
        assert!((shortest..=longest + 1).contains(least) && *most <= longest + 1, "{least} to {most} of {longest}");
        let tenth = (longest - shortest) / 10;
        assert!(*least < shortest + tenth && *most > longest - tenth, "{least} to {most} of {longest}: no jitter");
    }
}

/// A server that fails and fails is not buried: the budget lets a hundred repetitions through, then only first attempts;
/// and successes fill it again.
#[test]
fn a_storm_is_not_fed() {
    virtual_time(async {
        let failures = std::iter::repeat_n(Act::status(500), 400);
        let script = Script::new(failures, order("order-1"), "");
        let stage = Stage::in_memory(script, &Options::NONE);
        let mut attempts = Vec::new();
        while stage.script.left() > 0 {
            let outcome = play::call(&stage.client, Op::Retrieve, &Options::NONE).await;
            attempts.push(outcome.error.map_or(0, |error| error.attempts()));
        }
        assert_eq!(attempts.iter().filter(|&&attempts| attempts == 3).count(), 50, "{attempts:?}");
        assert_eq!(attempts.iter().filter(|&&attempts| attempts == 1).count(), 250, "{attempts:?}");
        assert!(attempts.is_sorted_by(|one, next| one >= next), "first it repeats, then it doesn't: {attempts:?}");

        for _ in 0..5 {
            play::call(&stage.client, Op::Retrieve, &Options::NONE).await;
        }
        stage.script.push(Act::status(500));
        let outcome = play::call(&stage.client, Op::Retrieve, &Options::NONE).await;
        assert_eq!(outcome.got, "order-1", "five successes pay for one repetition");
    });
}

/// Wherever a call is when it is dropped, nothing of it is left: no task, no connection.
#[test]
fn dropping_a_call_leaks_nothing() {
    let acts = [
        Act::Ignore,
        Act::Stall,
        created().pace(Pace::StallInHead),
        created().pace(Pace::StallAfter(4)),
        created().pace(Pace::Drip(Duration::from_secs(1))),
        created().delayed(Duration::from_secs(30)),
        // Dropped in the wait between two attempts.
        Act::status(429).header("retry-after", "30"),
    ];
    virtual_time(async {
        let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
        let before = tasks();
        for act in acts {
            let script = Script::new([act.clone()], created(), "");
            let stage = Stage::in_memory(script, &Options::NONE);
            let call = play::call(&stage.client, Op::Create, &Options::NONE);
            assert!(tokio::time::timeout(Duration::from_secs(3), call).await.is_err(), "{act:?}: the call has ended");
            // Aborted tasks and servers that notice that nobody listens any more get their turn.
            tokio::time::sleep(Duration::from_secs(1)).await;
            assert_eq!(tasks(), before, "{act:?}");
            assert!(stage.script.ledger().received.len() <= 1, "{act:?}: the call went on");
        }
    });

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        for act in [Act::Stall, created().pace(Pace::StallInHead), created().pace(Pace::StallAfter(4))] {
            let script = Arc::new(Script::new([act.clone()], created(), ""));
            let server = Server::start(script, Door::Open).await.unwrap();
            let client = Options::NONE.client().base_url(format!("{}/v2", server.origin())).build().unwrap();
            let call = play::call(&client, Op::Create, &Options::NONE);
            assert!(tokio::time::timeout(Duration::from_millis(30), call).await.is_err(), "{act:?}");
            play::wait_until(|| server.open_connections() == 0).await;
            assert_eq!(server.open_connections(), 0, "{act:?}: the connection is kept");
        }
    });
}

/// Two calls at once: the failure of one does not touch the other, although they share a client.
#[test]
fn calls_do_not_disturb_each_other() {
    virtual_time(async {
        let slow = created().delayed(Duration::from_secs(20));
        let script = Script::new([slow, Act::ResetRead], order("order-1"), "");
        let stage = Stage::in_memory(script, &Options::NONE);
        let start = Instant::now();
        let (one, other) = tokio::join!(
            play::call(&stage.client, Op::Create, &Options::NONE),
            play::call(&stage.client, Op::Create, &Options::NONE)
        );
        assert_eq!(one.got, "order-1");
        assert!(other.error.as_ref().is_some_and(Error::is_interrupted), "{other:?}");
        assert_eq!(start.elapsed().as_secs(), 20);
    });
}

/// Over TCP a reset may overtake the answer. What a transport of one's own reports is taken at its word.
#[test]
fn the_kinds_of_transports_decide() {
    use TransportErrorKind::{Connect, ConnectTimeout, Interrupted, InvalidRequest, RequestBody, Unpack};
    let cases = [
        (Connect, ErrorKind::Connect, 3, false),
        (ConnectTimeout, ErrorKind::Timeout, 3, false),
        (InvalidRequest, ErrorKind::InvalidRequest, 1, false),
        (Interrupted, ErrorKind::Interrupted, 1, true),
        (Unpack, ErrorKind::Decode, 1, true),
        (RequestBody, ErrorKind::File, 1, true),
    ];
    virtual_time(async {
        for (kind, expected, attempts, carried_out) in cases {
            let client = Options::NONE.client().transport(play::Failing(kind)).build().unwrap();
            let error = play::call(&client, Op::Create, &Options::NONE).await.error.unwrap();
            let got = (error.kind(), error.attempts(), error.may_have_been_carried_out());
            assert_eq!(got, (expected, attempts, carried_out), "{kind:?}: {error:?}");
        }
    });
}
