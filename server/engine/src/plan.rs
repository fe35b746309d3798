//! The stored plan: everything that a run needs, byte for byte, so that nothing outside can change what it means.

use std::collections::BTreeMap;
use std::path::PathBuf;

pub use divisi_model::LockScope;
use divisi_model::{ArgType, Backoff, OnFailure, OutputForm, ResumePolicy, TriggerRule};
use divisi_workspace::RunnerDefinition;
use divisi_workspace::settings::TraceSettings;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::amounts::Amounts;
use crate::event::{FailKind, OutputValue};

/// Version of this format.
pub const PLAN_FORMAT: u32 = 1;

/// A DAG, resolved and bound.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredPlan {
    /// [`PLAN_FORMAT`].
    pub format: u32,
    /// Name of the DAG (its file's stem where it has none).
    pub dag: String,
    /// Absolute path of its file.
    pub file: PathBuf,
    /// Absolute root of the workspace: where programs run unless `cwd` says otherwise.
    pub workspace: PathBuf,
    /// Bound arguments, by name, typed; secret ones hold `null`.
    pub args: Map<String, Value>,
    /// Declared arguments whose value is secret: name → environment variable it is taken from.
    pub secret_args: BTreeMap<String, String>,
    /// Declared types, for messages.
    pub arg_types: BTreeMap<String, ArgType>,
    /// Slots; at least 1.
    pub max_parallel: u32,
    /// What a failure does.
    pub on_failure: OnFailure,
    /// The DAG's `env`.
    pub env: Vec<PlanEnv>,
    /// Environment variables passed on beyond the allow-list.
    pub pass_env: Vec<String>,
    /// Locks that nodes hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub locks: Vec<PlanLock>,
    /// Limits on how many nodes run at the same time, beside the slots of the whole run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<PlanLimit>,
    /// Whether builds that nodes run share the processors by a jobserver.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub jobserver: bool,
    /// Limits on what the run may spend: its own first, then those of its parts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub budgets: Vec<PlanBudget>,
    /// What its nodes write, as globs of the workspace; none where one of them does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub writes: Option<Vec<String>>,
    /// `--concurrent`: beside other runs, whatever they write.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub concurrent: bool,
    /// What the DAGs have of their own that are nodes of this one. A node's scope 0 is the DAG of the run itself, scope
    /// n stands at n - 1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<PlanScope>,
    /// All nodes. A group (`for_each`, `dag`) stands before what it holds.
    pub nodes: Vec<PlanNode>,
    /// Agents' files that are handed over.
    pub agents: Vec<PlanAgent>,
    /// Files of slash commands that are handed over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commands: Vec<PlanCommand>,
    /// Runners in use.
    pub runners: BTreeMap<String, RunnerDefinition>,
    /// The repository that copies of the workspace are made from; none where no node works on one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<PlanRepository>,
    /// The files the plan was made from.
    pub sources: Vec<PlanSource>,
    /// How results of other runs are used.
    #[serde(default, skip_serializing_if = "is_default")]
    pub reuse: Reuse,
    /// `context`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub context: PlanContext,
    /// The run of which this one takes finished nodes over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<PlanParent>,
    /// Where the settings send its trace.
    #[serde(default, skip_serializing_if = "is_default")]
    pub traces: TraceSettings,
    /// The trace in which the run was started, as `TRACEPARENT` says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace_parent: Option<String>,
}

/// How a run uses the store of results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reuse {
    /// Looks up, and stores.
    #[default]
    On,
    /// Stores alone: every node runs (`--refresh`).
    Refresh,
    /// Neither (`--no-cache`).
    Off,
}

/// `context` of the DAG.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PlanContext {
    /// The most bytes that the store may hold; none: its own limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_bytes: Option<u64>,
}

/// The run that an edited one goes on from (ENGINE, section 6).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PlanParent {
    /// Its id.
    pub run: String,
    /// What it made, by the index of the node in this plan that takes it over.
    pub adopted: BTreeMap<usize, AdoptedResult>,
}

/// What a finished node of the parent made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AdoptedResult {
    /// Names the result, wherever it came from.
    pub result_id: String,
    /// Its outputs.
    pub outputs: BTreeMap<String, OutputValue>,
}

/// A limit on what the nodes that name it may spend together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanBudget {
    /// Path of the node whose part of the run it limits; empty for the whole run.
    pub scope: String,
    /// What they may spend.
    pub limit: Amounts,
}

/// One node of the plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanNode {
    /// `tests`, `tests[eu]` for an instance, `tests/unit` for a node of the DAG that is the node `tests`.
    pub path: String,
    /// Which DAG it stands in: see [`StoredPlan::scopes`].
    #[serde(default, skip_serializing_if = "is_outermost")]
    pub scope: usize,
    /// Of a `for_each` group: the items, where they are known in the run only. Then it has no instances in the plan as
    /// it was made; they join when the group is expanded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expansion: Option<Box<PlanExpansion>>,
    /// `title`.
    pub title: Option<String>,
    /// Zero-based line of its id in the file, for views.
    pub line: u32,
    /// Index of the group that holds it.
    pub group: Option<usize>,
    /// Indices of the nodes it waits for; a group stands for all its instances.
    pub dependencies: Vec<usize>,
    /// Indices of the barriers of its phase: they only make it wait, its rule does not look at them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<usize>,
    /// `trigger_rule`.
    pub rule: TriggerRule,
    /// `when`.
    pub when: Option<String>,
    /// `continue_on_error`.
    pub continue_on_error: bool,
    /// What it does.
    pub work: PlanWork,
    /// `inputs`, resolved to a node and an output.
    pub inputs: Vec<PlanInput>,
    /// `outputs`.
    pub outputs: Vec<PlanOutput>,
    /// `retry`; none where a failure is final.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry: Option<PlanRetry>,
    /// `timeout` of each attempt; of an approval, of each time it is asked.
    pub timeout_ms: Option<u64>,
    /// `idle_timeout`.
    pub idle_timeout_ms: Option<u64>,
    /// `estimate`, or the past's figure.
    pub estimate_ms: u64,
    /// `priority`.
    pub priority: i64,
    /// `env`.
    pub env: Vec<PlanEnv>,
    /// `cwd`, relative to the workspace.
    pub cwd: Option<String>,
    /// `item` of an instance.
    pub item: Option<Value>,
    /// `index` of an instance.
    pub index: Option<usize>,
    /// `resume`.
    pub resume: ResumePolicy,
    /// What undoes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compensate: Option<Box<PlanCompensation>>,
    /// Locks that each attempt holds, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub locks: Vec<PlanHold>,
    /// Indices of the [`StoredPlan::limits`] in which each attempt takes a place, ascending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<usize>,
    /// `isolation: worktree`: it works on a copy of the workspace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worktree: Option<PlanWorktree>,
    /// `reads`: globs relative to the workspace; none where not written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reads: Option<Vec<String>>,
    /// `writes`: globs relative to the workspace; none where not written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub writes: Option<Vec<String>>,
    /// How its result may be used again; none where it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache: Option<PlanCache>,
    /// Indices into [`StoredPlan::budgets`]: what it spends counts in all of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub budgets: Vec<usize>,
    /// What an attempt of it spent in earlier runs: nine of ten spent no more.
    #[serde(default, skip_serializing_if = "Amounts::is_empty")]
    pub past: Amounts,
    /// How long one attempt may take by the node's own budget, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wall_budget_ms: Option<u64>,
}

/// A lock.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanLock {
    /// Its name.
    pub name: String,
    /// How many units it has; none: a reader/writer lock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<u32>,
    /// Who shares it.
    #[serde(default)]
    pub scope: LockScope,
}

/// A lock as a node holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PlanHold {
    /// Index into [`StoredPlan::locks`].
    pub lock: usize,
    /// Alone; else together with other such holders, as far as the capacity reaches.
    pub exclusive: bool,
}

/// How many nodes of a phase, a sub-DAG, a runner … may run at the same time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanLimit {
    /// Whose limit it is, for people: `the phase build`.
    pub name: String,
    /// At least 1.
    pub capacity: u32,
}

/// The copy of the workspace that a node works on: what git ignores and the node needs nevertheless. Globs from the
/// workspace's root.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PlanWorktree {
    /// Files that are copied into it.
    pub copy: Vec<String>,
    /// Files and folders that are linked into it.
    pub link: Vec<String>,
}

/// The git repository around a workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanRepository {
    /// Absolute top of its working tree.
    pub top: PathBuf,
    /// The workspace below it; empty where it is the top.
    pub prefix: PathBuf,
}

/// How the result of a node may be used again (ENGINE, section 5).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PlanCache {
    /// `cache.key`, a template.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// How long other runs may use it; none: for ever.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ttl_ms: Option<u64>,
    /// Nodes that its texts and inputs name beyond those that it waits for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub named: Vec<usize>,
}

/// The work that undoes a node. It has no outputs, and nothing of the node's own environment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanCompensation {
    /// What it does; never an approval, nor a group.
    pub work: PlanWork,
    /// Kinds of failure of the node after which it is undone as well.
    pub on: Vec<FailKind>,
    /// `retry`; none where a failure is final.
    pub retry: Option<PlanRetry>,
    /// `timeout` of each attempt.
    pub timeout_ms: Option<u64>,
    /// `idle_timeout`.
    pub idle_timeout_ms: Option<u64>,
    /// `env`.
    pub env: Vec<PlanEnv>,
    /// `cwd`, relative to the workspace.
    pub cwd: Option<String>,
}

impl PlanNode {
    /// The node as its attempts execute it: its own work, or what undoes it where `undoes` is set.
    pub fn executed(&self, undoes: bool) -> std::borrow::Cow<'_, Self> {
        let Some(undoing) = self.compensate.as_deref().filter(|_| undoes) else {
            return std::borrow::Cow::Borrowed(self);
        };
        std::borrow::Cow::Owned(Self {
            work: undoing.work.clone(),
            outputs: Vec::new(),
            retry: undoing.retry.clone(),
            timeout_ms: undoing.timeout_ms,
            idle_timeout_ms: undoing.idle_timeout_ms,
            env: undoing.env.clone(),
            cwd: undoing.cwd.clone(),
            worktree: None,
            cache: None,
            compensate: None,
            ..self.clone()
        })
    }
}

/// What a node of the plan does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PlanWork {
    /// Each element is a template and one argument.
    Argv {
        /// Program and arguments.
        argv: Vec<String>,
    },
    /// A text without templates.
    Line {
        /// The text.
        line: String,
        /// The shell that gets it as its last argument; none where the text has no shell syntax and is split into words.
        shell: Option<Vec<String>>,
    },
    /// An agent with a prompt.
    Agent {
        /// Index into [`StoredPlan::agents`]; none for the runner's own agent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        agent: Option<usize>,
        /// Name of the runner.
        runner: String,
        /// The prompt's template; empty where a command gives the prompt.
        prompt: String,
        /// The slash command that gives the prompt.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        command: Option<PlanCall>,
        /// `model`.
        model: Option<String>,
        /// `tools`, else the agent's.
        tools: Option<Vec<String>>,
        /// The most turns, of `max_turns` and `budget`.
        max_turns: Option<u32>,
        /// The most that one attempt may cost, in millionths of a US dollar.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max_micro_usd: Option<u64>,
        /// The most tokens of one attempt.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max_tokens: Option<u64>,
    },
    /// Waits until a person agrees.
    Approve {
        /// The question's template.
        question: String,
    },
    /// A `for_each` node: its state is derived from its instances. It carries `depends_on` and `trigger_rule` and is
    /// expanded when they hold; its instances carry `when` (which may name `item`), `continue_on_error` and the work,
    /// and start only inside the expanded group (dependencies that they repeat do no harm).
    Group {
        /// Indices of its instances, in item order.
        children: Vec<usize>,
    },
    /// Another DAG: its state is derived from its nodes, which start only inside the expanded group. It carries
    /// `depends_on`, `trigger_rule`, `when` and `continue_on_error`, and `timeout` as the time that all of it may take.
    Dag {
        /// Indices of its nodes, in the order of its file.
        children: Vec<usize>,
        /// Their scope.
        scope: usize,
        /// Its outputs: name → index of the child that has an output of this name.
        exports: BTreeMap<String, usize>,
    },
}

impl PlanNode {
    /// Whether it is a group that gets its members in the run, and has none yet.
    pub(crate) fn is_to_grow(&self) -> bool {
        self.expansion.is_some() && self.work.children().is_some_and(<[usize]>::is_empty)
    }
}

impl PlanWork {
    /// What a group holds, by index; none for what does work of its own.
    pub fn children(&self) -> Option<&[usize]> {
        match self {
            Self::Group { children } | Self::Dag { children, .. } => Some(children),
            _ => None,
        }
    }

    /// Whether its state is derived from what it holds.
    pub fn is_group(&self) -> bool {
        self.children().is_some()
    }
}

/// A DAG that is a node of another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanScope {
    /// What the paths of its nodes begin with: `tests/`.
    pub prefix: String,
    /// Absolute path of its file.
    pub file: PathBuf,
    /// What a failure in it does to the rest of it.
    pub on_failure: OnFailure,
    /// Its arguments, typed; secret ones hold `null`.
    pub args: Map<String, Value>,
    /// Arguments that are bound when the node is expanded: name → value, whose texts are templates of the DAG that
    /// holds the node.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub late_args: Map<String, Value>,
    /// Declared arguments whose value is secret: name → environment variable it is taken from.
    pub secret_args: BTreeMap<String, String>,
    /// What is declared of the arguments that are bound late.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub late_types: BTreeMap<String, LateArg>,
    /// Environment variables of its nodes: of all DAGs around it, then its own.
    pub env: Vec<PlanEnv>,
}

/// What the value of a late argument is held against.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LateArg {
    /// `type`.
    pub kind: ArgType,
    /// `enum`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Value>,
}

/// How a `for_each` node is expanded in the run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanExpansion {
    /// The expression that gives the items.
    pub expression: String,
    /// The most instances.
    pub max_items: u32,
    /// One instance: the node itself, then what it holds. The node's own path is empty, the others' begin with `/`. Its
    /// inputs, scope and limits are those of the plan; indices in all that it holds count within this list.
    pub instance: Vec<PlanNode>,
    /// Scopes of what it holds, from 1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<PlanScope>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
const fn is_outermost(scope: &usize) -> bool {
    *scope == 0
}

impl StoredPlan {
    /// The scope of a node; none for the DAG of the run itself.
    pub fn scope(&self, scope: usize) -> Option<&PlanScope> {
        self.scopes.get(scope.checked_sub(1)?)
    }

    /// The arguments that a node sees.
    pub fn args_of(&self, node: &PlanNode) -> &Map<String, Value> {
        self.scope(node.scope).map_or(&self.args, |scope| &scope.args)
    }

    /// The secret ones of them.
    pub fn secret_args_of(&self, node: &PlanNode) -> &BTreeMap<String, String> {
        self.scope(node.scope).map_or(&self.secret_args, |scope| &scope.secret_args)
    }

    /// The environment variables of all nodes of a node's DAG.
    pub fn env_of(&self, node: &PlanNode) -> &[PlanEnv] {
        self.scope(node.scope).map_or(&self.env, |scope| &scope.env)
    }

    /// The index of the nearest DAG that holds a node, where that is a node itself.
    pub fn dag_around(&self, node: usize) -> Option<usize> {
        let mut group = self.nodes.get(node)?.group?;
        while !matches!(self.nodes.get(group)?.work, PlanWork::Dag { .. }) {
            group = self.nodes.get(group)?.group?;
        }
        Some(group)
    }
}

/// A call of a slash command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanCall {
    /// Index into [`StoredPlan::commands`].
    pub command: usize,
    /// What it is called with.
    pub given: PlanGiven,
}

/// What a slash command is called with. Texts are templates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanGiven {
    /// One text, from which words are made when it is rendered.
    Text(String),
    /// Words, each of them one argument.
    Words(Vec<Value>),
}

/// An input, resolved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanInput {
    /// Local name.
    pub name: String,
    /// The node that produces it, by index, and the output's name; none where nothing does and it is not required.
    pub from: Option<(usize, String)>,
    /// `required`.
    pub required: bool,
    /// `default`.
    pub default: Option<Value>,
}

/// An output, declared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanOutput {
    /// Its name.
    pub name: String,
    /// Its form.
    pub form: OutputForm,
    /// Whether its absence fails the node.
    pub required: bool,
    /// The JSON Schema that a `json` output is held against.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<Value>,
}

/// When a failed node is tried again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanRetry {
    /// All attempts together; lost and interrupted ones do not count.
    pub attempts: u32,
    /// How waits grow.
    pub backoff: Backoff,
    /// The first wait.
    pub initial_ms: u64,
    /// The longest wait.
    pub max_ms: u64,
    /// By what each wait of an exponential backoff is longer than the one before.
    pub multiplier: f64,
    /// Whether waits are varied.
    pub jitter: bool,
    /// The failures that are tried again; none: all that an attempt ends in.
    pub on: Option<Vec<FailKind>>,
}

/// An environment variable.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanEnv {
    /// Its name.
    pub name: String,
    /// Its value as written; none where it is taken from the environment or unset.
    pub value: Option<String>,
    /// The variable it is taken from.
    pub from_env: Option<String>,
    /// Masked everywhere.
    pub secret: bool,
}

/// An agent's file, handed over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanAgent {
    /// Its name.
    pub name: String,
    /// Its file.
    pub path: PathBuf,
    /// The whole file.
    pub text: String,
    /// The system prompt: the file without its front matter, and the skills that the agent starts with.
    pub system_prompt: String,
    /// `description`.
    pub description: Option<String>,
    /// `tools` of the file.
    pub tools: Option<Vec<String>>,
    /// `model` of the file.
    pub model: Option<String>,
    /// What else the file says that runners are told, by key.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub keys: Map<String, Value>,
}

/// The file of a slash command or a skill, handed over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanCommand {
    /// Its name, without its slash.
    pub name: String,
    /// Its file.
    pub path: PathBuf,
    /// The whole file.
    pub text: String,
    /// What the model is told, before arguments are put in.
    pub body: String,
    /// Names of its arguments, in order.
    pub arguments: Vec<String>,
}

/// A file that the plan was made from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanSource {
    /// Absolute path.
    pub path: PathBuf,
    /// BLAKE3 of its bytes, hex.
    pub digest: String,
    /// Its text.
    pub text: String,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
