//! A text of ours as tree and table of keys, also where it is not the document's own (a cursor was put into it).

use std::sync::Arc;

use divisi_analysis::mentions::tool_of;
use divisi_model::keys::{self, Object, command, spec_kit};
use divisi_model::{Dag, Dialect};
use divisi_syntax::{Limits, NodeId, Tree, front_matter, jsonc, yaml};
use divisi_workspace::{Class, Document};

/// The key of a command's front matter under which everything of ours stands.
pub(crate) const CARRIER_KEY: &str = "divisi";

/// A tree, and which keys its root has.
#[derive(Debug)]
pub(crate) struct Parsed {
    pub(crate) tree: Tree,
    /// The mapping with the keys of `format`; none where nothing is written yet.
    pub(crate) root: Option<NodeId>,
    pub(crate) format: &'static Object,
    /// The DAG's own mapping, at `root` or below it, and its language.
    dag: Option<(NodeId, Dialect)>,
}

impl Parsed {
    /// Reads `text` as `document` is read. `None` where the document holds no keys of ours.
    pub(crate) fn new(document: &Document, text: Arc<str>) -> Option<Self> {
        let tree = match document.class {
            Class::DagYaml => yaml::parse(text),
            Class::DagJson => jsonc::parse(text, Limits::default()),
            Class::Dialect(dialect) => dialect.parse(text),
            Class::Agent | Class::Command | Class::Skill => {
                let region = front_matter(&text)?.yaml;
                yaml::parse_region(text, region, Limits::default())
            }
            Class::Prose | Class::None => return None,
        };
        let root = tree.root();
        let (root, format, dialect) = match (document.class, dialect(document)) {
            (Class::Agent, _) => (root, keys::of_agent(tool_of(document)), None),
            (Class::Command, Dialect::SpecKit) => {
                (member(&tree, spec_kit::CARRIER_KEY), Dialect::SpecKit.keys(), Some(Dialect::SpecKit))
            }
            (Class::Command, dialect) => (root, &command::FRONT_MATTER, Some(dialect)),
            (Class::Skill, _) => (root, &command::FRONT_MATTER, None),
            (_, dialect) => (root, dialect.keys(), Some(dialect)),
        };
        let is_carried = std::ptr::eq(format, &command::FRONT_MATTER);
        let dag_root = if is_carried { member(&tree, CARRIER_KEY) } else { root };
        let dag = dag_root.zip(dialect);
        Some(Self { tree, root, format, dag })
    }

    /// The DAG that it says.
    pub(crate) fn dag(&self) -> Option<Dag> {
        let (root, dialect) = self.dag?;
        dialect.lower(&self.tree, root)
    }
}

fn member(tree: &Tree, key: &str) -> Option<NodeId> {
    Some(tree.resolve(tree.get(tree.root()?, key)?))
}

/// The language of the document's DAG; what holds no DAG yet is ours.
fn dialect(document: &Document) -> Dialect {
    match (document.class, document.dag()) {
        (Class::Dialect(dialect), _) => dialect,
        (_, Some((_, dag))) => dag.dialect,
        _ => Dialect::Native,
    }
}
