//! Where a thing is made.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use divisi_model::{Agent, SlashCommand};
use divisi_syntax::Span;
use divisi_workspace::Snapshot;

use super::{Entity, Role, occurrences};

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Absolute path.
    pub path: PathBuf,
    /// Where the name stands; empty, at the file's first byte, where it is the file's name that counts.
    pub span: Span,
}

/// Where `entity` is made: several places where several files say that they are it. A file is its own declaration,
/// whether it exists or not.
pub fn declarations(snapshot: &Snapshot, entity: &Entity) -> Vec<Place> {
    match entity {
        Entity::Agent { .. } => nearest(agents(snapshot, entity)).map(place_of_agent).collect(),
        Entity::Command { .. } | Entity::Skill { .. } => commands(snapshot, entity),
        Entity::File(path) => vec![Place { path: path.clone(), span: Span::default() }],
        _ => entity.owner().map_or_else(Vec::new, |path| in_document(snapshot, path, entity)),
    }
}

/// All files that say they are this agent, in every scope.
pub fn agents<'a>(snapshot: &'a Snapshot, entity: &Entity) -> Vec<&'a Agent> {
    let agents = snapshot.registry().agents().iter().map(AsRef::as_ref);
    agents.filter(|agent| Entity::of_agent(agent) == *entity).collect()
}

/// Those that hide the others.
fn nearest(agents: Vec<&Agent>) -> impl Iterator<Item = &Agent> {
    let rank = |agent: &Agent| (!agent.loads(), agent.scope);
    let first = agents.iter().map(|agent| rank(agent)).min();
    agents.into_iter().filter(move |agent| Some(rank(agent)) == first)
}

fn place_of_agent(agent: &Agent) -> Place {
    Place { path: agent.path.clone().unwrap_or_default(), span: agent.name_span }
}

fn commands(snapshot: &Snapshot, entity: &Entity) -> Vec<Place> {
    let same = snapshot.commands().all().iter().filter(|command| Entity::of_command(command) == *entity);
    let same: Vec<&Arc<SlashCommand>> = same.collect();
    let nearest = same.iter().map(|command| command.scope).min();
    let nearest = same.into_iter().filter(|command| Some(command.scope) == nearest);
    nearest.filter_map(|it| Some(Place { path: it.path.clone()?, span: it.name_span })).collect()
}

fn in_document(snapshot: &Snapshot, path: &Path, entity: &Entity) -> Vec<Place> {
    let Some(document) = snapshot.document(path) else { return Vec::new() };
    let found = occurrences(snapshot, document).into_iter();
    let declared = found.filter(|it| it.role == Role::Declaration && it.entity == *entity);
    declared.map(|it| Place { path: path.to_owned(), span: it.span }).collect()
}
