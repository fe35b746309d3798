//! Sizes as they are written: bytes (`64KB`, `1MiB`) and tokens (`200k`, `1.5M`).

use std::fmt;

/// Why a text is no size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SizeError {
    /// Not a number with a unit that is known here.
    Malformed,
    /// More than 2⁶³ − 1.
    TooLarge,
    /// Not a whole number of bytes or tokens.
    Fraction,
}

impl fmt::Display for SizeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => {
                "a size is a number, bytes with `KB`, `MB`, `GB`, `KiB`, `MiB`, `GiB`, tokens with `k`, `M`"
            }
            Self::TooLarge => "the size is too large",
            Self::Fraction => "the size is not a whole number",
        })
    }
}

impl std::error::Error for SizeError {}

const BYTE_UNITS: &[(&str, u64)] = &[
    ("", 1),
    ("B", 1),
    ("KB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
];

const TOKEN_UNITS: &[(&str, u64)] = &[("", 1), ("k", 1_000), ("M", 1_000_000)];

/// Reads a number of bytes: `65536`, `64KB`, `1.5 MiB`. `KB`, `MB`, `GB` are powers of ten, `KiB`, `MiB`, `GiB` of two.
///
/// # Errors
/// An unknown unit, a part of a byte, or more than 2⁶³ − 1.
pub fn parse_bytes(text: &str) -> Result<u64, SizeError> {
    parse(text, BYTE_UNITS)
}

/// Reads a number of tokens: `200000`, `200k`, `1.5M`.
///
/// # Errors
/// An unknown unit, a part of a token, or more than 2⁶³ − 1.
pub fn parse_tokens(text: &str) -> Result<u64, SizeError> {
    parse(text, TOKEN_UNITS)
}

fn parse(text: &str, units: &[(&str, u64)]) -> Result<u64, SizeError> {
    let end = text.bytes().position(|byte| !byte.is_ascii_digit() && byte != b'.').unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(end).ok_or(SizeError::Malformed)?;
    let unit = unit.strip_prefix(' ').unwrap_or(unit);
    let (_, factor) = units.iter().find(|(name, _)| *name == unit).ok_or(SizeError::Malformed)?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    if whole.is_empty() || fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(SizeError::Malformed);
    }
    let whole: u64 = whole.parse().map_err(|_| SizeError::TooLarge)?;
    let total = u128::from(whole) * u128::from(*factor) + fraction_of(*factor, fraction)?;
    let total = u64::try_from(total).map_err(|_| SizeError::TooLarge)?;
    if i64::try_from(total).is_ok() { Ok(total) } else { Err(SizeError::TooLarge) }
}

/// `0.FRACTION × factor`, where that is whole.
fn fraction_of(factor: u64, fraction: &str) -> Result<u128, SizeError> {
    let fraction = fraction.trim_end_matches('0');
    let digits = u32::try_from(fraction.len()).map_err(|_| SizeError::Fraction)?;
    if digits == 0 {
        return Ok(0);
    }
    // 18 digits fit; a unit of at most 2³⁰ has no use for more.
    let scale = 10_u128.checked_pow(digits).filter(|_| digits <= 18).ok_or(SizeError::Fraction)?;
    let numerator: u128 = fraction.parse().map_err(|_| SizeError::Malformed)?;
    let product = numerator * u128::from(factor);
    if product.is_multiple_of(scale) { Ok(product / scale) } else { Err(SizeError::Fraction) }
}
