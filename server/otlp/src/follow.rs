//! Follows a live run by its journal, on a thread of the host's process, and sends what has ended.
//!
//! The journal is the buffer: while a collector takes nothing, nothing more is read. What was not taken when the run is
//! over is told once, and can be sent later from the journal.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use divisi_engine::environment::own_environment;
use divisi_engine::journal::{JournalError, Reader};
use divisi_engine::traces::{Destination, Span, TraceContext, Tracer};

use crate::BATCH;
use crate::message::request;
use crate::post::{Collector, Fault};
use crate::sent::Sent;

/// How often the journal is looked at.
const PERIOD: Duration = Duration::from_secs(2);

/// The longest wait after deliveries that failed; each wait is twice the one before.
const LONGEST_WAIT: Duration = Duration::from_secs(64);

/// The thread, as the host's process holds it.
#[derive(Debug)]
pub struct Delivery {
    over: Sender<()>,
    thread: JoinHandle<()>,
}

impl Delivery {
    /// Begins to send the trace of the run in `run_dir`; none where it goes nowhere. What is wrong is logged.
    pub fn start(run_dir: &Path) -> Option<Self> {
        let follower = match Follower::new(run_dir, &own_environment()) {
            Ok(follower) => follower?,
            Err(fault) => {
                tracing::warn!("no trace is sent: {fault}");
                return None;
            }
        };
        let (over, heard) = mpsc::channel();
        let thread = std::thread::Builder::new().name("divisi-traces".to_owned());
        match thread.spawn(move || follower.follow(&heard)) {
            Ok(thread) => Some(Self { over, thread }),
            Err(error) => {
                tracing::warn!("no trace is sent: {error}");
                None
            }
        }
    }

    /// The run is over: sends the rest, for as long as one delivery may take.
    pub fn end(self) {
        drop(self.over);
        if self.thread.join().is_err() {
            tracing::error!("the thread that sends traces panicked");
        }
    }
}

struct Follower {
    run_dir: PathBuf,
    destination: Destination,
    collector: Collector,
    context: TraceContext,
    tracer: Tracer,
    /// Place in the journal up to which the tracer knows it.
    read: u64,
    unsent: Vec<Span>,
    sent: Sent,
}

impl Follower {
    /// None where the run's trace goes nowhere; an error is text for people.
    fn new(run_dir: &Path, environment: &BTreeMap<String, String>) -> Result<Option<Self>, String> {
        let reader = Reader::open(run_dir).map_err(|error| error.to_string())?;
        let plan = reader.plan().map_err(|error| error.to_string())?;
        let Some(destination) = Destination::of_run(&plan, environment)? else { return Ok(None) };
        let context = TraceContext::of(reader.run(), &plan);
        Ok(Some(Self {
            run_dir: run_dir.to_owned(),
            collector: Collector::new(&destination),
            destination,
            tracer: Tracer::new(context.clone(), &plan),
            context,
            read: 0,
            unsent: Vec::new(),
            sent: Sent::read(run_dir),
        }))
    }

    fn follow(mut self, over: &Receiver<()>) {
        let mut wait = PERIOD;
        while over.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
            wait = match self.send_all(None) {
                Ok(()) => PERIOD,
                Err(fault) => {
                    self.tell(&fault);
                    LONGEST_WAIT.min(wait * 2)
                }
            };
        }
        let deadline = Instant::now() + self.destination.patience;
        if let Err(fault) = self.send_all(Some(deadline)) {
            self.tell(&fault);
        }
    }

    /// Sends what has ended, until nothing is left or the time is up.
    fn send_all(&mut self, deadline: Option<Instant>) -> Result<(), String> {
        loop {
            if self.unsent.is_empty() {
                self.read().map_err(|error| format!("the journal cannot be read: {error}"))?;
            }
            if self.unsent.is_empty() {
                return Ok(());
            }
            if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                return Err("the run is over, and the collector was too slow for its whole trace".to_owned());
            }
            self.send_some().map_err(|fault| fault.to_string())?;
        }
    }

    fn read(&mut self) -> Result<(), JournalError> {
        let reader = Reader::open(&self.run_dir)?;
        for record in reader.events(self.read)? {
            self.read = record.seq;
            self.tracer.take(&record);
        }
        self.unsent = self.tracer.finished();
        self.unsent.retain(|span| span.seq > self.sent.up_to);
        Ok(())
    }

    /// Sends one batch. One that the collector will never take is passed over, so that it holds up no other.
    fn send_some(&mut self) -> Result<(), Fault> {
        let count = self.unsent.len().min(BATCH);
        let batch = self.unsent.get(..count).unwrap_or_default();
        let taken = self.collector.take(&request(&self.context, &self.destination, batch));
        if taken.as_ref().is_err_and(|fault| fault.is_passing) {
            return taken;
        }
        self.sent.up_to = batch.last().map_or(self.sent.up_to, |span| span.seq);
        self.unsent.drain(..count);
        if taken.is_ok() {
            self.sent.fault = None;
        }
        self.remember();
        taken
    }

    /// One warning is enough: what follows is most likely of the same kind.
    fn tell(&mut self, fault: &str) {
        if self.sent.fault.is_none() {
            tracing::warn!("{fault}");
        }
        self.sent.fault = Some(fault.to_owned());
        self.remember();
    }

    fn remember(&self) {
        if let Err(error) = self.sent.write(&self.run_dir) {
            tracing::debug!("how much of the trace was sent cannot be kept: {error}");
        }
    }
}
