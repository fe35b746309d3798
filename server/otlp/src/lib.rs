//! Sends the trace of a run to a collector of OpenTelemetry, by its protocol over HTTP (OTLP 1).
//!
//! It reads the journal as any view does, so the run neither waits for it nor fails by it. A crate of its own for the
//! sake of what it needs: HTTP, TLS and the binary form of messages.
//!
//! ```text
//! message   what is sent, as the protocol has it
//! post      one delivery
//! sent      how much of a trace was sent, on disk
//! follow    follows a live run
//! ```

mod follow;
mod message;
mod post;
mod sent;

use divisi_engine::client::{EngineError, Runs};
use divisi_engine::traces::{Destination, TraceContext, Tracer};

pub use follow::Delivery;
pub use post::Fault;
pub use sent::fault;

/// Spans in one delivery.
const BATCH: usize = 512;

/// Sends all that is known of a run, what is not over as unfinished; how many spans.
///
/// # Errors
/// The run cannot be read, or the collector does not take it.
pub fn send(runs: &Runs, run: &str, destination: &Destination) -> Result<usize, SendError> {
    let plan = runs.plan(run)?;
    let records = runs.events(run, 0)?;
    let id = records.first().map_or(run, |record| record.run.as_str());
    let context = TraceContext::of(id, &plan);
    let mut tracer = Tracer::new(context.clone(), &plan);
    records.iter().for_each(|record| tracer.take(record));
    tracer.break_off();
    let spans = tracer.finished();
    let collector = post::Collector::new(destination);
    for batch in spans.chunks(BATCH) {
        collector.take(&message::request(&context, destination, batch)).map_err(SendError::Refused)?;
    }
    Ok(spans.len())
}

/// Why a trace was not sent.
#[derive(Debug)]
pub enum SendError {
    /// The run cannot be read.
    Run(EngineError),
    /// The collector did not take it.
    Refused(Fault),
}

impl From<EngineError> for SendError {
    fn from(error: EngineError) -> Self {
        Self::Run(error)
    }
}

impl std::fmt::Display for SendError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Run(error) => error.fmt(formatter),
            Self::Refused(fault) => fault.fmt(formatter),
        }
    }
}

impl std::error::Error for SendError {}
