//! Claude Code's agents: front matter, then the system prompt.
//!
//! Every rule here is proved against the program itself: docs/decisions/0013-loader-oracle.md.

mod keys;
mod tools;

use std::sync::Arc;

use divisi_syntax::{Span, Spanned};

use self::keys::Keys;
pub(crate) use self::tools::names;
use super::{AgentFile, Load, Tool};
use crate::front::{Fault, Front, Understood};

/// Reads a Claude Code agent as its loader does ([`Understood`]).
///
/// `stem` is the file's name without `.md`. A plugin's agent goes by it where its front matter gives no name, and
/// needs no description.
pub(super) fn read(text: &Arc<str>, front: Option<&Front>, stem: &str, plugin: bool) -> AgentFile {
    let reading = Reading::of(text, front);
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
    fn of(text: &Arc<str>, front: Option<&Front>) -> Self {
        let Some(front) = front else {
            let body = Span::new(0, u32::try_from(text.len()).unwrap_or(u32::MAX));
            let reason = "an agent needs front matter: `---`, then `name` and `description`, then `---`";
            let fault = Some(Fault::Unreadable { span: Span::default(), reason: reason.to_owned() });
            return Self { keys: Keys::default(), fault, open: Span::default(), early_end: None, body };
        };
        let understood = Understood::new(text, front);
        let keys = Keys::read(&understood.tree).moved(|span| understood.original(span));
        let early_end = front.early_end();
        let early_fault = || early_end.map(|span| Fault::Tolerated { span, reason: EARLY_END.to_owned() });
        let fault = understood.fault.or_else(early_fault);
        Self { keys, fault, open: front.open, early_end, body: front.body }
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
