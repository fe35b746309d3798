//! From a DAG file to the stored plan, and every reason to refuse one.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "what goes wrong here fails a test")]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use divisi_engine::client::{EngineError, RunOptions, Runs, plan};
use divisi_engine::plan::{PlanWork, StoredPlan};
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
          4: the argument token is secret: programs read it as $DIVISI_ARG_TOKEN
          2: the secret KEY is written in the file; take it from the environment: {from_env: NAME, secret: true}"#]],
    );
    refused(
        dag,
        &RunOptions::default(),
        expect![[r#"
        the secret argument token is taken from $DIVISI_ARG_TOKEN, which is not set (and 2 more)
          1: the secret argument token is taken from $DIVISI_ARG_TOKEN, which is not set
          4: the argument token is secret: programs read it as $DIVISI_ARG_TOKEN
          2: the secret KEY is written in the file; take it from the environment: {from_env: NAME, secret: true}"#]],
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
            "nodes:\n  - { id: o, run: x, outputs: [l] }\n  - { id: a, depends_on: [o], for_each: nodes.o.outputs.l, run: [echo] }\n",
            expect![[r#"
            ROOT/a.dag.yaml asks for what this version cannot run: line 3: `for_each` is read and checked, but this version cannot run it
              3: `for_each` is read and checked, but this version cannot run it"#]],
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
