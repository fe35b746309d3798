//! A text of ours as tree and table of keys, also where it is not the document's own (a cursor was put into it).

use std::sync::Arc;

use divisi_model::keys::{self, Object, spec_kit};
use divisi_model::{Dag, Dialect, Tool};
use divisi_syntax::{Limits, NodeId, Tree, front_matter, jsonc, yaml};
use divisi_workspace::{Class, Content, Document};

/// The key of a command's front matter under which everything of ours stands.
pub(crate) const CARRIER_KEY: &str = "divisi";

/// A tree, and which keys its root has.
#[derive(Debug)]
pub(crate) struct Parsed {
    pub(crate) tree: Tree,
    /// The mapping with the keys of `format`; none where nothing is written yet.
    pub(crate) root: Option<NodeId>,
    pub(crate) format: &'static Object,
    /// The language of the DAG; none where the keys are not those of a DAG.
    dialect: Option<Dialect>,
}

impl Parsed {
    /// Reads `text` as `document` is read. `None` where the document holds no keys of ours.
    pub(crate) fn new(document: &Document, text: Arc<str>) -> Option<Self> {
        let tree = match document.class {
            Class::DagYaml => yaml::parse(text),
            Class::DagJson => jsonc::parse(text, Limits::default()),
            Class::Dialect(dialect) => dialect.parse(text),
            Class::Agent | Class::Command => {
                let region = front_matter(&text)?.yaml;
                yaml::parse_region(text, region, Limits::default())
            }
            Class::Skill | Class::Prose | Class::None => return None,
        };
        let dialect = dialect(document);
        let root = match (document.class, dialect) {
            (Class::Command, Some(Dialect::SpecKit)) => member(&tree, spec_kit::CARRIER_KEY),
            (Class::Command, _) => member(&tree, CARRIER_KEY),
            _ => tree.root(),
        };
        let format = dialect.map_or_else(|| keys::of_agent(tool_of(document)), Dialect::keys);
        Some(Self { tree, root, format, dialect })
    }

    /// The DAG that it says.
    pub(crate) fn dag(&self) -> Option<Dag> {
        self.dialect?.lower(&self.tree, self.root?)
    }
}

fn member(tree: &Tree, key: &str) -> Option<NodeId> {
    tree.get(tree.root()?, key)
}

/// The language of the document's DAG; what holds no DAG yet is ours.
fn dialect(document: &Document) -> Option<Dialect> {
    match (document.class, document.dag()) {
        (Class::Agent, _) => None,
        (Class::Dialect(dialect), _) => Some(dialect),
        (_, Some((_, dag))) => Some(dag.dialect),
        _ => Some(Dialect::Native),
    }
}

/// Whose agent the document is.
fn tool_of(document: &Document) -> Tool {
    match &document.content {
        Content::Agent(agent) => agent.tool,
        _ => Tool::ClaudeCode,
    }
}
