//! Types of scalars: the YAML 1.2 core schema (section 10.3 of its specification).

use std::borrow::Cow;

use super::{ScalarValue, content};
use crate::tree::{NodeId, Style, Tree};

const CORE: &str = "tag:yaml.org,2002:";

/// The scalar `id` by the core schema; tags `!!str`, `!!int`, `!!float`, `!!bool`, `!!null` decide where written.
pub(crate) fn typed(tree: &Tree, id: NodeId) -> ScalarValue<'_> {
    let text = content(tree, id);
    let tag = tree.resolved_tag(id);
    let untagged = if tree.style(id) == Style::Plain { plain(&text) } else { None };
    let value = match tag.as_deref() {
        None => untagged,
        Some(tag) => tag.strip_prefix(CORE).and_then(|name| by_tag(name, &text)),
    };
    value.unwrap_or(ScalarValue::Str(text))
}

/// The value that a core tag asks for; `None` where the text does not fit it.
fn by_tag(name: &str, text: &str) -> Option<ScalarValue<'static>> {
    match (name, plain(text)?) {
        ("null", value @ ScalarValue::Null)
        | ("bool", value @ ScalarValue::Bool(_))
        | ("int", value @ ScalarValue::Int(_))
        | ("float", value @ ScalarValue::Float(_)) => Some(value),
        ("float", ScalarValue::Int(whole)) => Some(ScalarValue::Float(whole as f64)),
        _ => None,
    }
}

/// Unquoted text that is not a string.
fn plain(text: &str) -> Option<ScalarValue<'static>> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Some(ScalarValue::Null),
        "true" | "True" | "TRUE" => return Some(ScalarValue::Bool(true)),
        "false" | "False" | "FALSE" => return Some(ScalarValue::Bool(false)),
        ".nan" | ".NaN" | ".NAN" => return Some(ScalarValue::Float(f64::NAN)),
        _ => {}
    }
    if !text.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '+' | '-' | '.')) {
        return None;
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return radix(digits, 8);
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return radix(digits, 16);
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") {
        let infinity = if text.starts_with('-') { f64::NEG_INFINITY } else { f64::INFINITY };
        return Some(ScalarValue::Float(infinity));
    }
    if !is_number(unsigned) {
        return None;
    }
    if let Ok(whole) = text.parse::<i64>() {
        return Some(ScalarValue::Int(whole));
    }
    text.parse().ok().map(ScalarValue::Float)
}

fn radix(digits: &str, radix: u32) -> Option<ScalarValue<'static>> {
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    let whole = i64::from_str_radix(digits, radix).map(ScalarValue::Int);
    let value = whole.unwrap_or_else(|_| {
        let digits = digits.chars().filter_map(|digit| digit.to_digit(radix));
        ScalarValue::Float(digits.fold(0.0, |sum, digit| sum * f64::from(radix) + f64::from(digit)))
    });
    Some(value)
}

/// Digits with at most one point and an exponent; at least one digit before the exponent.
fn is_number(text: &str) -> bool {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_digits = |part: &str| part.bytes().all(|digit| digit.is_ascii_digit());
    let has_digits = !whole.is_empty() || !fraction.is_empty();
    has_digits && is_digits(whole) && is_digits(fraction) && exponent.is_none_or(is_exponent)
}

fn is_exponent(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit())
}

/// Text with `%XX` replaced by the bytes they stand for, where that gives UTF-8.
pub(crate) fn percent_decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        bytes.extend_from_slice(before.as_bytes());
        let value = after.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match value {
            Some(value) => {
                bytes.push(value);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(b'%');
                rest = after;
            }
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8(bytes).map_or(Cow::Borrowed(text), Cow::Owned)
}
