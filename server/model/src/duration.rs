//! Durations as they are written: `90s`, `1h30m`, `500ms`.

use std::fmt;
use std::time::Duration;

/// The longest duration that is read: a hundred years of 365 days.
pub const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// Why a text is no duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DurationError {
    /// A bare number: `missing-unit`.
    MissingUnit(u64),
    /// Anything else.
    Malformed,
    /// More than [`LONGEST`].
    TooLong,
}

impl fmt::Display for DurationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingUnit(number) => {
                write!(f, "`{number}` has no unit: `{number}s` is seconds, `{number}ms` milliseconds")
            }
            Self::Malformed => {
                f.write_str("a duration is numbers with units `ms`, `s`, `m`, `h`, `d`, as in `1h30m`")
            }
            Self::TooLong => f.write_str("a duration must not be longer than 100 years"),
        }
    }
}

impl std::error::Error for DurationError {}

/// Reads `([0-9]+(ms|s|m|h|d))+`.
///
/// # Errors
/// A number without a unit, any other text, or more than [`LONGEST`].
pub fn parse(text: &str) -> Result<Duration, DurationError> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // A number too large for its type has no unit either.
        return Err(DurationError::MissingUnit(text.parse().unwrap_or(u64::MAX)));
    }
    let mut rest = text;
    let mut total_ms: u64 = 0;
    loop {
        let (number, after) = digits(rest)?;
        let (unit_ms, after) = unit(after).ok_or(DurationError::Malformed)?;
        let part = number.and_then(|number| number.checked_mul(unit_ms)).ok_or(DurationError::TooLong)?;
        total_ms = total_ms.checked_add(part).ok_or(DurationError::TooLong)?;
        rest = after;
        if rest.is_empty() {
            break;
        }
    }
    let total = Duration::from_millis(total_ms);
    if total > LONGEST { Err(DurationError::TooLong) } else { Ok(total) }
}

/// The digits at the start of `text`, as a number (`None` when it does not fit), and what follows.
fn digits(text: &str) -> Result<(Option<u64>, &str), DurationError> {
    let end = text.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    match text.split_at_checked(end) {
        Some((digits, rest)) if !digits.is_empty() => Ok((digits.parse().ok(), rest)),
        _ => Err(DurationError::Malformed),
    }
}

/// The unit at the start of `text` in milliseconds, and what follows.
fn unit(text: &str) -> Option<(u64, &str)> {
    // `ms` before `m`.
    const UNITS: &[(&str, u64)] =
        &[("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];
    UNITS.iter().find_map(|(name, ms)| Some((*ms, text.strip_prefix(name)?)))
}

/// Writes a duration the way people read it: `1h 30m`, `2m 05s`, `12.5s`, `850 ms`.
pub fn human(duration: Duration) -> String {
    let ms = duration.as_millis();
    if ms < 1_000 {
        return format!("{ms} ms");
    }
    let seconds = duration.as_secs();
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    let tenths = duration.subsec_millis() / 100;
    match (days, hours, minutes, seconds % 60) {
        (0, 0, 0, seconds) if tenths > 0 => format!("{seconds}.{tenths}s"),
        (0, 0, 0, seconds) => format!("{seconds}s"),
        (0, 0, minutes, 0) => format!("{minutes}m"),
        (0, 0, minutes, seconds) => format!("{minutes}m {seconds:02}s"),
        (0, hours, 0, _) => format!("{hours}h"),
        (0, hours, minutes, _) => format!("{hours}h {minutes:02}m"),
        (days, 0, ..) => format!("{days}d"),
        (days, hours, ..) => format!("{days}d {hours:02}h"),
    }
}

/// Writes a duration the way files write it, exactly: `1h30m`, `500ms`; `0s` for none. [`parse`] reads it back.
pub fn written(duration: Duration) -> String {
    const UNITS: &[(u128, &str)] =
        &[(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s"), (1, "ms")];
    let mut rest = duration.as_millis();
    let mut text = String::new();
    for (ms, unit) in UNITS {
        let count = rest / ms;
        if count > 0 {
            text.push_str(&format!("{count}{unit}"));
        }
        rest %= ms;
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}
