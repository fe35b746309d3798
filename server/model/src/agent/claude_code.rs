//! Claude Code's agents: front matter, then the system prompt.
//!
//! Every rule here is proved against the program itself: docs/decisions/0013-loader-oracle.md.

mod keys;
mod quoting;
mod tools;

use std::sync::Arc;

use divisi_syntax::strict::check_yaml;
use divisi_syntax::{FrontMatter, Span, Spanned, SyntaxError, front_matter};

use self::keys::Keys;
use self::quoting::quote;
use super::{AgentFile, Load, Tool};

/// Reads a Claude Code agent as its loader does: strict YAML first; when that fails, each one-line top-level value
/// that looks special is quoted and it is tried again.
///
/// `stem` is the file's name without `.md`. A plugin's agent goes by it where its front matter gives no name, and
/// needs no description.
pub fn read_claude_agent(text: &Arc<str>, stem: &str, plugin: bool) -> AgentFile {
    let reading = Reading::of(text);
    let by_path = || Spanned::new(stem.to_owned(), Span::default());
    let name = match &reading.fault {
        Some(Fault::Unreadable { .. }) if plugin => Some(by_path()),
        _ if plugin => Some(reading.keys.name_in_plugin().unwrap_or_else(by_path)),
        _ => reading.keys.name.text(),
    };
    let load = if plugin { reading.load_in_plugin() } else { reading.load() };
    let Keys { description, tools, model, .. } = reading.keys;
    AgentFile {
        tool: Tool::ClaudeCode,
        name,
        description: description.text().map(with_line_breaks),
        tools,
        model: model.text(),
        load,
        body: reading.body,
    }
}

/// The loader takes `\n` in a description for a line break, however it is quoted.
fn with_line_breaks(description: Spanned<String>) -> Spanned<String> {
    Spanned::new(description.value.replace("\\n", "\n"), description.span)
}

/// What stands in the way of an agent that is not a plugin's.
enum Fault {
    /// The loader reads no keys at all.
    Unreadable { span: Span, reason: String },
    /// Only a second try, with quotes, reads the front matter; or it ends where its author does not expect it.
    Tolerated { span: Span, reason: String },
}

struct Reading {
    /// Where the front matter cannot be read, what it would say.
    keys: Keys,
    fault: Option<Fault>,
    open: Span,
    /// The dashes at which the front matter ends, where no line begins with them.
    early_end: Option<Span>,
    body: Span,
}

impl Reading {
    fn of(text: &Arc<str>) -> Self {
        let Some(by_line) = front_matter(text) else {
            let body = Span::new(0, u32::try_from(text.len()).unwrap_or(u32::MAX));
            let reason = "an agent needs front matter: `---`, then `name` and `description`, then `---`";
            let fault = Some(Fault::Unreadable { span: Span::default(), reason: reason.to_owned() });
            return Self { keys: Keys::default(), fault, open: Span::default(), early_end: None, body };
        };
        let parts = by_line.ending_at_first_dashes(text);
        let early_end = parts.close.filter(|_| parts.yaml != by_line.yaml);
        let (keys, fault) = read(text, &parts);
        let early_fault = || early_end.map(|span| Fault::Tolerated { span, reason: EARLY_END.to_owned() });
        Self { keys, fault: fault.or_else(early_fault), open: parts.open, early_end, body: parts.body }
    }

    fn load(&self) -> Load {
        if let Some(Fault::Unreadable { span, reason }) = &self.fault {
            return Load::Dropped { span: *span, reason: reason.clone() };
        }
        match (self.keys.why_dropped(self.open), self.early_end) {
            (Some((_, reason)), Some(span)) => {
                Load::Dropped { span, reason: format!("{EARLY_END}, so {reason}") }
            }
            (Some((span, reason)), None) => Load::Dropped { span, reason: reason.to_owned() },
            (None, _) => self.load_in_plugin(),
        }
    }

    /// A plugin's agent loads in any state.
    fn load_in_plugin(&self) -> Load {
        match &self.fault {
            Some(Fault::Tolerated { span, reason }) => {
                Load::Tolerated { span: *span, reason: reason.clone() }
            }
            Some(Fault::Unreadable { .. }) | None => Load::Loaded,
        }
    }
}

const EARLY_END: &str =
    "Claude Code ends the front matter at these `---` and takes what follows for the prompt";

fn read(text: &Arc<str>, parts: &FrontMatter) -> (Keys, Option<Fault>) {
    if parts.close.is_none() {
        let reason = "the front matter is never closed: end it with a line `---`".to_owned();
        return (Keys::read(text, parts.yaml), Some(Fault::Unreadable { span: parts.open, reason }));
    }
    let Some(fault) = check_yaml(text, parts.yaml).into_iter().next() else {
        return (Keys::read(text, parts.yaml), None);
    };
    second_try(text, parts, &fault)
}

/// Strict reading ended at `fault`.
fn second_try(text: &Arc<str>, parts: &FrontMatter, fault: &SyntaxError) -> (Keys, Option<Fault>) {
    let quoted = quote(text, parts.yaml);
    if !check_yaml(&quoted.text, quoted.yaml).is_empty() {
        let reason = unreadable(parts.yaml.slice(text), fault);
        return (Keys::read(text, parts.yaml), Some(Fault::Unreadable { span: fault.span, reason }));
    }
    let keys = Keys::read(&quoted.text, quoted.yaml).moved(|span| quoted.original(span));
    let reason = format!("{}; only Claude Code does not mind", fault.message);
    (keys, Some(Fault::Tolerated { span: fault.span, reason }))
}

fn unreadable(yaml: &str, fault: &SyntaxError) -> String {
    let line_ends = if yaml.contains(": ") && yaml.contains("\r\n") {
        " (with Windows line ends a value that holds `: ` must be in quotes)"
    } else {
        ""
    };
    format!("{}{line_ends}", fault.message)
}
