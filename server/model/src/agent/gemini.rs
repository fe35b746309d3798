//! Gemini CLI's agents. Source: its loader (`packages/core/src/agents/agentLoader.ts`) and its documentation of
//! sub-agents, as of autumn 2026. It reads YAML strictly, checks each value, and refuses keys that it does not know.

use divisi_syntax::{Kind, ScalarValue, Span};

use super::markdown::{Markdown, dropped};
use super::{AgentFile, Load, Tool, tools};
use crate::built_in_tools;
use crate::keys;

pub(super) fn read(file: &Markdown<'_>, by_path: &str) -> AgentFile {
    let load = fault_of(file).unwrap_or(Load::Loaded);
    file.agent(Tool::Gemini, by_path, load)
}

fn fault_of(file: &Markdown<'_>) -> Option<Load> {
    let Some(front) = file.front else {
        return Some(dropped(
            Span::default(),
            "an agent needs front matter: `---`, then its keys, then `---`",
        ));
    };
    if front.close.is_none() {
        return Some(dropped(front.open, "the front matter is never closed: end it with a line `---`"));
    }
    if let Some(fault) = &file.fault {
        return Some(dropped(fault.span, fault.message.clone()));
    }
    if file.is_no_mapping() {
        // A list describes several remote agents.
        return None;
    }
    let is_remote = file.text("kind").is_some_and(|kind| kind.value == "remote");
    let of_keys = fault_of_name(file).or_else(|| foreign_key(file));
    if is_remote || file.value("agent_card_url").is_some() {
        return of_keys;
    }
    of_keys.or_else(|| fault_of_description(file)).or_else(|| fault_of_tools(file))
}

fn fault_of_name(file: &Markdown<'_>) -> Option<Load> {
    let Some(name) = file.text("name") else {
        return Some(dropped(file.opening(), "it has no `name`: add one to the front matter"));
    };
    let is_slug = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    if name.chars().all(is_slug) {
        return None;
    }
    Some(dropped(name.span, "Gemini CLI takes names of lower-case letters, digits, `-` and `_` only"))
}

fn fault_of_description(file: &Markdown<'_>) -> Option<Load> {
    if file.text("description").is_some() {
        return None;
    }
    Some(dropped(file.opening(), "it has no `description`: say in the front matter when it should be used"))
}

/// A key of another tool's agents. Other unknown keys may be ones that a newer version knows.
fn foreign_key(file: &Markdown<'_>) -> Option<Load> {
    let own = keys::of_agent(Tool::Gemini);
    let is_foreign = |name: &str| {
        let others = Tool::ALL.into_iter().filter(|tool| *tool != Tool::Gemini);
        own.key(name).is_none() && others.map(keys::of_agent).any(|object| object.key(name).is_some())
    };
    let (name, _) = file.entries().find(|(name, _)| is_foreign(name))?;
    let reason =
        format!("Gemini CLI refuses an agent with a key that it does not know, such as `{}`", name.value);
    Some(dropped(name.span, reason))
}

fn fault_of_tools(file: &Markdown<'_>) -> Option<Load> {
    let (tree, value) = file.value("tools")?;
    if tree.kind(value) != Kind::Sequence {
        let reason = "Gemini CLI takes `tools` as a list only: write `[…]`, or one line with `- ` for each";
        return Some(dropped(file.key_span("tools"), reason));
    }
    tree.items(value).find_map(|item| {
        if !matches!(tree.scalar(item), Some(ScalarValue::Str(_))) {
            return Some(dropped(tree.span(item), "Gemini CLI takes names only in `tools`"));
        }
        let name = tools::content(tree, item)?;
        let owner = built_in_tools::owner_of(Tool::Gemini, &name.value)?;
        let reason = format!(
            "`{}` is a tool of {}; Gemini CLI refuses tools that it does not know",
            name.value,
            owner.title()
        );
        Some(dropped(name.span, reason))
    })
}
