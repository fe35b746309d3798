//! Which lines can be folded away.

use std::collections::BTreeMap;

use divisi_syntax::{Kind, NodeId, Span, Style, Tree, front_matter};
use divisi_workspace::{Class, Content, Document};

use crate::markdown;
use crate::parsed::Parsed;

/// Something that can be folded into its first line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fold {
    /// What disappears: from the end of the first line, in brackets and braces from behind the first one.
    pub span: Span,
    /// Zero-based: the line that stays.
    pub first_line: u32,
    /// Zero-based: the last line that disappears where only whole lines can. After [`Fold::first_line`].
    pub last_line: u32,
    /// Whether it is a comment.
    pub is_comment: bool,
}

/// What can be folded in a document, by its first line: nodes, phases, every other value of several lines, comments,
/// front matter, sections of Markdown. On each line the largest that begins there.
pub fn folds(document: &Document) -> Vec<Fold> {
    let mut folds = Folds { document, by_line: BTreeMap::new() };
    match document.class {
        Class::DagYaml | Class::DagJson | Class::Dialect(_) => {
            if let Content::Dag { tree, .. } = &document.content {
                folds.tree(tree);
            }
        }
        Class::Agent | Class::Command | Class::Skill | Class::Prose => folds.markdown(),
        Class::None => {}
    }
    folds.by_line.into_values().collect()
}

struct Folds<'a> {
    document: &'a Document,
    by_line: BTreeMap<u32, Fold>,
}

impl Folds<'_> {
    fn tree(&mut self, tree: &Tree) {
        for (at, root) in tree.documents().iter().enumerate() {
            self.collection(tree, *root);
            if at > 0 || tree.documents().len() > 1 {
                self.block(tree.span(*root));
            }
        }
        self.comments(tree);
    }

    fn markdown(&mut self) {
        let text = &self.document.text;
        if let Some(parts) = front_matter(text) {
            let close = parts.close.unwrap_or_else(|| Span::at(parts.yaml.end));
            self.block(parts.open.cover(close));
        }
        if let Some(parsed) = Parsed::new(self.document, text.clone()) {
            self.tree(&parsed.tree);
        }
        for heading in markdown::headings(text) {
            self.block(heading.section);
        }
        for code in markdown::code_blocks(text) {
            self.block(code);
        }
    }

    /// Every value below `root` that goes over several lines. With a list of work instead of recursion: files may be
    /// nested deeply.
    fn collection(&mut self, tree: &Tree, root: NodeId) {
        let mut open = vec![root];
        while let Some(node) = open.pop() {
            if tree.kind(node) == Kind::Mapping {
                for (key, value) in tree.entries(node) {
                    self.value(tree, value, tree.span(key).start);
                    open.push(value);
                }
            } else {
                for item in tree.items(node) {
                    self.value(tree, item, tree.span(item).start);
                    open.push(item);
                }
            }
        }
        if tree.style(root) == Style::Flow {
            self.value(tree, root, tree.span(root).start);
        }
    }

    fn value(&mut self, tree: &Tree, value: NodeId, start: u32) {
        let span = tree.span(value);
        let is_bracketed =
            tree.style(value) == Style::Flow && span.slice(&self.document.text).ends_with(['}', ']']);
        if is_bracketed { self.brackets(start, span) } else { self.block(Span::new(start, span.end)) }
    }

    /// The first line stays.
    fn block(&mut self, span: Span) {
        let end = self.end_of_text(span);
        let first_line = self.document.lines.line(span.start);
        let last_line = self.document.lines.line(end);
        let start = self.end_of_line(first_line);
        self.push(Fold { span: Span::new(start, end.max(start)), first_line, last_line, is_comment: false });
    }

    /// The brackets stay, and the line of the last one where it begins with it. `start`: the key before it.
    fn brackets(&mut self, start: u32, span: Span) {
        let first_line = self.document.lines.line(start);
        let closing = span.end - 1;
        let closing_line = self.document.lines.line(closing);
        let before = Span::new(self.document.lines.line_start(closing_line), closing);
        let is_alone = before.slice(&self.document.text).trim().is_empty();
        let last_line = closing_line.saturating_sub(u32::from(is_alone));
        self.push(Fold {
            span: Span::new(span.start + 1, closing.max(span.start + 1)),
            first_line,
            last_line,
            is_comment: false,
        });
    }

    /// Comments on lines of their own, one below the other.
    fn comments(&mut self, tree: &Tree) {
        let document = self.document;
        let is_next =
            |before: Span, next: Span| document.lines.line(before.end) + 1 == document.lines.line(next.start);
        let mut group: Option<Span> = None;
        for comment in tree.comments().iter().copied().filter(|comment| stands_alone(document, *comment)) {
            if let Some(before) = group.filter(|before| is_next(*before, comment)) {
                group = Some(before.cover(comment));
            } else {
                self.comment(group);
                group = Some(comment);
            }
        }
        self.comment(group);
    }

    fn comment(&mut self, group: Option<Span>) {
        let Some(span) = group else { return };
        let first_line = self.document.lines.line(span.start);
        let last_line = self.document.lines.line(span.end);
        let start = self.end_of_line(first_line);
        self.push(Fold {
            span: Span::new(start, span.end.max(start)),
            first_line,
            last_line,
            is_comment: true,
        });
    }

    fn push(&mut self, fold: Fold) {
        if fold.last_line <= fold.first_line {
            return;
        }
        let known = self.by_line.entry(fold.first_line).or_insert_with(|| fold.clone());
        if known.last_line < fold.last_line {
            *known = fold;
        }
    }

    /// Without the white space at the end: a text in a block ends with its last line, not with what is blank below.
    fn end_of_text(&self, span: Span) -> u32 {
        span.start + span.slice(&self.document.text).trim_end().len() as u32
    }

    fn end_of_line(&self, line: u32) -> u32 {
        let span = Span::new(self.document.lines.line_start(line), self.document.lines.line_start(line + 1));
        span.start + span.slice(&self.document.text).trim_end_matches(['\n', '\r']).len() as u32
    }
}

fn stands_alone(document: &Document, comment: Span) -> bool {
    let start = document.lines.line_start(document.lines.line(comment.start));
    Span::new(start, comment.start).slice(&document.text).trim().is_empty()
}
