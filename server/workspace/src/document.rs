//! One file, parsed.

use std::path::PathBuf;
use std::sync::Arc;

use divisi_model::{AgentFile, Dag};
use divisi_syntax::{LineIndex, Span, SyntaxError, Tree};

use crate::classify::Class;

/// One file as it is now: open in an editor, or on disk.
#[derive(Debug)]
pub struct Document {
    /// Absolute path.
    pub path: PathBuf,
    /// What it is.
    pub class: Class,
    /// The editor's version; `None` when it is read from disk.
    pub version: Option<i32>,
    /// The text; invalid UTF-8 is replaced and `lossy` set.
    pub text: Arc<str>,
    /// Whether bytes had to be replaced.
    pub lossy: bool,
    /// Lines of `text`.
    pub lines: LineIndex,
    /// What the text holds.
    pub content: Content,
}

/// What a document holds.
#[derive(Debug)]
pub enum Content {
    /// A DAG file, or a command whose front matter carries a DAG.
    Dag {
        /// Its tree; `tree.errors()` are the faults of the tolerant parser.
        tree: Arc<Tree>,
        /// What it says; none where the root is not a mapping.
        dag: Option<Arc<Dag>>,
        /// Where the language of the tree stands in the text (front matter, or all).
        region: Span,
        /// Faults that only the strict reader sees; filled where it was asked (before a run, in the background).
        strict: Vec<SyntaxError>,
    },
    /// An agent.
    Agent(Arc<AgentFile>),
    /// A command without a DAG of its own. `link`: the DAG file that its `divisi:` key names.
    Command {
        /// Relative path of the DAG file.
        link: Option<divisi_syntax::Spanned<String>>,
    },
    /// Any other text of ours.
    Text,
    /// It could not be read; why.
    Unreadable(String),
    /// Not ours.
    None,
}

impl Document {
    /// The tree and the DAG, if this document holds one.
    pub fn dag(&self) -> Option<(&Arc<Tree>, &Arc<Dag>)> {
        match &self.content {
            Content::Dag { tree, dag: Some(dag), .. } => Some((tree, dag)),
            _ => None,
        }
    }
}
