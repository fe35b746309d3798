//! Codex's agents, in TOML. Source: its loader (`codex-rs/core/src/config/agent_roles.rs`) and its documentation of
//! sub-agents, as of autumn 2026.

use divisi_syntax::{Span, Spanned};
use toml::de::{DeTable, DeValue};

use super::markdown::dropped;
use super::{AgentFile, Load, Tool};

/// Reads as much of the file as is TOML.
pub(super) fn read(text: &str, by_path: &str) -> AgentFile {
    let (table, faults) = DeTable::parse_recoverable(text);
    let value = |key: &str| string(text, table.get_ref(), key);
    let keys = Keys {
        name: value("name").filter(|name| !name.is_empty()),
        description: value("description"),
        instructions: value(INSTRUCTIONS),
    };
    let broken = faults.first().map(|fault| {
        let place = fault.span().map_or(Span::default(), |range| span(&range));
        dropped(place, format!("it is not TOML: {}", fault.message()))
    });
    let load = broken.or_else(|| fault_of(&keys)).unwrap_or(Load::Loaded);
    let body = keys.instructions.as_ref().map_or(Span::default(), |text| text.span);
    let by_path = || Spanned::new(by_path.to_owned(), Span::default());
    AgentFile {
        tool: Tool::Codex,
        name: Some(keys.name.unwrap_or_else(by_path)),
        description: keys.description,
        tools: None,
        model: value("model"),
        load,
        body,
    }
}

/// What the agent is told.
pub(super) fn instructions(text: &str) -> Option<String> {
    let (table, _) = DeTable::parse_recoverable(text);
    string(text, table.get_ref(), INSTRUCTIONS).map(|text| text.value)
}

const INSTRUCTIONS: &str = "developer_instructions";

/// The text of `key` without white space around it; its place is that of its quotes where it holds escapes.
fn string(source: &str, table: &DeTable<'_>, key: &str) -> Option<Spanned<String>> {
    let (_, value) = table.iter().find(|(name, _)| name.get_ref() == key)?;
    let DeValue::String(text) = value.get_ref() else { return None };
    let text = text.trim();
    let quoted = span(&value.span());
    let inside = quoted.slice(source).find(text).filter(|_| !text.is_empty());
    let place = inside.map_or(quoted, |at| {
        let start = quoted.start as usize + at;
        span(&(start..start + text.len()))
    });
    Some(Spanned::new(text.to_owned(), place))
}

struct Keys {
    name: Option<Spanned<String>>,
    description: Option<Spanned<String>>,
    instructions: Option<Spanned<String>>,
}

/// A file without a name is left alone: `config.toml` may declare it, and then gives what is missing here.
fn fault_of(keys: &Keys) -> Option<Load> {
    let name = keys.name.as_ref()?;
    let is_blank = |value: &Option<Spanned<String>>| value.as_ref().is_none_or(|text| text.is_empty());
    let missing = [
        ("description", &keys.description, "say when it should be used"),
        (INSTRUCTIONS, &keys.instructions, "say there what it is told"),
    ];
    let (key, _, advice) = missing.into_iter().find(|(_, value, _)| is_blank(value))?;
    Some(dropped(name.span, format!("it has no `{key}`: {advice}")))
}

fn span(range: &std::ops::Range<usize>) -> Span {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span::new(offset(range.start), offset(range.end))
}
