//! The adapters of the dialects, in one table: how a file is recognised, read and lowered, and which keys it has.

use std::sync::Arc;

use divisi_syntax::{Limits, NodeId, Tree, jsonc, yaml};

use crate::dag::{Dag, Dialect};
use crate::keys::{self, Object, Ty};
use crate::{archon, claude_flow, command_v2, lower, spec_kit};

/// In what a dialect's files are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carrier {
    /// YAML.
    Yaml,
    /// JSON, with comments and trailing commas allowed.
    Json,
    /// The front matter of a Markdown file.
    FrontMatter,
}

impl Dialect {
    /// Every dialect, without our own format.
    pub const FOREIGN: &'static [Self] = &[Self::CommandV2, Self::Archon, Self::SpecKit, Self::ClaudeFlow];

    /// What people call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Native => "Divisi",
            Self::CommandV2 => "command-v2",
            Self::Archon => "Archon",
            Self::SpecKit => "spec-kit",
            Self::ClaudeFlow => "claude-flow",
        }
    }

    /// In what its files are written; our own format is also read from JSON and front matter.
    pub const fn carrier(self) -> Carrier {
        match self {
            Self::Native | Self::Archon => Carrier::Yaml,
            Self::CommandV2 | Self::ClaudeFlow => Carrier::Json,
            Self::SpecKit => Carrier::FrontMatter,
        }
    }

    /// The mapping that holds the DAG, as a place of the table of keys.
    pub fn ty(self) -> &'static Ty {
        static NATIVE: Ty = Ty::Object(&keys::native::DAG);
        static COMMAND_V2: Ty = Ty::Object(&keys::command_v2::COMMAND);
        static ARCHON: Ty = Ty::Object(&keys::archon::WORKFLOW);
        static SPEC_KIT: Ty = Ty::Object(&keys::spec_kit::CLAUDE_CODE);
        static CLAUDE_FLOW: Ty = Ty::Object(&keys::claude_flow::WORKFLOW);
        match self {
            Self::Native => &NATIVE,
            Self::CommandV2 => &COMMAND_V2,
            Self::Archon => &ARCHON,
            Self::SpecKit => &SPEC_KIT,
            Self::ClaudeFlow => &CLAUDE_FLOW,
        }
    }

    /// The keys of the mapping that holds the DAG.
    pub fn keys(self) -> &'static Object {
        match self.ty() {
            Ty::Object(object) => object,
            _ => &keys::native::DAG,
        }
    }

    /// The tree of a file that is one from its first to its last byte.
    pub fn parse(self, text: Arc<str>) -> Tree {
        match self.carrier() {
            Carrier::Json => jsonc::parse(text, Limits::default()),
            Carrier::Yaml | Carrier::FrontMatter => yaml::parse(text),
        }
    }

    /// Whether a document has its shape. Our own format has none that others could not have.
    pub fn fits(self, tree: &Tree) -> bool {
        match self {
            Self::Native => true,
            Self::CommandV2 => command_v2::is_command_v2(tree),
            Self::Archon => archon::is_archon(tree),
            Self::SpecKit => tree.root().is_some_and(|root| spec_kit::claude_code(tree, root).is_some()),
            Self::ClaudeFlow => claude_flow::is_claude_flow(tree),
        }
    }

    /// The DAG that the mapping `root` holds; `None` where it is no mapping.
    pub fn lower(self, tree: &Tree, root: NodeId) -> Option<Dag> {
        match self {
            Self::Native => lower::lower(tree, root),
            Self::CommandV2 => command_v2::lower(tree, root),
            Self::Archon => archon::lower(tree, root),
            Self::SpecKit => spec_kit::lower(tree, root),
            Self::ClaudeFlow => claude_flow::lower(tree, root),
        }
    }
}
