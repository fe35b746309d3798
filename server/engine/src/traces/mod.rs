//! A run as a trace of OpenTelemetry: which trace it belongs to, its spans, and whether and where they are sent. Sending
//! them is not done here.
//!
//! ```text
//! context      the ids of a trace and its spans
//! destination  who is to be sent the trace, by settings and environment
//! span         a span, whatever it is written as
//! work         what a node and its attempts are called in a trace
//! tracer       events → spans
//! ```

mod context;
mod destination;
mod span;
mod tracer;
mod work;

pub(crate) use context::parent_in;
pub use context::{PARENT_VARIABLE, SpanId, TraceContext};
pub use destination::{Destination, TraceProtocol};
pub use span::{AttributeValue, Span, SpanKind, SpanStatus};
pub use tracer::Tracer;
