//! A text of ours as tree and table of keys, also where it is not the document's own (a cursor was put into it).

use std::sync::Arc;

use divisi_model::keys::{self, Object, command_v2, native};
use divisi_model::{Dag, Dialect, Tool, lower};
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
}

impl Parsed {
    /// Reads `text` as `document` is read. `None` where the document holds no keys of ours.
    pub(crate) fn new(document: &Document, text: Arc<str>) -> Option<Self> {
        let tree = match document.class {
            Class::DagYaml => yaml::parse(text),
            Class::DagJson | Class::CommandV2 => jsonc::parse(text, Limits::default()),
            Class::Agent | Class::Command => {
                let region = front_matter(&text)?.yaml;
                yaml::parse_region(text, region, Limits::default())
            }
            Class::Skill | Class::Prose | Class::None => return None,
        };
        let root = match document.class {
            Class::Command => tree.root().and_then(|root| tree.get(root, CARRIER_KEY)),
            _ => tree.root(),
        };
        Some(Self { tree, root, format: format(document) })
    }

    /// The DAG that it says.
    pub(crate) fn dag(&self) -> Option<Dag> {
        let root = self.root?;
        if std::ptr::eq(self.format, &native::DAG) {
            lower::lower(&self.tree, root)
        } else if std::ptr::eq(self.format, &command_v2::COMMAND) {
            divisi_model::command_v2::lower(&self.tree, root)
        } else {
            None
        }
    }
}

fn format(document: &Document) -> &'static Object {
    let dialect = document.dag().map(|(_, dag)| dag.dialect);
    match (document.class, dialect) {
        (Class::Agent, _) => keys::of_agent(tool_of(document)),
        (_, Some(Dialect::CommandV2)) | (Class::CommandV2, None) => &command_v2::COMMAND,
        _ => &native::DAG,
    }
}

/// Whose agent the document is.
fn tool_of(document: &Document) -> Tool {
    match &document.content {
        Content::Agent(agent) => agent.tool,
        _ => Tool::ClaudeCode,
    }
}
