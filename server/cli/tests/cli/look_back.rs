//! `divisi show`, `replay`, `stats`, `logs --follow` and `run --track`, over real runs.

use expect_test::expect;
use serde_json::Value;

use crate::site::Site;

/// Two in parallel, one that fails without harm, one after them.
const MIXED: &str = "\
name: mixed
max_parallel: 2
nodes:
  - { id: slow, title: Take a nap, run: 'sleep 0.3' }
  - { id: shaky, run: 'sleep 0.15; echo no luck; exit 3', continue_on_error: true }
  - { id: report, depends_on: [slow, shaky], trigger_rule: all_done, run: 'echo done > report.md', outputs: { text: { file: report.md } } }
";

const WAITS: &str = "\
name: waits
nodes:
  - { id: gate, run: 'echo one; until [ -f go ]; do sleep 0.02; done; echo two' }
";

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect(text)
}

/// A run of this DAG. Ids of runs that began in the same second have no order.
fn run_of(site: &Site, dag: &str) -> String {
    let runs = json(&site.divisi(&["runs", "--json"]).out);
    let found = runs.as_array().and_then(|runs| runs.iter().find(|run| run["dag"] == dag));
    found.and_then(|run| run["run"].as_str()).expect("it has run").to_owned()
}

/// With times that are all the same, and without the lines that depend on how long things took.
fn steady(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.starts_with("  wall") && !line.contains("critical path"));
    lines.map(|line| line.split(' ').map(steady_word).collect::<Vec<_>>().join(" ") + "\n").collect()
}

fn steady_word(word: &str) -> String {
    let bare = word.trim_matches(['(', ')', ',', ':']);
    let is_time = bare.strip_suffix('s').is_some_and(|number| number.parse::<f64>().is_ok());
    if is_time { word.replace(bare, "0.0s") } else { word.to_owned() }
}

#[test]
fn show_tells_of_each_node() {
    let site = Site::new().write("mixed.dag.yaml", MIXED);
    assert_eq!(site.divisi(&["run", "mixed", "--yes"]).status, 0);
    let shown = json(&site.divisi(&["show", "--json"]).out);
    assert_eq!(shown["dag"], "mixed");
    assert_eq!(shown["nodes"][1]["state"]["is"], "failed");
    assert_eq!(shown["nodes"][1]["tolerated"], true);
    assert_eq!(shown["critical_path"], serde_json::json!(["slow", "report"]));
    assert!(shown["nodes"][2]["files"][0].as_str().expect("a path").ends_with("report.md"));
    assert!(shown["nodes"][0]["time_ms"].as_u64().expect("a number") >= 250);

    let said = site.divisi(&["show"]);
    assert_eq!((said.status, said.err.as_str()), (0, ""));
    let (head, rest) = said.out.split_once('\n').expect("lines");
    assert!(head.starts_with("mixed · run ") && head.contains(" · succeeded · "), "{head}");
    expect![[r#"
        mixed.dag.yaml

          succeeded  slow       0.0s
          failed     shaky      0.0s  exit status 3: no luck
          succeeded  report     0.0s

        mixed succeeded: 2 of 3 nodes done, 1 failed
          files: report.md

        failed, tolerated shaky: exit status 3: no luck
          │ no luck
    "#]]
    .assert_eq(&steady(rest));

    expect![[r#"
        [x] Take a nap
        [x] shaky
        [x] report
    "#]]
    .assert_eq(&site.divisi(&["show", "--todos"]).out);
    let todos = json(&site.divisi(&["show", "--todos", "--json"]).out);
    assert_eq!(todos[0]["activeForm"], "Running Take a nap");
}

#[test]
fn a_replay_is_what_was_seen_live() {
    let site = Site::new().write("mixed.dag.yaml", MIXED);
    let live = site.divisi(&["run", "mixed", "--yes"]);
    let again = site.divisi(&["replay", "--speed", "1000"]);
    assert_eq!((again.status, &again.out), (0, &live.out));
    let events = site.divisi(&["run", "mixed", "--yes", "--json"]);
    let first = json(events.out.lines().next().expect("an event"));
    let run = first["run"].as_str().expect("an id");
    assert_eq!(site.divisi(&["replay", run, "--speed", "1000", "--json"]).out, events.out);
    assert_eq!(site.divisi(&["replay", "--speed", "0"]).status, 2);
}

#[test]
fn a_trace_has_a_bar_for_each_attempt() {
    let site = Site::new().write("mixed.dag.yaml", MIXED);
    site.divisi(&["run", "mixed", "--yes"]);
    assert_eq!(site.divisi(&["show", "--trace", "run.json"]).status, 0);
    let trace = json(&site.read("run.json"));
    let events = trace["traceEvents"].as_array().expect("a list");
    let of = |phase: &str| events.iter().filter(|event| event["ph"] == phase).collect::<Vec<_>>();
    let mut names: Vec<&str> = of("X").iter().map(|bar| bar["name"].as_str().expect("a name")).collect();
    names.sort_unstable();
    assert_eq!(names, ["report", "shaky", "slow"]);
    let slow = of("X").into_iter().find(|bar| bar["name"] == "slow").expect("its bar");
    assert!(slow["dur"].as_i64().expect("a number") >= 250_000, "{slow}");
    assert_eq!((of("s").len(), of("f").len()), (1, 1));
    assert_eq!(of("M").len(), 3, "the process and two slots");
}

#[test]
fn statistics_keep_limits() {
    let site = Site::new().write("mixed.dag.yaml", MIXED);
    site.put("other.dag.yaml", "nodes:\n  - { id: only, run: [ls, nothing] }\n");
    assert_eq!(site.divisi(&["stats"]).status, 2);
    site.divisi(&["run", "mixed", "--yes"]);
    site.divisi(&["run", "other", "--yes"]);
    site.divisi(&["run", "mixed", "--yes"]);

    let run = run_of(&site, "mixed");
    let good =
        ["stats", &run, "--last", "5", "--max-wall", "1m", "--min-efficiency", "1", "--min-success", "100"];
    let said = site.divisi(&good);
    assert_eq!((said.status, said.err.as_str()), (0, ""));
    expect![[r#"
        mixed: 2 runs, 2 succeeded; medians
        slowest nodes
             0.0s  slow    longest 0.0s, 2 of 2 succeeded
             0.0s  shaky   longest 0.0s, 0 of 2 succeeded
             0.0s  report  longest 0.0s, 2 of 2 succeeded
    "#]]
    .assert_eq(&steady(&said.out));
    let figures = json(&site.divisi(&["stats", &run, "--last", "5", "--json"]).out);
    assert_eq!((&figures["runs"], &figures["succeeded"]), (&2.into(), &2.into()));
    assert_eq!(figures["nodes"][0]["node"], "slow");
    assert_eq!(figures["each"].as_array().map(Vec::len), Some(2));

    let said = site.divisi(&["stats", &run, "--max-wall", "100ms", "--min-efficiency", "100"]);
    assert_eq!(said.status, 1);
    assert!(
        said.err.contains("is more than 100ms") && said.err.contains("is less than 100 %"),
        "{}",
        said.err
    );
    let failed = run_of(&site, "other");
    let said = site.divisi(&["stats", &failed, "--min-success", "50"]);
    assert_eq!(said.status, 1);
    assert!(said.err.contains("success 0 % is less than 50 %"), "{}", said.err);
}

#[test]
fn logs_are_followed_to_the_end() {
    let site = Site::new().write("waits.dag.yaml", WAITS);
    let run = site.divisi(&["run", "waits", "--yes", "--detach"]).out.trim().to_owned();
    let mut logs = site.start(&["logs", &run, "gate", "-f"]);
    logs.until("one");
    site.put("go", "");
    logs.until("two");
    assert_eq!(logs.end(), 0);
    let said = site.divisi(&["logs", &run, "gates", "-f"]);
    assert_eq!(said.status, 2);
    assert!(said.err.contains("did you mean gate"), "{}", said.err);
}

#[test]
fn a_tracker_is_kept_up_to_date() {
    let site = Site::new().write("mixed.dag.yaml", MIXED).write("PLAN.md", "# Plan\n\nMine.\n");
    let said = site.divisi(&["run", "mixed", "--yes", "--track", "PLAN.md"]);
    assert_eq!((said.status, said.err.as_str()), (0, ""));
    let run = run_of(&site, "mixed");
    let tracked = site.read("PLAN.md").replace(&run, "RUN");
    expect![[r#"
        # Plan

        Mine.

        <!-- divisi: begin -->
        **mixed**: succeeded, 3 of 3 nodes over (run RUN)

        - [x] Take a nap (0.0s)
        - [ ] shaky ❌ failed (0.0s): exit status 3: no luck
        - [x] report (0.0s)
        <!-- divisi: end -->
    "#]]
    .assert_eq(&steady(&tracked));

    site.divisi(&["run", "mixed", "--yes", "--track", "PLAN.md"]);
    assert_eq!(site.read("PLAN.md").matches("divisi: begin").count(), 1);

    site.put("BROKEN.md", "<!-- divisi: end -->\n");
    let said = site.divisi(&["run", "mixed", "--yes", "--track", "BROKEN.md"]);
    assert_eq!(said.status, 2);
    assert_eq!(site.read("BROKEN.md"), "<!-- divisi: end -->\n");
}

#[test]
fn a_tracker_shows_what_runs_now() {
    let site = Site::new().write("waits.dag.yaml", WAITS);
    let mut run = site.start(&["run", "waits", "--yes", "--track", "NOW.md"]);
    run.until("started");
    let is_running =
        || site.root().join("NOW.md").exists() && site.read("NOW.md").contains("- [ ] gate 🔄 running");
    let limit = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while !is_running() {
        assert!(std::time::Instant::now() < limit, "the tracker does not say what runs");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    site.put("go", "");
    assert_eq!(run.end(), 0);
    assert!(site.read("NOW.md").contains("**waits**: succeeded, 1 of 1 nodes over"));
}
