//! Keys of a DAG in the native format (DESIGN section 3, "Keys of a DAG").

pub use super::native_node::{
    CACHE_OBJECT, COMPENSATE, FAILURE_KINDS, INPUT, LOCK, NODE, NODE_IN_MAP, OUTPUT, RETRIED_KINDS, RETRY,
    WORK_KEYS, WORKTREE,
};

use super::WorkKind::RunLine;
use super::native_node::{
    ALL_BUT_APPROVE, CACHE, CACHE_DOC, CWD_DOC, EXECUTED, ISOLATION, RETRY_DOC, SHELL_DOC, WITH_RUNNER,
};
use super::{Key, Object, Ty};

pub(super) const WHOLE: Ty = Ty::Int { min: i64::MIN, max: i64::MAX };
const POSITIVE: Ty = Ty::Int { min: 1, max: 100_000 };

/// The root of a native DAG.
pub static DAG: Object = Object {
    name: "DAG",
    doc: "A named orchestration: nodes and what they wait for.",
    keys: &[
        Key::new(
            "version",
            Ty::OneOf(&[Ty::String, Ty::Number]),
            "The version of this DAG, for people.\n\nExample: `version: \"1.2\"`",
        ),
        Key::new(
            "name",
            Ty::String,
            "The DAG's name; it can stand for the file on the command line.\n\nExample: `name: review-all`",
        )
        .default("the file's name without `.dag.yaml`"),
        Key::new("description", Ty::String, "What it does, in a sentence.\n\nExample: `description: Review everything`"),
        Key::new("tags", Ty::List(&Ty::String), "Words to find it by.\n\nExample: `tags: [review, ci]`"),
        Key::new(
            "args",
            Ty::Map(&ARG_VALUE),
            "What can be chosen for each run, by name. Templates see `args.NAME`; a program gets `$DIVISI_ARG_NAME`.\n\n\
             Example: `args: { scope: { default: src, description: What to review } }`",
        ),
        Key::new(
            "env",
            ENV,
            "Environment variables of every node: a text, `null` to withhold one, or `{from_env, secret}`.\n\n\
             Example: `env: { TOKEN: { from_env: CI_TOKEN, secret: true } }`",
        ),
        Key::new(
            "defaults",
            Ty::Object(&DEFAULTS),
            "What holds for every node that does not say otherwise. Maps merge one level deep, lists and scalars \
             replace, `null` clears.\n\nExample: `defaults: { runner: claude, timeout: 10m }`",
        ),
        Key::new(
            "max_parallel",
            POSITIVE,
            "The most nodes that run at the same time.\n\nExample: `max_parallel: 4`",
        )
        .default("the setting `run.max_parallel`, else the number of processors"),
        Key::new(
            "budget",
            Ty::Object(&BUDGET),
            "The most that a run may cost; when it is used up the run pauses.\n\nExample: `budget: { usd: 5, wall: 1h }`",
        ),
        Key::new(
            "context",
            Ty::Object(&CONTEXT),
            "What is kept of results, for later runs to use again.\n\nExample: `context: { ttl: 7d, max_bytes: 1GiB }`",
        ),
        Key::new(
            "locks",
            Ty::OneOf(&[Ty::Map(&LISTED_LOCK), Ty::List(&Ty::String)]),
            "Locks, by name: how many units they have, and who shares them. A lock that is not listed, or has no \
             number, is a reader/writer lock.\n\n\
             Example: `locks: { database: 2, gpu: { capacity: 1, scope: machine } }`",
        ),
        Key::new(
            "phases",
            Ty::List(&Ty::Object(&PHASE)),
            "Named groups of nodes, for people. A phase orders nothing unless it says `barrier: true`.\n\n\
             Example: `phases: [{ id: review, nodes: [quality, security] }]`",
        ),
        Key::new(
            "on_failure",
            Ty::Enum(&["stop", "abort", "continue", "compensate"]),
            "What the failure of a node does to the rest of the run.\n\n\
             - `stop`: what is running goes on to its end; nothing new starts but nodes with `trigger_rule: all_done`\n\
             - `abort`: what is running is stopped\n- `continue`: everything that can still run, runs\n\
             - `compensate`: what is running goes on to its end; then what was done is undone\n\nExample: `on_failure: continue`",
        )
        .default("stop"),
        Key::new(
            "nodes",
            Ty::OneOf(&[Ty::List(&Ty::Object(&NODE)), Ty::Map(&Ty::Object(&NODE_IN_MAP))]),
            "The units of work: a list, or a map from id to node.\n\n\
             Example: `nodes: [{ id: tests, run: cargo test }]`",
        )
        .required(),
        Key::new("$schema", Ty::String, "The schema by which other editors check the file; nothing here reads it."),
    ],
    open: false,
};

const ARG_VALUE: Ty = Ty::OneOf(&[Ty::Object(&ARG), Ty::Null]);

/// One value of a DAG's `args`.
pub static ARG: Object = Object {
    name: "arg",
    doc: "Something that can be chosen for each run.",
    keys: &[
        Key::new(
            "type",
            Ty::Enum(&["string", "integer", "number", "boolean", "list"]),
            "Its type. A list is given as JSON or separated by commas.\n\nExample: `type: integer`",
        )
        .default("string"),
        Key::new("default", Ty::Any, "Its value where a run gives none.\n\nExample: `default: src`"),
        Key::new("required", Ty::Bool, "Whether every run must give it.\n\nExample: `required: true`")
            .default("false"),
        Key::new("description", Ty::String, "What it is for.\n\nExample: `description: What to review`"),
        Key::new(
            "enum",
            Ty::List(&Ty::Any),
            "The values that it may have.\n\nExample: `enum: [quick, full]`",
        ),
        Key::new(
            "secret",
            Ty::Bool,
            "Masked in every output, and stored nowhere.\n\nExample: `secret: true`",
        )
        .default("false"),
    ],
    open: false,
};

/// A mapping of environment variables.
pub(super) const ENV: Ty =
    Ty::Map(&Ty::OneOf(&[Ty::Object(&ENV_VALUE), Ty::String, Ty::Number, Ty::Bool, Ty::Null]));

/// One value of `env` as a mapping.
pub static ENV_VALUE: Object = Object {
    name: "environment variable",
    doc: "A variable whose value does not stand in the file.",
    keys: &[
        Key::new(
            "from_env",
            Ty::String,
            "The variable of your own environment that it is taken from.\n\nExample: `from_env: CI_TOKEN`",
        ),
        Key::new("value", Ty::String, "Its value.\n\nExample: `value: info`"),
        Key::new(
            "secret",
            Ty::Bool,
            "Masked in every output, and stored nowhere.\n\nExample: `secret: true`",
        )
        .default("false"),
    ],
    open: false,
};

pub(super) const SHELL: Ty = Ty::OneOf(&[Ty::List(&Ty::String), Ty::String]);

pub(super) const RUNNER_DOC: &str = "How the agent is executed: `claude`, `codex`, `gemini`, `opencode`, `acp`, or a runner of your settings. \
     A DAG only names a runner; programs are defined in settings.\n\nExample: `runner: claude`";

/// `defaults`.
pub static DEFAULTS: Object = Object {
    name: "defaults",
    doc: "What holds for every node that does not say otherwise. What does not apply to a node's kind is ignored there.",
    keys: &[
        Key::new("runner", Ty::RunnerRef, RUNNER_DOC).applies(WITH_RUNNER),
        Key::new("model", Ty::Model, "The model, as the runner names it.\n\nExample: `model: sonnet`").applies(WITH_RUNNER),
        Key::new(
            "timeout",
            Ty::Duration,
            "The longest an attempt may take. Units `ms`, `s`, `m`, `h`, `d`. Approvals have only their own.\n\n\
             Example: `timeout: 10m`",
        )
        .applies(EXECUTED),
        Key::new(
            "idle_timeout",
            Ty::Duration,
            "The longest an attempt may be silent. Units `ms`, `s`, `m`, `h`, `d`.\n\nExample: `idle_timeout: 2m`",
        )
        .applies(EXECUTED),
        Key::new("retry", Ty::Object(&RETRY), RETRY_DOC).applies(EXECUTED),
        Key::new("env", ENV, "Environment variables.\n\nExample: `env: { RUST_LOG: info }`").applies(ALL_BUT_APPROVE),
        Key::new("cwd", Ty::Path, CWD_DOC).applies(ALL_BUT_APPROVE),
        Key::new("shell", SHELL, SHELL_DOC).applies(&[RunLine]),
        Key::new(
            "isolation",
            ISOLATION,
            "`worktree`: each node works on a copy of the workspace.\n\nExample: `isolation: worktree`",
        )
        .applies(EXECUTED),
        Key::new("cache", CACHE, CACHE_DOC).applies(EXECUTED),
        Key::new("budget", Ty::Object(&BUDGET), "The most that one attempt may cost.\n\nExample: `budget: { usd: 1 }`")
            .applies(WITH_RUNNER),
    ],
    open: false,
};

/// Whether `null` under `key` of a node clears what `defaults` say.
pub fn clears_default(object: &Object, key: &Key) -> bool {
    let is_node = std::ptr::eq(object, &NODE) || std::ptr::eq(object, &NODE_IN_MAP);
    is_node && DEFAULTS.key(key.name).is_some()
}

/// `budget`.
pub static BUDGET: Object = Object {
    name: "budget",
    doc: "The most that something may cost.",
    keys: &[
        Key::new("usd", Ty::Number, "US dollars.\n\nExample: `usd: 2.50`"),
        Key::new(
            "tokens",
            Ty::Tokens,
            "Tokens, in and out; `k` and `M` are thousands and millions.\n\nExample: `tokens: 200k`",
        ),
        Key::new(
            "turns",
            Ty::Int { min: 1, max: 1_000_000 },
            "Turns of all agents together.\n\nExample: `turns: 100`",
        ),
        Key::new(
            "wall",
            Ty::Duration,
            "Time in which anything runs. Units `ms`, `s`, `m`, `h`, `d`.\n\nExample: `wall: 1h`",
        ),
    ],
    open: false,
};

/// `context`.
pub static CONTEXT: Object = Object {
    name: "context",
    doc: "What is kept of results, for later runs to use again.",
    keys: &[
        Key::new(
            "ttl",
            Ty::Duration,
            "How long other runs may use a result where its node says nothing. Units `ms`, `s`, `m`, `h`, `d`.\n\nExample: `ttl: 1d`",
        ),
        Key::new(
            "max_bytes",
            Ty::Bytes,
            "How much the workspace keeps of results; those that were not used for longest go first. `KB` and `MB` are powers of ten, `KiB` and `MiB` of two.\n\nExample: `max_bytes: 1GiB`",
        )
        .default("1GiB"),
    ],
    open: false,
};

const LISTED_LOCK: Ty = Ty::OneOf(&[POSITIVE, Ty::Object(&LOCK_TERMS), Ty::Null]);

/// A lock that the DAG lists.
pub static LOCK_TERMS: Object = Object {
    name: "listed lock",
    doc: "How a lock can be held, and who shares it.",
    keys: &[
        Key::new(
            "capacity",
            POSITIVE,
            "How many units it has. A node takes one, or with `mode: exclusive` all.\n\nExample: `capacity: 2`",
        )
        .default("none: one exclusive holder, or any number of shared ones"),
        Key::new(
            "scope",
            Ty::Enum(&["workspace", "machine"]),
            "Who shares it.\n\n- `workspace`: all runs in this repository, in all of its worktrees\n- `machine`: all of \
             your runs on this machine\n\nExample: `scope: machine`",
        )
        .default("workspace"),
    ],
    open: false,
};

/// One item of `phases`.
pub static PHASE: Object = Object {
    name: "phase",
    doc: "A named group of nodes.",
    keys: &[
        Key::new("id", Ty::String, "Its name; nodes name it in `phase`.\n\nExample: `id: review`").required(),
        Key::new("title", Ty::String, "What people see instead of the id.\n\nExample: `title: Reviews`"),
        Key::new(
            "barrier",
            Ty::Bool,
            "Each of its nodes waits until every node of the phases listed before has ended, however.\n\nExample: `barrier: true`",
        )
        .default("false"),
        Key::new(
            "max_parallel",
            POSITIVE,
            "The most nodes of this phase that run at the same time.\n\nExample: `max_parallel: 2`",
        )
        .default("no limit of its own"),
        Key::new(
            "nodes",
            Ty::List(&Ty::NodeRef),
            "Ids of its nodes. A node that says `phase` itself must not be listed.\n\nExample: `nodes: [quality, security]`",
        ),
    ],
    open: false,
};
