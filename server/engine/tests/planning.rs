//! From a DAG file to the stored plan, and every reason to refuse one.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "what goes wrong here fails a test")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use divisi_engine::client::{EngineError, RunOptions, Runs, plan};
use divisi_engine::plan::{PlanWork, StoredPlan};
use divisi_engine::runner::{AgentJob, runner};
use divisi_workspace::{Places, Workspace};
use expect_test::{Expect, expect};

/// A workspace with an agent, a runner and one DAG.
struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new(dag: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        fs::create_dir_all(root.join(".claude/agents")).unwrap();
        let agent = "---\nname: reviewer\ndescription: Reviews.\nmodel: opus\n---\n\nYou review.\n";
        fs::write(root.join(".claude/agents/reviewer.md"), agent).unwrap();
        let runner = "[runners.mine]\nkind = \"exec\"\ncommand = [\"./tools/run\", \"-q\"]\n";
        fs::write(root.join("divisi.toml"), runner).unwrap();
        fs::write(root.join("a.dag.yaml"), dag).unwrap();
        Self { folder }
    }

    fn root(&self) -> std::path::PathBuf {
        self.folder.path().canonicalize().unwrap()
    }

    fn plan(&self, options: &RunOptions) -> Result<StoredPlan, EngineError> {
        let mut workspace = Workspace::with_places(vec![self.root()], Places::default());
        workspace.scan();
        let snapshot = workspace.snapshot();
        let document =
            Arc::clone(snapshot.document(&self.root().join("a.dag.yaml")).expect("the DAG is found"));
        plan(&snapshot, &document, options)
    }
}

fn planned(dag: &str, options: &RunOptions) -> StoredPlan {
    Desk::new(dag).plan(options).unwrap()
}

/// Each way in which `dag` is refused, with its line.
fn refused(dag: &str, options: &RunOptions, expected: Expect) {
    let desk = Desk::new(dag);
    let error = desk.plan(options).expect_err("a refusal");
    let line = |at: u32| dag[..at as usize].matches('\n').count() + 1;
    let mut lines = vec![error.message.clone()];
    lines.extend(error.places.iter().map(|(span, message)| format!("  {}: {message}", line(span.start))));
    expected.assert_eq(&lines.join("\n").replace(&desk.root().display().to_string(), "ROOT"));
}

fn args(given: &[(&str, &str)]) -> RunOptions {
    let args = given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    RunOptions { args, ..RunOptions::default() }
}

const DAG: &str = "\
args:
  scope: { default: src }
  deep: { type: boolean, default: false }
  count: { type: integer, required: true }
  level: { enum: [low, high], default: low }
  names: { type: list, default: [] }
nodes:
  - id: map
    run: cargo test --workspace
    outputs: [found]
  - id: each
    for_each: [eu, { key: us, zone: 2 }]
    depends_on: [map]
    run: [echo, '{{ item }}', '{{ args.scope }}']
    outputs: [text]
  - id: shell
    run: cat $DIVISI_ARG_SCOPE | wc
  - id: review
    agent: reviewer
    runner: mine
    depends_on: [each, shell]
    inputs: { found: {}, listed: { from: each.text } }
    prompt: Review {{ inputs.found }}
    timeout: 90s
  - id: other
    run: 'true'
";

#[test]
fn a_plan_is_resolved() {
    let plan = planned(DAG, &args(&[("count", "3"), ("names", "a, b")]));
    let mut lines = vec![format!("{} {}", plan.dag, serde_json::to_string(&plan.args).unwrap())];
    for node in &plan.nodes {
        let work = match &node.work {
            PlanWork::Argv { argv } => format!("argv {argv:?}"),
            PlanWork::Line { line, shell } => format!("line {line:?} {shell:?}"),
            PlanWork::Agent { agent, runner, prompt, .. } => {
                format!("agent {} by {runner}: {prompt:?}", plan.agents[agent.unwrap()].name)
            }
            PlanWork::Approve { question } => format!("approve {question}"),
            PlanWork::Group { children } => format!("group {children:?}"),
            PlanWork::Dag { children, .. } => format!("dag {children:?}"),
        };
        let inputs: Vec<_> =
            node.inputs.iter().map(|input| (input.name.as_str(), input.from.clone())).collect();
        lines.push(format!(
            "{} after {:?} {work} {inputs:?} {:?}",
            node.path, node.dependencies, node.timeout_ms
        ));
    }
    lines.push(format!("{:?}", plan.agents[0].system_prompt));
    expect![[r#"
        a {"scope":"src","deep":false,"count":3,"level":"low","names":["a","b"]}
        map after [] line "cargo test --workspace" None [] None
        each after [0] group [2, 3] [] None
        each[eu] after [] argv ["echo", "{{ item }}", "{{ args.scope }}"] [] None
        each[us] after [] argv ["echo", "{{ item }}", "{{ args.scope }}"] [] None
        shell after [] line "cat $DIVISI_ARG_SCOPE | wc" Some(["sh", "-c"]) [] None
        review after [1, 4] agent reviewer by mine: "Review {{ inputs.found }}" [("found", Some((0, "found"))), ("listed", Some((1, "text")))] Some(90000)
        other after [] line "true" None [] None
        "\nYou review.\n""#]].assert_eq(&lines.join("\n"));
    assert!(plan.runners["mine"].command[0].ends_with("/tools/run"), "{:?}", plan.runners);
    assert!(Path::new(&plan.runners["mine"].command[0]).is_absolute());
}

#[test]
fn to_plans_a_node_and_its_ancestors() {
    let options =
        RunOptions { to: Some("each".to_owned()), max_parallel: Some(7), ..args(&[("count", "3")]) };
    let plan = planned(DAG, &options);
    let paths: Vec<&str> = plan.nodes.iter().map(|node| node.path.as_str()).collect();
    assert_eq!(paths, ["map", "each", "each[eu]", "each[us]"]);
    assert_eq!(plan.nodes[1].dependencies, [0]);
    assert_eq!(plan.max_parallel, 7);
    let options = RunOptions { to: Some("eahc".to_owned()), ..args(&[("count", "3")]) };
    refused(DAG, &options, expect!["there is no node eahc; did you mean each?"]);
    let options = RunOptions { to: Some("zz".to_owned()), ..args(&[("count", "3")]) };
    refused(DAG, &options, expect!["there is no node zz; there are map, each, shell, review, other"]);
}

#[test]
fn arguments_are_bound_and_checked() {
    refused(
        DAG,
        &args(&[("scoop", "x"), ("deep", "maybe"), ("level", "mid")]),
        expect![[r#"
        there is no argument scoop; it takes scope, deep, count, level, names
          3: the argument deep must be true or false, and `maybe` is not
          4: the argument count is required: --arg count=…
          5: the argument level is one of low, high, and `mid` is not"#]],
    );
}

#[test]
fn an_editors_arguments_are_json() {
    let mut options = RunOptions::default();
    options.json_args.insert("count".to_owned(), 4.into());
    options.json_args.insert("deep".to_owned(), "true".into());
    let plan = planned(DAG, &options);
    assert_eq!((&plan.args["count"], &plan.args["deep"]), (&4.into(), &true.into()));
}

#[test]
fn secrets_come_from_the_environment_alone() {
    let dag = "\
args: { token: { secret: true } }
env: { KEY: { value: abc, secret: true } }
nodes:
  - { id: a, run: [echo, '{{ args.token }}'] }
";
    refused(
        dag,
        &args(&[("token", "x")]),
        expect![[r#"
            the argument token is secret: set it in the environment as DIVISI_ARG_TOKEN (and 2 more)
              1: the argument token is secret: set it in the environment as DIVISI_ARG_TOKEN
              2: the secret KEY is written in the file; take it from the environment: {from_env: NAME, secret: true}
              4: the argument token is secret: programs read it as $DIVISI_ARG_TOKEN"#]],
    );
    refused(
        dag,
        &RunOptions::default(),
        expect![[r#"
            the secret argument token is taken from $DIVISI_ARG_TOKEN, which is not set (and 2 more)
              1: the secret argument token is taken from $DIVISI_ARG_TOKEN, which is not set
              2: the secret KEY is written in the file; take it from the environment: {from_env: NAME, secret: true}
              4: the argument token is secret: programs read it as $DIVISI_ARG_TOKEN"#]],
    );
}

#[test]
fn a_secret_has_no_default_even_where_check_is_told_to_be_silent() {
    let dag = "args: { token: { secret: true, default: abc } }\nnodes:\n  - { id: a, run: [echo] }\n";
    let desk = Desk::new(dag);
    fs::write(desk.root().join("divisi.toml"), "[check.severity]\ninvalid-value = 'off'\n").unwrap();
    let error = desk.plan(&RunOptions::default()).unwrap_err();
    expect!["the argument token is secret, and this file is stored with each run: remove its default and set it in the environment as DIVISI_ARG_TOKEN"].assert_eq(&error.message);
}

#[test]
fn broken_settings_run_nothing() {
    let dag = "nodes:\n  - { id: a, run: [echo] }\n";
    let refusal = |settings: &str| {
        let desk = Desk::new(dag);
        fs::write(desk.root().join("divisi.toml"), settings).unwrap();
        let error = desk.plan(&RunOptions::default()).map(|plan| plan.dag);
        error.map_err(|error| error.message.replace(&desk.root().display().to_string(), "ROOT"))
    };
    assert_eq!(refusal("[run]\ntrus = 'file'\n"), Ok("a".to_owned()));
    let told =
        ["[run\ntrust = 'file'\n", "[run]\ntrust = 'fiel'\n"].map(|settings| refusal(settings).unwrap_err());
    expect![[r#"
        ROOT/divisi.toml:1:5: unclosed table, expected `]`; nothing is run before this is mended, since runs go by these settings
        ROOT/divisi.toml:2:9: `run.trust` is one of folder, file; `fiel` is none; nothing is run before this is mended, since runs go by these settings"#]].assert_eq(&told.join("\n"));
}

#[test]
fn runners_must_be_defined() {
    let node = |runner: &str| format!("nodes:\n  - {{ id: a, agent: reviewer, prompt: x{runner} }}\n");
    refused(
        &node(""),
        &RunOptions::default(),
        expect![[r#"
            no runner is named for the agent reviewer: write `runner:` on the node or under `defaults`, or `run.runner` in the settings: claude, codex, gemini, opencode, or one of your own, defined in divisi.toml
              2: no runner is named for the agent reviewer: write `runner:` on the node or under `defaults`, or `run.runner` in the settings: claude, codex, gemini, opencode, or one of your own, defined in divisi.toml"#]],
    );
    refused(
        &node(", runner: acp"),
        &RunOptions::default(),
        expect![[r#"
            the runner acp needs a program; define it in divisi.toml: [runners.acp] command = ["my-agent"]
              2: the runner acp needs a program; define it in divisi.toml: [runners.acp] command = ["my-agent"]"#]],
    );
    refused(
        &node(", runner: mien"),
        &RunOptions::default(),
        expect![[r#"
        ROOT/a.dag.yaml has errors: line 2: no runner `mien`; did you mean `mine`? (unknown-runner)
          2: no runner `mien`; did you mean `mine`? (unknown-runner)"#]],
    );
}

#[test]
fn what_is_wrong_or_not_built_is_refused() {
    for (dag, expected) in [
        (
            "nodes:\n  - { id: a, run: x, depends_on: [b] }\n",
            expect![[r#"
            ROOT/a.dag.yaml has errors: line 2: no node `b` in this DAG (missing-dependency)
              2: no node `b` in this DAG (missing-dependency)"#]],
        ),
        (
            "nodes:\n  - { id: a, for_each: args.l, run: [echo] }\nargs: { l: { default: [x, x] } }\n",
            expect![[r#"
            `for_each` gives the key x twice; give each item a `key` of its own
              2: `for_each` gives the key x twice; give each item a `key` of its own"#]],
        ),
        (
            "nodes:\n  - { id: a, for_each: args.n, run: [echo] }\nargs: { n: { type: integer, default: 3 } }\n",
            expect![[r#"
            `for_each: args.n` gives no list
              2: `for_each: args.n` gives no list"#]],
        ),
        (
            "nodes:\n  - { id: a, run: [] }\n",
            expect![[r#"
            ROOT/a.dag.yaml has errors: line 2: `run` is empty: write the program, for example `cargo test` or `[cargo, test]` (invalid-value)
              2: `run` is empty: write the program, for example `cargo test` or `[cargo, test]` (invalid-value)"#]],
        ),
    ] {
        refused(dag, &RunOptions::default(), expected);
    }
}

#[test]
fn state_that_may_not_be_ours_is_refused() {
    let desk = Desk::new(DAG);
    let elsewhere = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), desk.root().join(".divisi")).unwrap();
    let error = Runs::open(&desk.root()).unwrap_err().to_string();
    assert!(error.contains("is a symbolic link"), "{error}");
    fs::remove_file(desk.root().join(".divisi")).unwrap();
    fs::write(desk.root().join(".divisi"), "").unwrap();
    let error = Runs::open(&desk.root()).unwrap_err().to_string();
    assert!(error.contains("is not a folder"), "{error}");
}

#[test]
fn a_retry_stands_over_that_of_the_defaults_key_by_key() {
    let dag = "\
defaults: { retry: { attempts: 5, backoff: linear, on: [exit] } }
nodes:
  - { id: plain, run: x }
  - { id: own, run: x, retry: { initial: 2s, max: 1m, multiplier: 1.5, jitter: false, on: ~ } }
  - { id: none, run: x, retry: ~ }
  - { id: once, run: x, retry: { attempts: 1 } }
  - { id: each, run: x, for_each: [1] }
";
    let plan = planned(dag, &RunOptions::default());
    let lines = plan.nodes.iter().map(|node| {
        let retry = node.retry.as_ref().map(|retry| serde_json::to_string(retry).unwrap());
        format!("{}: {}\n", node.path, retry.unwrap_or_default())
    });
    expect![[r#"
        plain: {"attempts":5,"backoff":"linear","initial_ms":1000,"max_ms":300000,"multiplier":2.0,"jitter":true,"on":["exit"]}
        own: {"attempts":5,"backoff":"linear","initial_ms":2000,"max_ms":60000,"multiplier":1.5,"jitter":false,"on":null}
        none: 
        once: 
        each: 
        each[1]: {"attempts":5,"backoff":"linear","initial_ms":1000,"max_ms":300000,"multiplier":2.0,"jitter":true,"on":["exit"]}
    "#]].assert_eq(&lines.collect::<String>());
}

/// A workspace with the command `/review`, whose file is `command`.
fn with_command(dag: &str, command: &str) -> Desk {
    let desk = Desk::new(dag);
    fs::create_dir_all(desk.root().join(".claude/commands")).unwrap();
    fs::write(desk.root().join(".claude/commands/review.md"), command).unwrap();
    desk
}

#[test]
fn a_command_is_resolved_with_what_its_file_asks_for() {
    let command = "---\narguments: [scope, depth]\nallowed-tools: Read, Bash(git log *)\nmodel: haiku\n\
                   context: fork\nagent: reviewer\n---\nReview $scope, @notes.md\n";
    let dag = "\
nodes:
  - { id: named, command: /review, runner: mine, args: { depth: 2 } }
  - { id: listed, command: review, runner: mine, args: ['{{ run.id }}', 3], model: opus, tools: [Read] }
  - { id: text, command: review, runner: mine, args: src deep }
";
    let desk = with_command(dag, command);
    let plan = desk.plan(&RunOptions::default()).unwrap();
    let works = plan.nodes.iter().map(|node| serde_json::to_string(&node.work).unwrap() + "\n");
    expect![[r#"
        {"kind":"agent","agent":0,"runner":"mine","prompt":"","command":{"command":0,"given":{"words":["",2]}},"model":"haiku","tools":["Read","Bash(git log *)"],"max_turns":null}
        {"kind":"agent","agent":0,"runner":"mine","prompt":"","command":{"command":0,"given":{"words":["{{ run.id }}",3]}},"model":"opus","tools":["Read"],"max_turns":null}
        {"kind":"agent","agent":0,"runner":"mine","prompt":"","command":{"command":0,"given":{"text":"src deep"}},"model":"haiku","tools":["Read","Bash(git log *)"],"max_turns":null}
    "#]].assert_eq(&works.collect::<String>());
    assert_eq!(plan.commands.len(), 1);
    assert_eq!(
        (plan.commands[0].text.as_str(), plan.commands[0].body.as_str()),
        (command, "Review $scope, @notes.md\n")
    );
}

#[test]
fn commands_that_cannot_be_handed_over_are_refused() {
    let node = |rest: &str| format!("nodes:\n  - {{ id: a, runner: mine, command: /review{rest} }}\n");
    let told = |dag: &str, command: &str| {
        let desk = with_command(dag, command);
        let error = desk.plan(&RunOptions::default()).map(drop).unwrap_err();
        error.message.replace(&desk.root().display().to_string(), "ROOT")
    };
    let plain = "Review $0\n";
    let all = [
        told(&node(""), "---\nallowed-tools: Bash\n---\n\nThe log: !`git log`\n"),
        told(&node(", args: { scope: src }"), plain),
        told(&node(", args: { scoop: src }"), "---\narguments: scope\n---\n$scope\n"),
        told(&node(", allow_inline_shell: true"), plain),
        told(&node("").replace("/review", "/compact"), plain),
        told(&node("").replace(", runner: mine", "").replace("runner: mine, ", ""), plain),
        told(&node(", max_turns: 3"), "---\ncontext: fork\nagent: nobody\n---\nx\n"),
    ];
    expect![[r#"
        ROOT/.claude/commands/review.md:5: the command /review runs a program by !`…`, and no run does that: let a `run` node run it and hand its output over in `args`
        the command /review has no argument scope: its file names none (`arguments`); write a list or a text
        the command /review has no argument scoop: it has scope
        ROOT/a.dag.yaml asks for what this version cannot run: line 2: `allow_inline_shell` is read and checked, but this version cannot run it
        the command /compact is built into its tool and has no file to hand over
        no runner is named for the command /review: write `runner:` on the node or under `defaults`, or `run.runner` in the settings: claude, codex, gemini, opencode, or one of your own, defined in divisi.toml
        there is no agent nobody"#]].assert_eq(&all.join("\n"));
}

#[test]
fn copies_of_the_workspace_need_a_repository() {
    let dag = "\
defaults: { isolation: worktree }
nodes:
  - { id: a, run: x, worktree: { copy: [.env], link: [web/node_modules, ../other] } }
  - { id: b, run: [x], isolation: none }
  - { id: c, run: [x], for_each: [1, 2] }
";
    let desk = Desk::new(dag);
    let message = |desk: &Desk| desk.plan(&RunOptions::default()).unwrap_err().places[1].1.clone();
    assert!(message(&desk).contains(
        "but ROOT is not inside a working tree".replace("ROOT", desk.root().to_str().unwrap()).as_str()
    ));
    let git = |arguments: &[&str]| {
        let mut command = std::process::Command::new("git");
        command.args(["-c", "user.name=t", "-c", "user.email=t@example.org"]).args(arguments);
        assert!(command.current_dir(desk.root()).output().unwrap().status.success());
    };
    git(&["init", "-q"]);
    assert!(message(&desk).ends_with("has no commit yet"));
    git(&["add", "-A"]);
    git(&["commit", "-q", "-m", "first"]);
    let error = desk.plan(&RunOptions::default()).unwrap_err();
    assert_eq!(error.message, "../other does not lead to something in the workspace");
    fs::write(desk.root().join("a.dag.yaml"), dag.replace(", ../other", "")).unwrap();
    let plan = desk.plan(&RunOptions::default()).unwrap();
    assert_eq!(plan.repository.unwrap().top, desk.root());
    let copies: Vec<_> =
        plan.nodes.iter().map(|node| (node.path.as_str(), node.worktree.is_some())).collect();
    assert_eq!(copies, [("a", true), ("b", false), ("c", false), ("c[1]", true), ("c[2]", true)]);
    let files = plan.nodes[0].worktree.clone().unwrap();
    assert_eq!((files.copy, files.link), (vec![".env".to_owned()], vec!["web/node_modules".to_owned()]));
}

#[test]
fn locks_limits_and_files_are_planned() {
    let plan = planned(
        "\
locks: { db: 2, gpu: { scope: machine }, both: { capacity: 3, scope: machine } }
phases: [{ id: p, max_parallel: 2, nodes: [b, c] }]
nodes:
  - { id: a, run: x, locks: [db, { name: db, mode: exclusive }, docs], writes: [b/*] }
  - { id: b, run: x, locks: [db, { name: docs, mode: shared }, both], writes: [a/*] }
  - { id: c, run: x, locks: [gpu], resume: retry, for_each: [1], writes: [], outputs: { f: { file: c.md } } }
  - { id: d, run: x, writes: [] }
",
        &RunOptions::default(),
    );
    let locks = plan.locks.iter().map(|lock| format!("{} {:?} {:?}", lock.name, lock.capacity, lock.scope));
    let nodes = plan.nodes.iter().map(|node| {
        let held = node.locks.iter().map(|hold| {
            let name = &plan.locks[hold.lock].name;
            if hold.exclusive { format!(" {name}!") } else { format!(" {name}") }
        });
        format!("{}:{} {:?} {:?}", node.path, held.collect::<String>(), node.limits, node.resume)
    });
    let told: Vec<String> = locks.chain(nodes).chain([format!("{:?}", plan.writes)]).collect();
    expect![[r#"
        db Some(2) Workspace
        docs None Workspace
        both Some(3) Machine
        gpu None Machine
        a: db! docs! [] Ask
        b: db docs both [0] Retry
        c: [] Retry
        c[1]: gpu! [0] Retry
        d: [] Retry
        Some(["a/*", "b/*", "c.md"])"#]]
    .assert_eq(&told.join("\n"));
    assert_eq!(plan.limits[0].name, "the phase p");
}

#[test]
fn a_run_says_what_it_writes_only_where_all_of_its_nodes_do() {
    let plan = planned(
        "nodes:\n  - { id: a, run: x, writes: [a] }\n  - { id: b, run: x }\n",
        &RunOptions::default(),
    );
    assert_eq!(plan.writes, None);
}

/// A workspace with files beside `a.dag.yaml`.
fn with_files(dag: &str, files: &[(&str, &str)]) -> Desk {
    let desk = Desk::new(dag);
    for (name, text) in files {
        fs::write(desk.root().join(name), text).unwrap();
    }
    desk
}

/// Every node of a plan in few words.
fn outline(plan: &StoredPlan) -> String {
    let line = |node: &divisi_engine::plan::PlanNode| {
        let held = node.work.children().map(|children| format!(" {children:?}")).unwrap_or_default();
        let more = node.expansion.as_ref().map(|expansion| {
            let instance: Vec<&str> = expansion.instance.iter().map(|node| node.path.as_str()).collect();
            format!(" each {} × {instance:?}", expansion.expression)
        });
        let inputs: Vec<_> = node.inputs.iter().map(|input| input.from.clone()).collect();
        format!(
            "{} scope {} after {:?}{held}{} {inputs:?} limits {:?} cwd {:?}\n",
            node.path,
            node.scope,
            node.dependencies,
            more.unwrap_or_default(),
            node.limits,
            node.cwd
        )
    };
    plan.nodes.iter().map(line).collect()
}

const INNER: &str = "\
args: { scope: { required: true }, deep: { type: boolean, default: false }, list: { type: list, default: [] } }
env: { INNER: '1' }
max_parallel: 1
on_failure: continue
nodes:
  - { id: unit, run: [echo, '{{ args.scope }}'] }
  - { id: all, run: x, depends_on: [unit], outputs: [report], cwd: docs }
  - { id: more, run: x, for_each: args.list, depends_on: [all] }
";

#[test]
fn a_dag_among_the_nodes_is_flattened() {
    let dag = "\
args: { what: { default: src } }
env: { OUTER: '1' }
nodes:
  - { id: first, run: x, outputs: [list] }
  - { id: tests, dag: ./inner.dag.yaml, depends_on: [first], cwd: web,
      args: { scope: '{{ args.what }}', deep: 'true', list: '{{ nodes.first.outputs.list }}' } }
  - { id: two, dag: inner.dag.yaml, for_each: [a, b], args: { scope: '{{ item }}' } }
  - { id: last, run: x, depends_on: [tests, two], inputs: { report: tests.report, all: { from: two.report } } }
";
    let desk = with_files(dag, &[("inner.dag.yaml", INNER)]);
    let plan = desk.plan(&RunOptions::default()).unwrap();
    expect![[r#"
        first scope 0 after [] [] limits [] cwd None
        tests scope 0 after [0] [2, 3, 4] [] limits [] cwd Some("web")
        tests/unit scope 1 after [] [] limits [0] cwd Some("web")
        tests/all scope 1 after [2] [] limits [0] cwd Some("docs")
        tests/more scope 1 after [3] [] each args.list × [""] [] limits [] cwd Some("web")
        two scope 0 after [] [6, 10] [] limits [] cwd None
        two[a] scope 0 after [] [7, 8, 9] [] limits [] cwd None
        two[a]/unit scope 2 after [] [] limits [1] cwd None
        two[a]/all scope 2 after [7] [] limits [1] cwd Some("docs")
        two[a]/more scope 2 after [8] [] [] limits [] cwd None
        two[b] scope 0 after [] [11, 12, 13] [] limits [] cwd None
        two[b]/unit scope 3 after [] [] limits [1] cwd None
        two[b]/all scope 3 after [11] [] limits [1] cwd Some("docs")
        two[b]/more scope 3 after [12] [] [] limits [] cwd None
        last scope 0 after [1, 5] [Some((1, "report")), Some((5, "report"))] limits [] cwd None
    "#]]
    .assert_eq(&outline(&plan));
    let scopes = plan.scopes.iter().map(|scope| {
        let env: Vec<&str> = scope.env.iter().map(|variable| variable.name.as_str()).collect();
        let args = serde_json::to_string(&(&scope.args, &scope.late_args)).unwrap();
        format!("{} {args} {:?} {env:?}\n", scope.prefix, scope.on_failure)
    });
    expect![[r#"
        tests/ [{"scope":"src","deep":true},{"list":"{{ nodes.first.outputs.list }}"}] Continue ["OUTER", "INNER"]
        two[a]/ [{"deep":false,"list":[]},{"scope":"{{ item }}"}] Continue ["OUTER", "INNER"]
        two[b]/ [{"deep":false,"list":[]},{"scope":"{{ item }}"}] Continue ["OUTER", "INNER"]
    "#]].assert_eq(&scopes.collect::<String>());
    assert_eq!(plan.sources.len(), 2);
    let paths = |to: &str| {
        let plan = desk.plan(&RunOptions { to: Some(to.to_owned()), ..RunOptions::default() }).unwrap();
        plan.nodes.iter().map(|node| node.path.clone()).collect::<Vec<_>>()
    };
    assert_eq!(paths("tests/unit"), ["first", "tests", "tests/unit"]);
}

#[test]
fn dags_that_cannot_be_nodes_are_refused() {
    let told = |dag: &str, files: &[(&str, &str)]| {
        let desk = with_files(dag, files);
        let error = desk.plan(&RunOptions::default()).map(drop).unwrap_err();
        let places = error.places.iter().map(|(_, message)| format!("  {message}\n"));
        let text = format!("{}\n{}", error.message, places.collect::<String>());
        text.replace(&desk.root().display().to_string(), "ROOT")
    };
    let call = |rest: &str| format!("nodes:\n  - {{ id: d, dag: inner.dag.yaml{rest} }}\n");
    let inner = &[("inner.dag.yaml", INNER)][..];
    let all = [
        told(&call(""), inner),
        told(&call(", args: [a]"), inner),
        told(&call(", args: { scoop: a, deep: maybe }"), inner),
        told(&call(", args: { scope: a }, outputs: [nothing]"), inner),
        told(&call(", args: { scope: a }, retry: { attempts: 2 }"), inner),
        told(&call(""), &[("inner.dag.yaml", "on_failure: compensate\nnodes:\n  - { id: a, run: x }\n")]),
        told(&call(""), &[("inner.dag.yaml", "nodes:\n  - { id: a, for_each: [x, x], run: x }\n")]),
        told(&call(""), &[("inner.dag.yaml", "nodes:\n  - { id: a, dag: a.dag.yaml }\n")]),
    ];
    expect![[r#"
        the argument scope: it is required
          the argument scope: it is required
        a DAG takes its arguments by name: `args: { name: value }` (and 1 more)
          a DAG takes its arguments by name: `args: { name: value }`
          ROOT/inner.dag.yaml:8: it names something that has no value
        the DAG has no argument scoop; it takes scope, deep, list (and 2 more)
          the DAG has no argument scoop; it takes scope, deep, list
          the argument scope: it is required
          the argument deep: it must be true or false, and `maybe` is not
        not exactly one node of ROOT/inner.dag.yaml has an output nothing
          not exactly one node of ROOT/inner.dag.yaml has an output nothing
        ROOT/a.dag.yaml has errors: line 2: `retry` does nothing on a `dag` node (key-has-no-effect)
          `retry` does nothing on a `dag` node (key-has-no-effect)
        ROOT/inner.dag.yaml: `on_failure: compensate` is not run in a DAG that is a node
          ROOT/inner.dag.yaml: `on_failure: compensate` is not run in a DAG that is a node
        ROOT/inner.dag.yaml has errors: line 2: `for_each` has `x` twice, and both would be `a[x]`: remove one, or make them mappings, each with a `key` of its own (invalid-value)
          ROOT/inner.dag.yaml has errors: line 2: `for_each` has `x` twice, and both would be `a[x]`: remove one, or make them mappings, each with a `key` of its own (invalid-value)
        ROOT/a.dag.yaml has errors: line 2: this DAG holds itself: a.dag.yaml → inner.dag.yaml → a.dag.yaml (dag-recursion)
          this DAG holds itself: a.dag.yaml → inner.dag.yaml → a.dag.yaml (dag-recursion)
    "#]].assert_eq(&all.concat());
}

#[test]
fn items_from_upstream_are_left_to_the_run() {
    let dag = "\
nodes:
  - { id: o, run: x, outputs: [l] }
  - { id: a, depends_on: [o], for_each: nodes.o.outputs.l, run: [echo, '{{ inputs.l }}'], inputs: { l: {} }, outputs: [x] }
  - { id: d, depends_on: [o], for_each: nodes.o.outputs.l, dag: inner.dag.yaml, args: { scope: '{{ item }}' } }
";
    let desk = with_files(dag, &[("inner.dag.yaml", INNER)]);
    let mut plan = desk.plan(&RunOptions::default()).unwrap();
    expect![[r#"
        o scope 0 after [] [] limits [] cwd None
        a scope 0 after [0] [] each nodes.o.outputs.l × [""] [] limits [] cwd None
        d scope 0 after [0] [] each nodes.o.outputs.l × ["", "/unit", "/all", "/more"] [] limits [] cwd None
    "#]]
    .assert_eq(&outline(&plan));
    let items = divisi_engine::growth::items(vec!["x".into()], 5).unwrap();
    plan.grow(1, &items);
    plan.grow(2, &items);
    expect![[r#"
        o scope 0 after [] [] limits [] cwd None
        a scope 0 after [0] [3] each nodes.o.outputs.l × [""] [] limits [] cwd None
        d scope 0 after [0] [4] each nodes.o.outputs.l × ["", "/unit", "/all", "/more"] [] limits [] cwd None
        a[x] scope 0 after [] [Some((0, "l"))] limits [] cwd None
        d[x] scope 0 after [] [5, 6, 7] [] limits [] cwd None
        d[x]/unit scope 1 after [] [] limits [0] cwd None
        d[x]/all scope 1 after [5] [] limits [0] cwd Some("docs")
        d[x]/more scope 1 after [6] [] [] limits [] cwd None
    "#]]
    .assert_eq(&outline(&plan));
    assert_eq!(plan.scopes.iter().map(|scope| scope.prefix.as_str()).collect::<Vec<_>>(), ["d[x]/"]);
}

/// What the runner of the only node writes and starts, without the prompt.
fn handed_over(plan: &StoredPlan) -> String {
    let PlanWork::Agent { agent: Some(agent), runner: name, tools, max_turns, .. } = &plan.nodes[0].work
    else {
        return "no agent".to_owned();
    };
    let dir = tempfile::tempdir().unwrap();
    let job = AgentJob {
        agent: plan.agents.get(*agent),
        prompt: "x",
        model: None,
        tools: tools.as_deref(),
        max_turns: *max_turns,
        max_micro_usd: None,
        max_tokens: None,
        schema: None,
        session: "SESSION",
        cwd: Path::new("/workspace"),
        dir: dir.path(),
        environment: &BTreeMap::new(),
    };
    let process = runner(&plan.runners[name]).prepare(&job).unwrap();
    let mut lines = vec![process.argv.join(" ")];
    for file in ["agents.json", "policy.toml", "home/.gemini/settings.json", "opencode.json"] {
        lines.extend(fs::read_to_string(dir.path().join(file)));
    }
    lines.join("\n").replace(&dir.path().display().to_string(), "DIR")
}

/// A plan of one node for an agent whose file is `text`.
fn plan_with_agent(file: &str, text: &str, node: &str) -> Result<StoredPlan, EngineError> {
    let desk = Desk::new(&format!("nodes:\n  - {{ id: a, agent: reviewer, prompt: x{node} }}\n"));
    let path = desk.root().join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    let skill = desk.root().join(".claude/skills/testing");
    fs::create_dir_all(&skill).unwrap();
    fs::write(skill.join("SKILL.md"), "---\nname: testing\ndescription: x\n---\nTest first.\n").unwrap();
    // A run is refused whatever is said of the finding.
    let settings = "check.severity.agent-not-enforceable = \"off\"\n[runners.open]\nkind = \"claude\"\ncommand = [\"claude\"]\nrepository_settings = true\n\
                    [runners.kimi]\nkind = \"acp\"\ncommand = [\"kimi\"]\n\
                    [runners.gem]\nkind = \"gemini\"\ncommand = [\"gemini\"]\n\
                    [runners.code]\nkind = \"codex\"\ncommand = [\"codex\"]\n\
                    [runners.oc]\nkind = \"opencode\"\ncommand = [\"opencode\"]\n";
    fs::write(desk.root().join("divisi.toml"), settings).unwrap();
    desk.plan(&RunOptions::default()).map_err(|error| EngineError {
        message: error.message.replace(&desk.root().display().to_string(), "ROOT"),
        ..error
    })
}

#[test]
fn what_an_agents_file_says_is_handed_over() {
    let text = "---\nname: reviewer\ndescription: Reviews.\ndisallowedTools: Write, Bash(rm *)\nmaxTurns: 7\n\
                effort: low\ncolor: red\nmcpServers: { s: { command: serve } }\n---\nYou review.\n";
    let reviewer = ".claude/agents/reviewer.md";
    let limits = text.replace("mcpServers: { s: { command: serve } }\n", "");
    let handed = |text: &str, node: &str| handed_over(&plan_with_agent(reviewer, text, node).unwrap());
    let told = [
        handed(text, ", runner: open"),
        handed(&limits, ", runner: claude, max_turns: 9"),
        handed(&limits, ", runner: gem"),
        handed(&limits, ", runner: oc"),
        handed_over(&plan_with_agent(
            ".opencode/agents/reviewer.md",
            "---\ndescription: x\nmode: primary\nsteps: 4\ntools: { write: false }\npermission: { edit: deny }\n---\nx\n",
            ", runner: opencode",
        )
        .unwrap()),
        handed_over(&plan_with_agent(
            ".codex/agents/reviewer.toml",
            "name = 'reviewer'\ndescription = 'x'\ndeveloper_instructions = 'x'\nsandbox_mode = 'workspace-write'\n\
             model_reasoning_effort = 'high'\n",
            ", runner: codex",
        )
        .unwrap()),
    ];
    expect![[r#"
        claude -p --output-format stream-json --verbose --permission-mode dontAsk --permission-prompts none --agents DIR/agents.json --agent reviewer --session-id SESSION --disallowedTools Write,Bash(rm *) --effort low --max-turns 7
        {"reviewer":{"description":"Reviews.","prompt":"You review.\n","mcpServers":[{"s":{"command":"serve"}}]}}

        claude -p --output-format stream-json --verbose --permission-mode dontAsk --permission-prompts none --agents DIR/agents.json --agent reviewer --session-id SESSION --disallowedTools Write,Bash(rm *) --effort low --max-turns 9 --setting-sources user --strict-mcp-config
        {"reviewer":{"description":"Reviews.","prompt":"You review.\n"}}

        gemini -o stream-json --session-id SESSION --policy DIR/policy.toml
        [[rule]]
        toolName = "write_file"
        decision = "deny"
        priority = 300
        [[rule]]
        toolName = "run_shell_command"
        decision = "deny"
        priority = 300
        commandPrefix = "rm"

        {"general":{"enableAutoUpdate":false},"model":{"maxSessionTurns":7},"security":{"folderTrust":{"enabled":false}},"advanced":{"ignoreLocalEnv":true}}

        opencode run --format json --pure --agent reviewer
        {"agent":{"reviewer":{"mode":"primary","prompt":"You review.\n","description":"Reviews.","steps":7,"permission":{"edit":"deny","bash":{"rm *":"deny"}}}},"share":"disabled"}

        opencode run --format json --pure --agent reviewer
        {"agent":{"reviewer":{"mode":"primary","prompt":"x\n","description":"x","steps":4,"tools":{"write":false},"permission":{"edit":"deny"}}},"share":"disabled"}

        codex exec --json --skip-git-repo-check --color never --sandbox workspace-write -c projects."/workspace".trust_level="untrusted" -c developer_instructions="x" -c model_reasoning_effort="high" -"#]].assert_eq(&told.join("\n\n"));
}

#[test]
fn an_agent_starts_with_its_skills() {
    let text = "---\nname: reviewer\ndescription: Reviews.\nskills: [testing]\n---\nYou review.\n";
    let plan = plan_with_agent(".claude/agents/reviewer.md", text, ", runner: kimi").unwrap();
    let prompt = &plan.agents[0].system_prompt;
    assert!(
        prompt.starts_with("You review.\n\n\n# Skill: testing\n\nBase directory for this skill: "),
        "{prompt}"
    );
    assert!(prompt.ends_with("/.claude/skills/testing\n\nTest first.\n"), "{prompt}");
    let unknown =
        plan_with_agent(".claude/agents/reviewer.md", &text.replace("testing", "tasting"), ", runner: kimi");
    assert_eq!(
        unknown.unwrap_err().message,
        "ROOT/.claude/agents/reviewer.md: the agent reviewer starts with skill tasting: there is no one skill tasting"
    );
}

#[test]
fn what_would_vanish_from_an_agents_file_is_refused() {
    let told = |keys: &str, node: &str| {
        let text = format!("---\nname: reviewer\ndescription: Reviews.\n{keys}\n---\nx\n");
        match plan_with_agent(".claude/agents/reviewer.md", &text, node) {
            Ok(_) => "planned".to_owned(),
            Err(error) => error.message,
        }
    };
    let lines = [
        told("permissionMode: plan", ", runner: claude"),
        told("permissionMode: acceptEdits", ", runner: claude"),
        told("hooks: { Stop: [] }", ", runner: claude"),
        told("hooks: { Stop: [] }", ", runner: open"),
        told("hooks: { Stop: [] }", ", runner: kimi"),
        told("mcpServers: [github]", ", runner: gem"),
        told("maxTurns: 3", ", runner: kimi"),
        told("disallowedTools: Write", ", runner: code"),
        told("disallowedTools: Write", ", runner: codex"),
        told("maxTurns: 3\ntools: 'Bash(git * main)'", ", runner: gem"),
        told("isolation: worktree", ", runner: claude"),
        told("color: red\nmemory: project\nbackground: true\neffort: low", ", runner: kimi"),
    ];
    expect![[r#"
        ROOT/.claude/agents/reviewer.md:4: the agent reviewer says `permissionMode: plan`; the runner claude would leave that out: a run asks nobody and allows what `tools` name: take it away and list there the tools that only read
        planned
        ROOT/.claude/agents/reviewer.md:4: the agent reviewer says `hooks:`; the runner claude leaves out what a repository sets up: write `repository_settings = true` under [runners.claude] if you trust it, or take the key away
        planned
        ROOT/.claude/agents/reviewer.md:4: the agent reviewer says `hooks:`; the runner kimi would leave that out: only the runner claude has hooks; let it do the work, or take them away
        ROOT/.claude/agents/reviewer.md:4: the agent reviewer says `mcpServers:`; the runner gem would leave that out: take it away and set the servers up in the settings of the runner's own program
        ROOT/.claude/agents/reviewer.md:4: the agent reviewer says `maxTurns: 3`; the runner kimi would leave that out: let claude, gemini or opencode do it, or take it away and write a `timeout` on the node
        ROOT/.claude/agents/reviewer.md:4: the agent reviewer says `disallowedTools:`; the runner code would leave that out: take it away and name in `tools` what the agent may use
        ROOT/.claude/agents/reviewer.md:4: the agent reviewer says `disallowedTools:`; the runner codex would leave that out: take it away and name in `tools` what the agent may use
        the runner gem cannot hold an agent to `Bash(git * main)`: write `Bash(WORDS *)` or `Bash(COMMAND)`, name the tool as a whole, or let claude do it
        ROOT/.claude/agents/reviewer.md:4: the agent reviewer says `isolation: worktree`; a run goes by its nodes: write `isolation: worktree` on this one
        planned"#]].assert_eq(&lines.join("\n"));
}

#[test]
fn barriers_of_phases_are_joins() {
    let plan = planned(
        "\
phases: [{ id: one, nodes: [a, b] }, { id: two, barrier: true, nodes: [c] }, { id: three, barrier: true, nodes: [d] }]
nodes:
  - { id: a, run: x }
  - { id: b, run: x, for_each: [1] }
  - { id: c, run: x, depends_on: [a] }
  - { id: d, run: x, for_each: [1] }
  - { id: free, run: x }
",
        &RunOptions::default(),
    );
    let line = |node: &divisi_engine::plan::PlanNode| {
        format!("{} dependencies {:?} after {:?}\n", node.path, node.dependencies, node.after)
    };
    expect![[r#"
        a dependencies [] after []
        b dependencies [] after []
        b[1] dependencies [] after []
        c dependencies [0] after [7]
        d dependencies [] after [8]
        d[1] dependencies [] after []
        free dependencies [] after []
        phase:two dependencies [0, 1] after []
        phase:three dependencies [3, 7] after []
    "#]]
    .assert_eq(&plan.nodes.iter().map(line).collect::<String>());
}
