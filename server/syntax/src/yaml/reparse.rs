//! Reading a changed text anew where it changed, and nowhere else.
//!
//! At the first line of a list item, or of a mapping's entry, the parser's state is the same whatever stands in the
//! items before: the collections around it are open, and nothing else. So the children of one collection that hold the
//! change are read alone, from such a line to another, and put in the place of the old ones. Wherever it is not
//! certain that a full parse would give the same tree, there is a full parse.

use std::ops::Range;
use std::sync::Arc;

use super::block::Landing;
use super::frame::{Frame, FrameKind, Slot};
use super::{Parser, Token, parse};
use crate::change::{NodesChange, TextChange, TreeChange};
use crate::limits::Limits;
use crate::span::Span;
use crate::tree::{Builder, Kind, MOST_ERRORS, NONE, NodeId, Style, Tree};

/// A tree after a change of its text.
#[derive(Debug)]
pub struct Reparsed {
    /// The same tree as [`parse`] gives for the text.
    pub tree: Tree,
    /// What was replaced; `None` where all of it was.
    pub change: Option<TreeChange>,
}

/// The tree of `text`, from that of an earlier text as a whole ([`parse`], not a region).
pub fn reparse(before: Tree, text: Arc<str>) -> Reparsed {
    if before.json || before.carries_over || text.len() > Limits::default().bytes {
        return Reparsed { tree: parse(text), change: None };
    }
    let Some(changed) = TextChange::between(&before.text, &text) else {
        let end = before.text.len() as u32;
        let nodes = before.nodes.len() as u32;
        let change = TreeChange {
            text: TextChange { start: end, old_end: end, new_end: end },
            nodes: NodesChange { start: nodes, old_end: nodes, new_end: nodes },
        };
        return Reparsed { tree: Tree { text, ..before }, change: Some(change) };
    };
    let part =
        Part::around(&before, &text, changed).and_then(|part| Some((part.read(&before, &text)?, part)));
    match part {
        Some((fresh, part)) => {
            let (tree, change) = part.put(before, fresh, text);
            Reparsed { tree, change: Some(change) }
        }
        None => Reparsed { tree: parse(text), change: None },
    }
}

/// A block collection around the change.
#[derive(Debug, Clone, Copy)]
struct Container {
    id: NodeId,
    /// Its indentation.
    column: u32,
    /// Where it ends: a line of the entry behind it, in the text before. `None` at the end of the text.
    end: Option<u32>,
}

/// Whole children of a container, from the first byte of their first line on.
#[derive(Debug)]
struct Part {
    /// The containers around, the document's root first; the last one is the children's.
    containers: Vec<Container>,
    text: TextChange,
    /// The line that must come next, after the change; `None` for the end of the text.
    stop: Option<Stop>,
    /// Index of the first node that is replaced.
    first: u32,
    /// One past the last, in the tree before.
    after: u32,
}

/// A line that ends the part.
#[derive(Debug, Clone, Copy)]
struct Stop {
    /// Its first byte.
    line: usize,
    /// How many containers stay open there.
    depth: usize,
}

/// The nodes of a part, with the containers around them in front.
struct Fresh {
    tree: Tree,
    /// End of the last content.
    content_end: u32,
}

impl Part {
    /// The smallest part that holds the change.
    fn around(before: &Tree, text: &str, changed: TextChange) -> Option<Self> {
        let [root] = before.documents[..] else { return None };
        let outer = Container { id: root, column: column_of(before, root)?, end: None };
        let inner = inner_container(before, outer, changed);
        let nested = inner.and_then(|inner| Self::of_children(before, text, changed, vec![outer, inner]));
        nested.or_else(|| Self::of_children(before, text, changed, vec![outer]))
    }

    fn of_children(
        before: &Tree,
        text: &str,
        changed: TextChange,
        containers: Vec<Container>,
    ) -> Option<Self> {
        let container = *containers.last()?;
        let children = Children::of(before, container);
        let (first, start) = children.first_before(text, changed)?;
        let (after, end) = children.first_behind(text, changed, first)?;
        let depth = containers.len() - usize::from(after.is_none());
        let shift = changed.shift();
        let old_end = end.unwrap_or(before.text.len() as u32);
        Some(Self {
            text: TextChange { start, old_end, new_end: shift.offset(old_end) },
            stop: end.map(|line| Stop { line: shift.offset(line) as usize, depth }),
            first: first.0,
            after: after.map_or(before.nodes[container.id.index()].subtree_end, |after| after.0),
            containers,
        })
    }

    /// Reads the part; `None` where what follows would be read otherwise than before.
    fn read(&self, before: &Tree, text: &Arc<str>) -> Option<Fresh> {
        let start = self.text.start as usize;
        let mut builder = Builder::new(Arc::clone(text), false);
        let mut stack = vec![Frame::new(FrameKind::Root, -1, Slot::Free, self.text.start)];
        for container in &self.containers {
            let node = &before.nodes[container.id.index()];
            let kind = match node.kind {
                Kind::Sequence => FrameKind::BlockSequence,
                _ => FrameKind::BlockMapping,
            };
            builder.open(node.kind, Style::Block, node.span.start);
            stack.push(Frame::new(kind, i32::try_from(container.column).ok()?, Slot::Free, node.span.start));
        }
        let mut parser = Parser::new(text, start..text.len(), builder, Limits::default());
        parser.stack = stack;
        if !is_surely_a_key(text, start) && has_fault_on_line_before(before, self.text.start) {
            return None;
        }
        if !parser.content_until(self.stop) || !parser.builder.is_open(self.containers.len()) {
            return None;
        }
        if let Some(stop) = self.stop
            && !is_surely_a_key(text, stop.line)
            && (parser.has_bare_key_before(stop.line) || has_fault_on_line_before(before, self.text.old_end))
        {
            return None;
        }
        parser.close_above(self.containers.len());
        parser.finish_entry();
        let is_whole = !parser.has_properties()
            && parser.builder.tree.properties.is_empty()
            && !parser.builder.tree.carries_over
            && before.errors.len() + parser.builder.tree.errors.len() < MOST_ERRORS;
        let content_end = parser.content_end;
        let mut tree = parser.builder.tree;
        tree.errors.sort_by_key(|error| (error.span.start, error.span.end));
        let has_alias = tree.nodes.iter().any(|node| node.kind == Kind::Alias);
        (is_whole && !has_alias).then_some(Fresh { tree, content_end })
    }

    /// Puts what was read in the place of what was there.
    fn put(&self, before: Tree, fresh: Fresh, text: Arc<str>) -> (Tree, TreeChange) {
        let mut tree = before;
        tree.text = text;
        let above = self.containers.len() as u32;
        let count = fresh.tree.nodes.len() as u32 - above;
        let nodes = NodesChange { start: self.first, old_end: self.after, new_end: self.first + count };
        let change = TreeChange { text: self.text, nodes };
        let (moved, shift) = (nodes.shift(), self.text.shift());

        for node in &mut tree.nodes[self.after as usize..] {
            node.span =
                Span::new(node.span.start.wrapping_add(shift.by), node.span.end.wrapping_add(shift.by));
            node.subtree_end = node.subtree_end.wrapping_add(moved.by);
            // Containers begin before the part, so they did not move.
            node.parent = if node.parent == NONE { NONE } else { moved.offset(node.parent) };
        }
        let parents: Vec<u32> = self.containers.iter().map(|container| container.id.0).collect();
        let own = fresh.tree.nodes.into_iter().skip(above as usize).map(|mut node| {
            // The containers stand in front of the part's own nodes.
            let place = |index: u32| index - above + self.first;
            node.parent = parents.get(node.parent as usize).copied().unwrap_or_else(|| place(node.parent));
            node.subtree_end = place(node.subtree_end);
            node
        });
        tree.nodes.splice(self.first as usize..self.after as usize, own);
        for container in &self.containers {
            let node = &mut tree.nodes[container.id.index()];
            node.subtree_end = moved.offset(node.subtree_end);
            let goes_on = node.span.end >= self.text.old_end && self.stop.is_some();
            node.span.end = if goes_on { shift.offset(node.span.end) } else { fresh.content_end };
        }

        let comments = self.range_within(&tree.comments, |comment| comment.start);
        for comment in &mut tree.comments[comments.end..] {
            *comment = shift.span(*comment);
        }
        tree.comments.splice(comments, fresh.tree.comments);
        let errors = self.range_within(&tree.errors, |error| error.span.start);
        for error in &mut tree.errors[errors.end..] {
            error.span = shift.span(error.span);
        }
        tree.errors.splice(errors, fresh.tree.errors);
        tree.mark_first_line();
        (tree, change)
    }

    /// The entries of a list that start within the part.
    fn range_within<T>(&self, list: &[T], start: impl Fn(&T) -> u32) -> Range<usize> {
        let from = list.partition_point(|entry| start(entry) < self.text.start);
        let is_inside = |entry: &T| self.stop.is_none() || start(entry) < self.text.old_end;
        from..list.partition_point(is_inside).max(from)
    }
}

impl Tree {
    /// Sets the span of the only document as [`Parser::run`] does: its `---`, else its first line.
    fn mark_first_line(&mut self) {
        let (Some(root), [span]) = (self.documents.first(), &mut self.document_spans[..]) else { return };
        let rest = self.text.get(span.start as usize..).unwrap_or_default();
        let is_mark =
            rest.strip_prefix("---").is_some_and(|rest| rest.is_empty() || rest.starts_with(is_gap));
        if !is_mark {
            let line = rest.find(['\n', '\r']).unwrap_or(rest.len());
            span.end = (span.start + line as u32).min(self.nodes[root.index()].span.end).max(span.start);
        }
    }
}

/// The value, a block collection, of the entry of `outer` that holds all of the change.
fn inner_container(before: &Tree, outer: Container, changed: TextChange) -> Option<Container> {
    if before.kind(outer.id) != Kind::Mapping {
        return None;
    }
    let entries: Vec<_> = before.entries(outer.id).collect();
    let behind = entries.partition_point(|(key, _)| before.span(*key).start <= changed.old_end);
    let (_, value) = *entries.get(behind.checked_sub(1)?)?;
    if changed.start <= before.span(value).start {
        return None;
    }
    let end = match entries.get(behind) {
        Some((next, _)) => Some(line_of_key(before, outer, *next)?),
        None => None,
    };
    Some(Container { id: value, column: column_of(before, value)?, end })
}

/// The line of a key, if the key stands on it at the mapping's column behind nothing but spaces.
fn line_of_key(tree: &Tree, mapping: Container, key: NodeId) -> Option<u32> {
    let start = tree.span(key).start;
    let line = line_start(&tree.text, start);
    let is_first = has_mark(&tree.text, line, mapping.column, false);
    (is_first && line + mapping.column == start).then_some(line)
}

/// The indentation of a block collection.
fn column_of(tree: &Tree, id: NodeId) -> Option<u32> {
    let is_collection = matches!(tree.kind(id), Kind::Mapping | Kind::Sequence);
    if !is_collection || tree.style(id) != Style::Block {
        return None;
    }
    let start = tree.span(id).start;
    let line = line_start(&tree.text, start);
    let before = Span::new(line, start).slice(&tree.text);
    before.bytes().all(|byte| byte == b' ').then_some(start - line)
}

/// The first byte of the line of `offset`, behind a byte order mark.
fn line_start(text: &str, offset: u32) -> u32 {
    let before = text.get(..offset as usize).unwrap_or_default();
    let start = before.rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let mark = if start == 0 && text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    (start + mark) as u32
}

/// The children of a container: the items of a list, the keys of a mapping.
struct Children<'a> {
    tree: &'a Tree,
    container: Container,
    ids: Vec<NodeId>,
}

impl<'a> Children<'a> {
    fn of(tree: &'a Tree, container: Container) -> Self {
        let step = if tree.kind(container.id) == Kind::Mapping { 2 } else { 1 };
        Self { tree, container, ids: tree.children(container.id).step_by(step).collect() }
    }

    fn is_list(&self) -> bool {
        self.tree.kind(self.container.id) == Kind::Sequence
    }

    /// The first line of a child, if its mark (the dash, or the key's first byte) stands at the container's column
    /// behind nothing but spaces.
    fn line_of(&self, at: usize) -> Option<u32> {
        let id = *self.ids.get(at)?;
        if !self.is_list() {
            return line_of_key(self.tree, self.container, id);
        }
        let text = &self.tree.text;
        // The dash may stand on a line above the content of its item, with comments between them.
        let bound = at
            .checked_sub(1)
            .map_or(self.tree.span(self.container.id).start, |before| self.tree.span(self.ids[before]).end);
        let mut line = line_start(text, self.tree.span(id).start);
        while !self.is_mark_at(line) {
            line = line_start(text, line.checked_sub(1).filter(|end| *end >= bound)?);
        }
        // A dash above the bound is that of the item before: this one has none.
        (line + self.container.column >= bound).then_some(line)
    }

    /// Whether the line that starts at `line` has the container's mark.
    fn is_mark_at(&self, line: u32) -> bool {
        has_mark(&self.tree.text, line, self.container.column, self.is_list())
    }

    /// The last child whose mark the change leaves as it was, and its line.
    fn first_before(&self, text: &str, changed: TextChange) -> Option<(NodeId, u32)> {
        let from = self.ids.partition_point(|id| self.tree.span(*id).start < changed.start);
        for at in (0..from.saturating_add(1).min(self.ids.len())).rev() {
            let Some(line) = self.line_of(at) else { continue };
            let mark = line + self.container.column;
            let is_kept = mark < changed.start && has_mark(text, line, self.container.column, self.is_list());
            // The first entry opens its mapping, which depends on all that makes it an entry.
            let is_first_key = at == 0 && !self.is_list();
            let is_open =
                !is_first_key || key_end(text, line).is_some_and(|end| end <= changed.start as usize);
            // A fault at the mark may come from what stands above, and from nothing in the part.
            let is_faultless =
                self.tree.errors.iter().all(|error| !(line..=mark).contains(&error.span.start));
            if is_kept && is_open && is_faultless {
                return Some((self.ids[at], line));
            }
        }
        None
    }

    /// The first child behind the change whose line stands as it did, and that line; no child where the container
    /// ends there, and no line either where the text ends.
    fn first_behind(
        &self,
        text: &str,
        changed: TextChange,
        first: NodeId,
    ) -> Option<(Option<NodeId>, Option<u32>)> {
        let begins_line = |line: u32| {
            let at = changed.shift().offset(line) as usize;
            line >= changed.old_end && text.get(..at).is_some_and(|before| before.ends_with(['\n', '\r']))
        };
        let from = self.ids.partition_point(|id| *id <= first || self.tree.span(*id).start < changed.old_end);
        for at in from..self.ids.len() {
            let line = self.line_of(at)?;
            if begins_line(line) {
                return Some((Some(self.ids[at]), Some(line)));
            }
        }
        match self.container.end {
            Some(line) => begins_line(line).then_some((None, Some(line))),
            None => Some((None, None)),
        }
    }
}

/// Whether the line has a list's dash, or the first byte of a key, behind `column` spaces.
fn has_mark(text: &str, line: u32, column: u32, is_list: bool) -> bool {
    let mark = (line + column) as usize;
    let Some(indentation) = text.get(line as usize..mark) else { return false };
    let rest = text.get(mark..).unwrap_or_default();
    let is_indicator = |indicator: char| {
        rest.strip_prefix(indicator).is_some_and(|rest| rest.is_empty() || rest.starts_with(is_gap))
    };
    let is_mark = if is_list {
        is_indicator('-')
    } else {
        rest.starts_with(|first: char| !is_gap(first) && first != '#')
            && !['-', '?', ':'].into_iter().any(is_indicator)
    };
    is_mark && indentation.bytes().all(|byte| byte == b' ')
}

fn is_gap(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

/// Whether the first thing on the line, behind a dash or not, is a plain key with its colon.
fn is_surely_a_key(text: &str, line: usize) -> bool {
    key_end(text, line as u32).is_some()
}

/// Behind the blank, or the line break, that follows the colon of the plain key with which the line begins.
fn key_end(text: &str, line: u32) -> Option<usize> {
    let bytes = text.as_bytes();
    let skip = |mut at: usize, is_skipped: fn(u8) -> bool| {
        while bytes.get(at).is_some_and(|byte| is_skipped(*byte)) {
            at += 1;
        }
        at
    };
    let mut start = skip(line as usize, |byte| byte == b' ');
    if bytes.get(start) == Some(&b'-') && bytes.get(start + 1) == Some(&b' ') {
        start = skip(start + 1, |byte| byte == b' ');
    }
    let end = skip(start, |byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let has_colon = end > start && bytes.get(end) == Some(&b':');
    (has_colon && matches!(bytes.get(end + 1), Some(b' ' | b'\n' | b'\r'))).then_some(end + 2)
}

/// Whether a fault stands on the line that ends at `offset`: of keys without a colon only the first is told.
fn has_fault_on_line_before(tree: &Tree, offset: u32) -> bool {
    let Some(end) = offset.checked_sub(1) else { return false };
    let text = tree.text.get(..end as usize).unwrap_or_default();
    let line = line_start(&tree.text, text.strip_suffix('\r').map_or(end, |text| text.len() as u32));
    tree.errors.iter().any(|error| (line..=end).contains(&error.span.start))
}

impl Parser<'_> {
    /// Whether the line before that at `line` is a key without a colon.
    fn has_bare_key_before(&self, line: usize) -> bool {
        self.bare_key_line.is_some_and(|bare| self.cursor.after_break(self.cursor.line_end(bare)) == line)
    }

    /// Reads up to the line of `stop`, or the end; whether that line then belongs where it did.
    fn content_until(&mut self, stop: Option<Stop>) -> bool {
        let stop_line = stop.map_or(usize::MAX, |stop| stop.line);
        loop {
            let token = self.next_token();
            let is_there = self.cursor.line.start >= stop_line;
            match token {
                Token::DocumentMark => return false,
                Token::End => {
                    if self.outer_flow.is_some() {
                        self.abort_flow();
                    }
                    return stop.is_none();
                }
                Token::NewLine if is_there => return stop.is_some_and(|stop| self.stands_at(stop)),
                Token::SameLine if is_there => return false,
                Token::NewLine if self.outer_flow.is_some() => self.flow_line(),
                Token::SameLine if self.outer_flow.is_some() => self.flow_token(),
                Token::NewLine => self.block_line(),
                Token::SameLine => self.block_inline(),
            }
        }
    }

    /// Whether the line at the position is that of `stop` and belongs to the container that it should.
    fn stands_at(&mut self, stop: Stop) -> bool {
        let at = self.cursor.at;
        let column = self.cursor.column(at);
        if self.cursor.line.start != stop.line || self.has_properties() {
            return false;
        }
        if self.outer_flow.is_some() {
            let belongs_to_brackets =
                column > self.top().indent || matches!(self.cursor.peek(), b']' | b'}' | b',');
            if belongs_to_brackets {
                return false;
            }
            self.abort_flow();
        }
        let dash = self.cursor.is_mark(at, b'-');
        matches!(self.landing(column, dash), Landing::Fits(index) if index == stop.depth)
    }
}
