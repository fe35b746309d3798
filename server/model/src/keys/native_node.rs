//! Keys of a node in the native format (DESIGN section 3, "Keys of a node").

use super::WorkKind::{Agent, Command, Dag, RunArgv, RunLine};
use super::native::{BUDGET, ENV, RUNNER_DOC, SHELL, WHOLE};
use super::{Key, Object, Ty, WorkKind};

/// The order of the work keys decides which one counts where several are written.
pub const WORK_KEYS: &[&str] = &["agent", "run", "command", "dag", "approve"];

/// Kinds that start a process or hand a text to a runner.
pub(super) const EXECUTED: &[WorkKind] = &[Agent, RunLine, RunArgv, Command];
/// Kinds whose text goes to a runner.
pub(super) const WITH_RUNNER: &[WorkKind] = &[Agent, Command];
/// All kinds but an approval, which runs nothing.
pub(super) const ALL_BUT_APPROVE: &[WorkKind] = &[Agent, RunLine, RunArgv, Command, Dag];

const NAMES: Ty = Ty::List(&Ty::String);
const GLOBS: Ty = Ty::List(&Ty::Glob);

/// A node in the list `nodes`.
pub static NODE: Object = Object {
    name: "node",
    doc: "One unit of work: an agent with a prompt, a program, a command, another DAG, or an approval.",
    keys: NODE_KEYS,
    open: false,
};

/// A node in the map `nodes`, whose key is its id.
pub static NODE_IN_MAP: Object = Object {
    name: "node in a map",
    doc: "A node whose id is its key in the map `nodes`.",
    keys: NODE_KEYS.split_at(1).1,
    open: false,
};

/// `id` comes first: [`NODE_IN_MAP`] is everything after it.
const NODE_KEYS: &[Key] = &[
    Key::new(
        "id",
        Ty::NodeId,
        "The node's name: a letter or `_`, then letters, digits, `_` and `-`. Unique in the DAG. \
         Other nodes name it in `depends_on` and in templates.\n\nExample: `id: quality-review`",
    )
    .required(),
    Key::new("title", Ty::String, "What people see instead of the id.\n\nExample: `title: Quality review`"),
    Key::new(
        "agent",
        Ty::AgentRef,
        "The agent that does the work: the `name` in the front matter of its file. Needs `prompt`. \
         Case and separators do not matter (`code_reviewer` finds `code-reviewer`); a plugin's agent is \
         written `plugin:name`.\n\nExample: `agent: senior-reviewer`",
    ),
    Key::new(
        "prompt",
        Ty::Template,
        "What the agent is asked to do. A template: `{{ args.NAME }}`, `{{ nodes.ID.outputs.NAME }}`, \
         `{{ inputs.NAME }}`, `{{ item }}`.\n\nExample: `prompt: Review {{ args.scope }}`",
    )
    .applies(&[Agent]),
    Key::new(
        "run",
        Ty::OneOf(&[Ty::List(&Ty::Template), Ty::String]),
        "A program. A **list** is its arguments: each element is a template and becomes exactly one argument. \
         A **string** is *not* a template: it is started directly where it has no shell syntax, else by `sh -c` \
         (`shell` chooses another); values reach it as environment variables (`$DIVISI_ARG_SCOPE`, \
         `$DIVISI_INPUT_NAME`).\n\nExample: `run: cargo test --workspace`, or `run: [git, log, \"{{ args.range }}\"]`",
    ),
    Key::new(
        "command",
        Ty::CommandRef,
        "A slash command of the repository, with or without its `/`. Its file is expanded (`$ARGUMENTS`, `$1`, names) \
         and handed to the runner.\n\nExample: `command: /review`",
    ),
    Key::new(
        "dag",
        Ty::Path,
        "Another DAG file, relative to this one. Its nodes appear as `id/child`.\n\nExample: `dag: ./tests.dag.yaml`",
    ),
    Key::new(
        "approve",
        Ty::Template,
        "Waits until a person agrees; the text is the question, a template. Nobody's answer within `timeout`, or a no, \
         fails the node. An agent is never asked, and cannot answer.\n\nExample: `approve: Deploy to production?`",
    ),
    Key::new(
        "args",
        Ty::OneOf(&[Ty::Map(&Ty::Any), Ty::List(&Ty::Any), Ty::Template]),
        "Arguments of the command or of the other DAG: by name, in order, or as one text.\n\nExample: `args: { scope: src }`",
    )
    .applies(&[Command, Dag]),
    Key::new(
        "depends_on",
        Ty::OneOf(&[Ty::List(&Ty::NodeRef), Ty::NodeRef]),
        "Ids of the nodes it waits for.\n\nExample: `depends_on: [analysis, tests]`",
    )
    .aliases(&["needs", "depends", "dependsOn", "dependencies", "blockedBy"])
    .default("none: it may start at once"),
    Key::new(
        "when",
        Ty::OneOf(&[Ty::Expression, Ty::Bool]),
        "An expression that must give `true` or `false`; `false` skips the node. It sees `args` and the status and \
         outputs of nodes it depends on, directly or not.\n\nExample: `when: nodes.tests.status == \"failed\"`",
    )
    .default("true"),
    Key::new(
        "trigger_rule",
        Ty::Enum(&["all_success", "none_failed", "none_failed_min_one_success", "one_success", "all_done"]),
        "How its dependencies must have ended. Decided once, when all of them have ended.\n\n\
         - `all_success`: all succeeded\n- `none_failed`: none failed; skipped ones are fine\n\
         - `none_failed_min_one_success`: none failed and one succeeded\n- `one_success`: one succeeded\n\
         - `all_done`: however they ended\n\nExample: `trigger_rule: all_done`",
    )
    .default("all_success"),
    Key::new(
        "inputs",
        Ty::OneOf(&[Ty::Map(&INPUT_VALUE), Ty::List(&Ty::OutputRef)]),
        "Values from nodes upstream, by local name. In templates they are `inputs.NAME`; a program gets \
         `$DIVISI_INPUT_NAME`, or over 64 KB `$DIVISI_INPUT_NAME_FILE`. A bare name means the one node upstream \
         that has such an output.\n\nExample: `inputs: { report: quality.findings }`",
    ),
    Key::new(
        "outputs",
        Ty::OneOf(&[Ty::Map(&OUTPUT_VALUE), Ty::List(&Ty::String)]),
        "What it makes, by name. A program writes a file NAME or NAME.json into `$DIVISI_OUTPUT_DIR`; with exactly one \
         output and none written, its standard output is taken. An agent with one bare name: its final message; two or \
         more need `json` or `file`. One that is declared and missing makes the node fail.\n\n\
         Example: `outputs: [findings]`, or `outputs: { report: { file: REPORT.md } }`",
    )
    .applies(ALL_BUT_APPROVE),
    Key::new(
        "reads",
        Ty::OneOf(&[GLOBS, Ty::Glob]),
        "Globs of the files it reads, or `workspace` for all of them. With `outputs` or `writes` this makes its \
         result reusable; unordered nodes that read what another writes are reported.\n\nExample: `reads: [\"src/**\"]`",
    )
    .applies(ALL_BUT_APPROVE),
    Key::new(
        "writes",
        Ty::OneOf(&[GLOBS, Ty::Glob]),
        "Globs of the files it changes; `[]` for none. Unordered nodes that write the same files are reported.\n\n\
         Example: `writes: [REVIEW.md]`",
    )
    .applies(ALL_BUT_APPROVE),
    Key::new(
        "locks",
        Ty::OneOf(&[Ty::List(&LOCK_ITEM), Ty::LockRef]),
        "Locks that it holds while it runs: names, or `{name, mode}`. All are taken at once or none.\n\n\
         Example: `locks: [database, { name: docs, mode: shared }]`",
    )
    .applies(ALL_BUT_APPROVE),
    Key::new("retry", Ty::Object(&RETRY), RETRY_DOC).applies(EXECUTED),
    Key::new(
        "timeout",
        Ty::Duration,
        "The longest an attempt may take; then it is stopped and has failed. Units `ms`, `s`, `m`, `h`, `d`.\n\n\
         Example: `timeout: 1h30m`",
    )
    .default("no limit"),
    Key::new(
        "idle_timeout",
        Ty::Duration,
        "The longest an attempt may be silent (a program: no output; an agent: no event); then it is stopped and has \
         failed. Units `ms`, `s`, `m`, `h`, `d`.\n\nExample: `idle_timeout: 2m`",
    )
    .applies(EXECUTED)
    .default("no limit"),
    Key::new(
        "estimate",
        Ty::Duration,
        "How long it will probably take; for plans and for the order of ready nodes. Units `ms`, `s`, `m`, `h`, `d`.\n\n\
         Example: `estimate: 5m`",
    )
    .default("1m"),
    Key::new(
        "for_each",
        Ty::OneOf(&[Ty::List(&Ty::Any), Ty::Expression]),
        "Makes one instance of the node for each item: a list, or an expression that gives one. Instances are \
         `id[KEY]`, where KEY is the item's `key`, or the item itself if it is a scalar. Templates see `item` and \
         `index`. Nodes that depend on it wait for all instances; its outputs are lists in the items' order.\n\n\
         Example: `for_each: [eu, us]`, or `for_each: args.regions`.",
    ),
    Key::new(
        "max_items",
        Ty::Int { min: 1, max: 1_000_000 },
        "The most instances that `for_each` may make; more is an error.\n\nExample: `max_items: 50`",
    )
    .default("1000"),
    Key::new("runner", Ty::RunnerRef, RUNNER_DOC).applies(WITH_RUNNER).default("`defaults.runner`, else the setting `run.runner`"),
    Key::new(
        "model",
        Ty::Model,
        "The model, as the runner names it.\n\nExample: `model: sonnet`",
    )
    .applies(WITH_RUNNER)
    .default("the agent's own, else the runner's"),
    Key::new(
        "tools",
        NAMES,
        "The tools that the agent may use; `[]` for none.\n\nExample: `tools: [Read, Grep]`",
    )
    .applies(WITH_RUNNER)
    .default("the agent's own"),
    Key::new(
        "max_turns",
        Ty::Int { min: 1, max: 100_000 },
        "The most turns that the agent may take.\n\nExample: `max_turns: 30`",
    )
    .applies(WITH_RUNNER)
    .default("the runner's"),
    Key::new("budget", Ty::Object(&BUDGET), "The most that one attempt may cost.\n\nExample: `budget: { usd: 0.50 }`")
        .applies(WITH_RUNNER),
    Key::new("shell", SHELL, SHELL_DOC).applies(&[RunLine]).default("[sh, -c], only where the text has shell syntax"),
    Key::new("env", ENV, "Environment variables of the node, over those of the DAG.\n\nExample: `env: { RUST_LOG: info }`")
        .applies(ALL_BUT_APPROVE),
    Key::new("cwd", Ty::Path, CWD_DOC).applies(ALL_BUT_APPROVE).default("the workspace's root"),
    Key::new("cache", CACHE, CACHE_DOC)
        .applies(EXECUTED)
        .default("false, unless the node declares `reads` and (`outputs` or `writes`)"),
    Key::new(
        "resume",
        Ty::Enum(&["retry", "ask", "never"]),
        "What happens after a crash to an attempt that was in flight.\n\n- `retry`: it runs again\n\
         - `ask`: the run waits until a person decides, with `divisi resume --retry` or `--mark`\n- `never`: it has failed\n\nExample: `resume: never`",
    )
    .applies(EXECUTED)
    .default("retry; ask for nodes with `compensate` or an exclusive lock"),
    Key::new(
        "compensate",
        Ty::Object(&COMPENSATE),
        "The work that undoes this node: where the DAG says `on_failure: compensate` and fails, and on request \
         (`divisi cancel RUN --compensate`). It must bear being repeated.\n\n\
         Example: `compensate: { run: ./rollback.sh }`",
    )
    .applies(EXECUTED),
    Key::new(
        "isolation",
        ISOLATION,
        "`worktree`: the node works on a copy of the workspace, and its changes are merged when it succeeds.\n\n\
         Example: `isolation: worktree`",
    )
    .applies(EXECUTED)
    .default("none"),
    Key::new(
        "worktree",
        Ty::Object(&WORKTREE),
        "Ignored files that the worktree needs.\n\nExample: `worktree: { link: [node_modules] }`",
    )
    .applies(EXECUTED),
    Key::new(
        "priority",
        WHOLE,
        "Higher goes first among ready nodes.\n\nExample: `priority: 10`",
    )
    .default("0"),
    Key::new(
        "phase",
        Ty::PhaseRef,
        "The phase that it belongs to, by id. A node that a phase lists must not name one itself.\n\nExample: `phase: review`",
    ),
    Key::new(
        "continue_on_error",
        Ty::Bool,
        "Its failure does not fail the run, and nodes that depend on it go on without its outputs.\n\n\
         Example: `continue_on_error: true`",
    )
    .default("false"),
    Key::new(
        "allow_inline_shell",
        Ty::Bool,
        "Lets the command's file run programs by `` !`…` ``.\n\nExample: `allow_inline_shell: true`",
    )
    .applies(&[Command])
    .default("false")
    .not_run_yet(),
];

const INPUT_VALUE: Ty = Ty::OneOf(&[Ty::Object(&INPUT), Ty::OutputRef]);

/// One value of `inputs`.
pub static INPUT: Object = Object {
    name: "input",
    doc: "A value from a node upstream.",
    keys: &[
        Key::new(
            "from",
            Ty::OutputRef,
            "The node and its output, or a bare output where exactly one node upstream has it.\n\nExample: `from: quality.findings`",
        )
        .default("the output with the input's own name"),
        Key::new(
            "required",
            Ty::Bool,
            "Whether the node fails where the value is missing.\n\nExample: `required: false`",
        )
        .default("true"),
        Key::new("default", Ty::Any, "What it gets where the value is missing.\n\nExample: `default: none found`"),
    ],
    open: false,
};

const OUTPUT_VALUE: Ty = Ty::OneOf(&[Ty::Object(&OUTPUT), Ty::Null]);

/// One value of `outputs`.
pub static OUTPUT: Object = Object {
    name: "output",
    doc: "Something that the node makes. At most one of `file`, `json` and `text`.",
    keys: &[
        Key::new(
            "file",
            Ty::Path,
            "A file that the node writes, relative to its `cwd`. In templates `.outputs.NAME` is its path and \
             `.outputs.NAME.text` its contents (at most 256 KB).\n\nExample: `file: REPORT.md`",
        ),
        Key::new(
            "json",
            Ty::OneOf(&[Ty::Map(&Ty::Any), Ty::Bool]),
            "The value is JSON: `true`, or a JSON Schema that it must satisfy (a schema is not checked in a run yet, so \
             `divisi run` refuses it).\n\nExample: `json: true`",
        ),
        Key::new("text", Ty::Bool, "The value is text.\n\nExample: `text: true`"),
        Key::new(
            "ttl",
            Ty::Duration,
            "How long another run may reuse it. Units `ms`, `s`, `m`, `h`, `d`.\n\nExample: `ttl: 1d`",
        ),
        Key::new(
            "required",
            Ty::Bool,
            "Whether the node fails where it is missing.\n\nExample: `required: false`",
        )
        .default("true"),
    ],
    open: false,
};

const LOCK_ITEM: Ty = Ty::OneOf(&[Ty::Object(&LOCK), Ty::LockRef]);

/// One item of a node's `locks`.
pub static LOCK: Object = Object {
    name: "lock",
    doc: "A lock that the node holds while it runs.",
    keys: &[
        Key::new("name", Ty::LockRef, "Its name.\n\nExample: `name: database`").required(),
        Key::new(
            "mode",
            Ty::Enum(&["shared", "exclusive"]),
            "`shared`: together with other shared holders; `exclusive`: alone.\n\nExample: `mode: shared`",
        )
        .default("exclusive"),
    ],
    open: false,
};

pub(super) const RETRY_DOC: &str =
    "Tries again after a failure.\n\nExample: `retry: { attempts: 3, backoff: exponential, initial: 5s }`";

/// Kinds of failure that another attempt may mend: what `retry.on` can name.
pub const RETRIED_KINDS: &[&str] =
    &["exit", "timed_out", "idle", "output_missing", "output_too_large", "output_invalid", "runner", "spawn"];

/// Kinds of failure that `compensate.on` can name.
pub const FAILURE_KINDS: &[&str] = &[
    "exit",
    "timed_out",
    "idle",
    "budget",
    "output_missing",
    "output_too_large",
    "output_invalid",
    "runner",
    "spawn",
    "lost",
    "cancelled",
    "template",
    "input",
    "expression",
    "merge_conflict",
];

/// `retry`.
pub static RETRY: Object = Object {
    name: "retry",
    doc: "When and how often a failed node is tried again.",
    keys: &[
        Key::new(
            "attempts",
            Ty::Int { min: 1, max: 100 },
            "All attempts together; 1 means no retry.\n\nExample: `attempts: 3`",
        )
        .default("3"),
        Key::new(
            "backoff",
            Ty::Enum(&["immediate", "linear", "exponential", "fibonacci"]),
            "How the wait between attempts grows.\n\nExample: `backoff: linear`",
        )
        .default("exponential"),
        Key::new(
            "initial",
            Ty::Duration,
            "The first wait. Units `ms`, `s`, `m`, `h`, `d`.\n\nExample: `initial: 5s`",
        )
        .default("1s"),
        Key::new("max", Ty::Duration, "The longest wait. Units `ms`, `s`, `m`, `h`, `d`.\n\nExample: `max: 5m`").default("5m"),
        Key::new(
            "multiplier",
            Ty::Number,
            "By what each wait of `exponential` is longer than the one before.\n\nExample: `multiplier: 1.5`",
        )
        .default("2"),
        Key::new(
            "jitter",
            Ty::Bool,
            "Varies each wait at random, so that nodes do not all come back at once.\n\nExample: `jitter: false`",
        )
        .default("true"),
        Key::new(
            "on",
            Ty::List(&Ty::Enum(RETRIED_KINDS)),
            "Only these kinds of failure are tried again. What another attempt cannot mend never is: a template, a \
             condition, an input without a value, a cancel, a budget that is used up.\n\n\
             Example: `on: [timed_out, runner]`",
        )
        .default("every kind"),
    ],
    open: false,
};

pub(super) const SHELL_DOC: &str = "The shell for a `run` string: a program and its arguments; the text is added as the last one.\n\nExample: `shell: [bash, -euo, pipefail, -c]`";

pub(super) const CWD_DOC: &str =
    "The folder in which it runs, relative to the workspace's root.\n\nExample: `cwd: packages/web`";

pub(super) const CACHE: Ty = Ty::OneOf(&[Ty::Object(&CACHE_OBJECT), Ty::Bool]);

pub(super) const CACHE_DOC: &str = "Whether a result of an earlier run is used again where nothing that the node reads has changed: `true`, `false`, or `{key, ttl}`.\n\nExample: `cache: { ttl: 7d }`";

/// `cache` as a mapping.
pub static CACHE_OBJECT: Object = Object {
    name: "cache",
    doc: "When a result is used again.",
    keys: &[
        Key::new(
            "key",
            Ty::Template,
            "A text that is part of what makes two results the same.\n\nExample: `key: \"{{ args.version }}\"`",
        ),
        Key::new(
            "ttl",
            Ty::Duration,
            "How long a result may be used again. Units `ms`, `s`, `m`, `h`, `d`.\n\nExample: `ttl: 7d`",
        )
        .default("for ever"),
    ],
    open: false,
};

pub(super) const ISOLATION: Ty = Ty::Enum(&["none", "worktree"]);

/// `worktree`.
pub static WORKTREE: Object = Object {
    name: "worktree",
    doc: "Files that git ignores and the worktree needs.",
    keys: &[
        Key::new("copy", GLOBS, "Globs of files that are copied into it.\n\nExample: `copy: [.env]`"),
        Key::new(
            "link",
            GLOBS,
            "Globs of files and folders that are linked into it.\n\nExample: `link: [node_modules]`",
        ),
    ],
    open: false,
};

/// `compensate`: a node body without graph keys.
pub static COMPENSATE: Object = Object {
    name: "compensate",
    doc: "The work that undoes a node.",
    keys: &[
        Key::new(
            "agent",
            Ty::AgentRef,
            "The agent that undoes the work. Needs `prompt`.\n\nExample: `agent: operator`",
        ),
        Key::new(
            "prompt",
            Ty::Template,
            "What it is asked to do; a template.\n\nExample: `prompt: Restore the old rules`",
        )
        .applies(&[Agent]),
        Key::new(
            "run",
            Ty::OneOf(&[Ty::List(&Ty::Template), Ty::String]),
            "A program that undoes the work, written as a node's `run`.\n\nExample: `run: ./rollback.sh`",
        ),
        Key::new(
            "command",
            Ty::CommandRef,
            "A slash command that undoes the work.\n\nExample: `command: /rollback`",
        ),
        Key::new(
            "args",
            Ty::OneOf(&[Ty::Map(&Ty::Any), Ty::List(&Ty::Any), Ty::Template]),
            "The command's arguments.\n\nExample: `args: [v1]`",
        )
        .applies(&[Command]),
        Key::new(
            "on",
            Ty::List(&Ty::Enum(FAILURE_KINDS)),
            "Kinds of failure of the node itself after which it is undone, too.\n\nExample: `on: [exit]`",
        ),
        Key::new("retry", Ty::Object(&RETRY), RETRY_DOC),
        Key::new(
            "timeout",
            Ty::Duration,
            "The longest it may take. Units `ms`, `s`, `m`, `h`, `d`.\n\nExample: `timeout: 5m`",
        ),
        Key::new(
            "idle_timeout",
            Ty::Duration,
            "The longest it may be silent. Units `ms`, `s`, `m`, `h`, `d`.\n\nExample: `idle_timeout: 1m`",
        ),
        Key::new("runner", Ty::RunnerRef, RUNNER_DOC).applies(WITH_RUNNER),
        Key::new("model", Ty::Model, "The model, as the runner names it.\n\nExample: `model: haiku`")
            .applies(WITH_RUNNER),
        Key::new("tools", NAMES, "The tools that the agent may use.\n\nExample: `tools: [Bash]`")
            .applies(WITH_RUNNER),
        Key::new(
            "max_turns",
            Ty::Int { min: 1, max: 100_000 },
            "The most turns that the agent may take.\n\nExample: `max_turns: 10`",
        )
        .applies(WITH_RUNNER),
        Key::new("shell", SHELL, SHELL_DOC).applies(&[RunLine]),
        Key::new("env", ENV, "Environment variables.\n\nExample: `env: { TARGET: staging }`"),
        Key::new("cwd", Ty::Path, CWD_DOC),
    ],
    open: false,
};
