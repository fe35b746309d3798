//! Claude Code's agents: front matter, then the system prompt.

use std::sync::Arc;

use divisi_syntax::strict::check_yaml;
use divisi_syntax::{FrontMatter, Kind, Limits, Span, Spanned, SyntaxError, front_matter, yaml};

use super::quoting::quote;
use super::{AgentFile, Load, Tool, tools};

/// Reads a Claude Code agent as its loader does (FIELD, "The loader is more tolerant than YAML"): strict YAML first;
/// when that fails, each one-line top-level value is quoted and it is tried again.
///
/// `stem` is the file's name without `.md`. With `plugin`, what would be dropped loads under that name.
pub fn read_claude_agent(text: &Arc<str>, stem: &str, plugin: bool) -> AgentFile {
    let file = read(text);
    if plugin && matches!(file.load, Load::Dropped { .. }) {
        let name = Some(Spanned::new(stem.to_owned(), Span::default()));
        return AgentFile { name, load: Load::Loaded, ..file };
    }
    file
}

/// What the keys say that we read.
#[derive(Default)]
struct Keys {
    name: Option<Spanned<String>>,
    description: Option<Spanned<String>>,
    tools: Option<Vec<Spanned<String>>>,
    model: Option<Spanned<String>>,
}

fn read(text: &Arc<str>) -> AgentFile {
    let Some(parts) = front_matter(text) else {
        let body = Span::new(0, u32::try_from(text.len()).unwrap_or(u32::MAX));
        let reason = "an agent needs front matter: `---`, then `name` and `description`, then `---`";
        return file(Keys::default(), dropped(Span::default(), reason), body);
    };
    if parts.close.is_none() {
        let reason = "the front matter is never closed: end it with a line `---`";
        return file(read_keys(text, parts.yaml), dropped(parts.open, reason), parts.body);
    }
    let Some(fault) = check_yaml(text, parts.yaml).into_iter().next() else {
        let keys = read_keys(text, parts.yaml);
        let load = fault_of(&keys, &parts).unwrap_or(Load::Loaded);
        return file(keys, load, parts.body);
    };
    second_try(text, &parts, fault)
}

/// Strict reading ended at `fault`.
fn second_try(text: &Arc<str>, parts: &FrontMatter, fault: SyntaxError) -> AgentFile {
    let quoted = quote(text, parts.yaml);
    if !check_yaml(&quoted.text, quoted.yaml).is_empty() {
        let reason = unparsable(parts.yaml.slice(text), &fault);
        return file(read_keys(text, parts.yaml), dropped(fault.span, reason), parts.body);
    }
    let original = |value: Spanned<String>| Spanned::new(value.value, quoted.original(value.span));
    let keys = read_keys(&quoted.text, quoted.yaml);
    let keys = Keys {
        name: keys.name.map(original),
        description: keys.description.map(original),
        tools: keys.tools.map(|tools| tools.into_iter().map(original).collect()),
        model: keys.model.map(original),
    };
    let tolerated = Load::Tolerated {
        span: fault.span,
        reason: format!("{}; only Claude Code does not mind", fault.message),
    };
    let load = fault_of(&keys, parts).unwrap_or(tolerated);
    file(keys, load, parts.body)
}

fn unparsable(yaml: &str, fault: &SyntaxError) -> String {
    let line_ends = if yaml.contains(": ") && yaml.contains("\r\n") {
        " (with Windows line ends a value that holds `: ` must be in quotes)"
    } else {
        ""
    };
    format!("{}{line_ends}", fault.message)
}

/// Reads the keys from the tolerant tree of the YAML in `region`.
fn read_keys(text: &Arc<str>, region: Span) -> Keys {
    let tree = yaml::parse_region(Arc::clone(text), region, Limits::default());
    let Some(root) = tree.root().filter(|root| tree.kind(*root) == Kind::Mapping) else {
        return Keys::default();
    };
    let scalar = |key: &str| tree.get(root, key).and_then(|value| tools::content(&tree, value));
    Keys {
        name: scalar("name"),
        description: scalar("description"),
        tools: tree.get(root, "tools").and_then(|value| tools::read(&tree, value)),
        model: scalar("model"),
    }
}

/// Why the loader drops an agent whose front matter parses.
fn fault_of(keys: &Keys, parts: &FrontMatter) -> Option<Load> {
    let Some(name) = &keys.name else {
        return Some(dropped(parts.open, "it has no `name`: add one to the front matter"));
    };
    if name.starts_with('-') {
        return Some(dropped(name.span, "its name starts with `-`: begin with a letter"));
    }
    if name.contains(':') {
        return Some(dropped(name.span, "its name holds `:`, which only plugins' agents may: use `-`"));
    }
    if keys.description.is_none() {
        return Some(dropped(
            parts.open,
            "it has no `description`: say in the front matter when it should be used",
        ));
    }
    None
}

fn dropped(span: Span, reason: impl Into<String>) -> Load {
    Load::Dropped { span, reason: reason.into() }
}

fn file(keys: Keys, load: Load, body: Span) -> AgentFile {
    let Keys { name, description, tools, model } = keys;
    AgentFile { tool: Tool::ClaudeCode, name, description, tools, model, load, body }
}
