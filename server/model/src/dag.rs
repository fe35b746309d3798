//! The model of a DAG, the same for every carrier and dialect.

use std::time::Duration;

use divisi_syntax::{NodeId as TreeId, Span, Spanned};
use serde::{Deserialize, Serialize};

use crate::keys::WorkKind;
use crate::stamp::Stamp;

/// The language a DAG file is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// Our own format.
    Native,
    /// The `phases[].agents[]` JSON of command-v2.
    CommandV2,
    /// The workflows of Archon: `nodes[]` in YAML.
    Archon,
    /// `claude_code.subagents[]` in the front matter of spec-kit's commands.
    SpecKit,
    /// The workflows of claude-flow: `tasks[]` in JSON.
    ClaudeFlow,
}

/// A named orchestration.
#[derive(Debug, Clone)]
pub struct Dag {
    /// Which adapter read it.
    pub dialect: Dialect,
    /// The mapping that holds the DAG (not always the document's root: a command carries it under `divisi:`).
    pub root: TreeId,
    /// `name`.
    pub name: Option<Spanned<String>>,
    /// `description`.
    pub description: Option<Spanned<String>>,
    /// `args`, in file order.
    pub args: Vec<Arg>,
    /// `env`.
    pub env: Vec<EnvVar>,
    /// `defaults`, already merged into [`Dag::nodes`] where they apply.
    pub defaults: Defaults,
    /// `max_parallel`.
    pub max_parallel: Option<Spanned<u32>>,
    /// `on_failure`.
    pub on_failure: Option<Spanned<OnFailure>>,
    /// `context`.
    pub context: ContextLimits,
    /// `budget` of the whole run, at its key.
    pub budget: Option<Spanned<Budget>>,
    /// `phases`.
    pub phases: Vec<Phase>,
    /// `locks`: those that are listed.
    pub locks: Vec<ListedLock>,
    /// The `nodes` key, where it is written (for "no nodes" findings and insertions).
    pub nodes_key: Option<Span>,
    /// The nodes, in file order.
    pub nodes: Vec<Node>,
    /// The agents that the file defines for itself (claude-flow), each by its id; none of them is in the registry.
    pub own_agents: Vec<Spanned<String>>,
    /// Aliases, defaults or more than 200,000 nodes would cost more than a file may; something is missing here, so it
    /// must not run.
    pub incomplete: bool,
}

impl Dag {
    /// A DAG that says nothing, in the mapping `root`.
    pub(crate) fn empty(dialect: Dialect, root: TreeId) -> Self {
        Self {
            dialect,
            root,
            name: None,
            description: None,
            args: Vec::new(),
            env: Vec::new(),
            defaults: Defaults::default(),
            max_parallel: None,
            on_failure: None,
            context: ContextLimits::default(),
            budget: None,
            phases: Vec::new(),
            locks: Vec::new(),
            nodes_key: None,
            nodes: Vec::new(),
            own_agents: Vec::new(),
            incomplete: false,
        }
    }
}

/// A declared argument.
#[derive(Debug, Clone)]
pub struct Arg {
    /// Its name, at its declaration.
    pub name: Spanned<String>,
    /// `type`; where it is not written that of the default, else `string`.
    pub kind: ArgType,
    /// `default`, as JSON.
    pub default: Option<Spanned<serde_json::Value>>,
    /// `required`; true only where written.
    pub required: bool,
    /// `description`.
    pub description: Option<String>,
    /// `enum`.
    pub choices: Vec<serde_json::Value>,
    /// `secret: true`.
    pub secret: bool,
}

/// Type of an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ArgType {
    /// Text.
    #[default]
    String,
    /// A whole number.
    Integer,
    /// Any number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// A list (JSON on the command line, or comma-separated).
    List,
}

/// One environment variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvVar {
    /// Its name.
    pub name: Spanned<String>,
    /// Where its value comes from.
    pub value: EnvValue,
    /// Masked in every output, absent from journal and store.
    pub secret: bool,
}

/// Source of an environment variable's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EnvValue {
    /// Written in the file.
    Literal(String),
    /// `{from_env: NAME}`.
    FromEnv(String),
    /// `null`: not passed on.
    Unset,
}

/// `defaults` of a DAG. Maps merge one level deep; lists and scalars replace; `null` clears.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Defaults {
    /// `runner`.
    pub runner: Option<Spanned<String>>,
    /// `model`.
    pub model: Option<Spanned<String>>,
    /// `timeout`.
    pub timeout: Option<Spanned<Duration>>,
    /// `idle_timeout`.
    pub idle_timeout: Option<Spanned<Duration>>,
    /// `env`.
    pub env: Vec<EnvVar>,
    /// `cwd`.
    pub cwd: Option<Spanned<String>>,
    /// `shell`.
    pub shell: Option<Spanned<Vec<String>>>,
    /// `retry`.
    pub retry: Option<Retry>,
    /// `isolation: worktree`.
    pub in_worktree: bool,
    /// `budget`.
    pub budget: Option<Spanned<Budget>>,
    /// `cache`.
    pub cache: Option<Cache>,
}

/// `cache`: whether a result of an earlier run is used again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cache {
    /// Not `false`.
    pub wanted: bool,
    /// `key`: a template whose text is part of what makes two results the same.
    pub key: Option<Text>,
    /// `ttl`: how long other runs may use a result.
    pub ttl: Option<Duration>,
}

/// `context` of a DAG: what is kept of results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ContextLimits {
    /// `ttl`: how long other runs may use a result where its node says nothing.
    pub ttl: Option<Duration>,
    /// `max_bytes`: how much the store may hold.
    pub max_bytes: Option<u64>,
}

/// A named group of nodes.
#[derive(Debug, Clone)]
pub struct Phase {
    /// `id`; command-v2 files without one use the phase's name.
    pub id: Spanned<String>,
    /// `title`.
    pub title: Option<String>,
    /// `barrier: true`: every node waits for every node of the phases listed before, with `all_done` meaning.
    pub barrier: bool,
    /// `max_parallel`.
    pub max_parallel: Option<Spanned<u32>>,
    /// `nodes`: ids that the phase lists.
    pub nodes: Vec<Spanned<String>>,
    /// The mapping in the tree.
    pub tree: TreeId,
    /// The whole phase.
    pub span: Span,
}

/// A text with templates, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The decoded content.
    pub value: String,
    /// The scalar in the tree: [`divisi_syntax::Tree::decoded`] maps the content's offsets back.
    pub tree: TreeId,
    /// The scalar's span.
    pub span: Span,
}

/// A node that a text names in a dialect's own language: `$scan.output.count`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignReference {
    /// The node's id, where it is written.
    pub node: Spanned<String>,
    /// The part of its output, where it is written.
    pub field: Option<Spanned<String>>,
    /// All of it.
    pub span: Span,
    /// What the dialect's tool asks of it.
    pub demand: Demand,
}

/// What a dialect's tool asks of a node that a text names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Demand {
    /// Nothing: where there is no such node, the text is left as it is.
    Nothing,
    /// There must be such a node.
    Exists,
    /// The text's node must wait for it.
    Ancestor,
}

/// One unit of work.
#[derive(Debug, Clone)]
pub struct Node {
    /// Which reading this is.
    pub stamp: Stamp,
    /// The mapping in the tree, with all keys.
    pub tree: TreeId,
    /// The whole node.
    pub span: Span,
    /// `id`. A node without one has an empty id at its first byte (`missing-field` says so).
    pub id: Spanned<String>,
    /// `title`.
    pub title: Option<Spanned<String>>,
    /// What it does; none where no work key is written.
    pub work: Option<Work>,
    /// Every work key that is written (`agent`, `run`, `command`, `dag`, `approve`), in file order;
    /// two or more are `conflicting-work`.
    pub work_keys: Vec<Spanned<&'static str>>,
    /// Ids it waits for, each where it is written.
    pub depends_on: Vec<Spanned<String>>,
    /// The key under which they are written, as written (`needs` is an alias of `depends_on`).
    pub depends_on_key: Option<Spanned<String>>,
    /// `when`.
    pub when: Option<Text>,
    /// A condition in a dialect's own language, which we keep and do not evaluate (`conditional`,
    /// `skipCondition` of command-v2), at its key.
    pub foreign_condition: Option<Spanned<String>>,
    /// What its texts name in a dialect's own language, in file order. Empty in the native format, whose templates
    /// are scanned where they are needed.
    pub references: Vec<ForeignReference>,
    /// Agents of [`Dag::own_agents`] that do the work, each where it is named.
    pub assigned: Vec<Spanned<String>>,
    /// The nodes that it repeats (Archon's `loop_group`): a scope of its own. What their texts name outside of it is
    /// in this node's [`Node::references`].
    pub body: Option<Box<Dag>>,
    /// `trigger_rule`.
    pub trigger_rule: Option<Spanned<TriggerRule>>,
    /// `inputs`.
    pub inputs: Vec<Input>,
    /// `outputs`.
    pub outputs: Vec<Output>,
    /// `reads`; `None` when not written.
    pub reads: Option<Vec<Spanned<String>>>,
    /// `writes`; `None` when not written.
    pub writes: Option<Vec<Spanned<String>>>,
    /// `locks`.
    pub locks: Vec<Lock>,
    /// `retry`, after defaults.
    pub retry: Option<Retry>,
    /// `timeout`, after defaults.
    pub timeout: Option<Spanned<Duration>>,
    /// `idle_timeout`, after defaults.
    pub idle_timeout: Option<Spanned<Duration>>,
    /// `estimate`.
    pub estimate: Option<Spanned<Duration>>,
    /// `for_each`.
    pub for_each: Option<ForEach>,
    /// `max_items`: the most instances that `for_each` may make; 1,000 where nothing is said.
    pub max_items: Option<Spanned<u32>>,
    /// `resume`.
    pub resume: Option<Spanned<ResumePolicy>>,
    /// `priority`; higher goes first among nodes that do not conflict.
    pub priority: i64,
    /// The phase that holds it, by its own `phase:` or by the phase's list: its id, where the membership is written.
    pub phase: Option<Spanned<String>>,
    /// Its own `phase:`, if written.
    pub written_phase: Option<Spanned<String>>,
    /// Each phase that lists it: the phase's id, at the entry in the phase's `nodes`.
    /// More than one, or one beside [`Node::written_phase`], is `phase-conflict`.
    pub listed_in: Vec<Spanned<String>>,
    /// `env`, merged over the DAG's `defaults.env` (not over the DAG's `env`).
    pub env: Vec<EnvVar>,
    /// `cwd`, after defaults.
    pub cwd: Option<Spanned<String>>,
    /// `continue_on_error`.
    pub continue_on_error: bool,
    /// `isolation: worktree`, after defaults: the node works on a copy of the workspace.
    pub in_worktree: bool,
    /// `worktree.copy`.
    pub worktree_copies: Vec<Spanned<String>>,
    /// `worktree.link`.
    pub worktree_links: Vec<Spanned<String>>,
    /// `cache`, after defaults; none where nothing is said.
    pub cache: Option<Cache>,
    /// The node's own `cache.key`.
    pub cache_key: Option<Text>,
    /// Whether `compensate` is written.
    pub has_compensation: bool,
    /// What `compensate` does; none in dialects, whose compensations are not read further.
    pub compensation: Option<Box<Compensation>>,
}

/// What a text of a node is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextRole {
    /// A prompt, a question, an element of argv, an argument of a command or of another DAG, a part of the cache's key.
    Template,
    /// `run` as a string: no template.
    Line,
    /// `when`.
    Condition,
    /// `for_each` as an expression.
    Items,
}

/// A text of a node in which templates or expressions count, or would be a mistake.
#[derive(Debug, Clone, Copy)]
pub struct TextUse<'a> {
    /// What it is for.
    pub role: TextRole,
    /// Whether it belongs to `compensate`, which runs after the node.
    pub undoes: bool,
    /// The text.
    pub text: &'a Text,
}

/// What undoes a node: a body of its own, with the defaults of its own kind.
#[derive(Debug, Clone)]
pub struct Compensation {
    /// What it does.
    pub work: Work,
    /// `on`: kinds of failure of the node after which it is undone as well.
    pub on: Vec<String>,
    /// `retry`.
    pub retry: Option<Retry>,
    /// `timeout`.
    pub timeout: Option<Spanned<Duration>>,
    /// `idle_timeout`.
    pub idle_timeout: Option<Spanned<Duration>>,
    /// `env`.
    pub env: Vec<EnvVar>,
    /// `cwd`.
    pub cwd: Option<Spanned<String>>,
}

impl Node {
    /// The work of `compensate`.
    pub fn undoing(&self) -> Option<&Work> {
        self.compensation.as_deref().map(|compensation| &compensation.work)
    }

    /// Calls `visit` with every text of the node, those of `compensate` included. Rules, completion and renaming look
    /// at the same ones.
    pub fn for_each_text<'a>(&'a self, mut visit: impl FnMut(TextUse<'a>)) {
        let mut own = |role, text| visit(TextUse { role, undoes: false, text });
        if let Some(work) = &self.work {
            work.for_each_text(&mut own);
        }
        if let Some(when) = &self.when {
            own(TextRole::Condition, when);
        }
        if let Some(ForEach::Expression(expression)) = &self.for_each {
            own(TextRole::Items, expression);
        }
        if let Some(key) = &self.cache_key {
            own(TextRole::Template, key);
        }
        if let Some(work) = self.undoing() {
            work.for_each_text(&mut |role, text| visit(TextUse { role, undoes: true, text }));
        }
    }
}

impl Node {
    /// A node that says nothing, in the mapping `tree`.
    pub(crate) fn empty(tree: TreeId, span: Span) -> Self {
        Self {
            stamp: Stamp::new(),
            tree,
            span,
            id: Spanned::new(String::new(), Span::at(span.start)),
            title: None,
            work: None,
            work_keys: Vec::new(),
            depends_on: Vec::new(),
            depends_on_key: None,
            when: None,
            foreign_condition: None,
            references: Vec::new(),
            assigned: Vec::new(),
            body: None,
            trigger_rule: None,
            inputs: Vec::new(),
            outputs: Vec::new(),
            reads: None,
            writes: None,
            locks: Vec::new(),
            retry: None,
            timeout: None,
            idle_timeout: None,
            estimate: None,
            for_each: None,
            max_items: None,
            resume: None,
            priority: 0,
            phase: None,
            written_phase: None,
            listed_in: Vec::new(),
            env: Vec::new(),
            cwd: None,
            in_worktree: false,
            worktree_copies: Vec::new(),
            worktree_links: Vec::new(),
            cache: None,
            cache_key: None,
            continue_on_error: false,
            has_compensation: false,
            compensation: None,
        }
    }
}

/// What a node does. Where more than one work key is written, the first in the table of keys
/// (`conflicting-work` says so).
#[derive(Debug, Clone)]
pub enum Work {
    /// `agent` + `prompt`.
    Agent(AgentWork),
    /// `run`.
    Run(RunWork),
    /// `command`.
    Command(CommandWork),
    /// `dag`.
    Dag {
        /// Path of the file, relative to this one.
        path: Spanned<String>,
        /// `args`.
        args: CallArgs,
    },
    /// `approve`.
    Approve {
        /// The question.
        question: Text,
    },
    /// Work that only a dialect's own tool can do.
    Foreign(ForeignWork),
}

/// A slash command, and how its text is executed.
#[derive(Debug, Clone)]
pub struct CommandWork {
    /// The command's name, without its `/`.
    pub name: Spanned<String>,
    /// `args`.
    pub args: CallArgs,
    /// `runner`, after defaults.
    pub runner: Option<Spanned<String>>,
    /// `model`, after defaults.
    pub model: Option<Spanned<String>>,
    /// `tools`.
    pub tools: Option<Vec<Spanned<String>>>,
    /// `max_turns`.
    pub max_turns: Option<Spanned<u32>>,
    /// `budget`, after defaults.
    pub budget: Option<Spanned<Budget>>,
}

/// `args` of a command or of another DAG.
#[derive(Debug, Clone, Default)]
pub struct CallArgs {
    /// The texts in it, whatever its form, in file order: templates.
    pub texts: Vec<Text>,
    /// What it hands over. Its texts are the same ones.
    pub given: Given,
}

/// What `args` hands over.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Given {
    /// Nothing.
    #[default]
    Nothing,
    /// One text.
    Text(String),
    /// Values in order.
    List(Vec<serde_json::Value>),
    /// Values by name, in file order.
    Named(Vec<(Spanned<String>, serde_json::Value)>),
}

/// Work in a dialect's own terms.
#[derive(Debug, Clone)]
pub struct ForeignWork {
    /// The key that says what it is (`bash`, `include`), where it is written.
    pub key: Spanned<&'static str>,
    /// What the key says: a prompt, a script, the name of a command or a workflow. None where it holds no text.
    pub text: Option<Text>,
}

impl Work {
    /// The kind of work, as the table of our own keys knows it; none for what only a dialect has.
    pub const fn kind(&self) -> Option<WorkKind> {
        Some(match self {
            Self::Agent(_) => WorkKind::Agent,
            Self::Run(RunWork { program: Program::Line(_), .. }) => WorkKind::RunLine,
            Self::Run(RunWork { program: Program::Argv(_), .. }) => WorkKind::RunArgv,
            Self::Command(_) => WorkKind::Command,
            Self::Dag { .. } => WorkKind::Dag,
            Self::Approve { .. } => WorkKind::Approve,
            Self::Foreign(_) => return None,
        })
    }

    fn for_each_text<'a>(&'a self, visit: &mut impl FnMut(TextRole, &'a Text)) {
        match self {
            Self::Agent(agent) => agent.prompt.iter().for_each(|prompt| visit(TextRole::Template, prompt)),
            Self::Run(RunWork { program: Program::Line(line), .. }) => visit(TextRole::Line, line),
            Self::Run(RunWork { program: Program::Argv(texts), .. })
            | Self::Command(CommandWork { args: CallArgs { texts, .. }, .. })
            | Self::Dag { args: CallArgs { texts, .. }, .. } => {
                texts.iter().for_each(|text| visit(TextRole::Template, text));
            }
            Self::Approve { question } => visit(TextRole::Template, question),
            // Its language knows no templates: `Node::references` says what it names.
            Self::Foreign(_) => {}
        }
    }
}

/// What kind of name stands for the one who does the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Naming {
    /// An agent of the registry.
    Reference,
    /// Perhaps an agent of the registry, perhaps a word for people: the key takes both, and only the other names of
    /// the file tell.
    Unsure,
    /// A word for people; it is never looked up.
    Label,
}

impl Naming {
    /// Whether an agent of the registry can be meant.
    pub const fn may_be_reference(self) -> bool {
        !matches!(self, Self::Label)
    }
}

/// An agent with a prompt.
#[derive(Debug, Clone)]
pub struct AgentWork {
    /// The agent's name as written; empty where none is written yet.
    pub agent: Spanned<String>,
    /// What kind of name it is.
    pub naming: Naming,
    /// `prompt`.
    pub prompt: Option<Text>,
    /// `runner`, after defaults.
    pub runner: Option<Spanned<String>>,
    /// `model`, after defaults.
    pub model: Option<Spanned<String>>,
    /// `tools`.
    pub tools: Option<Vec<Spanned<String>>>,
    /// `max_turns`.
    pub max_turns: Option<Spanned<u32>>,
    /// `budget`, after defaults.
    pub budget: Option<Spanned<Budget>>,
}

/// The most that a run, or one attempt, may cost. What is not said is not limited; every limit is at least 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Budget {
    /// `usd`, in millionths.
    pub micro_usd: Option<u64>,
    /// `tokens`, in and out.
    pub tokens: Option<u64>,
    /// `turns`.
    pub turns: Option<u32>,
    /// `wall`.
    pub wall: Option<Duration>,
}

/// A program.
#[derive(Debug, Clone)]
pub struct RunWork {
    /// How it is written.
    pub program: Program,
    /// `shell`, after defaults; the default is `["sh", "-c"]`, used only where the text has shell syntax.
    pub shell: Option<Spanned<Vec<String>>>,
}

/// The two ways to write a program.
#[derive(Debug, Clone)]
pub enum Program {
    /// A list: each element is a template and one argument.
    Argv(Vec<Text>),
    /// A string: not a template.
    Line(Text),
}

/// A value that comes from upstream.
#[derive(Debug, Clone)]
pub struct Input {
    /// The local name.
    pub name: Spanned<String>,
    /// `from: node.output`, as written; a bare name means "the one ancestor that produces it".
    pub from: Option<Spanned<String>>,
    /// `required`; default true.
    pub required: bool,
    /// `default`.
    pub default: Option<serde_json::Value>,
}

/// A value that the node makes.
#[derive(Debug, Clone)]
pub struct Output {
    /// Its name.
    pub name: Spanned<String>,
    /// Its form.
    pub form: OutputForm,
    /// `required`; default true.
    pub required: bool,
    /// The JSON Schema under `json:`, where one is written.
    pub schema: Option<serde_json::Value>,
    /// `ttl`: how long another run may reuse it.
    pub ttl: Option<Spanned<Duration>>,
}

/// Form of an output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutputForm {
    /// Whatever the node gives: text, or JSON from a file NAME.json.
    Any,
    /// `text: true`.
    Text,
    /// `json: true` or a schema.
    Json,
    /// `file: PATH`, relative to the node's `cwd`.
    File(String),
}

/// A lock that a node holds.
#[derive(Debug, Clone)]
pub struct Lock {
    /// Its name.
    pub name: Spanned<String>,
    /// `mode`, if it is written. Without one a lock is held exclusively, or takes one unit of a capacity.
    pub mode: Option<LockMode>,
}

/// How a lock is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LockMode {
    /// Together with other shared holders.
    Shared,
    /// Alone.
    Exclusive,
}

/// A lock that a DAG lists.
#[derive(Debug, Clone)]
pub struct ListedLock {
    /// Its name, where it is listed.
    pub name: Spanned<String>,
    /// How many units it has; without a number it is a reader/writer lock.
    pub capacity: Option<u32>,
    /// Who shares it.
    pub scope: LockScope,
}

/// Who shares a lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LockScope {
    /// All runs in the same repository, whatever the worktree.
    #[default]
    Workspace,
    /// All runs of this user on this machine.
    Machine,
}

/// `retry`.
#[derive(Debug, Clone, PartialEq)]
pub struct Retry {
    /// The key that decides: `attempts`, or `retry` where it has none. In `defaults` where the node says nothing.
    pub span: Span,
    /// `attempts`; 1 means no retry. 3 where `retry` is written without it.
    pub attempts: u32,
    /// `backoff`.
    pub backoff: Backoff,
    /// `initial`: the first wait.
    pub initial: Duration,
    /// `max`: the longest wait.
    pub max: Duration,
    /// `multiplier` of [`Backoff::Exponential`].
    pub multiplier: f64,
    /// `jitter`: each wait is varied.
    pub jitter: bool,
    /// `on`: the kinds of failure that are tried again, words of [`RETRIED_KINDS`](crate::keys::native::RETRIED_KINDS);
    /// none means all of them.
    pub on: Option<Vec<String>>,
}

impl Retry {
    /// So many attempts, and for the rest what the table of keys says of a `retry` that says nothing.
    pub fn new(span: Span, attempts: u32) -> Self {
        Self {
            span,
            attempts,
            backoff: Backoff::Exponential,
            initial: Duration::from_secs(1),
            max: Duration::from_secs(300),
            multiplier: 2.0,
            jitter: true,
            on: None,
        }
    }
}

/// How the wait before the next attempt grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Backoff {
    /// No wait.
    Immediate,
    /// 1, 2, 3 … times the first wait.
    Linear,
    /// Each is `multiplier` times the one before.
    Exponential,
    /// 1, 1, 2, 3, 5 … times the first wait.
    Fibonacci,
}

/// `for_each`.
#[derive(Debug, Clone)]
pub enum ForEach {
    /// A list written in the file.
    List {
        /// The items, as JSON.
        items: Vec<serde_json::Value>,
        /// Where it stands.
        span: Span,
    },
    /// An expression: over `args` it expands at plan, over outputs when the node is ready.
    Expression(Text),
}

/// When a node may start, by the classes of its dependencies (ENGINE, section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TriggerRule {
    /// All succeeded.
    #[default]
    AllSuccess,
    /// None failed; skips are fine.
    NoneFailed,
    /// None failed and at least one succeeded.
    NoneFailedMinOneSuccess,
    /// At least one succeeded.
    OneSuccess,
    /// All ended, however.
    AllDone,
}

/// What a failure does to the rest of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnFailure {
    /// What is running goes on to its end; nothing new starts but `all_done` nodes.
    #[default]
    Stop,
    /// What is running is stopped.
    Abort,
    /// Everything that can still run, runs.
    Continue,
    /// Finished work is undone.
    Compensate,
}

/// What happens to an attempt that was in flight when its host died.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResumePolicy {
    /// It runs again.
    #[default]
    Retry,
    /// A person decides.
    Ask,
    /// It counts as failed.
    Never,
}

/// Whether a node may be called so: `[A-Za-z_][A-Za-z0-9_-]*`.
pub fn is_node_id(text: &str) -> bool {
    let mut bytes = text.bytes();
    let starts = bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_');
    starts && bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}
