//! Folding of plain and quoted scalars over lines, and the escapes of double quotes.

use super::{Decoded, Writer, line_break, line_end};
use crate::span::Span;
use crate::tree::Tree;

/// Content of a quoted scalar.
pub(super) fn decode(tree: &Tree, span: Span) -> Decoded {
    let source = &*tree.text;
    let range = span.range();
    let quote = source.as_bytes().get(range.start).copied().unwrap_or_default();
    let start = (range.start + 1).min(range.end);
    let closed = range.end > start && is_closed(source, start, range.end, quote);
    let end = if closed { range.end - 1 } else { range.end };
    let mut writer = Writer::new(source, range.len());
    if quote == b'\'' {
        fold_lines(&mut writer, start, end, single_quoted_line);
    } else {
        fold_lines(&mut writer, start, end, double_quoted_line);
    }
    writer.finish(end)
}

/// Whether the quote at the end of `start..end` closes the scalar, rather than being escaped.
fn is_closed(source: &str, start: usize, end: usize, quote: u8) -> bool {
    let bytes = source.as_bytes();
    if bytes.get(end - 1) != Some(&quote) {
        return false;
    }
    let sign = if quote == b'"' { b'\\' } else { b'\'' };
    let before = bytes.get(start..end - 1).unwrap_or_default();
    before.iter().rev().take_while(|byte| **byte == sign).count() % 2 == 0
}

/// Writes the lines of `start..end` with `write_line`: blanks around line
/// breaks go, one break becomes a blank, more become one less.
pub(super) fn fold_lines(
    writer: &mut Writer<'_>,
    start: usize,
    end: usize,
    mut write_line: impl FnMut(&mut Writer<'_>, usize, usize),
) {
    let source = writer.source;
    let mut at = start;
    loop {
        let line = line_end(source, at, end);
        if line == end {
            write_line(writer, at, end);
            return;
        }
        // An escaped line break joins the lines without a blank, and keeps the blanks before it.
        let joined = ends_in_escape(source, start, at, line);
        let text_end = if joined { line - 1 } else { trim_blanks(source, start, at, line) };
        write_line(writer, at, text_end);
        let mut next = line + line_break(source, line);
        let mut extra_breaks = 0;
        let first_break = (line, next);
        loop {
            at = skip_blanks(source, next, end);
            let length = if at < end { line_break(source, at) } else { 0 };
            if length == 0 {
                break;
            }
            writer.replace("\n", at, at + length);
            extra_breaks += 1;
            next = at + length;
        }
        if extra_breaks == 0 && !joined {
            writer.replace(" ", first_break.0, first_break.1);
        }
    }
}

/// Whether `start..end` in a line of a double-quoted scalar ends in a `\` that escapes what follows.
fn ends_in_escape(source: &str, scalar: usize, start: usize, end: usize) -> bool {
    let bytes = source.as_bytes();
    if scalar.checked_sub(1).and_then(|quote| bytes.get(quote)) != Some(&b'"') {
        return false;
    }
    let line = bytes.get(start..end).unwrap_or_default();
    line.iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 1
}

/// End of `start..end` without blanks before it, except one that is escaped.
fn trim_blanks(source: &str, scalar: usize, start: usize, end: usize) -> usize {
    let line = source.get(start..end).unwrap_or_default();
    let text = line.trim_end_matches([' ', '\t']).len();
    let escapes = ends_in_escape(source, scalar, start, start + text);
    start + if escapes && text < line.len() { text + 1 } else { text }
}

fn skip_blanks(source: &str, mut at: usize, end: usize) -> usize {
    while at < end && matches!(source.as_bytes().get(at), Some(b' ' | b'\t')) {
        at += 1;
    }
    at
}

fn single_quoted_line(writer: &mut Writer<'_>, start: usize, end: usize) {
    let mut at = start;
    while let Some(quote) = writer.source.get(at..end).and_then(|rest| rest.find("''")) {
        writer.copy(at, at + quote);
        writer.replace("'", at + quote, at + quote + 2);
        at += quote + 2;
    }
    writer.copy(at, end);
}

fn double_quoted_line(writer: &mut Writer<'_>, start: usize, end: usize) {
    let mut at = start;
    while let Some(length) = writer.source.get(at..end).and_then(|rest| rest.find('\\')) {
        writer.copy(at, at + length);
        at += length;
        let (content, length) = escape(writer.source.get(at..end).unwrap_or_default());
        match content {
            Some(content) => writer.replace(content.encode_utf8(&mut [0; 4]), at, at + length),
            None => writer.copy(at, at + length),
        }
        at += length;
    }
    writer.copy(at, end);
}

/// The character that the escape at the start of `text` stands for, and its
/// length. `None`: no valid escape, it stands for itself.
fn escape(text: &str) -> (Option<char>, usize) {
    let Some(letter) = text.chars().nth(1) else { return (None, text.len()) };
    let plain = match letter {
        '0' => '\0',
        'a' => '\x07',
        'b' => '\x08',
        't' | '\t' => '\t',
        'n' => '\n',
        'v' => '\x0b',
        'f' => '\x0c',
        'r' => '\r',
        'e' => '\x1b',
        ' ' | '"' | '/' | '\\' => letter,
        'N' => '\u{85}',
        '_' => '\u{a0}',
        'L' => '\u{2028}',
        'P' => '\u{2029}',
        'x' => return code_point(text, 2),
        'u' => return code_point(text, 4),
        'U' => return code_point(text, 8),
        _ => return (None, 1 + letter.len_utf8()),
    };
    (Some(plain), 2)
}

/// A character by its number. Two halves of a surrogate pair, as JSON writes
/// them, are one character; a half alone is the replacement character.
fn code_point(text: &str, digits: usize) -> (Option<char>, usize) {
    let length = 2 + digits;
    let Some(value) = hex(text, 2, digits) else { return (None, 2) };
    if (0xd800..0xdc00).contains(&value)
        && text.get(length..length + 2) == Some("\\u")
        && let Some(low) = hex(text, length + 2, 4).filter(|low| (0xdc00..0xe000).contains(low))
    {
        let value = 0x10000 + ((value - 0xd800) << 10) + (low - 0xdc00);
        return (char::from_u32(value), length + 6);
    }
    (Some(char::from_u32(value).unwrap_or(char::REPLACEMENT_CHARACTER)), length)
}

fn hex(text: &str, start: usize, digits: usize) -> Option<u32> {
    let digits = text.get(start..start + digits)?;
    digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then_some(())?;
    u32::from_str_radix(digits, 16).ok()
}
