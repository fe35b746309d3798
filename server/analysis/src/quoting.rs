//! Quotes around values of front matter that are not what they look like.

use divisi_syntax::Span;
use divisi_syntax::strict::check_yaml;
use divisi_workspace::Document;

use crate::finding::Fix;

/// "Put it in quotes", for the one-line value of a key at the left edge of the line that holds `span`; none where the
/// line is good YAML, has quotes already, or is no plain text.
pub(crate) fn of_line_at(document: &Document, span: Span) -> Option<Fix> {
    let lines = &document.lines;
    let line = lines.line(span.start);
    let start = lines.line_start(line);
    let whole = Span::new(start, lines.line_start(line + 1)).slice(&document.text).trim_end();
    if check_yaml(&document.text, Span::new(start, start + whole.len() as u32)).is_empty() {
        return None;
    }
    let (key, rest) = whole.split_once(':')?;
    let is_key = !key.is_empty() && !key.starts_with([' ', '\t', '-', '#', '"', '\'']);
    let value = rest.trim_start();
    // Whether ` #` begins a comment there or belongs to the text is for a person to say.
    let is_plain = !value.is_empty() && !value.contains(" #");
    if !is_key
        || !is_plain
        || value.len() == rest.len()
        || value.starts_with(['"', '\'', '|', '>', '&', '*', '#'])
    {
        return None;
    }
    let end = start + whole.len() as u32;
    let value_span = Span::new(end - value.len() as u32, end);
    Some(Fix::new("Put the value in quotes", value_span, quoted(value)))
}

/// [`of_line_at`], where it is enough to make good YAML of the front matter in `region` up to the next line's end.
pub(crate) fn mending(document: &Document, region: Span, span: Span) -> Option<Fix> {
    let fix = of_line_at(document, span)?;
    let edit = fix.edits.first()?;
    let before = Span::new(region.start, edit.span.start).slice(&document.text);
    let after = Span::new(edit.span.end, region.end).slice(&document.text);
    let mended = [before, &edit.text, after].concat();
    let end_of_value = (before.len() + edit.text.len()) as u32;
    let next_line =
        end_of_value + after.split_inclusive('\n').take(2).map(|line| line.len() as u32).sum::<u32>();
    let rest = check_yaml(&mended, Span::new(0, mended.len() as u32));
    rest.iter().all(|fault| fault.span.start >= next_line).then_some(fix)
}

/// The value as a YAML scalar in quotes: double ones, unless these would need escapes and single ones do not.
pub(crate) fn quoted(value: &str) -> String {
    if value.contains(['"', '\\']) {
        return format!("'{}'", value.replace('\'', "''"));
    }
    format!("\"{value}\"")
}
