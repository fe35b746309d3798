//! `# divisi: allow(code, …) reason`: findings that somebody looked at and keeps.
//!
//! A comment silences its own line, and where it stands alone on its line the next line that is no such comment.
//! Nothing can stand above the `---` that opens a front matter: there the first line below it counts.

use divisi_syntax::{LineIndex, Span};
use divisi_workspace::{Content, Document};

use crate::finding::Finding;

const MARK: &str = "divisi: allow(";

/// One code in one comment.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Allow {
    /// The code as written.
    pub(crate) code: String,
    /// Where it is written.
    pub(crate) span: Span,
    /// The lines that it silences.
    lines: Vec<u32>,
    /// Whether a finding was silenced.
    pub(crate) used: bool,
}

/// All allowances of a document, in order.
pub(crate) fn find(document: &Document) -> Vec<Allow> {
    let text = document.text.as_ref();
    let mut comments: Vec<Comment> = Vec::new();
    let mut from = 0;
    while let Some(found) = text[from..].find(MARK) {
        let mark = from + found;
        from = mark + MARK.len();
        comments.extend(Comment::at(document, mark as u32));
    }
    let mut allows = Vec::new();
    // From the last to the first, so that stacked comments find what the one below them silences.
    let mut below: Option<(u32, u32)> = None;
    for comment in comments.iter().rev() {
        let target = match below {
            Some((line, target)) if comment.alone && line == comment.line + 1 => target,
            _ if comment.alone => comment.line + 1,
            _ => comment.line,
        };
        below = comment.alone.then_some((comment.line, target));
        let mut lines = vec![comment.line, target];
        if comment.alone && comment.line == 1 && opens_front_matter(text) {
            lines.push(0);
        }
        allows.extend(comment.codes(text, lines));
    }
    allows.sort_by_key(|allow| allow.span);
    allows
}

/// Removes what is allowed, and marks the allowances that did it.
pub(crate) fn apply(allows: &mut [Allow], lines: &LineIndex, findings: &mut Vec<Finding>) {
    if allows.is_empty() {
        return;
    }
    findings.retain(|finding| {
        let line = lines.line(finding.span.start);
        let silences = |allow: &&mut Allow| allow.code == finding.code && allow.lines.contains(&line);
        let mut allowed = false;
        for allow in allows.iter_mut().filter(|allow| silences(allow)) {
            allow.used = true;
            allowed = true;
        }
        !allowed
    });
}

struct Comment {
    line: u32,
    /// Nothing but the comment stands on its line.
    alone: bool,
    /// Between the parentheses.
    codes: Span,
}

impl Comment {
    /// The comment whose `divisi: allow(` stands at `mark`, if that is a comment at all.
    fn at(document: &Document, mark: u32) -> Option<Self> {
        let text = document.text.as_ref();
        let line = document.lines.line(mark);
        let start = document.lines.line_start(line);
        let before = Span::new(start, mark).slice(text).trim_end();
        let opener = ["<!--", "#", "//"].into_iter().find(|opener| before.ends_with(opener))?;
        let opened_at = start + (before.len() - opener.len()) as u32;
        if !is_comment(document, opener, opened_at) {
            return None;
        }
        let first = mark + MARK.len() as u32;
        let rest = Span::new(first, document.lines.line_start(line + 1)).slice(text);
        let length = rest.find(')')? as u32;
        let alone = Span::new(start, opened_at).slice(text).trim().is_empty();
        Some(Self { line, alone, codes: Span::new(first, first + length) })
    }

    fn codes<'t>(&self, text: &'t str, lines: Vec<u32>) -> impl Iterator<Item = Allow> + use<'t> {
        let mut at = self.codes.start;
        self.codes.slice(text).split(',').filter_map(move |raw| {
            let start = at + (raw.len() - raw.trim_start().len()) as u32;
            at += raw.len() as u32 + 1;
            let code = raw.trim();
            let span = Span::new(start, start + code.len() as u32);
            (!code.is_empty()).then(|| Allow {
                code: code.to_owned(),
                span,
                lines: lines.clone(),
                used: false,
            })
        })
    }
}

fn opens_front_matter(text: &str) -> bool {
    text.trim_start_matches('\u{feff}').starts_with("---")
}

/// Whether a comment begins at `offset`: one that the parser saw, or a Markdown comment.
fn is_comment(document: &Document, opener: &str, offset: u32) -> bool {
    if opener == "<!--" {
        return document.path.extension().is_some_and(|extension| extension == "md");
    }
    match &document.content {
        Content::Dag { tree, .. } => tree.comments().iter().any(|comment| comment.start == offset),
        // The front matter of other documents is not kept as a tree; a line of its own is sure to be a comment there.
        _ => opener == "#",
    }
}
