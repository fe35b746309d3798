//! Nodes that wait for a person.

use expect_test::expect;
use serde_json::Value;

use crate::site::Site;

const DEPLOY: &str = "\
name: ship
args: { target: { default: staging } }
defaults: { timeout: 1ms }
nodes:
  - { id: build, run: [echo, '1.4'], outputs: [version], timeout: 1m }
  - { id: ok, depends_on: [build], approve: 'Deploy {{ nodes.build.outputs.version }} to {{ args.target }}?' }
  - { id: deploy, depends_on: [ok], run: [touch, deployed], timeout: 1m }
";

/// The run waits for an answer; its id.
fn waiting() -> (Site, String) {
    let site = Site::new().write("ship.dag.yaml", DEPLOY);
    let said = site.divisi(&["run", "ship", "--yes"]);
    let run = latest(&site)["run"].as_str().expect("an id").to_owned();
    assert_eq!(said.status, 75, "{}{}", said.out, said.err);
    assert!(said.out.contains("waiting    ok  Deploy 1.4 to staging?\n"), "{}", said.out);
    assert_eq!(
        said.err,
        format!("ok waits for your word: Deploy 1.4 to staging?\n  to go on: divisi approve {run} ok\n")
    );
    (site, run)
}

fn latest(site: &Site) -> Value {
    let list: Value = serde_json::from_str(&site.divisi(&["runs", "--json"]).out).expect("JSON");
    list[0].clone()
}

#[test]
fn a_run_without_a_terminal_ends_with_75_and_goes_on_when_somebody_agrees() {
    let (site, run) = waiting();
    assert_eq!(latest(&site)["status"], serde_json::json!({"paused": "approval"}));
    assert!(site.divisi(&["runs"]).out.ends_with("1/3 nodes over, waits for an approval\n"));
    assert_eq!(site.divisi(&["attach", &run]).status, 75);
    assert_eq!(site.divisi(&["resume"]).status, 75, "nobody is here who could answer");
    let said = site.divisi(&["approve", &run, "ok", "--comment", "as agreed"]);
    assert_eq!((said.status, said.err.as_str()), (0, ""));
    let said = site.divisi(&["attach", &run]);
    assert_eq!(said.status, 0, "{}", said.out);
    assert!(said.out.contains("succeeded  ok  approved by somebody: as agreed\n"), "{}", said.out);
    assert!(site.root().join("deployed").exists());
}

#[test]
fn a_no_fails_the_run_and_a_resume_asks_again() {
    let (site, run) = waiting();
    assert_eq!(site.divisi(&["approve", &run, "ok", "--reject"]).status, 0);
    let said = site.divisi(&["attach", &run]);
    assert_eq!(said.status, 1);
    assert!(said.out.contains("failed     ok  rejected by somebody\n"), "{}", said.out);
    assert_eq!(site.divisi(&["resume", &run, "--yes"]).status, 75);
    assert_eq!(site.divisi(&["approve", &run, "ok"]).status, 0);
    assert_eq!(site.divisi(&["attach", &run]).status, 0);
}

#[test]
fn what_cannot_be_answered_is_refused() {
    let (site, run) = waiting();
    let refused = |arguments: &[&str]| {
        let said = site.divisi(arguments);
        assert_eq!(said.status, 2);
        said.err.replace(&run, "RUN")
    };
    let said = [
        refused(&["approve", &run, "build"]),
        refused(&["approve", &run, "okay"]),
        refused(&["approve", "nobody", "ok"]),
    ];
    expect![[r#"
        error: the node build asks nothing at this moment
        error: the run RUN has no node okay
        error: there is no run nobody; `divisi runs` lists them
          help: see all runs: divisi runs
    "#]]
    .assert_eq(&said.concat());
    assert_eq!(site.divisi(&["cancel", &run]).status, 0);
    assert_eq!(site.divisi(&["attach", &run]).status, 130);
    assert_eq!(refused(&["approve", &run, "ok"]), "error: the node ok asks nothing at this moment\n");
}

#[test]
fn nobody_in_time_is_a_failure() {
    let text = "nodes:\n  - { id: ok, approve: 'Well?', timeout: 300ms }\n";
    let site = Site::new().write("late.dag.yaml", text);
    let run = site.divisi(&["run", "late", "--yes", "--detach"]).out;
    let said = site.divisi(&["attach", run.trim()]);
    assert_eq!(said.status, 1, "{}{}", said.out, said.err);
    assert!(said.out.contains("failed     ok  nobody answered in time\n"), "{}", said.out);
}

#[test]
fn an_agent_approves_nothing() {
    let program = env!("CARGO_BIN_EXE_divisi");
    let text = format!(
        "\
max_parallel: 2
nodes:
  - {{ id: ok, approve: 'May I?' }}
  - id: sly
    run: |
      cd \"$PWD\"
      until {program} approve \"$DIVISI_RUN\" ok 2> refusal; [ -s refusal ]; do sleep 0.05; done
      env -u DIVISI_TOKEN {program} approve \"$DIVISI_RUN\" ok 2> second
      test -s second
    env: {{ XDG_STATE_HOME: {{ from_env: XDG_STATE_HOME }} }}
"
    );
    let site = Site::new().write("sly.dag.yaml", text);
    assert_eq!(site.divisi(&["run", "sly", "--yes"]).status, 75);
    let refusal =
        "error: this runs inside of a node, and what nodes start approves nothing: a person has to\n";
    assert_eq!(site.read("refusal"), refusal);
    if cfg!(target_os = "linux") {
        assert_eq!(site.read("second"), refusal);
    }
    let run = latest(&site)["run"].as_str().expect("an id").to_owned();
    site.divisi(&["cancel", &run]);
}
