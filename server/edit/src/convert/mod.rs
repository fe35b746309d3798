//! Files of other tools in our own format.
//!
//! The result plans as the original does: the same nodes, dependencies, estimates and slots. Units are written out,
//! comments are kept, and what has no exact counterpart stays as a comment at its node, with a notice. Names of
//! agents that are labels in the dialect are never guessed: whoever converts says which agent is meant.

mod archon;
mod claude_flow;
mod command_v2;
mod comments;
mod ids;
mod node;
mod spec_kit;
pub(crate) mod template;
pub(crate) mod yaml;

use std::collections::BTreeMap;

use divisi_model::{Dag, Dialect};
use divisi_syntax::{NodeId, Span, Tree};
use divisi_workspace::Document;

use comments::Comments;
use node::NativeNode;

/// A converted file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Converted {
    /// The text of the `*.dag.yaml`.
    pub text: String,
    /// What is not the same, in order of place.
    pub notices: Vec<Notice>,
}

/// Something that could not be converted exactly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Where, in the original.
    pub span: Span,
    /// What, and what to do.
    pub message: String,
}

/// Why a file is not converted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It holds no DAG, or one in our own format.
    NotForeign,
    /// Its text has faults.
    Faults,
    /// These labels name no agent; each needs one.
    Labels(Vec<String>),
}

/// The labels of the document that need an agent's name, each once, in file order.
pub fn labels(document: &Document) -> Vec<String> {
    let Some((tree, dag)) = document.dag() else { return Vec::new() };
    let mut labels: Vec<String> = Vec::new();
    for label in dag.nodes.iter().filter_map(|node| label_of(dag.dialect, tree, dag, node)) {
        if !labels.contains(&label) {
            labels.push(label);
        }
    }
    labels
}

/// What stands for an agent at a node, and is none.
fn label_of(dialect: Dialect, tree: &Tree, dag: &Dag, node: &divisi_model::Node) -> Option<String> {
    match dialect {
        Dialect::Archon => archon::label(tree, dag, node),
        Dialect::SpecKit => Some(node.id.value.clone()),
        Dialect::ClaudeFlow => Some(claude_flow::label(node)),
        Dialect::CommandV2 | Dialect::Native => None,
    }
}

/// The document in our own format. `agents` says which agent each label means; `source` is what the file is called in
/// the first line of the result.
///
/// # Errors
/// It is in our own format, it has faults, or labels have no agent.
pub fn to_native(
    document: &Document,
    source: &str,
    agents: &BTreeMap<String, String>,
) -> Result<Converted, Refusal> {
    let (tree, dag) = document.dag().ok_or(Refusal::NotForeign)?;
    if dag.dialect == Dialect::Native {
        return Err(Refusal::NotForeign);
    }
    if !tree.errors().is_empty() || dag.incomplete {
        return Err(Refusal::Faults);
    }
    let unnamed: Vec<String> =
        labels(document).into_iter().filter(|label| !agents.contains_key(label)).collect();
    if !unnamed.is_empty() {
        return Err(Refusal::Labels(unnamed));
    }
    let mut notices = Vec::new();
    let mut nodes = match dag.dialect {
        Dialect::Archon => archon::nodes(tree, dag, agents, &mut notices),
        Dialect::SpecKit => spec_kit::nodes(dag, agents),
        Dialect::ClaudeFlow => claude_flow::nodes(dag, agents, &mut notices),
        Dialect::CommandV2 | Dialect::Native => command_v2::nodes(dag, agents, &mut notices),
    };
    mend_ids(dag, &mut nodes, &mut notices);
    let text = Writer { tree, dag, source }.write(&nodes, &mut notices);
    notices.sort_by_key(|notice| notice.span);
    Ok(Converted { text, notices })
}

/// What texts name keeps its id: the languages of other tools take no more than ours in a name.
fn mend_ids(dag: &Dag, nodes: &mut [NativeNode], notices: &mut Vec<Notice>) {
    let mended = ids::mended(dag);
    for (node, native) in dag.nodes.iter().zip(nodes) {
        if let Some(new) = mended.get(node.id.value.as_str()) {
            let message = format!("`{}` is called `{new}`", node.id.value);
            notices.push(Notice { span: node.id.span, message });
        }
        native.rename(&mended);
    }
}

struct Writer<'a> {
    tree: &'a Tree,
    dag: &'a Dag,
    source: &'a str,
}

impl Writer<'_> {
    fn write(&self, nodes: &[NativeNode], notices: &mut Vec<Notice>) -> String {
        let kept = self.kept_of_root();
        let inside: Vec<Span> =
            kept.iter().copied().chain(nodes.iter().flat_map(|node| self.kept_of_node(node))).collect();
        let comments = Comments::new(self.tree, self.dag, &inside);
        let mut lines = vec![format!("# Converted from {} ({}).", self.source, self.dag.dialect.name())];
        lines.extend(comments.header());
        if let Some(name) = &self.dag.name {
            lines.push(format!("name: {}", yaml::scalar(&name.value)));
        }
        if let Some(description) = &self.dag.description {
            lines.push(format!("description: {}", yaml::text(&description.value, 2)));
        }
        lines.extend(kept.iter().flat_map(|span| self.as_comment(*span)));
        if nodes.iter().any(|node| node.takes_arguments) {
            lines.push("args:".to_owned());
            lines.push(
                "  arguments: { default: \"\", description: What the workflow is started with }".to_owned(),
            );
        }
        if let Some(slots) = &self.dag.max_parallel {
            lines.push(format!("max_parallel: {}", slots.value));
        }
        if !self.dag.phases.is_empty() {
            lines.push("phases:".to_owned());
            for phase in &self.dag.phases {
                let title = phase.title.as_ref().filter(|title| **title != phase.id.value);
                let title =
                    title.map(|title| format!(", title: {}", yaml::scalar(title))).unwrap_or_default();
                lines.push(format!("  - {{ id: {}{title} }}", yaml::scalar(&phase.id.value)));
            }
        }
        lines.push("nodes:".to_owned());
        for (index, native) in nodes.iter().enumerate() {
            lines.extend(comments.of(index).map(|line| format!("  {line}")));
            native.write(&mut lines);
            for span in self.kept_of_node(native) {
                lines.extend(self.as_comment(span).into_iter().map(|line| format!("    {line}")));
            }
            notices.extend(native.notices.iter().cloned());
        }
        lines.extend(comments.footer());
        lines.join("\n") + "\n"
    }

    /// What the root says beyond what is converted.
    fn kept_of_root(&self) -> Vec<Span> {
        let used: &[&str] = match self.dag.dialect {
            Dialect::Archon => archon::ROOT_KEYS,
            Dialect::SpecKit => spec_kit::ROOT_KEYS,
            Dialect::ClaudeFlow => claude_flow::ROOT_KEYS,
            Dialect::CommandV2 | Dialect::Native => command_v2::ROOT_KEYS,
        };
        self.entries_but(self.dag.root, |key| used.contains(&key))
    }

    fn kept_of_node(&self, native: &NativeNode) -> Vec<Span> {
        self.entries_but(native.tree, |key| native.used.contains(&key))
    }

    /// The entries of a mapping, as they are written, but those whose key is `used`.
    fn entries_but(&self, mapping: NodeId, used: impl Fn(&str) -> bool) -> Vec<Span> {
        let entries = self.tree.entries(mapping);
        let kept = entries.filter(|(key, _)| self.tree.str(*key).is_none_or(|key| !used(&key)));
        kept.map(|(key, value)| self.tree.span(key).cover(self.tree.span(value))).collect()
    }

    fn as_comment(&self, span: Span) -> Vec<String> {
        yaml::as_comment(&yaml::dedent(span.slice(self.tree.text())))
    }
}
