//! A change that may touch several files.

use std::path::PathBuf;

use divisi_analysis::Edit;
use divisi_syntax::Span;

/// What would be done, in order. All of it belongs together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Change {
    /// One step after the other; edits of a file name it as it is called before any step renames it.
    pub steps: Vec<Step>,
}

/// One part of a [`Change`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Text of a file that exists.
    Edit {
        /// Absolute path.
        path: PathBuf,
        /// In order of place, not overlapping; offsets are those of the document in the snapshot that was asked.
        edits: Vec<FileEdit>,
    },
    /// A new file. It must not exist.
    Create {
        /// Absolute path.
        path: PathBuf,
        /// All of its text.
        text: String,
    },
    /// Another name for a file. Nothing may have the new name.
    Rename {
        /// Absolute path.
        from: PathBuf,
        /// Absolute path.
        to: PathBuf,
    },
}

/// A replacement of text in one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEdit {
    /// What goes and what comes.
    pub edit: Edit,
    /// Why a person should look at it first: a place where the name is probably meant, but only in prose. Where the
    /// client cannot ask, such an edit is left out.
    pub confirm: Option<String>,
}

impl From<Edit> for FileEdit {
    fn from(edit: Edit) -> Self {
        Self { edit, confirm: None }
    }
}

impl Change {
    /// Edits of one file that need no second look.
    pub fn of_file(path: PathBuf, edits: Vec<Edit>) -> Self {
        Self { steps: vec![Step::Edit { path, edits: edits.into_iter().map(FileEdit::from).collect() }] }
    }

    /// Without the edits that a person would have to confirm.
    #[must_use]
    pub fn without_unconfirmed(mut self) -> Self {
        for step in &mut self.steps {
            if let Step::Edit { edits, .. } = step {
                edits.retain(|edit| edit.confirm.is_none());
            }
        }
        self.steps.retain(|step| !matches!(step, Step::Edit { edits, .. } if edits.is_empty()));
        self
    }
}

/// `text` with `edits`, which are in order and do not overlap.
pub fn apply(text: &str, edits: &[Edit]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        out.push_str(Span::new(at, edit.span.start).slice(text));
        out.push_str(&edit.text);
        at = edit.span.end;
    }
    out.push_str(text.get(at as usize..).unwrap_or_default());
    out
}
