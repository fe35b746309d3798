//! What can be done with a document, above the line it concerns.

use std::path::PathBuf;

use divisi_analysis::occurrences::{Entity, Place, Role, references};
use divisi_syntax::Span;
use divisi_workspace::{Class, Content, Document, Snapshot, lexical};

/// An action above a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lens {
    /// What it concerns.
    pub span: Span,
    /// What it does.
    pub action: LensAction,
}

/// What a lens does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LensAction {
    /// Runs the DAG of this file, or cancels its run while one is going on.
    Run(PathBuf),
    /// Runs the DAG of this document as far as a node needs, or again from that node on where it was run. It stands on
    /// one line, before where the node is used.
    RunNode(String),
    /// Shows where this is used: [`uses`]. They are not counted yet, since only some lenses are ever seen.
    UsedBy(Entity),
}

/// The lenses of a document: to run its DAG, or the one whose file a command names, or its DAG to or from a node; and
/// where the agent, the command, the skill or the DAG that it holds, and each node, are used.
pub fn lenses(snapshot: &Snapshot, document: &Document) -> Vec<Lens> {
    let mut lenses: Vec<Lens> = run(snapshot, document).into_iter().collect();
    let used_by = |(span, entity)| Lens { span, action: LensAction::UsedBy(entity) };
    lenses.extend(own(snapshot, document).map(used_by));
    let hints = &snapshot.settings().hints;
    for (span, id) in nodes(document) {
        lenses.extend(hints.node_runs.then(|| Lens { span, action: LensAction::RunNode(id.to_owned()) }));
        lenses.extend(hints.node_uses.then(|| used_by((span, node_entity(document, id)))));
    }
    lenses
}

/// Where `entity` is used, sorted by file and place; where it is made is no use.
pub fn uses(snapshot: &Snapshot, entity: &Entity) -> Vec<Place> {
    let mut places = Vec::new();
    for uses in references(snapshot, entity) {
        let used = uses.occurrences.iter().filter(|it| it.role != Role::Declaration);
        places.extend(used.map(|it| Place { path: uses.document.path.clone(), span: it.span }));
    }
    places.sort_by(|a, b| (&a.path, a.span).cmp(&(&b.path, b.span)));
    places
}

fn run(snapshot: &Snapshot, document: &Document) -> Option<Lens> {
    if document.dag().is_some() {
        return Some(Lens { span: head(document), action: LensAction::Run(document.path.clone()) });
    }
    let Content::Command { link: Some(link) } = &document.content else { return None };
    let path = lexical::clean(&document.path.parent()?.join(&link.value));
    let _holds_dag = snapshot.document(&path)?.dag()?;
    Some(Lens { span: link.span, action: LensAction::Run(path) })
}

/// Where a DAG begins: at its name, if it has one.
fn head(document: &Document) -> Span {
    let Some((tree, dag)) = document.dag() else { return Span::default() };
    dag.name.as_ref().map_or_else(|| Span::at(tree.span(dag.root).start), |name| name.span)
}

/// What the document as a whole is.
fn own(snapshot: &Snapshot, document: &Document) -> Option<(Span, Entity)> {
    let is_here = |path: Option<&PathBuf>| path == Some(&document.path);
    match document.class {
        Class::Agent => {
            let agents = snapshot.registry().agents();
            let agent = agents.iter().find(|agent| is_here(agent.path.as_ref()))?;
            Some((agent.name_span, Entity::of_agent(agent)))
        }
        Class::Command | Class::Skill => {
            let command = snapshot.commands().all().iter().find(|command| is_here(command.path.as_ref()))?;
            Some((command.name_span, Entity::of_command(command)))
        }
        _ => document.dag().map(|_| (head(document), Entity::File(document.path.clone()))),
    }
}

/// Nodes that have an id.
fn nodes(document: &Document) -> impl Iterator<Item = (Span, &str)> {
    let nodes = document.dag().map(|(_, dag)| dag.nodes.as_slice()).unwrap_or_default();
    let with_id = nodes.iter().filter(|node| !node.id.value.is_empty());
    with_id.map(|node| (node.id.span, node.id.value.as_str()))
}

fn node_entity(document: &Document, id: &str) -> Entity {
    Entity::Node { document: document.path.as_path().into(), within: Vec::new(), id: id.to_owned() }
}
