//! Durations and instants as the command line prints them.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Milliseconds since the epoch, now.
pub(crate) fn now() -> i64 {
    Timestamp::now().as_millisecond()
}

/// A time span from milliseconds; a negative one (clocks can be set back) counts as none.
pub(crate) fn span(milliseconds: i64) -> Duration {
    Duration::from_millis(u64::try_from(milliseconds).unwrap_or(0))
}

/// Short enough for a column, with tenths below a minute: `0.4s`, `12.0s`, `3m05s`, `2h07m`.
pub(crate) fn short(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..60 => format!("{:.1}s", duration.as_millis() as f64 / 1000.0),
        60..3600 => format!("{}m{:02}s", seconds / 60, seconds % 60),
        _ => format!("{}h{:02}m", seconds / 3600, seconds / 60 % 60),
    }
}

/// Without tenths, for what is only guessed: `12s`, `3m05s`.
pub(crate) fn whole(seconds: u64) -> String {
    if seconds < 60 { format!("{seconds}s") } else { short(Duration::from_secs(seconds)) }
}

/// The local date and time of an instant, to the second.
pub(crate) fn local(milliseconds: i64) -> String {
    let Ok(instant) = Timestamp::from_millisecond(milliseconds) else { return "?".to_owned() };
    instant.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S").to_string()
}
