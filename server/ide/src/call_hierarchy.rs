//! Call hierarchy: what a node waits for and uses, and what waits for it; what an agent, a command, a skill or a DAG
//! uses, and what uses it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use divisi_analysis::describe;
use divisi_analysis::occurrences::{
    Entity, Occurrence, Role, declarations, occurrence_at, occurrences, references,
};
use divisi_model::{Dag, Node};
use divisi_syntax::Span;
use divisi_workspace::{Content, Document, Snapshot};

use crate::outline::SymbolKind;

/// A thing that uses others and is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallItem {
    /// What it is called.
    pub name: String,
    /// What it does, in few words.
    pub detail: Option<String>,
    /// For its picture.
    pub kind: SymbolKind,
    /// Its file.
    pub path: PathBuf,
    /// All of it, in that file.
    pub range: Span,
    /// Its name, within `range`; empty at the file's first byte where the file's name is its name.
    pub selection: Span,
}

/// One thing that uses another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The one that uses (incoming), or that is used (outgoing).
    pub item: CallItem,
    /// Where it is named, in the file of the one that uses.
    pub at: Vec<Span>,
}

/// What is named at `offset`, if it can use others or be used.
pub fn prepare_calls(snapshot: &Snapshot, document: &Arc<Document>, offset: u32) -> Option<CallItem> {
    let entity = occurrence_at(snapshot, document, offset).map(|occurrence| occurrence.entity);
    // Beside all names the document itself is meant: a command's own text, a DAG's first lines.
    let entity = entity.filter(has_calls).or_else(|| Some(holder(snapshot, document, offset)))?;
    item(snapshot, &entity)
}

/// What uses the thing that is made at `selection` of the file at `path`.
pub fn incoming_calls(snapshot: &Snapshot, path: &Path, selection: Span) -> Vec<Call> {
    let Some(entity) = entity_at(snapshot, path, selection) else { return Vec::new() };
    let mut calls = Vec::new();
    for uses in references(snapshot, &entity) {
        for occurrence in uses.occurrences.iter().filter(|it| it.role != Role::Declaration) {
            let user = holder(snapshot, &uses.document, occurrence.span.start);
            if user != entity {
                add(&mut calls, user, occurrence.span);
            }
        }
    }
    shown(snapshot, calls)
}

/// What the thing that is made at `selection` of the file at `path` uses.
pub fn outgoing_calls(snapshot: &Snapshot, path: &Path, selection: Span) -> Vec<Call> {
    let Some(entity) = entity_at(snapshot, path, selection) else { return Vec::new() };
    let Some(document) = snapshot.document(path) else { return Vec::new() };
    let is_inside = |occurrence: &Occurrence| match node(document, &entity) {
        Some((_, node)) => node.span.contains(occurrence.span),
        // A DAG uses what its nodes use; the nodes are its own.
        None => !matches!(occurrence.entity, Entity::Node { .. }),
    };
    let mut calls = Vec::new();
    for occurrence in occurrences(snapshot, document) {
        let is_use = occurrence.role != Role::Declaration && occurrence.entity != entity;
        if is_use && has_calls(&occurrence.entity) && is_inside(&occurrence) {
            add(&mut calls, occurrence.entity, occurrence.span);
        }
    }
    shown(snapshot, calls)
}

/// Calls by what they lead to, in the order in which they are found.
type Calls = Vec<(Entity, Vec<Span>)>;

fn add(calls: &mut Calls, entity: Entity, at: Span) {
    match calls.iter_mut().find(|(known, _)| *known == entity) {
        Some((_, places)) => places.push(at),
        None => calls.push((entity, vec![at])),
    }
}

/// Without what is made nowhere: there would be nothing to go to.
fn shown(snapshot: &Snapshot, calls: Calls) -> Vec<Call> {
    calls.into_iter().filter_map(|(entity, at)| Some(Call { item: item(snapshot, &entity)?, at })).collect()
}

const fn has_calls(entity: &Entity) -> bool {
    matches!(
        entity,
        Entity::Node { .. }
            | Entity::Agent { .. }
            | Entity::Command { .. }
            | Entity::Skill { .. }
            | Entity::File(_)
    )
}

/// What is made at `selection` of the file: a node where a node's name stands there, else what the file is.
fn entity_at(snapshot: &Snapshot, path: &Path, selection: Span) -> Option<Entity> {
    let document = snapshot.document(path)?;
    let named = occurrence_at(snapshot, document, selection.start).filter(|it| it.span == selection);
    let named = named.map(|occurrence| occurrence.entity).filter(has_calls);
    named.or_else(|| Some(of_document(snapshot, document)))
}

/// The node around `offset`, else what the document is.
fn holder(snapshot: &Snapshot, document: &Arc<Document>, offset: u32) -> Entity {
    let around = document.dag().and_then(|(_, dag)| {
        dag.nodes.iter().find(|node| node.span.touches(offset) && !node.id.value.is_empty())
    });
    match around {
        Some(node) => Entity::Node {
            document: Arc::from(document.path.as_path()),
            within: Vec::new(),
            id: node.id.value.clone(),
        },
        None => of_document(snapshot, document),
    }
}

/// What a whole document is: an agent, a command, a skill, else its file.
fn of_document(snapshot: &Snapshot, document: &Document) -> Entity {
    let path = Some(document.path.as_path());
    let agent = snapshot.registry().agents().iter().find(|agent| agent.path.as_deref() == path);
    let command = || snapshot.commands().all().iter().find(|command| command.path.as_deref() == path);
    match (&document.content, agent) {
        (Content::Agent(_), Some(agent)) => Entity::of_agent(agent),
        _ => command()
            .map_or_else(|| Entity::File(document.path.clone()), |command| Entity::of_command(command)),
    }
}

fn node<'a>(document: &'a Document, entity: &Entity) -> Option<(&'a Dag, &'a Node)> {
    let Entity::Node { within, id, .. } = entity else { return None };
    let find = |dag: &'a Dag, id: &str| dag.nodes.iter().find(|node| node.id.value == id);
    let (_, dag) = document.dag()?;
    let dag: &Dag = dag;
    let dag = within.iter().try_fold(dag, |dag, id| find(dag, id)?.body.as_deref())?;
    Some((dag, find(dag, id)?))
}

/// `None` for what is made nowhere: built-in agents, names that nobody has.
fn item(snapshot: &Snapshot, entity: &Entity) -> Option<CallItem> {
    let place = declarations(snapshot, entity).into_iter().next()?;
    let document = snapshot.document(&place.path)?;
    if let Some((_, node)) = node(document, entity) {
        return Some(CallItem {
            name: node.id.value.clone(),
            detail: Some(describe::work(node)),
            kind: SymbolKind::Node,
            range: node.span,
            selection: place.span,
            path: place.path,
        });
    }
    let (name, detail, kind) = match entity {
        Entity::Agent { .. } => {
            let agents = snapshot.registry().agents();
            let agent = agents.iter().find(|agent| agent.path.as_ref() == Some(&place.path))?;
            (agent.name.clone(), agent.description.clone(), SymbolKind::Agent)
        }
        Entity::Command { .. } | Entity::Skill { .. } => {
            let commands = snapshot.commands().all();
            let command = commands.iter().find(|command| command.path.as_ref() == Some(&place.path))?;
            let is_skill = matches!(entity, Entity::Skill { .. });
            let kind = if is_skill { SymbolKind::Skill } else { SymbolKind::Command };
            (format!("/{}", command.name), command.description.clone(), kind)
        }
        _ => {
            let name = document.dag_name().or_else(|| file_name(&place.path))?;
            (
                name,
                document.dag().and_then(|(_, dag)| Some(dag.description.as_ref()?.value.clone())),
                SymbolKind::Dag,
            )
        }
    };
    let detail = detail.map(|text| describe::first_line(&text).to_owned());
    let range = Span::new(0, document.text.len() as u32);
    Some(CallItem { name, detail, kind, path: place.path, range, selection: place.span })
}

fn file_name(path: &Path) -> Option<String> {
    Some(path.file_name()?.to_string_lossy().into_owned())
}
