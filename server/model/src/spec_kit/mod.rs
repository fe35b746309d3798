//! The dialect of spec-kit: `claude_code.subagents[]` in the front matter of a command, to [`Dag`].
//!
//! A role is the node's id and a label: it names no agent's file, and it is never looked up. Times are in
//! milliseconds where a key ends in nothing (`timeout_per_agent`), in minutes where it says so.

mod unit;

use divisi_syntax::{Kind, NodeId, Span, Spanned, Tree};

use crate::dag::{AgentWork, Dag, Defaults, Dialect, Naming, Node, Work};
use crate::keys::spec_kit as keys;
use crate::reader::{MOST_NODES, Reader};

/// The value of `claude_code:` if it lists at least one subagent with a role; `root` is the front matter's mapping.
pub fn claude_code(tree: &Tree, root: NodeId) -> Option<NodeId> {
    let reader = Reader::new(tree);
    let value = tree.resolve(tree.get(root, keys::CARRIER_KEY)?);
    let subagents = tree.get(value, "subagents")?;
    let has_role = |item| tree.get(tree.resolve(item), "role").is_some();
    reader.items(subagents).any(has_role).then_some(value)
}

/// Lowers the mapping under `claude_code:`. `None` where `root` is not a mapping.
pub fn lower(tree: &Tree, root: NodeId) -> Option<Dag> {
    let root = tree.resolve(root);
    if tree.kind(root) != Kind::Mapping {
        return None;
    }
    let reader = &Reader::new(tree);
    let fields = reader.fields(root, &keys::CLAUDE_CODE);
    let model = fields.get("model").and_then(|value| reader.spanned(value));
    let orchestration = fields.get("orchestration");
    let timeout = orchestration.and_then(|value| unit::timeout_per_agent(reader, value));
    let defaults = Defaults { model, timeout, ..Defaults::default() };
    let subagents = fields.field("subagents");
    Some(Dag {
        max_parallel: orchestration
            .and_then(|value| reader.member(value, "max_parallel"))
            .and_then(|value| reader.positive(value)),
        nodes_key: subagents.map(|field| reader.span(field.key_node)),
        nodes: subagents.map(|field| lower_all(reader, field.value, &defaults)).unwrap_or_default(),
        defaults,
        incomplete: reader.exhausted(),
        ..Dag::empty(Dialect::SpecKit, root)
    })
}

fn lower_all(reader: &Reader<'_>, subagents: NodeId, defaults: &Defaults) -> Vec<Node> {
    let mappings = reader.items(subagents).filter(|item| reader.kind(*item) == Kind::Mapping);
    reader.at_most(MOST_NODES, mappings, |item| lower_one(reader, item, defaults))
}

fn lower_one(reader: &Reader<'_>, item: NodeId, defaults: &Defaults) -> Node {
    let fields = &reader.fields(item, &keys::SUBAGENT);
    let span = reader.span(item);
    let text = |key: &str| fields.get(key).and_then(|value| reader.spanned(value));
    let role = fields.field("role");
    let id = text("role").unwrap_or_else(|| Spanned::new(String::new(), Span::at(span.start)));
    let dependencies = fields.field("depends_on");
    let work = AgentWork {
        agent: id.clone(),
        naming: Naming::Label,
        prompt: fields.get("prompt").and_then(|value| reader.text(value)),
        runner: None,
        model: text("model_override").or_else(|| defaults.model.clone()),
        tools: None,
        max_turns: None,
        budget: None,
    };
    Node {
        id,
        work: Some(Work::Agent(work)),
        work_keys: role.map(|field| Spanned::new("role", reader.span(field.key_node))).into_iter().collect(),
        depends_on: dependencies.map(|field| reader.names(field.value)).unwrap_or_default(),
        depends_on_key: dependencies.map(|field| reader.key(field.key_node)),
        timeout: defaults.timeout.clone(),
        ..Node::empty(reader.tree.resolve(item), span)
    }
}
