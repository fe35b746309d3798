//! Runs that undo what they did.

use serde_json::Value;

use crate::site::Site;

/// Two nodes with effects, and one that fails. What each does is written down.
const SHIP: &str = "\
name: ship
on_failure: compensate
nodes:
  - id: volume
    run: [sh, -c, 'echo make volume >> log; echo vol-7']
    outputs: [name]
    compensate: { run: [sh, -c, 'echo drop $1 >> log; test -f ok', sh, '{{ nodes.volume.outputs.name }}'] }
  - id: server
    depends_on: [volume]
    run: 'echo make server >> log'
    compensate: { run: 'echo drop server >> log; echo $DIVISI_NODE is gone' }
  - { id: check, depends_on: [server], run: 'echo check >> log; test -f fine' }
";

fn latest(site: &Site) -> Value {
    let list: Value = serde_json::from_str(&site.divisi(&["runs", "--json"]).out).expect("JSON");
    list[0].clone()
}

fn latest_run(site: &Site) -> String {
    latest(site)["run"].as_str().expect("an id").to_owned()
}

#[test]
fn a_failed_run_undoes_what_it_did_and_can_be_run_again() {
    let site = Site::new().write("ship.dag.yaml", SHIP).write("ok", "");
    assert_eq!(site.divisi(&["check"]).status, 0);
    let said = site.divisi(&["run", "ship", "--yes"]);
    assert_eq!(said.status, 3, "{}{}", said.out, said.err);
    assert_eq!(site.read("log"), "make volume\nmake server\ncheck\ndrop server\ndrop vol-7\n");
    for expected in ["undone     server", "failed and was undone", "0 of 3 nodes done, 1 failed, 2 undone"] {
        assert!(said.out.contains(expected), "{expected}: {}", said.out);
    }
    let run = latest_run(&site);
    assert_eq!(latest(&site)["status"], serde_json::json!({"ended": "compensated"}));
    assert_eq!(site.divisi(&["logs", &run, "server", "--compensation"]).out, "server is gone\n");
    assert_eq!(site.divisi(&["logs", &run, "server"]).out, "");
    let said = site.divisi(&["cancel", &run, "--compensate", "--yes"]);
    assert_eq!((said.status, said.err), (2, format!("error: the run {run} is undone already\n")));
    site.put("fine", "");
    assert_eq!(site.divisi(&["resume", &run, "--yes"]).status, 0);
    assert!(site.read("log").ends_with("drop vol-7\nmake volume\nmake server\ncheck\n"));
}

#[test]
fn what_could_not_be_undone_is_told_and_tried_again_alone() {
    let site = Site::new().write("ship.dag.yaml", SHIP);
    let said = site.divisi(&["run", "ship", "--yes"]);
    assert_eq!(said.status, 4, "{}{}", said.out, said.err);
    for expected in
        ["not undone volume", "failed and could not be undone", "to try again to undo it: divisi resume"]
    {
        assert!(said.out.contains(expected), "{expected}: {}", said.out);
    }
    let run = latest_run(&site);
    let refused = site.divisi(&["resume", &run, "--from", "volume", "--yes"]);
    assert_eq!(refused.status, 2, "{}", refused.out);
    site.put("ok", "");
    assert_eq!(site.divisi(&["resume", &run, "--yes"]).status, 3);
    assert_eq!(
        site.read("log"),
        "make volume\nmake server\ncheck\ndrop server\ndrop vol-7\ndrop vol-7\n",
        "the server is not dropped twice"
    );
}

#[test]
fn a_run_that_failed_is_undone_on_request() {
    let site =
        Site::new().write("ship.dag.yaml", SHIP.replace("on_failure: compensate\n", "")).write("ok", "");
    assert_eq!(site.divisi(&["run", "ship", "--yes"]).status, 1);
    let run = latest_run(&site);
    let said = site.divisi(&["cancel", &run, "--compensate"]);
    assert_eq!(said.status, 2, "undoing starts programs: {}", said.out);
    assert_eq!(site.divisi(&["cancel", &run, "--compensate", "--yes"]).status, 0);
    assert_eq!(site.divisi(&["attach", &run]).status, 3);
    assert!(site.read("log").ends_with("drop server\ndrop vol-7\n"));
}

#[test]
fn a_cancel_undoes_on_request_alone() {
    let text = "\
nodes:
  - { id: made, run: 'echo made >> log', compensate: { run: 'echo dropped >> log' } }
  - { id: gate, depends_on: [made], run: 'echo waits >> log; until [ -f go ]; do sleep 0.02; done' }
";
    let site = Site::new().write("gate.dag.yaml", text);
    let mut live = site.start(&["run", "gate", "--yes", "--json"]);
    live.until("\"type\":\"attempt_started\",\"node\":\"gate\"");
    let run = latest_run(&site);
    assert_eq!(site.divisi(&["cancel", &run, "--compensate", "--yes"]).status, 0);
    assert_eq!(live.end(), 3);
    assert!(site.read("log").ends_with("dropped\n"));
}
