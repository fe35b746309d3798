//! A span, whatever it is written as.

use super::context::SpanId;

/// A piece of work in a trace, from its beginning to its end.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// Its name within the trace.
    pub id: SpanId,
    /// The span that it is a part of.
    pub parent: Option<SpanId>,
    /// For people.
    pub name: String,
    /// What kind of work it is.
    pub kind: SpanKind,
    /// Milliseconds since the epoch.
    pub start: i64,
    /// Milliseconds since the epoch; not before `start`.
    pub end: i64,
    /// What is known of it.
    pub attributes: Vec<(&'static str, AttributeValue)>,
    /// Spans that it waited for.
    pub links: Vec<SpanId>,
    /// How it went.
    pub status: SpanStatus,
    /// Place in the journal of the event that ended it.
    pub seq: u64,
}

/// Kind of a span, by OpenTelemetry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpanKind {
    /// Work of a service that somebody asked for: a run.
    Server,
    /// A part of that.
    Internal,
}

/// How the work of a span went.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum SpanStatus {
    /// Nothing is wrong.
    #[default]
    Unset,
    /// It failed; why, for people.
    Error(String),
}

/// A value of an attribute.
#[derive(Debug, Clone, PartialEq)]
pub enum AttributeValue {
    /// Text.
    Text(String),
    /// A whole number.
    Whole(i64),
    /// A number.
    Number(f64),
    /// Yes or no.
    Truth(bool),
}

impl From<&str> for AttributeValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for AttributeValue {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<u64> for AttributeValue {
    fn from(number: u64) -> Self {
        Self::Whole(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<u32> for AttributeValue {
    fn from(number: u32) -> Self {
        Self::Whole(i64::from(number))
    }
}

impl From<i32> for AttributeValue {
    fn from(number: i32) -> Self {
        Self::Whole(i64::from(number))
    }
}

impl From<f64> for AttributeValue {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for AttributeValue {
    fn from(truth: bool) -> Self {
        Self::Truth(truth)
    }
}
