//! What Claude Code makes of front matter, in agents, commands and skills alike.
//!
//! Every rule here is proved against the program itself: docs/decisions/0013-loader-oracle.md.

use std::sync::Arc;

use divisi_syntax::strict::check_yaml;
use divisi_syntax::{Limits, Span, SyntaxError, Tree, yaml};

use super::Front;
use super::quoting::{Quoted, quote};

/// What is wrong with front matter to Claude Code.
pub(crate) enum Fault {
    /// It reads no keys at all.
    Unreadable {
        /// Where reading fails.
        span: Span,
        /// Why.
        reason: String,
    },
    /// Only its second try, with quotes, reads the front matter.
    Tolerated {
        /// Where the first try fails.
        span: Span,
        /// Why.
        reason: String,
    },
}

/// Front matter as Claude Code reads it: strict YAML first; when that fails, each one-line top-level value that looks
/// special is quoted and it is tried again.
pub(crate) struct Understood {
    /// What it says; where it cannot be read, what it would say.
    pub(crate) tree: Arc<Tree>,
    pub(crate) fault: Option<Fault>,
    quoted: Option<Quoted>,
}

impl Understood {
    pub(crate) fn new(text: &Arc<str>, front: &Front) -> Self {
        let as_written = |fault| Self { tree: Arc::clone(&front.tree), fault, quoted: None };
        if front.close.is_none() {
            let reason = "the front matter is never closed: end it with a line `---`".to_owned();
            return as_written(Some(Fault::Unreadable { span: front.open, reason }));
        }
        let Some(fault) = check_yaml(text, front.region).into_iter().next() else {
            return as_written(None);
        };
        let quoted = quote(text, front.region);
        if !check_yaml(&quoted.text, quoted.yaml).is_empty() {
            let reason = unreadable(front.region.slice(text), &fault);
            return as_written(Some(Fault::Unreadable { span: fault.span, reason }));
        }
        let tree = yaml::parse_region(Arc::clone(&quoted.text), quoted.yaml, Limits::default());
        let reason = format!("{}; only Claude Code does not mind", fault.message);
        let fault = Some(Fault::Tolerated { span: fault.span, reason });
        Self { tree: Arc::new(tree), fault, quoted: Some(quoted) }
    }

    /// The place in the file of a place in the text of `tree`.
    pub(crate) fn original(&self, span: Span) -> Span {
        self.quoted.as_ref().map_or(span, |quoted| quoted.original(span))
    }
}

fn unreadable(yaml: &str, fault: &SyntaxError) -> String {
    let line_ends = if yaml.contains(": ") && yaml.contains("\r\n") {
        " (with Windows line ends a value that holds `: ` must be in quotes)"
    } else {
        ""
    };
    format!("{}{line_ends}", fault.message)
}
