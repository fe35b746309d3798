//! A run as a trace that Perfetto and Chrome's `chrome://tracing` open: one row a slot, one bar an attempt.
//!
//! The format is the Trace Event Format's JSON object form; times are microseconds since the run's first event.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::RunView;
use crate::event::{Event, EventRecord};
use crate::plan::StoredPlan;

/// All rows belong to one process: the run.
const PROCESS: u32 = 1;

/// The trace of a run from all of its events, in their order. With the plan, arrows lead along the critical path.
pub fn trace(records: &[EventRecord], plan: Option<&StoredPlan>) -> Value {
    let mut run = RunView::new(plan);
    let mut tracer = Tracer { origin: records.first().map_or(0, |record| record.at), ..Tracer::default() };
    for record in records {
        run.apply(record);
        tracer.take(record);
    }
    let last = records.last().map_or(0, |record| record.at);
    for ((node, attempt), bar) in std::mem::take(&mut tracer.open) {
        tracer.close(&node, attempt, &bar, last, json!({ "unfinished": true }));
    }
    tracer.arrows(&run);
    let mut events = vec![named("process_name", 0, &format!("{} {}", run.dag(), run.id()))];
    let slots = tracer.slots.len();
    events.extend((0..slots).map(|slot| named("thread_name", slot + 1, &format!("slot {}", slot + 1))));
    events.append(&mut tracer.events);
    json!({ "displayTimeUnit": "ms", "otherData": { "run": run.id(), "dag": run.dag() }, "traceEvents": events })
}

fn named(kind: &str, thread: usize, name: &str) -> Value {
    json!({ "ph": "M", "pid": PROCESS, "tid": thread, "name": kind, "args": { "name": name } })
}

#[derive(Default)]
struct Tracer {
    /// When the trace begins, in milliseconds since the epoch.
    origin: i64,
    events: Vec<Value>,
    /// Which slots are taken.
    slots: Vec<bool>,
    open: BTreeMap<(String, u32), Bar>,
    /// The last bar of each node, with its end.
    last: BTreeMap<String, (Bar, i64)>,
}

#[derive(Clone)]
struct Bar {
    slot: usize,
    start: i64,
}

impl Tracer {
    fn take(&mut self, record: &EventRecord) {
        match &record.event {
            Event::AttemptStarted { node, attempt, .. } => {
                let slot = self.take_slot();
                self.open.insert((node.clone(), *attempt), Bar { slot, start: record.at });
                self.count(record.at);
            }
            Event::AttemptEnded { node, attempt, end, evidence } => {
                if let Some(bar) = self.open.remove(&(node.clone(), *attempt)) {
                    let arguments = json!({ "attempt": attempt, "end": end, "evidence": evidence });
                    self.close(node, *attempt, &bar, record.at, arguments);
                    self.count(record.at);
                }
            }
            Event::Requested { request, .. } => self.instant(record.at, json!({ "request": request })),
            Event::HostStarted { epoch, .. } if *epoch > 1 => {
                self.instant(record.at, json!({ "host": epoch }));
            }
            _ => {}
        }
    }

    fn take_slot(&mut self) -> usize {
        let free = self.slots.iter().position(|taken| !taken);
        let slot = free.unwrap_or_else(|| {
            self.slots.push(false);
            self.slots.len() - 1
        });
        if let Some(taken) = self.slots.get_mut(slot) {
            *taken = true;
        }
        slot
    }

    fn close(&mut self, node: &str, attempt: u32, bar: &Bar, end: i64, arguments: Value) {
        if let Some(taken) = self.slots.get_mut(bar.slot) {
            *taken = false;
        }
        let name = if attempt > 1 { format!("{node} ({attempt})") } else { node.to_owned() };
        self.events.push(json!({
            "ph": "X", "pid": PROCESS, "tid": bar.slot + 1, "cat": "attempt", "name": name,
            "ts": self.time(bar.start), "dur": end.saturating_sub(bar.start).max(0).saturating_mul(1000),
            "args": arguments,
        }));
        self.last.insert(node.to_owned(), (bar.clone(), end));
    }

    /// How many attempts are live.
    fn count(&mut self, at: i64) {
        let event = json!({
            "ph": "C", "pid": PROCESS, "name": "running", "ts": self.time(at), "args": { "attempts": self.open.len() },
        });
        self.events.push(event);
    }

    fn instant(&mut self, at: i64, arguments: Value) {
        let event = json!({
            "ph": "i", "s": "p", "pid": PROCESS, "tid": 0, "name": "run", "ts": self.time(at), "args": arguments,
        });
        self.events.push(event);
    }

    /// From each node of the critical path to the next.
    fn arrows(&mut self, run: &RunView) {
        let path = run.summary().critical_path;
        for (id, pair) in path.windows(2).enumerate() {
            let [from, to] = pair else { continue };
            let (Some((from, end)), Some((to, _))) = (self.last.get(&from.path), self.last.get(&to.path))
            else {
                continue;
            };
            let arrow = |phase: &str, slot: usize, at: i64| {
                json!({
                    "ph": phase, "bp": "e", "id": id, "pid": PROCESS, "tid": slot + 1, "cat": "critical",
                    "name": "critical path", "ts": self.time(at),
                })
            };
            let arrows = [arrow("s", from.slot, *end), arrow("f", to.slot, to.start)];
            self.events.extend(arrows);
        }
    }

    fn time(&self, at: i64) -> i64 {
        at.saturating_sub(self.origin).saturating_mul(1000)
    }
}
