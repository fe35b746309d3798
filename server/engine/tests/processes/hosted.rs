//! Whole runs under a host: what survives a kill, what a request does, what nodes hand to each other.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use divisi_engine::client::{PauseCause, RunStatus, WhichAttempt};
use divisi_engine::event::{AttemptEnd, Event, Request};
use divisi_engine::plan::{
    PlanAgent, PlanCall, PlanCommand, PlanCompensation, PlanGiven, PlanInput, PlanNode, PlanRetry, PlanWork,
};
use divisi_model::{Backoff, OutputForm};
use divisi_workspace::RunnerDefinition;
use divisi_workspace::settings::{RunnerKind, RunnerOrigin};

use crate::support::{Bench, await_pid, await_that, is_alive, kill_9, output, secret, sh, signal};

crate::trials![
    nodes_hand_values_to_each_other,
    a_missing_output_is_a_failure,
    an_old_file_is_not_an_output,
    a_host_that_is_killed_leaves_nothing_and_resume_finishes,
    an_outcome_that_nobody_took_in_is_adopted,
    a_killed_guard_costs_one_try,
    a_host_that_is_killed_while_it_undoes_goes_on_with_it,
    cancel_leaves_nothing,
    a_run_whose_folder_is_removed_ends,
    a_second_cancel_kills_at_once,
    sigterm_to_the_host_cancels,
    a_pause_starts_nothing,
    a_timeout_is_a_failure,
    silence_is_a_failure,
    a_failure_is_tried_again_after_a_wait,
    a_wait_for_the_next_try_outlives_a_host,
    a_second_host_is_refused,
    secrets_are_masked_and_stored_nowhere,
    a_runners_report_keeps_no_secret,
    a_withheld_variable_is_named,
    large_inputs_are_files,
    an_agent_is_handed_to_its_runner,
    a_command_is_handed_to_its_runner_without_an_agent,
    a_runner_that_reports_a_failure_fails,
    an_agent_that_stays_after_its_result_has_succeeded,
    silence_counts_only_where_no_tool_is_at_work,
    a_secret_in_an_agents_result_fails_it,
    an_agent_that_ends_without_a_word_has_failed,
    runs_are_found_by_a_prefix,
];

fn retry(attempts: u32, wait_ms: u64) -> PlanRetry {
    PlanRetry {
        attempts,
        backoff: Backoff::Linear,
        initial_ms: wait_ms,
        max_ms: wait_ms,
        multiplier: 1.0,
        jitter: false,
        on: None,
    }
}

fn after(node: PlanNode, dependencies: &[usize]) -> PlanNode {
    PlanNode { dependencies: dependencies.to_vec(), ..node }
}

fn input(name: &str, node: usize, from: &str) -> PlanInput {
    PlanInput { name: name.to_owned(), from: Some((node, from.to_owned())), required: true, default: None }
}

fn argv(path: &str, argv: &[&str]) -> PlanNode {
    PlanNode {
        work: PlanWork::Argv { argv: argv.iter().map(|text| (*text).to_owned()).collect() },
        ..sh(path, "")
    }
}

fn nodes_hand_values_to_each_other() {
    let bench = Bench::with(
        |_| {
            let a = PlanNode {
                outputs: vec![output("said", OutputForm::Any)],
                ..sh("a", "echo 'it is {{ x }}'")
            };
            let b = PlanNode {
                outputs: vec![
                    output("list", OutputForm::Json),
                    output("page", OutputForm::File("page.md".to_owned())),
                ],
                ..sh("b-1", "echo '[1, {\"k\": \"v\"}]' > $DIVISI_OUTPUT_DIR/list.json; echo hello > page.md")
            };
            let c = PlanNode {
                inputs: vec![input("heard", 0, "said")],
                when: Some("nodes.b-1.outputs.list[1].k == 'v' and args.on".to_owned()),
                outputs: vec![output("all", OutputForm::Text)],
                ..argv(
                    "c",
                    &[
                        "printf",
                        "%s|",
                        "{{ nodes.a.outputs.said }}",
                        "{{ inputs.heard | upper }}",
                        "{{ nodes.b-1.outputs.page.text }}",
                        "{{ nodes.b-1.status }}",
                        "{{ run.id | length }}",
                        "{# kept #}",
                        "{{ args.n + 1 }}",
                    ],
                )
            };
            let d = PlanNode { when: Some("not args.on".to_owned()), ..sh("d", "echo never > never") };
            let e = after(
                sh(
                    "e",
                    "cp \"$DIVISI_INPUT_TEXT\" copied 2> /dev/null; echo \"$DIVISI_ARG_N $DIVISI_NODE $DIVISI_ATTEMPT $DIVISI_INPUT_TEXT\" > env",
                ),
                &[2],
            );
            let e = PlanNode { inputs: vec![input("text", 2, "all")], ..e };
            vec![a, b, after(c, &[0, 1]), after(d, &[0]), e]
        },
        |plan| {
            plan.args.insert("n".to_owned(), 41.into());
            plan.args.insert("on".to_owned(), true.into());
        },
    );
    assert_eq!(bench.start().verdict(), "succeeded", "{:?}", bench.ends());
    let all = "it is {{ x }}|IT IS {{ X }}|hello\n|succeeded|24|{# kept #}|42|";
    assert_eq!(bench.read("env"), format!("41 e 1 {all}\n"));
    assert_eq!(bench.read("never"), "");
    assert!(bench.ends().contains(&"d skipped".to_owned()));
}

fn a_missing_output_is_a_failure() {
    let two = |path: &str, line: &str| PlanNode {
        outputs: vec![output("x", OutputForm::Any), output("y", OutputForm::Any)],
        continue_on_error: true,
        ..sh(path, line)
    };
    let one = |path: &str, form: OutputForm, line: &str| PlanNode {
        outputs: vec![output("x", form)],
        continue_on_error: true,
        ..sh(path, line)
    };
    let bench = Bench::new(|_| {
        vec![
            two("missing", "echo x > $DIVISI_OUTPUT_DIR/x; echo stdout is not y"),
            one("not-json", OutputForm::Json, "echo '{'"),
            one("large", OutputForm::Any, "head -c 1048577 /dev/zero"),
            one("large-file", OutputForm::Any, "head -c 1048577 /dev/zero > $DIVISI_OUTPUT_DIR/x"),
            one("not-text", OutputForm::Any, "printf '\\377'"),
            one("pipe", OutputForm::Any, "mkfifo $DIVISI_OUTPUT_DIR/x"),
            one("largest", OutputForm::Any, "head -c 1048576 /dev/zero | tr '\\0' x"),
        ]
    });
    assert_eq!(bench.start().verdict(), "succeeded");
    let mut told: Vec<String> = bench
        .ends()
        .iter()
        .map(|end| {
            let path = end.split(' ').next().unwrap();
            format!("{end}: {}", bench.detail(path))
        })
        .collect();
    told.sort();
    expect_test::expect![[r#"
        large failed(output_too_large): the output x has more than 1 MiB; declare it as a file instead
        large-file failed(output_too_large): the output x has more than 1 MiB; declare it as a file instead
        largest succeeded: 
        missing failed(output_missing): the output y is missing: write it to $DIVISI_OUTPUT_DIR/y or y.json there
        not-json failed(output_invalid): the output x is not JSON: EOF while parsing an object at line 1 column 1
        not-text failed(output_invalid): the output x is not UTF-8 text
        pipe failed(output_invalid): the output x is not a regular file"#]].assert_eq(&told.join("\n"));
}

fn an_old_file_is_not_an_output() {
    let bench = Bench::new(|root| {
        for name in ["old", "same", "new"] {
            fs::write(root.join(name), "before").unwrap();
        }
        let node = |path: &str, line: &str| PlanNode {
            outputs: vec![output("x", OutputForm::File(path.to_owned()))],
            continue_on_error: true,
            ..sh(path, line)
        };
        vec![
            node("old", "true"),
            node("same", "printf before > same"),
            node("new", "printf after > new"),
            node("never", "true"),
        ]
    });
    bench.start().verdict();
    let mut ends = bench.ends();
    ends.sort();
    assert_eq!(
        ends,
        ["never failed(output_missing)", "new succeeded", "old failed(output_missing)", "same succeeded"]
    );
    assert_eq!(
        bench.detail("old"),
        "the output x is missing: old was there before and this attempt did not write it"
    );
    assert_eq!(bench.detail("never"), "the output x is missing: there is no file never");
}

/// A run whose first node is done and whose second has left its family and hangs until `go` is there.
fn hanging() -> Bench {
    let bench = Bench::new(|_| {
        let hang = "echo b >> witness; (setsid sh -c 'echo $$ > daemon; exec sleep 1000' > /dev/null 2>&1 &) ; \
                    while ! [ -s daemon ]; do sleep 0.01; done; echo $$ > pid; while ! [ -e go ]; do sleep 0.01; done";
        vec![
            sh("a", "echo a >> witness"),
            after(sh("b", hang), &[0]),
            after(sh("c", "echo c >> witness"), &[1]),
        ]
    });
    bench.start();
    await_pid(&bench.root().join("pid"));
    bench
}

fn a_host_that_is_killed_leaves_nothing_and_resume_finishes() {
    let bench = hanging();
    let (root, daemon, guard) =
        (await_pid(&bench.root().join("pid")), await_pid(&bench.root().join("daemon")), bench.guard_pid());
    kill_9(bench.host_pid());
    await_that("the guard's work", || !is_alive(guard) && !is_alive(root) && !is_alive(daemon));
    assert_eq!(bench.survivors(), Vec::<u32>::new());
    await_that("the lock", || matches!(bench.status(), RunStatus::Orphaned));
    fs::write(bench.root().join("go"), "").unwrap();
    assert_eq!(bench.resume().verdict(), "succeeded");
    assert_eq!(bench.read("witness"), "a\nb\nb\nc\n", "a is not repeated, b was in flight");
    assert_eq!(bench.survivors(), Vec::<u32>::new());
}

fn an_outcome_that_nobody_took_in_is_adopted() {
    let bench = hanging();
    let host = bench.host_pid();
    // A host that stands still hears nothing of the end.
    signal(host, rustix::process::Signal::STOP);
    fs::write(bench.root().join("go"), "").unwrap();
    let outcomes = format!(".divisi/runs/{}/outcomes.jsonl", bench.run);
    await_that("the guard's word", || {
        bench.read(&outcomes).lines().filter(|line| !line.is_empty()).count() == 2
    });
    kill_9(host);
    await_that("the lock", || matches!(bench.status(), RunStatus::Orphaned));
    assert_eq!(bench.resume().verdict(), "succeeded");
    assert_eq!(bench.read("witness"), "a\nb\nc\n", "what finished is never repeated");
}

/// What undoes a node by a shell line.
fn undone_by(node: PlanNode, line: &str) -> PlanNode {
    let compensation = PlanCompensation {
        work: sh("", line).work,
        on: Vec::new(),
        retry: None,
        timeout_ms: None,
        idle_timeout_ms: None,
        env: Vec::new(),
        cwd: None,
    };
    PlanNode { compensate: Some(Box::new(compensation)), ..node }
}

fn a_host_that_is_killed_while_it_undoes_goes_on_with_it() {
    let bench = Bench::new(|_| {
        let slow = "echo undo b >> witness; echo $$ > pid; while ! [ -e go ]; do sleep 0.01; done";
        vec![
            undone_by(sh("a", "echo a >> witness"), "echo undo a >> witness"),
            undone_by(after(sh("b", "echo b >> witness"), &[0]), slow),
            after(sh("c", "echo c >> witness; false"), &[1]),
        ]
    });
    bench.start();
    let runs = &bench.runs;
    await_that("the end", || matches!(bench.status(), RunStatus::Ended(_)));
    assert_eq!(bench.read("witness"), "a\nb\nc\n", "nobody asked to undo it");
    assert!(runs.prepare_compensation(&bench.run).unwrap(), "it needs a host");
    bench.start();
    let undoing = await_pid(&bench.root().join("pid"));
    assert_eq!(bench.status(), RunStatus::Compensating);
    kill_9(bench.host_pid());
    await_that("the guard's work", || !is_alive(undoing));
    await_that("the lock", || matches!(bench.status(), RunStatus::Orphaned));
    fs::write(bench.root().join("go"), "").unwrap();
    assert_eq!(bench.resume().verdict(), "compensated");
    assert_eq!(
        bench.read("witness"),
        "a\nb\nc\nundo b\nundo b\nundo a\n",
        "in flight: again; the rest: once"
    );
    assert_eq!(bench.survivors(), Vec::<u32>::new());
}

fn a_killed_guard_costs_one_try() {
    let bench = hanging();
    let (first, daemon) = (bench.guard_pid(), await_pid(&bench.root().join("daemon")));
    fs::write(bench.root().join("go.later"), "").unwrap();
    kill_9(first);
    await_that("another guard", || bench.read("witness") == "a\nb\nb\n" && !is_alive(daemon));
    fs::rename(bench.root().join("go.later"), bench.root().join("go")).unwrap();
    assert_eq!(bench.verdict(), "succeeded");
    assert_eq!(bench.survivors(), Vec::<u32>::new());
    let lost = bench
        .events()
        .into_iter()
        .filter(|record| matches!(&record.event, Event::AttemptEnded { end: AttemptEnd::Lost, .. }));
    assert_eq!(lost.count(), 1);
}

fn cancel_leaves_nothing() {
    let bench = hanging();
    let daemon = await_pid(&bench.root().join("daemon"));
    bench.runs.ask(&bench.run, Request::Cancel).unwrap();
    assert_eq!(bench.verdict(), "cancelled");
    assert_eq!(bench.ends(), ["a succeeded", "b cancelled", "c cancelled"]);
    assert!(!is_alive(daemon));
    assert_eq!(bench.survivors(), Vec::<u32>::new());
    fs::write(bench.root().join("go"), "").unwrap();
    assert_eq!(bench.resume().verdict(), "succeeded");
    assert_eq!(bench.read("witness"), "a\nb\nb\nc\n");
    let again = bench.runs.prepare_resume(&bench.run).unwrap_err().to_string();
    assert_eq!(again, format!("the run {} has succeeded; there is nothing to resume", bench.run));
}

fn a_run_whose_folder_is_removed_ends() {
    let bench = hanging();
    let (host, daemon) = (bench.host_pid(), await_pid(&bench.root().join("daemon")));
    fs::remove_dir_all(bench.root().join(".divisi")).unwrap();
    await_that("the end of the host", || !is_alive(host) && !is_alive(daemon));
    await_that("the end of all others", || bench.survivors().is_empty());
}

fn a_second_cancel_kills_at_once() {
    let bench = Bench::new(|_| {
        vec![sh("a", "trap 'echo $$ > terminated' TERM; echo $$ > pid; while :; do sleep 1000 & wait; done")]
    });
    bench.start();
    let pid = await_pid(&bench.root().join("pid"));
    bench.runs.ask(&bench.run, Request::Cancel).unwrap();
    await_pid(&bench.root().join("terminated"));
    bench.runs.ask(&bench.run, Request::Cancel).unwrap();
    assert_eq!(bench.verdict(), "cancelled");
    assert!(!is_alive(pid));
    let wall = bench.events().into_iter().find_map(|record| match record.event {
        Event::AttemptEnded { evidence, .. } => Some((evidence.signal, evidence.wall_ms)),
        _ => None,
    });
    let (signal, wall) = wall.unwrap();
    assert!(signal == Some(9) && wall < 5_000, "killed before the grace was over: {wall} ms");
}

fn sigterm_to_the_host_cancels() {
    let bench = hanging();
    signal(bench.host_pid(), rustix::process::Signal::TERM);
    assert_eq!(bench.verdict(), "cancelled");
    assert_eq!(bench.survivors(), Vec::<u32>::new());
}

fn a_pause_starts_nothing() {
    let bench = hanging();
    let stranger = Request::CancelNode { node: "bb".to_owned() };
    let error = bench.runs.ask(&bench.run, stranger).unwrap_err().to_string();
    assert_eq!(error, format!("the run {} has no node bb", bench.run));
    bench.runs.ask(&bench.run, Request::Pause).unwrap();
    await_that("the pause", || bench.status() == RunStatus::Paused(PauseCause::User));
    fs::write(bench.root().join("go"), "").unwrap();
    await_that("the end of b", || bench.ends().contains(&"b succeeded".to_owned()));
    assert_eq!(bench.read("witness"), "a\nb\n");
    bench.runs.ask(&bench.run, Request::Unpause).unwrap();
    assert_eq!(bench.verdict(), "succeeded");
    assert_eq!(bench.read("witness"), "a\nb\nc\n");
}

fn a_timeout_is_a_failure() {
    let bench = Bench::new(|_| vec![PlanNode { timeout_ms: Some(50), ..sh("a", "exec sleep 1000") }]);
    assert_eq!(bench.start().verdict(), "failed");
    assert_eq!(bench.ends(), ["a failed(timed_out)"]);
}

fn silence_is_a_failure() {
    let bench =
        Bench::new(|_| vec![PlanNode { idle_timeout_ms: Some(50), ..sh("a", "echo x; exec sleep 1000") }]);
    assert_eq!(bench.start().verdict(), "failed");
    assert_eq!(bench.ends(), ["a failed(idle)"]);
}

/// The second attempt starts not before its wait is over, and reads what the first left.
fn a_failure_is_tried_again_after_a_wait() {
    let bench = Bench::new(|_| {
        vec![PlanNode {
            retry: Some(retry(2, 300)),
            ..sh("a", "date +%s%N >> tries; test $DIVISI_ATTEMPT = 2")
        }]
    });
    assert_eq!(bench.start().verdict(), "succeeded");
    let tries: Vec<u64> = bench.read("tries").lines().map(|line| line.parse().unwrap()).collect();
    assert_eq!(tries.len(), 2);
    assert!(tries[1] - tries[0] >= 300_000_000, "{tries:?}");
}

fn a_wait_for_the_next_try_outlives_a_host() {
    let bench = Bench::new(|_| {
        vec![PlanNode {
            retry: Some(retry(2, 3_000)),
            ..sh("a", "echo x >> tries; test $DIVISI_ATTEMPT = 2")
        }]
    });
    bench.start();
    await_that("the wait", || {
        bench.events().iter().any(|record| matches!(record.event, Event::RetryScheduled { .. }))
    });
    let (host, guard) = (bench.host_pid(), bench.guard_pid());
    kill_9(host);
    await_that("the guard's end", || !is_alive(guard));
    await_that("the lock", || matches!(bench.status(), RunStatus::Orphaned));
    bench.resume();
    assert_eq!(bench.read("tries"), "x\n", "it waits on");
    assert_eq!(bench.verdict(), "succeeded");
    assert_eq!(bench.read("tries"), "x\nx\n");
}

fn a_second_host_is_refused() {
    let bench = hanging();
    let error = bench.runs.start_host(&bench.run, &std::env::current_exe().unwrap()).unwrap_err().to_string();
    assert!(error.contains("did not start") && error.contains("journal"), "{error}");
    let error = bench.runs.prepare_resume(&bench.run).unwrap_err().to_string();
    assert!(error.contains("goes on"), "{error}");
    fs::write(bench.root().join("go"), "").unwrap();
    assert_eq!(bench.verdict(), "succeeded");
    let error = bench.runs.ask(&bench.run, Request::Cancel).unwrap_err().to_string();
    assert!(error.contains("is over"), "{error}");
}

fn secrets_are_masked_and_stored_nowhere() {
    let value = std::env::var("TEST_SECRET").unwrap();
    let node = |path: &str, line: &str, outputs| PlanNode {
        env: vec![secret("KEY", "TEST_SECRET")],
        continue_on_error: true,
        outputs,
        ..sh(path, line)
    };
    let bench = Bench::new(|_| {
        vec![
            node("log", "echo key=$KEY; printf $KEY | base64", Vec::new()),
            node("stdout", "echo $KEY", vec![output("x", OutputForm::Any)]),
            node("file", "echo \"a${KEY}b\" > $DIVISI_OUTPUT_DIR/x", vec![output("x", OutputForm::Any)]),
            node(
                "undeclared",
                "mkdir -p $DIVISI_OUTPUT_DIR/d; echo $KEY > $DIVISI_OUTPUT_DIR/d/y",
                Vec::new(),
            ),
            node("failure", "echo $KEY | tee $DIVISI_OUTPUT_DIR/x >&2; exit 1", Vec::new()),
        ]
    });
    bench.start().verdict();
    let mut ends = bench.ends();
    ends.sort();
    assert_eq!(
        ends,
        [
            "failure failed(exit)",
            "file failed(output_invalid)",
            "log succeeded",
            "stdout failed(output_invalid)",
            "undeclared succeeded"
        ]
    );
    assert_eq!(
        bench.detail("failure"),
        "exit status 1: ***; a secret stood in $DIVISI_OUTPUT_DIR/x, which was removed"
    );
    assert_eq!(
        bench.detail("file"),
        "the output x holds a secret, and outputs are stored; a secret stood in $DIVISI_OUTPUT_DIR/x, which was removed"
    );
    let log = String::from_utf8(bench.runs.log(&bench.run, "log", WhichAttempt::Latest).unwrap()).unwrap();
    assert!(log.starts_with("key=***\n***"), "{log}");
    let run = bench.root().join(".divisi/runs").join(&bench.run);
    assert_eq!(files_with(&run, value.as_bytes()), Vec::<String>::new());
}

fn a_runners_report_keeps_no_secret() {
    let value = std::env::var("TEST_SECRET").unwrap();
    for report in [r#"{\"result\": \"$TEST_SECRET\"}"#, r#"{\"error\": \"no $TEST_SECRET\"}"#] {
        let script = format!("echo \"{report}\" > \"$DIVISI_RESULT_FILE\"");
        let bench = with_runner(vec![agent("a", "x", &["r"])], &script);
        assert_eq!(bench.start().verdict(), "failed");
        let detail = bench.detail("a");
        assert!(detail.ends_with("; a secret stood in $DIVISI_RESULT_FILE, which was removed"), "{detail}");
        let run = bench.root().join(".divisi/runs").join(&bench.run);
        assert_eq!(files_with(&run, value.as_bytes()), Vec::<String>::new());
    }
}

fn files_with(dir: &Path, text: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap().flatten() {
        if entry.path().is_dir() {
            found.extend(files_with(&entry.path(), text));
            continue;
        }
        // What is gone by now (the host closes its journal) holds nothing.
        let bytes = fs::read(entry.path()).unwrap_or_default();
        if bytes.windows(text.len()).any(|window| window == text) {
            found.push(entry.path().display().to_string());
        }
    }
    found
}

fn a_withheld_variable_is_named() {
    let bench = Bench::new(|_| vec![sh("a", "test -n \"$TEST_SECRET\"")]);
    assert_eq!(bench.start().verdict(), "failed");
    assert_eq!(
        bench.detail("a"),
        "exit status 1 (not passed on to it: TEST_SECRET; declare them under `env` or in `run.pass_env`)"
    );
}

fn large_inputs_are_files() {
    let bench = Bench::new(|_| {
        let make = |path: &str, bytes: usize| PlanNode {
            outputs: vec![output("x", OutputForm::Any)],
            ..sh(path, &format!("head -c {bytes} /dev/zero | tr '\\0' x"))
        };
        let take = PlanNode {
            inputs: vec![input("small", 0, "x"), input("medium", 1, "x"), input("large", 2, "x")],
            ..sh(
                "take",
                "printf %s \"$DIVISI_INPUT_SMALL\" | wc -c > sizes; wc -c < $DIVISI_INPUT_MEDIUM_FILE >> sizes; \
                          wc -c < $DIVISI_INPUT_LARGE_FILE >> sizes; echo \"${DIVISI_INPUT_LARGE:-none}\" >> sizes",
            )
        };
        vec![make("a", 64_000), make("b", 64_001), make("c", 1_000_000), after(take, &[0, 1, 2])]
    });
    assert_eq!(bench.start().verdict(), "succeeded");
    assert_eq!(
        bench.read("sizes").split_whitespace().collect::<Vec<_>>(),
        ["64000", "64001", "1000000", "none"]
    );
}

fn agent(path: &str, prompt: &str, outputs: &[&str]) -> PlanNode {
    PlanNode {
        work: PlanWork::Agent {
            agent: Some(0),
            command: None,
            runner: "mine".to_owned(),
            prompt: prompt.to_owned(),
            model: None,
            tools: Some(vec!["Read".to_owned(), "Grep".to_owned()]),
            max_turns: Some(3),
            max_micro_usd: None,
            max_tokens: None,
        },
        outputs: outputs.iter().map(|name| output(name, OutputForm::Any)).collect(),
        ..sh(path, "")
    }
}

fn with_runner(nodes: Vec<PlanNode>, script: &str) -> Bench {
    with_runner_of_kind(RunnerKind::Exec, nodes, script)
}

fn with_runner_of_kind(kind: RunnerKind, nodes: Vec<PlanNode>, script: &str) -> Bench {
    let mut runners = BTreeMap::new();
    let command = vec!["sh".to_owned(), "-c".to_owned(), script.to_owned()];
    let definition = RunnerDefinition {
        kind,
        command,
        args: Vec::new(),
        repository_settings: false,
        max_parallel: None,
        env: vec!["TEST_SECRET".to_owned()],
        origin: RunnerOrigin::User,
        defined_in: "/nowhere/config.toml".into(),
    };
    runners.insert("mine".to_owned(), definition);
    Bench::with(
        |_| nodes,
        |plan| {
            plan.args.insert("scope".to_owned(), "src".into());
            plan.runners = runners;
            plan.agents = vec![PlanAgent {
                name: "reviewer".to_owned(),
                path: "/nowhere/reviewer.md".into(),
                text: "---\nname: reviewer\n---\nYou review.\n".to_owned(),
                system_prompt: "You review.\n".to_owned(),
                description: None,
                tools: None,
                model: Some("opus".to_owned()),
                keys: serde_json::Map::new(),
            }];
            plan.commands = vec![PlanCommand {
                name: "review".to_owned(),
                path: "/nowhere/review.md".into(),
                text: String::new(),
                body: "{{ args.scope }}: $0, $count, $2, @notes.md\n".to_owned(),
                arguments: vec!["first".to_owned(), "count".to_owned()],
            }];
        },
    )
}

fn an_agent_is_handed_to_its_runner() {
    let script = r#"
        { cat; echo; cat "$DIVISI_PROMPT_FILE"; echo; cat "$DIVISI_SYSTEM_PROMPT_FILE" "$DIVISI_AGENT_FILE";
          echo "$DIVISI_AGENT_NAME $DIVISI_MODEL $DIVISI_TOOLS $DIVISI_MAX_TURNS ${#TEST_SECRET}"; } > handed
        echo noise
        echo '{"result": "all is well", "usage": {"input_tokens": 7, "usd": 0.5}}' > "$DIVISI_RESULT_FILE""#;
    let after_it =
        after(sh("after", "printf %s \"$DIVISI_INPUT_R\" > after; echo ${TEST_SECRET:-none} >> after"), &[0]);
    let after_it = PlanNode { inputs: vec![input("r", 0, "review")], ..after_it };
    let bench = with_runner(vec![agent("a", "Review {{ args.scope }}", &["review"]), after_it], script);
    assert_eq!(bench.start().verdict(), "succeeded", "{}", bench.detail("a"));
    let handed = "Review src\nReview src\nYou review.\n---\nname: reviewer\n---\nYou review.\nreviewer opus Read,Grep 3 14\n";
    assert_eq!(bench.read("handed"), handed);
    assert_eq!(bench.read("after"), "all is wellnone\n", "the runner's key goes to the agent's node alone");
    let usage = bench.events().into_iter().find_map(|record| match record.event {
        Event::AttemptEnded { evidence, .. } => evidence.usage,
        _ => None,
    });
    assert_eq!(usage.map(|usage| (usage.input_tokens, usage.usd)), Some((7, Some(0.5))));
}

fn a_command_is_handed_to_its_runner_without_an_agent() {
    let script = r#"{ cat; echo "${DIVISI_AGENT_NAME:-nobody} $DIVISI_MODEL $DIVISI_TOOLS"; } > handed"#;
    let words = vec!["a b".into(), 3.into(), "$0 {{ args.scope }}".into()];
    let command = PlanCall { command: 0, given: PlanGiven::Words(words) };
    let mut node = agent("a", "", &[]);
    if let PlanWork::Agent { agent, command: call, model, .. } = &mut node.work {
        *agent = None;
        *call = Some(command);
        *model = Some("haiku".to_owned());
    }
    let bench = with_runner(vec![node], script);
    assert_eq!(bench.start().verdict(), "succeeded", "{}", bench.detail("a"));
    assert_eq!(bench.read("handed"), "{{ args.scope }}: a b, 3, $0 src, @notes.md\nnobody haiku Read,Grep\n");
}

fn a_runner_that_reports_a_failure_fails() {
    for (script, detail) in [
        (r#"echo '{"status": "failed", "error": "no key"}' > "$DIVISI_RESULT_FILE""#, "no key"),
        (
            r#"echo '{"status": "failed"}' > "$DIVISI_RESULT_FILE"; exit 1"#,
            "the runner reports a failure and no reason",
        ),
        (
            r#"echo 'nonsense' > "$DIVISI_RESULT_FILE""#,
            "the runner's report in $DIVISI_RESULT_FILE cannot be read: expected ident at line 1 column 2",
        ),
    ] {
        let bench = with_runner(vec![agent("a", "x", &[])], script);
        assert_eq!(bench.start().verdict(), "failed");
        assert_eq!(bench.ends(), ["a failed(runner)"]);
        assert_eq!(bench.detail("a"), detail);
    }
}

fn runs_are_found_by_a_prefix() {
    let bench = Bench::new(|_| vec![sh("a", "true")]);
    assert_eq!(bench.runs.summary(&bench.run[..12]).unwrap().run, bench.run);
    assert_eq!(bench.status(), RunStatus::Planned);
    let error = bench.runs.summary("nope").unwrap_err().to_string();
    assert_eq!(error, "there is no run nope; `divisi runs` lists them");
    assert_eq!(bench.start().verdict(), "succeeded");
    let (runs, faults) = bench.runs.list().unwrap();
    assert_eq!((runs.len(), faults.len()), (1, 0));
    assert_eq!(bench.runs.latest(1).unwrap().0.len(), 1);
    assert_eq!(bench.runs.latest(0).unwrap().0.len(), 0);
    let error = bench.runs.log(&bench.run, "b", WhichAttempt::Latest).unwrap_err().to_string();
    assert!(error.contains("has no node b"), "{error}");
    assert_eq!(fs::read_to_string(bench.root().join(".divisi/.gitignore")).unwrap(), "*\n");
}

/// A program that speaks as Claude Code does: a line for each event, and shell between them.
fn claude(lines: &[&str], node: impl FnOnce(PlanNode) -> PlanNode) -> Bench {
    let script: String =
        lines
            .iter()
            .map(|line| {
                if line.starts_with('{') { format!("printf '%s\\n' '{line}'\n") } else { format!("{line}\n") }
            })
            .collect();
    with_runner_of_kind(RunnerKind::Claude, vec![node(agent("a", "go", &["said"]))], &script)
}

const TOOL: &str =
    r#"{"type":"assistant","message":{"content":[{"type":"tool_use","id":"t","name":"Bash","input":{}}]}}"#;
const TOOL_END: &str = r#"{"type":"user","message":{"content":[{"type":"tool_result","tool_use_id":"t"}]}}"#;
const RESULT: &str = r#"{"type":"result","subtype":"success","is_error":false,"result":"fine"}"#;

fn an_agent_that_stays_after_its_result_has_succeeded() {
    let bench = claude(&[RESULT, "sleep 1000"], |node| node);
    assert_eq!(bench.start().verdict(), "succeeded", "{}", bench.detail("a"));
    await_that("the death of everything", || bench.survivors().is_empty());
}

fn silence_counts_only_where_no_tool_is_at_work() {
    let impatient = |node| PlanNode { idle_timeout_ms: Some(1_500), ..node };
    let bench = claude(&[TOOL, "sleep 4", TOOL_END, RESULT], impatient);
    assert_eq!(bench.start().verdict(), "succeeded", "{}", bench.detail("a"));
    let keep_alive = r#"{"type":"system","subtype":"api_retry","error_status":529}"#;
    let waits = format!("while true; do echo '{keep_alive}'; sleep 0.2; done");
    let bench = claude(&[TOOL, TOOL_END, &waits], impatient);
    assert_eq!(bench.start().verdict(), "failed");
    assert_eq!(bench.ends(), ["a failed(idle)"]);
}

fn a_secret_in_an_agents_result_fails_it() {
    let told =
        r#"printf '{"type":"result","subtype":"success","is_error":false,"result":"%s"}\n' "$TEST_SECRET""#;
    let bench = claude(&[told], |node| node);
    assert_eq!(bench.start().verdict(), "failed");
    assert_eq!(bench.ends(), ["a failed(output_invalid)"]);
    assert_eq!(files_with(&bench.root().join(".divisi"), b"s3cr3t-of-ours"), Vec::<String>::new());
}

fn an_agent_that_ends_without_a_word_has_failed() {
    let bench = claude(&["echo 'no such flag' >&2", "exit 0"], |node| node);
    assert_eq!(bench.start().verdict(), "failed");
    let expected = "claude ended with exit status 0 before it gave a result: no such flag";
    assert_eq!(bench.detail("a"), expected);
}
