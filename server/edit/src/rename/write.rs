//! How a new name stands at a place.

use divisi_analysis::Edit;
use divisi_analysis::occurrences::{Entity, Form, Occurrence};
use divisi_model::variables::{arg_variable, input_variable};
use divisi_syntax::Span;
use divisi_workspace::Document;

use super::Refusal;

/// The edit that puts `new` at the place; none where nothing has to be written.
///
/// # Errors
/// The old name is written in a form that cannot be replaced safely.
pub(super) fn edit(document: &Document, occurrence: &Occurrence, new: &str) -> Result<Option<Edit>, Refusal> {
    let text = occurrence.span.slice(&document.text);
    let span = own_part(occurrence, text);
    let new = match occurrence.form {
        Form::Scalar { quote } => in_scalar(new, quote),
        Form::Part | Form::Attribute | Form::Word | Form::Stem => new.to_owned(),
        Form::Variable => variable_part(&occurrence.entity, new),
        Form::Block if text.starts_with(['"', '\'']) => format!("\"{new}\""),
        Form::Block => {
            let line = document.lines.line(occurrence.span.start) + 1;
            return Err(Refusal::new(format!(
                "the name in line {line} is a text of several lines: write it on one"
            )));
        }
        Form::Alias | Form::Path => return Ok(None),
    };
    Ok((span.slice(&document.text) != new).then_some(Edit { span, text: new }))
}

/// Of a plugin's agent the part behind the plugin.
fn own_part(occurrence: &Occurrence, text: &str) -> Span {
    let is_agent = matches!(occurrence.entity, Entity::Agent { .. });
    let start = text.rfind(':').filter(|_| is_agent).map_or(0, |at| at as u32 + 1);
    Span::new(occurrence.span.start + start, occurrence.span.end)
}

/// Names that rename takes hold no quotes and no escapes.
fn in_scalar(new: &str, quote: Option<char>) -> String {
    if quote.is_some() || is_plain(new) { new.to_owned() } else { format!("\"{new}\"") }
}

/// Whether every reader of YAML takes it for a text without quotes.
fn is_plain(name: &str) -> bool {
    /// Words that stand for something else, in YAML 1.1 too.
    const WORDS: &[&str] = &["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    let begins = name.starts_with(|c: char| c.is_alphabetic() || c == '_');
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ' ' | '/');
    begins && name.chars().all(is_part) && !WORDS.iter().any(|word| word.eq_ignore_ascii_case(name))
}

fn variable_part(entity: &Entity, new: &str) -> String {
    let (full, prefix) = match entity {
        Entity::Arg { .. } => (arg_variable(new), arg_variable("")),
        _ => (input_variable(new), input_variable("")),
    };
    full.strip_prefix(&prefix).unwrap_or(&full).to_owned()
}
