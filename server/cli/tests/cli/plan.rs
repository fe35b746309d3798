//! `divisi plan`

use expect_test::expect;

use crate::site::Site;

const DIAMOND: &str = "\
name: diamond
max_parallel: 2
args:
  depth: { default: 1, type: integer }
nodes:
  - { id: survey, run: [make, survey], estimate: 1m }
  - { id: left, depends_on: [survey], run: [make, left], estimate: 3m }
  - { id: right, depends_on: [survey], run: [make, right], estimate: 90s }
  - { id: merge, depends_on: [left, right], run: [make, merge], estimate: 30s }
";

const RING: &str = "\
name: ring
nodes:
  - { id: a, depends_on: [b], run: [make] }
  - { id: b, depends_on: [a], run: [make] }
";

#[test]
fn shows_when_each_node_would_run() {
    let said = Site::new().write("diamond.dag.yaml", DIAMOND).divisi(&["plan", "diamond"]);
    assert_eq!((said.status, said.err.as_str()), (0, ""));
    expect![[r#"
        diamond: 4 nodes, 4 edges, 3 levels; 2 at a time

        level     start       end  node
            0      0 ms        1m  survey  ━━━━━━━━
            1        1m        4m  left            ━━━━━━━━━━━━━━━━━━━━━━━━━━━
            1        1m    2m 30s  right           ━━━━━━━━━━━━━━
            2        4m    4m 30s  merge                                      ━━━━━

        takes 4m 30s by the estimates; one after the other 6m
        critical path: survey → left → merge
    "#]]
    .assert_eq(&said.out);
}

#[test]
fn fewer_slots_take_longer() {
    let site = Site::new().write("diamond.dag.yaml", DIAMOND);
    let said = site.divisi(&["plan", "diamond.dag.yaml", "--max-parallel", "1", "--format", "json"]);
    assert_eq!(said.status, 0);
    let plan: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
    assert_eq!(plan["makespan_ms"], 360_000);
    assert_eq!(plan["total_ms"], 360_000);
    assert_eq!(plan["levels"], 3);
    let keys: Vec<&String> = plan.as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["nodes", "edges", "levels", "makespan_ms", "total_ms", "critical_path", "schedule"]);
}

#[test]
fn a_ring_cannot_be_planned() {
    let said = Site::new().write("ring.dag.yaml", RING).divisi(&["plan", "ring.dag.yaml"]);
    assert_eq!((said.status, said.out.as_str()), (1, ""));
    expect![[r#"
        ring.dag.yaml:4:27: error[cycle]: these nodes wait for each other: b → a → b
        error: ring.dag.yaml cannot be planned: its nodes wait for each other in a ring
    "#]]
    .assert_eq(&said.err);
}

#[test]
fn errors_are_told_and_the_rest_is_planned() {
    let text = DIAMOND.replace("[left, right]", "[left, right, nobody]");
    let said = Site::new().write("diamond.dag.yaml", text).divisi(&["plan", "diamond", "--format", "json"]);
    assert_eq!(said.status, 1);
    assert!(said.out.contains("\"critical_path\""));
    expect![[r#"
        diamond.dag.yaml:9:44: error[missing-dependency]: no node `nobody` in this DAG
    "#]]
    .assert_eq(&said.err);
}

#[test]
fn an_argument_that_nobody_declared_is_refused() {
    let site = Site::new().write("diamond.dag.yaml", DIAMOND);
    let said = site.divisi(&["plan", "diamond", "--arg", "dept=2"]);
    assert_eq!(said.status, 2);
    expect![[r#"
        error: the DAG declares no argument dept
          help: did you mean depth?
    "#]]
    .assert_eq(&said.err);
    assert_eq!(site.divisi(&["plan", "diamond", "--arg", "depth"]).status, 2);
    let none = Site::new().write("ring.dag.yaml", RING).divisi(&["plan", "ring", "--arg", "x=1"]);
    assert!(none.err.contains("it has no `args`"), "{}", none.err);
}

#[test]
fn a_dag_is_found_by_its_name_its_file_or_its_command() {
    let command = r#"{"name": "/review", "phases": [{"name": "p", "agents": [{"id": "a", "agent": "x"}]}]}"#;
    let site = Site::new()
        .write("flows/ship-it.dag.yaml", DIAMOND)
        .write("flows/diamonds.dag.yaml", RING.replace("ring", "ship-it2"))
        .write("divisi.toml", "[files]\ncommand_v2 = ['commands/*.json']\n")
        .write("commands/review.json", command);
    for name in ["diamond", "ship-it"] {
        let said = site.divisi(&["plan", name]);
        assert!(said.out.starts_with("diamond: 4 nodes"), "{}{}", said.out, said.err);
    }
    for name in ["review", "/review"] {
        let said = site.divisi(&["plan", name, "--format", "json"]);
        assert!(said.out.contains("\"nodes\": 1"), "{}{}", said.out, said.err);
    }
    let said = site.divisi(&["plan", "diamnd"]);
    assert_eq!(said.status, 2);
    expect![[r#"
        error: there is no file diamnd, and no DAG of that name here
          help: did you mean diamond?
          help: commands/review.json (review)
          help: flows/diamonds.dag.yaml (ship-it2)
          help: flows/ship-it.dag.yaml (diamond)
    "#]]
    .assert_eq(&said.err);
}
