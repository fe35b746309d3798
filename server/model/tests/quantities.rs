//! Durations and sizes.

use std::time::Duration;

use divisi_model::duration::{self, DurationError, LONGEST, human, written};
use divisi_model::size::{self, SizeError};

#[test]
fn durations_are_numbers_with_units() {
    let cases = [
        ("90s", Ok(90_000)),
        ("1h30m", Ok(5_400_000)),
        ("500ms", Ok(500)),
        ("1d2h3m4s5ms", Ok(93_784_005)),
        ("30m1h", Ok(5_400_000)),
        ("0s", Ok(0)),
        ("10", Err(DurationError::MissingUnit(10))),
        ("99999999999999999999", Err(DurationError::MissingUnit(u64::MAX))),
        ("", Err(DurationError::Malformed)),
        ("m", Err(DurationError::Malformed)),
        ("1.5h", Err(DurationError::Malformed)),
        ("1h 30m", Err(DurationError::Malformed)),
        ("-1s", Err(DurationError::Malformed)),
        ("1S", Err(DurationError::Malformed)),
        ("1h30", Err(DurationError::Malformed)),
        ("5µs", Err(DurationError::Malformed)),
        ("٣s", Err(DurationError::Malformed)),
        ("36501d", Err(DurationError::TooLong)),
        ("99999999999999999999s", Err(DurationError::TooLong)),
        ("18446744073709551615d", Err(DurationError::TooLong)),
    ];
    for (text, expected) in cases {
        assert_eq!(duration::parse(text), expected.map(Duration::from_millis), "{text}");
    }
    assert_eq!(duration::parse("36500d"), Ok(LONGEST));
}

#[test]
fn durations_for_people() {
    let cases = [
        (0, "0 ms"),
        (850, "850 ms"),
        (1_000, "1s"),
        (12_540, "12.5s"),
        (60_000, "1m"),
        (125_000, "2m 05s"),
        (3_600_000, "1h"),
        (5_400_000, "1h 30m"),
        (90_000_000, "1d 01h"),
        (172_800_000, "2d"),
    ];
    for (ms, expected) in cases {
        assert_eq!(human(Duration::from_millis(ms)), expected);
    }
}

#[test]
fn durations_for_files_are_read_back() {
    for ms in [0, 1, 999, 61_001, 5_400_000, 93_784_005] {
        let duration = Duration::from_millis(ms);
        assert_eq!(duration::parse(&written(duration)), Ok(duration));
    }
}

#[test]
fn sizes() {
    let bytes = [
        ("65536", Ok(65_536)),
        ("64KB", Ok(64_000)),
        ("64KiB", Ok(65_536)),
        ("1.5 MiB", Ok(1_572_864)),
        ("2GB", Ok(2_000_000_000)),
        ("10B", Ok(10)),
        ("0.001KB", Ok(1)),
        ("0.5B", Err(SizeError::Fraction)),
        ("1k", Err(SizeError::Malformed)),
        ("", Err(SizeError::Malformed)),
        ("KB", Err(SizeError::Malformed)),
        ("1.2.3KB", Err(SizeError::Malformed)),
        ("-1KB", Err(SizeError::Malformed)),
        ("99999999999GB", Err(SizeError::TooLarge)),
        ("99999999999999999999999", Err(SizeError::TooLarge)),
    ];
    for (text, expected) in bytes {
        assert_eq!(size::parse_bytes(text), expected, "{text}");
    }
    let tokens =
        [("200k", Ok(200_000)), ("1.5M", Ok(1_500_000)), ("7", Ok(7)), ("1KB", Err(SizeError::Malformed))];
    for (text, expected) in tokens {
        assert_eq!(size::parse_tokens(text), expected, "{text}");
    }
}
