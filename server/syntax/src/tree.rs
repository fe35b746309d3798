//! The flat arena that every parser of this crate fills.
//!
//! Nodes stand in source order, each before its children, and each knows where
//! its subtree ends. A mapping's children alternate key, value. There are no
//! child vectors and no stored strings: content is decoded on demand from the
//! text.

use std::borrow::Cow;
use std::sync::Arc;

use crate::change::NodesChange;
use crate::scalar::{self, Decoded, ScalarValue};
use crate::span::Span;

/// Index of a node in its [`Tree`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(crate) u32);

impl NodeId {
    /// Position in the arena.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Keys and values.
    Mapping,
    /// Items.
    Sequence,
    /// A leaf. A value that is not written (`key:` and nothing) is a plain
    /// scalar with an empty span.
    Scalar,
    /// `*name`; [`Tree::resolve`] follows it.
    Alias,
}

/// How a node is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Style {
    /// A collection by indentation.
    Block,
    /// A collection in brackets or braces (all of JSON).
    Flow,
    /// A scalar without quotes; also aliases, and JSON's literals and numbers.
    Plain,
    /// `'…'`
    SingleQuoted,
    /// `"…"`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

/// Why a piece of text is not what its language allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// Not well-formed.
    Syntax,
    /// Legal YAML that we do not read (merge keys, complex keys …).
    Unsupported,
    /// Deeper or larger than [`crate::Limits`].
    Limit,
}

/// One fault in the text. The tree exists regardless.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// Kind of fault.
    pub kind: ErrorKind,
    /// Where; on one line.
    pub span: Span,
    /// What is wrong and what to do, one sentence without a full stop.
    pub message: String,
}

/// Marks "no node" and "no property" in the arena.
pub(crate) const NONE: u32 = u32::MAX;

#[derive(Debug, Clone, Copy)]
pub(crate) struct NodeData {
    pub(crate) kind: Kind,
    pub(crate) style: Style,
    /// Without tag and anchor. A block collection reaches from its first key
    /// or dash to the end of its last item's content.
    pub(crate) span: Span,
    pub(crate) parent: u32,
    /// One past the last node of this subtree.
    pub(crate) subtree_end: u32,
    /// Index into [`Tree::properties`], or [`NONE`].
    pub(crate) properties: u32,
    /// Column of a block scalar's content (its indentation); otherwise 0.
    pub(crate) indent: u32,
}

/// Tag and anchor of a node.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Properties {
    pub(crate) tag: Option<Span>,
    pub(crate) anchor: Option<Span>,
}

impl Properties {
    pub(crate) const fn is_empty(&self) -> bool {
        self.tag.is_none() && self.anchor.is_none()
    }
}

/// What a `%TAG` line says: a tag that begins with `handle` means `prefix` instead.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TagHandle {
    /// Index of the document it holds for.
    pub(crate) document: u32,
    pub(crate) handle: Span,
    pub(crate) prefix: Span,
}

/// Errors kept for one text: enough to see what is wrong, and a bound for a text that is wrong everywhere.
pub(crate) const MOST_ERRORS: usize = 1000;

/// A parsed text: nodes, comments, faults.
#[derive(Debug, Clone)]
pub struct Tree {
    pub(crate) text: Arc<str>,
    pub(crate) nodes: Vec<NodeData>,
    pub(crate) properties: Vec<Properties>,
    /// Root of each document, in order.
    pub(crate) documents: Vec<NodeId>,
    /// Where each document's `---` or first content stands.
    pub(crate) document_spans: Vec<Span>,
    /// `#…`, `//…`, `/*…*/`, with their marks.
    pub(crate) comments: Vec<Span>,
    pub(crate) errors: Vec<SyntaxError>,
    /// For each alias node the node it stands for.
    pub(crate) aliases: Vec<(NodeId, NodeId)>,
    pub(crate) tag_handles: Vec<TagHandle>,
    pub(crate) json: bool,
    /// Whether one part of the text may decide how another, behind it, is read: by anchors and aliases, by a fault
    /// that is told once a file, by a wrong column that counts as right from then on.
    pub(crate) carries_over: bool,
}

impl Tree {
    /// A tree without nodes.
    pub fn empty(text: Arc<str>, json: bool) -> Self {
        Self {
            text,
            nodes: Vec::new(),
            properties: Vec::new(),
            documents: Vec::new(),
            document_spans: Vec::new(),
            comments: Vec::new(),
            errors: Vec::new(),
            aliases: Vec::new(),
            tag_handles: Vec::new(),
            json,
            carries_over: false,
        }
    }

    /// The whole text of the file (also where only its front matter was parsed).
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// Whether the text was read as JSONC.
    pub const fn is_json(&self) -> bool {
        self.json
    }

    /// Root of each document. An empty text has none.
    pub fn documents(&self) -> &[NodeId] {
        &self.documents
    }

    /// For each document the span of its `---` mark, or of its first content where no mark is written.
    pub fn document_spans(&self) -> &[Span] {
        &self.document_spans
    }

    /// Root of the first document.
    pub fn root(&self) -> Option<NodeId> {
        self.documents.first().copied()
    }

    /// All faults, in source order.
    pub fn errors(&self) -> &[SyntaxError] {
        &self.errors
    }

    /// All comments, in source order, marks included.
    pub fn comments(&self) -> &[Span] {
        &self.comments
    }

    /// Number of nodes.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is no node.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// All nodes, in source order.
    pub fn ids(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..self.nodes.len() as u32).map(NodeId)
    }

    /// What the node is.
    pub fn kind(&self, id: NodeId) -> Kind {
        self.nodes[id.index()].kind
    }

    /// How the node is written.
    pub fn style(&self, id: NodeId) -> Style {
        self.nodes[id.index()].style
    }

    /// The node's text without tag and anchor.
    pub fn span(&self, id: NodeId) -> Span {
        self.nodes[id.index()].span
    }

    /// The collection that holds the node (for keys and values: the mapping).
    pub fn parent(&self, id: NodeId) -> Option<NodeId> {
        let parent = self.nodes[id.index()].parent;
        (parent != NONE).then_some(NodeId(parent))
    }

    /// The node's tag as written, e.g. `!!str`.
    pub fn tag(&self, id: NodeId) -> Option<&str> {
        Some(self.properties_of(id)?.tag?.slice(&self.text))
    }

    /// The node's tag in full, with `!!` and the handles of `%TAG` lines written out and `%` escapes decoded:
    /// `tag:yaml.org,2002:str` for `!!str`, `!mine` for `!mine`.
    pub fn resolved_tag(&self, id: NodeId) -> Option<String> {
        let tag = self.tag(id)?;
        if let Some(verbatim) = tag.strip_prefix("!<") {
            return Some(verbatim.trim_end_matches('>').to_owned());
        }
        let handle_end = tag.get(1..)?.find('!').map_or(1, |second| second + 2);
        let (handle, suffix) = tag.split_at_checked(handle_end)?;
        if suffix.is_empty() && handle == "!" {
            return Some(tag.to_owned());
        }
        let document = self.documents.partition_point(|root| *root <= id).saturating_sub(1);
        let declared = self.tag_handles.iter().rev().find(|declared| {
            declared.document as usize == document && declared.handle.slice(&self.text) == handle
        });
        let prefix = match declared {
            Some(declared) => declared.prefix.slice(&self.text),
            None if handle == "!!" => "tag:yaml.org,2002:",
            None => handle,
        };
        Some(format!("{prefix}{}", scalar::percent_decoded(suffix)))
    }

    /// The node's anchor with its `&`.
    pub fn anchor(&self, id: NodeId) -> Option<Span> {
        self.properties_of(id)?.anchor
    }

    /// Where the node's tag and anchor stand, from the first byte of the one to the last of the other.
    pub fn properties_span(&self, id: NodeId) -> Option<Span> {
        let Properties { tag, anchor } = *self.properties_of(id)?;
        match (tag, anchor) {
            (Some(tag), Some(anchor)) => Some(tag.cover(anchor)),
            (tag, anchor) => tag.or(anchor),
        }
    }

    /// For a block scalar the column at which its text begins; 0 for other nodes.
    pub fn content_indent(&self, id: NodeId) -> u32 {
        self.nodes[id.index()].indent
    }

    fn properties_of(&self, id: NodeId) -> Option<&Properties> {
        self.properties.get(self.nodes[id.index()].properties as usize)
    }

    /// Direct children in order; of a mapping key, value, key, value.
    pub fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let end = self.nodes[id.index()].subtree_end;
        let mut next = id.0 + 1;
        std::iter::from_fn(move || {
            if next >= end {
                return None;
            }
            let child = NodeId(next);
            next = self.nodes[child.index()].subtree_end;
            Some(child)
        })
    }

    /// Those direct children that were read anew; none where the change is not among them.
    pub fn children_within(&self, id: NodeId, change: NodesChange) -> impl Iterator<Item = NodeId> + '_ {
        let is_parent = self.nodes.get(change.start as usize).is_some_and(|node| node.parent == id.0);
        let end = if is_parent { change.new_end } else { 0 };
        let mut next = change.start;
        std::iter::from_fn(move || {
            let child = NodeId(next);
            next = self.nodes.get(child.index()).filter(|_| child.0 < end)?.subtree_end;
            Some(child)
        })
    }

    /// Keys and values of a mapping, duplicates included; nothing for other kinds.
    /// An alias is not followed: call [`Tree::resolve`] first.
    pub fn entries(&self, id: NodeId) -> impl Iterator<Item = (NodeId, NodeId)> + '_ {
        let is_mapping = self.kind(id) == Kind::Mapping;
        let mut children = self.children(id);
        std::iter::from_fn(move || {
            if !is_mapping {
                return None;
            }
            let key = children.next()?;
            // Invariant of the builders: each key is followed by its value.
            Some((key, children.next()?))
        })
    }

    /// Items of a sequence; nothing for other kinds.
    pub fn items(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let is_sequence = self.kind(id) == Kind::Sequence;
        self.children(id).filter(move |_| is_sequence)
    }

    /// Value of the first key that equals `key`.
    pub fn get(&self, id: NodeId, key: &str) -> Option<NodeId> {
        self.entry(id, key).map(|(_, value)| value)
    }

    /// First key that equals `key`, with its value.
    pub fn entry(&self, id: NodeId, key: &str) -> Option<(NodeId, NodeId)> {
        self.entries(id).find(|(name, _)| self.str(*name).is_some_and(|name| name == key))
    }

    /// Follows an alias to the node it names; any other node is itself. Never
    /// loops: an alias names an earlier node that does not contain it, or is an error.
    pub fn resolve(&self, id: NodeId) -> NodeId {
        match self.aliases.binary_search_by_key(&id, |(alias, _)| *alias) {
            Ok(found) => self.aliases[found].1,
            Err(_) => id,
        }
    }

    /// Content of a scalar, decoded; `None` for collections and dangling aliases.
    pub fn str(&self, id: NodeId) -> Option<Cow<'_, str>> {
        let id = self.resolve(id);
        (self.kind(id) == Kind::Scalar).then(|| scalar::content(self, id))
    }

    /// Content of a scalar with the way back to the source.
    pub fn decoded(&self, id: NodeId) -> Option<Decoded> {
        let id = self.resolve(id);
        (self.kind(id) == Kind::Scalar).then(|| scalar::decode(self, id))
    }

    /// A scalar by the YAML 1.2 core schema (JSON's literals are a subset).
    pub fn scalar(&self, id: NodeId) -> Option<ScalarValue<'_>> {
        let id = self.resolve(id);
        (self.kind(id) == Kind::Scalar).then(|| scalar::typed(self, id))
    }

    /// Whether nothing is written where a value is expected.
    pub fn is_missing(&self, id: NodeId) -> bool {
        let node = &self.nodes[id.index()];
        node.kind == Kind::Scalar && node.style == Style::Plain && node.span.is_empty()
    }

    /// The deepest node whose span touches `offset`; of two that touch, the one that starts there.
    pub fn node_at(&self, offset: u32) -> Option<NodeId> {
        let mut best = self.documents.iter().copied().rfind(|root| self.span(*root).touches(offset))?;
        loop {
            let inner = self.children(best).filter(|child| self.span(*child).touches(offset)).last();
            match inner {
                Some(child) => best = child,
                None => return Some(best),
            }
        }
    }
}

/// Fills a [`Tree`] in source order. The parsers' only way to write one.
#[derive(Debug)]
pub(crate) struct Builder {
    pub(crate) tree: Tree,
    open: Vec<u32>,
}

impl Builder {
    pub(crate) fn new(text: Arc<str>, json: bool) -> Self {
        Self { tree: Tree::empty(text, json), open: Vec::new() }
    }

    /// Number of open collections.
    pub(crate) fn depth(&self) -> usize {
        self.open.len()
    }

    /// Whether the first `count` nodes are collections, each in the one before, that were never closed.
    pub(crate) fn is_open(&self, count: usize) -> bool {
        self.open.len() >= count && self.open.iter().zip(0..count as u32).all(|(open, id)| *open == id)
    }

    /// Adds a leaf under the innermost open collection.
    pub(crate) fn leaf(&mut self, kind: Kind, style: Style, span: Span) -> NodeId {
        let id = self.push(kind, style, span);
        self.tree.nodes[id.index()].subtree_end = id.0 + 1;
        id
    }

    /// Opens a collection; its span is fixed by [`Builder::close`].
    pub(crate) fn open(&mut self, kind: Kind, style: Style, start: u32) -> NodeId {
        let id = self.push(kind, style, Span::at(start));
        self.open.push(id.0);
        id
    }

    /// Closes the innermost open collection at byte `end`.
    pub(crate) fn close(&mut self, end: u32) {
        if let Some(id) = self.open.pop() {
            let next = self.tree.nodes.len() as u32;
            let node = &mut self.tree.nodes[id as usize];
            node.span.end = end.max(node.span.start);
            node.subtree_end = next;
        }
    }

    /// Makes the finished subtree at `id`, which nothing follows, the first child of a new collection, and opens that.
    /// Every node of the subtree gets the next id.
    pub(crate) fn wrap(&mut self, id: NodeId, kind: Kind, style: Style) -> NodeId {
        let inner = self.tree.nodes[id.index()];
        for node in &mut self.tree.nodes[id.index()..] {
            node.subtree_end += 1;
            if node.parent != NONE && node.parent >= id.0 {
                node.parent += 1;
            }
        }
        self.tree.nodes[id.index()].parent = id.0;
        let outer = NodeData {
            kind,
            style,
            span: Span::at(inner.span.start),
            parent: inner.parent,
            subtree_end: NONE,
            properties: NONE,
            indent: 0,
        };
        self.tree.nodes.insert(id.index(), outer);
        self.open.push(id.0);
        id
    }

    /// Moves the start of a collection back, to the tag or anchor of its first key.
    pub(crate) fn set_start(&mut self, id: NodeId, start: u32) {
        self.tree.nodes[id.index()].span.start = start;
    }

    pub(crate) fn set_properties(&mut self, id: NodeId, properties: Properties) {
        if !properties.is_empty() {
            self.tree.nodes[id.index()].properties = self.tree.properties.len() as u32;
            self.tree.properties.push(properties);
            self.tree.carries_over = true;
        }
    }

    /// Gives a node that may have a tag or an anchor what it lacks.
    pub(crate) fn add_properties(&mut self, id: NodeId, more: Properties) {
        match self.tree.properties.get_mut(self.tree.nodes[id.index()].properties as usize) {
            Some(own) => *own = Properties { tag: own.tag.or(more.tag), anchor: own.anchor.or(more.anchor) },
            None => self.set_properties(id, more),
        }
    }

    pub(crate) fn error(&mut self, kind: ErrorKind, span: Span, message: impl Into<String>) {
        if self.tree.errors.len() >= MOST_ERRORS {
            return;
        }
        self.tree.errors.push(SyntaxError { kind, span, message: message.into() });
    }

    fn push(&mut self, kind: Kind, style: Style, span: Span) -> NodeId {
        self.tree.carries_over |= kind == Kind::Alias;
        let id = NodeId(self.tree.nodes.len() as u32);
        let parent = self.open.last().copied().unwrap_or(NONE);
        if parent == NONE {
            self.tree.documents.push(id);
        }
        self.tree.nodes.push(NodeData {
            kind,
            style,
            span,
            parent,
            subtree_end: NONE,
            properties: NONE,
            indent: 0,
        });
        id
    }

    pub(crate) fn finish(mut self) -> Tree {
        let end = self.tree.text.len() as u32;
        while !self.open.is_empty() {
            self.close(end);
        }
        self.tree.errors.sort_by_key(|error| (error.span.start, error.span.end));
        self.tree.aliases.sort();
        self.tree
    }
}
