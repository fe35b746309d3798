//! What a tool says.

use divisi_answers::failure::Failure;
use serde::Serialize;
use serde_json::Value;

/// Longer texts are cut, in bytes: what a model reads pushes other things out of its mind.
const LONGEST: usize = 32 * 1024;

/// An answer: text for reading, and the same as data for clients that go on with it.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) text: String,
    /// An object. Its lists are bounded by the tool that made it.
    pub(crate) data: Value,
}

impl Answer {
    pub(crate) fn new(text: String, data: &impl Serialize) -> Result<Self, Failure> {
        let data = serde_json::to_value(data).map_err(|error| Failure::new(error.to_string()))?;
        Ok(Self { text: bounded(text), data })
    }
}

/// The text, cut at the end of a line where it is too long, which is said.
pub(crate) fn bounded(mut text: String) -> String {
    if text.len() <= LONGEST {
        return text;
    }
    let end = (0..=LONGEST).rfind(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let end = text[..end].rfind('\n').unwrap_or(end);
    let rest = text.len() - end;
    text.truncate(end);
    text.push_str(&format!("\n… and {rest} bytes more, which were left out"));
    text
}

/// `, and 7 more` where some were left out.
pub(crate) fn more(left_out: usize) -> String {
    if left_out == 0 { String::new() } else { format!("… and {left_out} more, which were left out\n") }
}

/// The last `most` bytes of the text at most, from the beginning of a line.
pub(crate) fn tail(text: &str, most: usize) -> &str {
    let start = text.len().saturating_sub(most);
    if start == 0 {
        return text;
    }
    let start = (start..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
    let tail = &text[start..];
    tail.split_once('\n').map_or(tail, |(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_at_a_line_end() {
        let text = bounded("ü".repeat(100) + "\n" + &"ü".repeat(LONGEST));
        assert!(text.starts_with(&("ü".repeat(100) + "\n… and ")), "{}", &text[..300]);
        let text = bounded("ü".repeat(LONGEST));
        assert!(text.len() < LONGEST + 100 && text.ends_with("bytes more, which were left out"));
        assert_eq!(bounded("short".to_owned()), "short");
    }

    #[test]
    fn a_tail_begins_with_a_line() {
        assert_eq!(tail("one\ntwo\nthree\n", 8), "three\n");
        assert_eq!(tail("one\ntwo\n", 8), "one\ntwo\n");
        assert_eq!(tail("üüü", 3), "ü");
    }
}
