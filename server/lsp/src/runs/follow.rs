//! A thread that reads a run's journal while it grows.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use divisi_engine::client::{RunStatus, Runs};
use divisi_engine::event::{Event as RunEvent, EventRecord};
use tracing::warn;

use crate::event::Event;

/// How long a run may be silent before one asks whether it still has a host.
const SILENCE: Duration = Duration::from_secs(1);
/// How many looks in a row may fail before the run is given up.
const FAILURES: u32 = 100;

/// Ends its thread when it is dropped.
#[derive(Debug)]
pub(crate) struct Follower(
    #[expect(dead_code, reason = "it is its end that counts")] crossbeam_channel::Sender<()>,
);

/// Hears of what comes after the event `after`.
pub(crate) fn start(
    root: PathBuf,
    run: String,
    after: u64,
    events: crossbeam_channel::Sender<Event>,
) -> Follower {
    let (alive, stop) = crossbeam_channel::bounded(0);
    let following = move || follow(&root, &run, after, &events, &stop);
    if let Err(error) = std::thread::Builder::new().name("follower".to_owned()).spawn(following) {
        warn!("a run cannot be followed: {error}");
    }
    Follower(alive)
}

/// Where the run ends in `records`; none where it went on under another host.
pub(super) fn end_in(records: &[EventRecord]) -> Option<usize> {
    let at = records.iter().rposition(|record| matches!(record.event, RunEvent::RunEnded { .. }))?;
    let after = records.get(at..).unwrap_or_default();
    let goes_on = after.iter().any(|record| matches!(record.event, RunEvent::HostStarted { .. }));
    (!goes_on).then_some(at)
}

fn follow(
    root: &std::path::Path,
    run: &str,
    mut after: u64,
    events: &crossbeam_channel::Sender<Event>,
    stop: &crossbeam_channel::Receiver<()>,
) {
    let runs = match Runs::open(root) {
        Ok(runs) => runs,
        Err(error) => return warn!("{run} cannot be followed: {error}"),
    };
    let mut failures = 0;
    let mut last_news = Instant::now();
    loop {
        match runs.events(run, after) {
            Ok(records) if records.is_empty() => failures = 0,
            Ok(records) => {
                failures = 0;
                last_news = Instant::now();
                after = records.last().map_or(after, |record| record.seq);
                let is_over = end_in(&records).is_some();
                if events.send(Event::RunEvents(run.to_owned(), records)).is_err() || is_over {
                    return;
                }
            }
            Err(error) => {
                failures += 1;
                if failures == FAILURES {
                    warn!("{run} cannot be followed any longer: {error}");
                    let _loop_is_gone = events.send(Event::RunOrphaned(run.to_owned()));
                    return;
                }
            }
        }
        if last_news.elapsed() >= SILENCE {
            last_news = Instant::now();
            if runs.summary(run).is_ok_and(|summary| summary.status == RunStatus::Orphaned) {
                let _loop_is_gone = events.send(Event::RunOrphaned(run.to_owned()));
                return;
            }
        }
        match stop.recv_timeout(Runs::POLL) {
            Err(crossbeam_channel::RecvTimeoutError::Timeout) => {}
            _ => return,
        }
    }
}
