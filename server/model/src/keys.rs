//! The one table of keys: behind unknown-key and wrong-type findings, completion, hover, JSON Schema and docs.

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
    /// The first alternative whose *shape* (mapping, sequence, scalar) fits decides.
    OneOf(&'static [Ty]),
    /// `null`.
    Null,
    /// The id of the node that it declares.
    NodeId,
    /// The id of a node of this DAG.
    NodeRef,
    /// The name of an agent.
    AgentRef,
    /// The name of a runner.
    RunnerRef,
    /// The id of a phase.
    PhaseRef,
    /// The name of a lock.
    LockRef,
    /// A model's name.
    Model,
    /// A glob in the workspace.
    Glob,
    /// A path.
    Path,
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
    /// Whether `run` performs it yet; otherwise a run that asks for it is refused.
    pub runs: bool,
}

impl Object {
    /// The key called `name`, or with that alias.
    pub fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name || key.aliases.contains(&name))
    }
}
