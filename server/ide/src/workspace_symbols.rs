//! Names of the whole workspace by what somebody types.

use std::cmp::Reverse;
use std::path::Path;
use std::sync::Arc;

use divisi_model::Dag;
use divisi_syntax::Span;
use divisi_workspace::{Class, Content, Document, Snapshot};

use crate::outline::SymbolKind;

/// One name of the workspace.
#[derive(Debug, Clone)]
pub struct WorkspaceSymbol {
    /// What it is called; a command with its slash.
    pub name: String,
    /// What it is.
    pub kind: SymbolKind,
    /// The DAG that holds it.
    pub container: Option<String>,
    /// Its file.
    pub document: Arc<Document>,
    /// Where it is named; for what is called after its file, the first byte.
    pub span: Span,
}

/// The DAGs, nodes, agents, commands and skills whose names hold the characters of `query` in this order, whatever
/// their case: the best `limit` of them, the best first. An empty query fits every name.
pub fn workspace_symbols(snapshot: &Snapshot, query: &str, limit: usize) -> Vec<WorkspaceSymbol> {
    let query: Vec<char> = folded(query).filter(|c| !c.is_whitespace()).collect();
    let mut found: Vec<Found<'_>> = Vec::new();
    for document in snapshot.documents() {
        each_name(document, &mut |name, kind, span| {
            if let Some(rank) = rank(&query, name) {
                found.push(Found { rank, kind, name: name.to_owned(), document, span });
            }
        });
    }
    if found.len() > limit {
        found.select_nth_unstable_by(limit, Found::order);
        found.truncate(limit);
    }
    found.sort_by(Found::order);
    found.into_iter().map(Found::symbol).collect()
}

struct Found<'a> {
    rank: Rank,
    kind: SymbolKind,
    name: String,
    document: &'a Arc<Document>,
    span: Span,
}

impl Found<'_> {
    fn order(a: &Self, b: &Self) -> std::cmp::Ordering {
        let key = |it: &Self| (Reverse(it.rank), it.name.len(), it.kind);
        key(a)
            .cmp(&key(b))
            .then_with(|| a.name.cmp(&b.name))
            .then_with(|| (&a.document.path, a.span).cmp(&(&b.document.path, b.span)))
    }

    fn symbol(self) -> WorkspaceSymbol {
        let is_inside = matches!(self.kind, SymbolKind::Node);
        WorkspaceSymbol {
            name: self.name,
            kind: self.kind,
            container: is_inside.then(|| self.document.dag_name()).flatten(),
            document: Arc::clone(self.document),
            span: self.span,
        }
    }
}

/// Calls `tell` for each name that the document gives to something.
fn each_name(document: &Document, tell: &mut dyn FnMut(&str, SymbolKind, Span)) {
    if let Some((_, dag)) = document.dag() {
        let name = document.dag_name().unwrap_or_default();
        let span = dag.name.as_ref().map_or_else(Span::default, |name| name.span);
        tell(&name, SymbolKind::Dag, span);
        each_node(dag, tell);
    }
    match (&document.content, document.class) {
        (Content::Agent(agent), _) => {
            if let Some(name) = &agent.name {
                tell(&name.value, SymbolKind::Agent, name.span);
            }
        }
        (_, Class::Command) => {
            tell(&format!("/{}", stem(&document.path)), SymbolKind::Command, Span::default())
        }
        (_, Class::Skill) => tell(&skill_name(&document.path), SymbolKind::Skill, Span::default()),
        _ => {}
    }
}

fn each_node(dag: &Dag, tell: &mut dyn FnMut(&str, SymbolKind, Span)) {
    for node in dag.nodes.iter().filter(|node| !node.id.value.is_empty()) {
        tell(&node.id.value, SymbolKind::Node, node.id.span);
    }
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// A skill is called after its folder.
fn skill_name(path: &Path) -> String {
    path.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy().into_owned()
}

/// How well a name fits, from worst to best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// It holds the characters, with others between them.
    Scattered,
    /// It holds them side by side.
    Inside,
    /// It has a word that begins with them.
    Word,
    /// It begins with them.
    Start,
    /// It is just this.
    Whole,
}

/// `None` where the name lacks a character. `query` is in lower case.
fn rank(query: &[char], name: &str) -> Option<Rank> {
    let mut wanted = query.iter().copied();
    let mut next = wanted.next();
    for c in folded(name) {
        if next == Some(c) {
            next = wanted.next();
        }
    }
    if next.is_some() {
        return None;
    }
    let name: Vec<char> = folded(name).collect();
    let is_at = |at: usize| name.get(at..).is_some_and(|rest| rest.starts_with(query));
    let begins_word = |at: usize| {
        at.checked_sub(1).and_then(|before| name.get(before)).is_none_or(|c| !c.is_alphanumeric())
    };
    let best = (0..name.len()).filter(|at| is_at(*at)).map(|at| match at {
        0 if name.len() == query.len() => Rank::Whole,
        0 => Rank::Start,
        _ if begins_word(at) => Rank::Word,
        _ => Rank::Inside,
    });
    Some(best.max().unwrap_or(Rank::Scattered))
}

fn folded(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().flat_map(char::to_lowercase)
}
