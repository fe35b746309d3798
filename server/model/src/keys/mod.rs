//! The one table of keys: behind unknown-key and wrong-type findings, completion, hover, JSON Schema and docs.
//!
//! One file for each format; each [`Object`] lists its keys once. Nothing else in the product repeats a key's
//! type, aliases, default or meaning.

pub mod agent;
pub mod archon;
pub mod claude_flow;
pub mod codex;
pub mod command;
pub mod command_v2;
pub mod copilot;
pub mod cursor;
pub mod gemini;
pub mod native;
mod native_node;
pub mod opencode;
mod place;
pub mod spec_kit;

use divisi_syntax::Kind;

use crate::agent::Tool;
use crate::foreign::Language;

pub use place::{Place, Role, at};

/// What may stand where.
#[derive(Debug, Clone, Copy)]
pub enum Ty {
    /// Anything.
    Any,
    /// Text.
    String,
    /// Text with templates.
    Template,
    /// A bare expression.
    Expression,
    /// `true` or `false`.
    Bool,
    /// A whole number in a range.
    Int {
        /// Smallest.
        min: i64,
        /// Largest.
        max: i64,
    },
    /// Any number, at least 0.
    Number,
    /// `([0-9]+(ms|s|m|h|d))+`; a bare number is `missing-unit`.
    Duration,
    /// A whole number of bytes, or with `KB MB KiB MiB …`.
    Bytes,
    /// A whole number, or with `k`, `M`.
    Tokens,
    /// One of some words.
    Enum(&'static [&'static str]),
    /// A sequence.
    List(&'static Ty),
    /// A mapping from free names.
    Map(&'static Ty),
    /// A mapping with known keys.
    Object(&'static Object),
    /// One of several. For a mapping or a sequence the first alternative of that shape decides
    /// ([`Ty::for_collection`]); a scalar, `null` included, must fit one of [`Ty::scalar_alternatives`].
    OneOf(&'static [Ty]),
    /// `null`.
    Null,
    /// The id of the node that it declares.
    NodeId,
    /// The id of a node of this DAG.
    NodeRef,
    /// The name of an agent.
    AgentRef,
    /// The name of a slash command.
    CommandRef,
    /// The name of a skill.
    SkillRef,
    /// The name of a runner.
    RunnerRef,
    /// The id of a phase.
    PhaseRef,
    /// The name of a lock.
    LockRef,
    /// `node.output`, or the bare name of an output.
    OutputRef,
    /// A model's name.
    Model,
    /// A glob in the workspace.
    Glob,
    /// A path.
    Path,
    /// Text in a dialect's own language of references.
    Foreign(Language),
    /// The id of an agent that the file defines for itself.
    OwnAgentId,
    /// The id of an agent of this file.
    OwnAgentRef,
}

impl Ty {
    /// What decides for a mapping (`Kind::Mapping`) or a sequence (`Kind::Sequence`): the type itself or the first
    /// alternative of that shape. `None` where such a collection is the wrong type, and for other kinds.
    pub fn for_collection(self, kind: Kind) -> Option<Self> {
        match (self, kind) {
            (Self::OneOf(alternatives), _) => alternatives.iter().find_map(|ty| ty.for_collection(kind)),
            (Self::Any, Kind::Mapping | Kind::Sequence)
            | (Self::Object(_) | Self::Map(_), Kind::Mapping)
            | (Self::List(_), Kind::Sequence) => Some(self),
            _ => None,
        }
    }

    /// The types of which a scalar must fit one; empty where only a collection may stand.
    pub fn scalar_alternatives(&self) -> impl Iterator<Item = Self> {
        let alternatives = match self {
            Self::OneOf(alternatives) => alternatives,
            single => std::slice::from_ref(single),
        };
        alternatives
            .iter()
            .copied()
            .filter(|ty| !matches!(ty, Self::List(_) | Self::Map(_) | Self::Object(_)))
    }
}

/// The kinds of work a node can do, as far as keys care.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WorkKind {
    /// `agent` + `prompt`.
    Agent,
    /// `run` as a string.
    RunLine,
    /// `run` as a list.
    RunArgv,
    /// `command`.
    Command,
    /// `dag`.
    Dag,
    /// `approve`.
    Approve,
}

impl WorkKind {
    /// All of them.
    pub const ALL: &'static [Self] =
        &[Self::Agent, Self::RunLine, Self::RunArgv, Self::Command, Self::Dag, Self::Approve];

    /// What people call a node that does this, with its article.
    pub const fn describe(self) -> &'static str {
        match self {
            Self::Agent => "an `agent` node",
            Self::RunLine => "a node whose `run` is a string",
            Self::RunArgv => "a node whose `run` is a list",
            Self::Command => "a `command` node",
            Self::Dag => "a `dag` node",
            Self::Approve => "an `approve` node",
        }
    }
}

/// A mapping with known keys.
#[derive(Debug)]
pub struct Object {
    /// What it is, in the words of the docs ("node", "retry").
    pub name: &'static str,
    /// Meaning.
    pub doc: &'static str,
    /// Its keys, in the order in which people write them.
    pub keys: &'static [Key],
    /// Unknown keys are no findings but where they are a near miss of a known one.
    pub open: bool,
}

/// One key.
#[derive(Debug)]
pub struct Key {
    /// Its canonical name.
    pub name: &'static str,
    /// Other spellings that are read.
    pub aliases: &'static [&'static str],
    /// What its value may be.
    pub ty: Ty,
    /// Whether leaving it out is `missing-field`.
    pub required: bool,
    /// What holds where it is left out, for people.
    pub default: Option<&'static str>,
    /// Meaning, units, an example; Markdown.
    pub doc: &'static str,
    /// First version that reads it.
    pub since: &'static str,
    /// Whether `run` performs it yet. Single values that it does not perform, and values of other keys that ask for
    /// nothing, are known to [`crate::later::not_run_yet`].
    pub runs: bool,
    /// The kinds of node on which it does something; elsewhere it is `key-has-no-effect`.
    pub applies: &'static [WorkKind],
}

impl Key {
    /// A key that is optional, has no alias, runs, and does something on every kind of node.
    const fn new(name: &'static str, ty: Ty, doc: &'static str) -> Self {
        Self {
            name,
            aliases: &[],
            ty,
            required: false,
            default: None,
            doc,
            since: "0.1.0",
            runs: true,
            applies: WorkKind::ALL,
        }
    }

    const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    const fn aliases(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    const fn default(mut self, default: &'static str) -> Self {
        self.default = Some(default);
        self
    }

    /// Read, checked and planned, but not performed yet.
    const fn not_run_yet(mut self) -> Self {
        self.runs = false;
        self
    }

    const fn applies(mut self, kinds: &'static [WorkKind]) -> Self {
        self.applies = kinds;
        self
    }

    /// Whether the key does something on a node of this kind.
    pub fn applies_to(&self, kind: WorkKind) -> bool {
        self.applies.contains(&kind)
    }
}

/// The keys of an agent of `tool`: of its front matter, or of its TOML.
pub const fn of_agent(tool: Tool) -> &'static Object {
    match tool {
        Tool::ClaudeCode => &agent::FRONT_MATTER,
        Tool::OpenCode => &opencode::FRONT_MATTER,
        Tool::Codex => &codex::FILE,
        Tool::Copilot => &copilot::FRONT_MATTER,
        Tool::Gemini => &gemini::FRONT_MATTER,
        Tool::Cursor => &cursor::FRONT_MATTER,
    }
}

impl Object {
    /// The key called `name`, or with that alias.
    pub fn key(&self, name: &str) -> Option<&'static Key> {
        let canonical = self.keys.iter().find(|key| key.name == name);
        canonical.or_else(|| self.keys.iter().find(|key| key.aliases.contains(&name)))
    }
}
