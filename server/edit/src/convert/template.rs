//! Texts of dialects as native templates.

use divisi_syntax::Span;

/// A part of a text and what comes in its place, which is a template already.
pub(super) struct Replacement {
    pub(super) span: Span,
    pub(super) with: String,
}

/// The text as a template that yields it, with the replacements in it; they are in order and apart.
pub(super) fn template(text: &str, replacements: &[Replacement]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for replacement in replacements {
        out.push_str(&escaped(text.get(at..replacement.span.start as usize).unwrap_or_default()));
        out.push_str(&replacement.with);
        at = replacement.span.end as usize;
    }
    out.push_str(&escaped(text.get(at..).unwrap_or_default()));
    out
}

/// The text with the replacements in it, where nothing is a template.
pub(super) fn plain(text: &str, replacements: &[Replacement]) -> String {
    let mut out = text.to_owned();
    for replacement in replacements.iter().rev() {
        out.replace_range(replacement.span.range(), &replacement.with);
    }
    out
}

/// Text that a template yields as it is.
pub(crate) fn escaped(text: &str) -> String {
    text.replace("{{", "\u{0}").replace("{%", "{{ '{%' }}").replace('\u{0}', "{{ '{{' }}")
}
