//! The dialect of claude-flow: `tasks[]` and `agents[]` in JSON, to [`Dag`].
//!
//! Tasks name the file's own agents ([`Dag::own_agents`]), never the registry's.

pub(crate) mod language;
mod task;
mod unit;

use divisi_syntax::{Kind, NodeId, Spanned, Tree};

use crate::dag::{Dag, Dialect};
use crate::keys::claude_flow as keys;
use crate::reader::{Fields, Reader};

/// Whether the document looks like a workflow of claude-flow: `tasks` with ids, and agents of the file that have
/// ids or that tasks name.
pub fn is_claude_flow(tree: &Tree) -> bool {
    let reader = Reader::new(tree);
    let Some(root) = tree.root().map(|root| tree.resolve(root)) else { return false };
    let items =
        |key| tree.get(root, key).map(|list| reader.items(list).collect::<Vec<_>>()).unwrap_or_default();
    let has = |item: NodeId, key| tree.get(tree.resolve(item), key).is_some();
    let tasks = items("tasks");
    let is_assigned = tasks.iter().any(|task| ["assignTo", "agentId"].iter().any(|key| has(*task, key)));
    let has_agents = items("agents").iter().any(|agent| has(*agent, "id"));
    tasks.iter().any(|task| has(*task, "id")) && (is_assigned || has_agents)
}

/// Lowers a workflow. `None` where `root` is not a mapping.
pub fn lower(tree: &Tree, root: NodeId) -> Option<Dag> {
    let root = tree.resolve(root);
    if tree.kind(root) != Kind::Mapping {
        return None;
    }
    let reader = &Reader::new(tree);
    let fields = reader.fields(root, &keys::WORKFLOW);
    let text = |key: &str| fields.get(key).and_then(|value| reader.spanned(value));
    let tasks = fields.field("tasks");
    Some(Dag {
        name: text("name"),
        description: text("description"),
        max_parallel: max_parallel(reader, &fields),
        nodes_key: tasks.map(|field| reader.span(field.key_node)),
        nodes: tasks.map(|field| task::lower_all(reader, field.value)).unwrap_or_default(),
        own_agents: fields.get("agents").map(|value| own_agents(reader, value)).unwrap_or_default(),
        incomplete: reader.exhausted(),
        ..Dag::empty(Dialect::ClaudeFlow, root)
    })
}

fn own_agents(reader: &Reader<'_>, agents: NodeId) -> Vec<Spanned<String>> {
    let ids = reader.items(agents).map(|agent| reader.member(agent, "id")).collect::<Vec<_>>();
    ids.into_iter().flatten().filter_map(|id| reader.spanned(id)).collect()
}

/// `settings.maxConcurrency`, `maxConcurrency`; one where the file says that nothing runs beside something else.
fn max_parallel(reader: &Reader<'_>, fields: &Fields) -> Option<Spanned<u32>> {
    let settings = || reader.member(fields.get("settings")?, "maxConcurrency");
    let written = fields.get("maxConcurrency").or_else(settings).and_then(|value| reader.positive(value));
    let parallel = fields.get("parallel").filter(|value| reader.boolean(*value) == Some(false));
    let mode = || {
        let mode = reader.member(fields.get("execution")?, "mode")?;
        reader.string(mode).is_some_and(|mode| mode == "sequential").then_some(mode)
    };
    let sequential = || parallel.or_else(mode).map(|value| Spanned::new(1, reader.span(value)));
    written.or_else(sequential)
}
