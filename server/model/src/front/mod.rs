//! The front matter of a Markdown file, read once for all who ask what it says.

mod claude_code;
mod quoting;

use std::sync::Arc;

use divisi_syntax::{Kind, Limits, NodeId, Span, Tree, front_matter, yaml};

use crate::agent::Tool;

pub(crate) use claude_code::{Fault, Understood};

/// Front matter, read tolerantly.
#[derive(Debug)]
pub struct Front {
    /// Its tree; spans are those of the file.
    pub tree: Arc<Tree>,
    /// Its YAML, between the marks.
    pub region: Span,
    /// The first mark.
    pub open: Span,
    /// The second mark; missing where the front matter is never closed.
    pub close: Option<Span>,
    /// What follows it.
    pub body: Span,
    /// Whether the second mark does not stand on a line by itself.
    ends_early: bool,
}

impl Front {
    /// The front matter of a file that `tool` reads; `None` where there is none.
    ///
    /// Claude Code ends it where others read on (docs/decisions/0013-loader-oracle.md).
    pub fn read(tool: Tool, text: &Arc<str>) -> Option<Self> {
        let by_line = front_matter(text)?;
        let parts = if tool == Tool::ClaudeCode { by_line.ending_at_first_dashes(text) } else { by_line };
        Some(Self {
            tree: Arc::new(yaml::parse_region(Arc::clone(text), parts.yaml, Limits::default())),
            region: parts.yaml,
            open: parts.open,
            close: parts.close,
            body: parts.body,
            ends_early: parts.yaml != by_line.yaml,
        })
    }

    /// The mapping of its keys.
    pub fn root(&self) -> Option<NodeId> {
        self.tree.root().filter(|root| self.tree.kind(*root) == Kind::Mapping)
    }

    /// The dashes that end it where its author does not expect it.
    pub fn early_end(&self) -> Option<Span> {
        self.close.filter(|_| self.ends_early)
    }
}
