//! `divisi run` and what follows it.

use expect_test::{Expect, expect};
use serde_json::Value;

use crate::site::{Live, Site};

const TWO: &str = "\
name: two
nodes:
  - { id: first, run: [echo, hello], outputs: [word] }
  - id: second
    depends_on: [first]
    run: [echo, '{{ nodes.first.outputs.word }} again']
";

/// Fails until the file `ok` is there; each attempt of a node leaves a mark.
const FLAKY: &str = "\
name: flaky
nodes:
  - { id: done, run: 'echo x >> done.txt' }
  - { id: hard, depends_on: [done], run: 'echo x >> hard.txt; echo is it ok?; test -f ok' }
  - { id: last, depends_on: [hard], run: [touch, last.txt] }
";

/// The first node waits for the file `go`.
const GATE: &str = "\
name: gate
nodes:
  - { id: gate, run: 'until [ -f go ]; do sleep 0.02; done' }
  - { id: after, depends_on: [gate], run: [touch, after.txt] }
";

/// Values that are parked under keys of the user, and used by alias.
const PARKED: &str = "\
x-env: &env { GREETING: hi }
x-needs: &needs [first]
x-defaults: &defaults { timeout: 5m, env: *env }
defaults: *defaults
nodes:
  - { id: first, run: 'echo $GREETING > first.txt' }
  - { id: second, run: 'cat first.txt > second.txt; echo $GREETING >> second.txt', depends_on: *needs }
";

/// Times and ids differ from run to run; the rest does not.
fn steady(text: &str) -> String {
    let words = text.split_inclusive([' ', '\n', ',']);
    words
        .map(
            |word| {
                if is_time(word) { word.replace(|c: char| c.is_ascii_digit(), "0") } else { word.to_owned() }
            },
        )
        .collect()
}

fn is_time(word: &str) -> bool {
    word.trim_end_matches([' ', '\n', ','])
        .strip_suffix('s')
        .is_some_and(|number| number.parse::<f64>().is_ok())
}

fn without_run(text: &str, run: &str) -> String {
    steady(&text.replace(run, "RUN"))
        .lines()
        .filter(|line| !line.starts_with("  wall"))
        .map(|line| format!("{line}\n"))
        .collect()
}

fn latest(site: &Site) -> Value {
    let list: Value = serde_json::from_str(&site.divisi(&["runs", "--json"]).out).expect("JSON");
    list[0].clone()
}

fn latest_run(site: &Site) -> String {
    latest(site)["run"].as_str().expect("an id").to_owned()
}

#[track_caller]
fn check(site: &Site, text: &str, expected: Expect) {
    expected.assert_eq(&without_run(text, &latest_run(site)));
}

#[test]
fn runs_to_the_end_and_says_how() {
    let site = Site::new().write("two.dag.yaml", TWO);
    let said = site.divisi(&["run", "two.dag.yaml", "--yes"]);
    assert_eq!((said.status, said.err.as_str()), (0, ""));
    check(
        &site,
        &said.out,
        expect![[r#"
        two · 2 nodes, 2 at a time · run RUN
           0.0s  started    first
           0.0s  succeeded  first  0.0s
           0.0s  started    second
           0.0s  succeeded  second  0.0s

        two succeeded: 2 of 2 nodes done
    "#]],
    );
    let run = latest_run(&site);
    assert_eq!(site.divisi(&["logs", &run, "second"]).out, "hello again\n");
    assert_eq!(site.divisi(&["attach", &run]).status, 0);
}

#[test]
fn parked_values_reach_a_run_by_alias() {
    let site = Site::new().write("parked.dag.yaml", PARKED);
    assert_eq!(site.divisi(&["check"]).status, 0);
    assert_eq!(site.divisi(&["run", "parked", "--yes"]).status, 0);
    assert_eq!(site.read("second.txt"), "hi\nhi\n");
}

#[test]
fn nothing_runs_by_settings_that_cannot_be_read() {
    let site = Site::new().write("a.dag.yaml", "nodes:\n  - { id: a, run: [ls] }\n");
    site.put("divisi.toml", "wild = 1\n[run]\ntrust = 'fiel'\n");
    let said = site.divisi(&["run", "a", "--yes"]);
    assert_eq!((said.status, said.out.as_str()), (2, ""));
    expect![[r#"
        warning: divisi.toml:1:1: there is no setting `wild`; known here: agents, check, files, hints, mcp, run, runners, traces
        error: $ROOT/divisi.toml:3:9: `run.trust` is one of folder, file; `fiel` is none; nothing is run before this is mended, since runs go by these settings
    "#]].assert_eq(&said.err);
    site.put("divisi.toml", "wild = 1\n");
    assert_eq!(site.divisi(&["run", "a", "--yes"]).status, 0);
}

#[test]
fn nothing_runs_without_trust() {
    let site = Site::new().write("two.dag.yaml", TWO);
    let said = site.divisi(&["run", "two"]);
    assert_eq!((said.status, said.out.as_str()), (2, ""));
    expect![[r#"
        error: $ROOT is not trusted, so nothing was run
          help: trust it: divisi trust .
          help: or say it for this one call: --yes
    "#]]
    .assert_eq(&said.err);
    site.divisi(&["trust"]);
    assert_eq!(site.divisi(&["run", "two"]).status, 0);
}

#[test]
fn json_is_the_event_stream_and_nothing_else() {
    let site = Site::new().write("two.dag.yaml", TWO);
    let said = site.divisi(&["run", "two", "--yes", "--json"]);
    assert_eq!((said.status, said.err.as_str()), (0, ""));
    let events: Vec<Value> = said.out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let seqs: Vec<u64> = events.iter().map(|event| event["seq"].as_u64().expect("a number")).collect();
    assert_eq!(seqs, (1..=events.len() as u64).collect::<Vec<_>>());
    assert_eq!(events[0]["type"], "run_planned");
    assert_eq!(events.last().expect("events")["verdict"], "succeeded");
}

#[test]
fn a_failed_run_is_resumed_without_repeating_what_finished() {
    let site = Site::new().write("flaky.dag.yaml", FLAKY);
    let said = site.divisi(&["run", "flaky", "--yes"]);
    assert_eq!((said.status, said.err.as_str()), (1, ""));
    check(
        &site,
        &said.out,
        expect![[r#"
        flaky · 3 nodes, 2 at a time · run RUN
           0.0s  started    done
           0.0s  succeeded  done  0.0s
           0.0s  started    hard
           0.0s  failed     hard  0.0s  exit status 1: is it ok?
           0.0s  blocked    last  hard failed

        flaky failed: 1 of 3 nodes done, 1 failed, 1 blocked

        failed hard: exit status 1: is it ok?
          │ is it ok?

          whole output: divisi logs RUN hard
          to go on:     divisi resume RUN
    "#]],
    );
    site.put("ok", "");
    let said = site.divisi(&["resume", "--yes"]);
    assert_eq!((said.status, said.err.as_str()), (0, ""));
    check(
        &site,
        &said.out,
        expect![[r#"
           0.0s  the run goes on with a new host
           0.0s  started    hard  (attempt 2)
           0.0s  succeeded  hard  0.0s
           0.0s  started    last
           0.0s  succeeded  last  0.0s

        flaky succeeded: 3 of 3 nodes done
    "#]],
    );
    assert_eq!((site.read("done.txt").as_str(), site.read("hard.txt").as_str()), ("x\n", "x\nx\n"));
    assert_eq!(site.divisi(&["resume", &latest_run(&site), "--yes"]).status, 2, "nothing is left to do");
}

#[test]
fn only_what_a_node_needs_runs_with_to() {
    let site = Site::new().write("flaky.dag.yaml", FLAKY);
    assert_eq!(site.divisi(&["run", "flaky", "--yes", "--to", "done"]).status, 0);
    assert_eq!(latest(&site)["nodes"], 1);
}

fn start_gate(site: &Site) -> Live {
    let mut live = site.start(&["run", "gate", "--yes", "--json"]);
    live.until("\"running\"");
    live
}

#[test]
fn cancel_from_another_terminal() {
    let site = Site::new().write("gate.dag.yaml", GATE);
    let live = start_gate(&site);
    assert_eq!(site.divisi(&["cancel", &latest_run(&site)]).status, 0);
    assert_eq!(live.end(), 130);
    assert!(!site.root().join("after.txt").exists());
}

#[test]
fn an_interrupt_cancels() {
    let site = Site::new().write("gate.dag.yaml", GATE);
    let live = start_gate(&site);
    live.interrupt();
    assert_eq!(live.end(), 130);
    assert_eq!(latest(&site)["status"]["ended"], "cancelled");
}

#[test]
fn a_paused_run_ends_the_view_with_75_and_goes_on_later() {
    let site = Site::new().write("gate.dag.yaml", GATE);
    let mut live = start_gate(&site);
    let run = latest_run(&site);
    assert_eq!(site.divisi(&["pause", &run]).status, 0);
    live.until("\"pause\"");
    site.put("go", "");
    assert_eq!(live.end(), 75);
    assert!(!site.root().join("after.txt").exists());
    assert_eq!(site.divisi(&["pause", &run, "--resume"]).status, 0);
    assert_eq!(site.divisi(&["attach", &run]).status, 0);
    assert!(site.root().join("after.txt").exists());
}

#[test]
fn a_detached_run_goes_on() {
    let site = Site::new().write("gate.dag.yaml", GATE);
    let said = site.divisi(&["run", "gate", "--yes", "--detach"]);
    assert_eq!(said.status, 0);
    site.put("go", "");
    assert_eq!(site.divisi(&["attach", said.out.trim()]).status, 0);
}

#[test]
fn a_failure_is_tried_again() {
    let text = "\
name: again
max_parallel: 2
nodes:
  - { id: odd, run: 'test $DIVISI_ATTEMPT = 3', retry: { attempts: 3, backoff: linear, initial: 10ms, jitter: false } }
  - { id: last, run: echo done, depends_on: [odd] }
";
    let site = Site::new().write("again.dag.yaml", text);
    let said = site.divisi(&["run", "again", "--yes"]);
    assert_eq!((said.status, said.err.as_str()), (0, ""));
    check(
        &site,
        &said.out,
        expect![[r#"
        again · 2 nodes, 2 at a time · run RUN
           0.0s  started    odd
           0.0s  failed     odd  0.0s  exit status 1  (again in 0.0s)
           0.0s  started    odd  (attempt 2)
           0.0s  failed     odd  0.0s  exit status 1  (again in 0.0s)
           0.0s  started    odd  (attempt 3)
           0.0s  succeeded  odd  0.0s
           0.0s  started    last
           0.0s  succeeded  last  0.0s

        again succeeded: 2 of 2 nodes done
    "#]],
    );
}

#[test]
fn what_cannot_run_yet_is_refused_with_its_place() {
    let text = "nodes:\n  - { id: hello, command: greet, runner: claude, allow_inline_shell: true }\n";
    let site = Site::new().write("two.dag.yaml", text).write(".claude/commands/greet.md", "Greet.\n");
    let said = site.divisi(&["run", "two", "--yes"]);
    assert_eq!(said.status, 2);
    expect![[r#"
        error: `allow_inline_shell` is read and checked, but this version cannot run it
         --> two.dag.yaml:2:50
          |
        2 |   - { id: hello, command: greet, runner: claude, allow_inline_shell: true }
          |                                                  ^^^^^^^^^^^^^^^^^^

        error: two.dag.yaml was not run
    "#]]
    .assert_eq(&said.err);
}

#[test]
fn mistakes_in_the_settings_are_told_before_a_run() {
    let site = Site::new()
        .write("divisi.toml", "[run]\nmax_paralel = 1\n")
        .write("a.dag.yaml", "name: a\nnodes:\n  - { id: x, run: \"true\" }\n");
    let warning =
        "warning: divisi.toml:2:1: there is no setting `run.max_paralel`; did you mean `run.max_parallel`?\n";
    let ran = site.divisi(&["run", "a", "--yes"]);
    assert_eq!((ran.status, ran.err.as_str()), (0, warning));
    assert_eq!(site.divisi(&["plan", "a"]).err, warning);
}

#[test]
fn a_command_that_names_its_dag_says_where_it_is() {
    let site = Site::new()
        .write(".claude/commands/go.md", "---\ndescription: Goes.\ndivisi: ../../a.dag.yaml\n---\nGo.\n")
        .write("a.dag.yaml", "name: a\nnodes:\n  - { id: x, run: \"true\" }\n");
    let said = site.divisi(&["run", ".claude/commands/go.md", "--yes"]);
    assert_eq!(said.status, 2);
    assert!(said.err.contains("help: name the DAG file itself: a.dag.yaml\n"), "{}", said.err);
}

#[test]
fn a_group_has_no_log_but_its_instances_do() {
    let site = Site::new().write(
        "a.dag.yaml",
        "name: a\nnodes:\n  - { id: x, for_each: [eu, us], run: [echo, \"{{ item }}\"] }\n",
    );
    let run = site.divisi(&["run", "a", "--yes", "--json"]).out;
    let first: serde_json::Value =
        serde_json::from_str(run.lines().next().unwrap_or_default()).expect("JSON");
    let run = first["run"].as_str().expect("the run's id");
    assert_eq!(site.divisi(&["logs", run, "x"]).err, "error: the node x ran as x[eu], x[us]\n");
    assert_eq!(site.divisi(&["logs", run, "x[us]"]).out, "us\n");
}

#[test]
fn a_lost_attempt_waits_for_a_persons_word() {
    let gate = GATE.replace("id: gate,", "id: gate, resume: ask,");
    let site = Site::new().write("gate.dag.yaml", gate);
    let live = start_gate(&site);
    let run = latest_run(&site);
    kill_host(&site, &run);
    assert_eq!(live.end(), 1, "its host is gone");
    let said = site.divisi(&["resume", "--yes"]);
    assert_eq!(said.status, 75);
    let waits = format!(
        "gate waits for your word: divisi resume {run} --retry gate\n  or, if you know how it ended: --mark gate succeeded|failed\n"
    );
    assert!(said.err.ends_with(&waits), "{}", said.err);
    let wrong = site.divisi(&["resume", "--yes", "--mark", "gate", "done"]);
    assert_eq!(
        (wrong.status, wrong.err.as_str()),
        (2, "error: --mark gate done: a node counts as succeeded or failed\n")
    );
    let wrong = site.divisi(&["resume", "--yes", "--retry", "after"]);
    assert_eq!(wrong.err, "error: the node after lost no attempt, so there is nothing to decide about it\n");
    assert_eq!(site.divisi(&["resume", "--yes", "--mark", "gate", "succeeded"]).status, 0);
    assert!(site.root().join("after.txt").exists());
}

#[test]
fn a_node_of_a_run_that_succeeded_is_done_again() {
    let site = Site::new().write("flaky.dag.yaml", FLAKY).write("ok", "");
    assert_eq!(site.divisi(&["run", "flaky", "--yes"]).status, 0);
    let wrong = site.divisi(&["resume", "--yes", "--from", "hart"]);
    assert_eq!(wrong.status, 2);
    assert!(wrong.err.contains("did you mean hard?"), "{}", wrong.err);
    let said = site.divisi(&["resume", "--yes", "--from", "hard"]);
    assert_eq!((said.status, said.err.as_str()), (0, ""));
    check(
        &site,
        &said.out,
        expect![[r#"
           0.0s  the run goes on with a new host
           0.0s  asked to do hard again, and all that waits for it
           0.0s  started    hard  (attempt 2)
           0.0s  succeeded  hard  0.0s
           0.0s  started    last  (attempt 2)
           0.0s  succeeded  last  0.0s

        flaky succeeded: 3 of 3 nodes done
    "#]],
    );
    assert_eq!((site.read("done.txt").as_str(), site.read("hard.txt").as_str()), ("x\n", "x\nx\n"));
}

/// Kills the process that hosts the run, as a crash would.
pub(crate) fn kill_host(site: &Site, run: &str) {
    let log = site.root().join(".divisi/runs").join(run);
    let hosts =
        std::process::Command::new("pgrep").args(["-f", &format!("divisi host {}", log.display())]).output();
    let pids = String::from_utf8(hosts.expect("pgrep is there").stdout).expect("text");
    let pid = pids.lines().next().expect("a host");
    assert!(
        std::process::Command::new("kill").args(["-KILL", pid]).status().expect("kill is there").success()
    );
}

/// The first would wait for the second, and the second for the first.
#[test]
fn a_run_inside_a_node_is_refused_what_that_node_has() {
    let divisi = env!("CARGO_BIN_EXE_divisi");
    let outer = format!(
        "nodes:\n  - {{ id: files, run: [{divisi}, run, inner.dag.yaml, --yes], continue_on_error: true }}\n  \
         - {{ id: lock, depends_on: [files], locks: [db], resume: retry, \
         run: [{divisi}, run, inner.dag.yaml, --yes, --concurrent], continue_on_error: true }}\n  \
         - {{ id: free, depends_on: [lock], run: [{divisi}, run, inner.dag.yaml, --yes, --concurrent] }}\n"
    );
    let inner = "nodes:\n  - { id: inner, run: [touch, inner.txt], locks: [db] }\n";
    let site = Site::new().write("outer.dag.yaml", outer).write("inner.dag.yaml", inner);
    let said = site.divisi(&["run", "outer.dag.yaml", "--yes"]);
    assert_eq!(said.status, 0, "{}{}", said.out, said.err);
    let list: Value = serde_json::from_str(&site.divisi(&["runs", "--json"]).out).expect("JSON");
    let runs = list.as_array().expect("a list");
    let run = runs.last().expect("the outer run")["run"].as_str().expect("an id").to_owned();
    assert_eq!(runs.len(), 2, "what is refused is not stored");
    let log = |node: &str| site.divisi(&["logs", &run, node]).out;
    let files = format!("could write to the same files as the run {run}, inside which it is started");
    assert!(log("files").contains(&files), "{}", log("files"));
    let lock = format!("the lock db is held by the run {run}, node lock, inside which this run is started");
    assert!(log("lock").contains(&lock), "{}", log("lock"));
}

#[test]
fn a_run_that_waits_for_another_says_for_which() {
    let site = Site::new().write("gate.dag.yaml", GATE).write("two.dag.yaml", TWO);
    let mut first = site.start(&["run", "gate.dag.yaml", "--yes"]);
    first.until("started    gate");
    let run = latest_run(&site);
    let mut second = site.start(&["run", "two.dag.yaml", "--yes"]);
    let held = format!("the files of this worktree, held by run {run} (process ");
    second.until(&format!("waiting    first  for {held}"));
    let waiting = latest_run(&site);
    let said = site.divisi(&["show", &waiting]);
    assert!(said.out.contains(&format!("waits for {held}")), "{}", said.out);
    site.put("go", "");
    assert_eq!(first.end(), 0);
    assert_eq!(second.end(), 0);
}
