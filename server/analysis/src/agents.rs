//! Which agents the nodes name, and who they are.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

use divisi_model::{AgentWork, Dag, Naming, Node, Registry, Resolution, Tool, Work, tool_of_runner};
use foldhash::fast::RandomState;

/// All works that name one agent.
pub(crate) struct AgentUses<'a> {
    /// The tool whose agents come first.
    pub(crate) tool: Tool,
    pub(crate) name: &'a str,
    pub(crate) resolution: Resolution<'a>,
    pub(crate) works: Vec<&'a AgentWork>,
}

/// The names of agents that `nodes` of `dag` and their compensations give and that can be looked up (no labels of
/// dialects, no templates), each looked up once; in the order in which they first appear.
pub(crate) fn look_up<'a>(
    dag: &Dag,
    nodes: impl Iterator<Item = &'a Node>,
    registry: &'a Registry,
) -> Vec<AgentUses<'a>> {
    let unsure = OnceCell::new();
    let is_looked_up = |naming| match naming {
        Naming::Reference => true,
        Naming::Unsure => *unsure.get_or_init(|| unsure_names_are_agents(dag, registry)),
        Naming::Label => false,
    };
    let mut uses: Vec<AgentUses<'a>> = Vec::new();
    let mut known: HashMap<(Tool, &str), usize, RandomState> = HashMap::default();
    let works = nodes.flat_map(|node| node.work.iter().chain(node.undoing()));
    for work in works {
        let Work::Agent(work) = work else {
            continue;
        };
        let name = work.agent.value.as_str();
        if !is_looked_up(work.naming) || name.is_empty() || name.contains("{{") {
            continue;
        }
        let tool = work.runner.as_ref().map_or(Tool::ClaudeCode, |runner| tool_of_runner(&runner.value));
        let at = *known.entry((tool, name)).or_insert_with(|| {
            let resolution = registry.resolve(tool, name);
            uses.push(AgentUses { tool, name, resolution, works: Vec::new() });
            uses.len() - 1
        });
        uses[at].works.push(work);
    }
    uses
}

/// Whether names that may be words for people name agents in this file: at least half of them do, each counted once.
fn unsure_names_are_agents(dag: &Dag, registry: &Registry) -> bool {
    let names = dag.nodes.iter().filter_map(|node| match &node.work {
        Some(Work::Agent(work)) if work.naming == Naming::Unsure => Some(work.agent.value.as_str()),
        _ => None,
    });
    let names: HashSet<&str, RandomState> = names.filter(|name| !name.is_empty()).collect();
    let is_known = |name: &&&str| !matches!(registry.resolve(Tool::ClaudeCode, name), Resolution::Unknown);
    let known = names.iter().filter(is_known).count();
    2 * known >= names.len()
}
