//! Which agents the nodes name, and who they are.

use std::collections::HashMap;

use divisi_model::{AgentWork, Node, Registry, Resolution, Tool, Work, tool_of_runner};
use foldhash::fast::RandomState;

/// All works that name one agent.
pub(crate) struct AgentUses<'a> {
    /// The tool whose agents come first.
    pub(crate) tool: Tool,
    pub(crate) name: &'a str,
    pub(crate) resolution: Resolution<'a>,
    pub(crate) works: Vec<&'a AgentWork>,
}

/// The names of agents that nodes and compensations give and that can be looked up (no labels of dialects, no templates), each looked up once; in the
/// order in which they first appear.
pub(crate) fn look_up<'a>(
    nodes: impl Iterator<Item = &'a Node>,
    registry: &'a Registry,
) -> Vec<AgentUses<'a>> {
    let mut uses: Vec<AgentUses<'a>> = Vec::new();
    let mut known: HashMap<(Tool, &str), usize, RandomState> = HashMap::default();
    let works = nodes.flat_map(|node| node.work.iter().chain(node.compensation.as_deref()));
    for work in works {
        let Work::Agent(work) = work else {
            continue;
        };
        let name = work.agent.value.as_str();
        if !work.is_reference || name.is_empty() || name.contains("{{") {
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
