//! The languages in which texts of dialects name nodes.
//!
//! Only the references are found, each with its exact place; nothing is evaluated here.

use divisi_syntax::{NodeId, Span, Spanned};

use crate::dag::{Demand, ForeignReference};
use crate::reader::Reader;
use crate::{archon, claude_flow};

/// A language of references.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// Archon, in code: `$node.output.field` everywhere.
    ArchonText,
    /// Archon, in prompts: the same; in Markdown's code it is there to be read, and nothing is asked of it.
    ArchonProse,
    /// Archon's `when`: the same, and `$node.field` for short.
    ArchonCondition,
    /// Archon's list of a fan-out: the same, and the node must be an ancestor.
    ArchonItems,
    /// claude-flow: `${node.output.field}`.
    ClaudeFlow,
}

impl Language {
    /// What such a text is called, for people.
    pub const fn describe(self) -> &'static str {
        match self {
            Self::ArchonText => "text in which `$node.output` is filled in",
            Self::ArchonProse => "a prompt in which `$node.output` is filled in",
            Self::ArchonCondition => "a condition such as `$node.output == 'x'`",
            Self::ArchonItems => "a JSON list, or `$node.output`",
            Self::ClaudeFlow => "text in which `${node.output.name}` is filled in",
        }
    }

    /// What `text` names, in order; spans are offsets in `text`.
    pub fn scan(self, text: &str) -> Vec<Mention> {
        match self {
            Self::ClaudeFlow => claude_flow::language::scan(text),
            Self::ArchonText | Self::ArchonProse | Self::ArchonCondition | Self::ArchonItems => {
                archon::language::scan(self, text)
            }
        }
    }
}

impl Language {
    /// The variable of the language that stands at `offset` of `text`, with its meaning.
    pub fn variable_at(self, text: &str, offset: u32) -> Option<(Span, &'static str)> {
        match self {
            Self::ClaudeFlow => None,
            Self::ArchonText | Self::ArchonProse | Self::ArchonCondition | Self::ArchonItems => {
                archon::language::variable_at(text, offset)
            }
        }
    }
}

/// A node that a text names. Spans are offsets in the text's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mention {
    /// The node's id.
    pub node: Span,
    /// The part of its output.
    pub field: Option<Span>,
    /// All of it.
    pub span: Span,
    /// What is asked of the node.
    pub demand: Demand,
}

/// The references in the scalar `id`, with their places in the source.
pub(crate) fn references(reader: &Reader<'_>, language: Language, id: NodeId) -> Vec<ForeignReference> {
    let target = reader.tree.resolve(id);
    // Aliases could ask for one long text again and again.
    if target != id && !reader.spend(reader.span(target).len() as usize) {
        return Vec::new();
    }
    let id = target;
    // Most texts name nothing, and finding the way back to the source costs more than the scan.
    let Some(content) = reader.tree.str(id).filter(|content| content.contains('$')) else {
        return Vec::new();
    };
    let mentions = language.scan(&content);
    let Some(decoded) = (!mentions.is_empty()).then(|| reader.tree.decoded(id)).flatten() else {
        return Vec::new();
    };
    let spanned = |span: Span| Spanned::new(span.slice(&decoded.text).to_owned(), decoded.source_span(span));
    let reference = |mention: Mention| ForeignReference {
        node: spanned(mention.node),
        field: mention.field.map(spanned),
        span: decoded.source_span(mention.span),
        demand: mention.demand,
    };
    mentions.into_iter().map(reference).collect()
}

/// Length of the name at the start of `text`: a letter or `_`, then letters, digits, `_` and, where `hyphens`, `-`.
pub(crate) fn name_length(text: &str, hyphens: bool) -> usize {
    let is_first = |byte: &u8| byte.is_ascii_alphabetic() || *byte == b'_';
    if !text.as_bytes().first().is_some_and(is_first) {
        return 0;
    }
    let is_inside = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || (hyphens && byte == b'-');
    text.bytes().position(|byte| !is_inside(byte)).unwrap_or(text.len())
}
