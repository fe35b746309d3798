//! DAGs as nodes, and `for_each` over what was made in the run, with real processes; and what `plan` says of both.

use expect_test::expect;
use serde_json::Value;

use crate::site::Site;

/// Makes a list, works on each of it, and hands each on to a DAG.
const OUTER: &str = "\
name: outer
nodes:
  - { id: list, run: [cat, list.json], reads: [list.json], outputs: { names: { json: {} } } }
  - id: each
    depends_on: [list]
    for_each: nodes.list.outputs.names
    run: [sh, -c, 'echo $0 >> ran; echo made $0', '{{ item }}']
    reads: [list.json]
    outputs: [text]
  - id: inner
    depends_on: [each]
    dag: ./inner.dag.yaml
    args: { word: '{{ nodes.list.outputs.names[0] }}' }
";

const INNER: &str = "\
name: inner
args:
  word: { required: true }
nodes:
  - { id: say, run: 'echo inner $DIVISI_ARG_WORD | tee -a ran', reads: [], outputs: [said], estimate: 2m }
  - { id: write, depends_on: [say], run: [sh, -c, 'echo $0 > last', '{{ nodes.say.outputs.said }}'], estimate: 30s }
";

fn site() -> Site {
    Site::new()
        .write("outer.dag.yaml", OUTER)
        .write("inner.dag.yaml", INNER)
        .write("list.json", "[\"a\", \"b\"]")
}

fn sorted(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines
}

/// Without the ids of runs.
fn steady(text: &str, site: &Site) -> String {
    let list: Value = serde_json::from_str(&site.divisi(&["runs", "--json"]).out).expect("JSON");
    let runs = list.as_array().expect("a list").iter().rev().enumerate();
    runs.fold(text.to_owned(), |text, (number, run)| {
        text.replace(run["run"].as_str().expect("an id"), &format!("RUN{}", number + 1))
    })
}

#[test]
fn what_was_made_in_the_run_is_worked_on_and_reused() {
    let site = site();
    let said = site.divisi(&["run", "outer", "--yes"]);
    assert_eq!(said.status, 0, "{}{}", said.out, said.err);
    assert_eq!(sorted(&site.read("ran")), ["a", "b", "inner a"]);
    assert_eq!(site.read("last"), "inner a\n");
    let said = site.divisi(&["run", "outer", "--yes"]);
    assert_eq!(said.status, 0, "{}{}", said.out, said.err);
    assert!(said.out.contains("reused 4 of 4 results"), "{}", said.out);
    assert_eq!(sorted(&site.read("ran")), ["a", "b", "inner a"], "nothing ran again");
}

/// The arguments of a DAG are part of what its nodes are, also those that only the run binds.
#[test]
fn a_dag_with_another_argument_is_not_reused() {
    let site = site();
    assert_eq!(site.divisi(&["run", "outer", "--yes"]).status, 0);
    site.put("list.json", "[\"c\", \"b\"]");
    let said = site.divisi(&["run", "outer", "--yes"]);
    assert_eq!(said.status, 0, "{}{}", said.out, said.err);
    assert_eq!(site.read("last"), "inner c\n");
    assert!(site.read("ran").contains("inner c\n"), "{}", site.read("ran"));
}

#[test]
fn a_plan_shows_what_a_dag_holds_and_what_would_be_reused() {
    let site = site();
    let state = site.root().join(".divisi");
    let said = site.divisi(&["plan", "outer", "--max-parallel", "2"]);
    assert_eq!((said.status, said.err.as_str()), (0, ""));
    expect![[r#"
        outer: 3 nodes, 2 edges, 3 levels; 2 at a time

        level     start       end  node
            0      0 ms        1m  list     ━━━━━━━━                                  runs: no result of it is kept
            1        1m        2m  each             ━━━━━━━━━                         follows from list
            2        2m    4m 30s  inner                     ━━━━━━━━━━━━━━━━━━━━━━━  0 of 2 reused
            2        2m        4m    say                     ━━━━━━━━━━━━━━━━━━       follows from each
            2        4m    4m 30s    write                                     ━━━━━  follows from inner/say

        takes 4m 30s by the estimates; one after the other 4m 30s
        critical path: list → each → inner
    "#]].assert_eq(&said.out);
    assert!(!state.exists(), "a plan writes nothing");
    assert_eq!(site.divisi(&["run", "outer", "--yes"]).status, 0);
    let said = site.divisi(&["plan", "outer", "--max-parallel", "2"]);
    expect![[r#"
        outer: 3 nodes, 2 edges, 3 levels; 2 at a time

        level     start       end  node
            0      0 ms        1m  list     ━━━━━━━━                                  reused from run RUN1
            1        1m        2m  each             ━━━━━━━━━                         reused from run RUN1
            2        2m    4m 30s  inner                     ━━━━━━━━━━━━━━━━━━━━━━━  1 of 2 reused
            2        2m        4m    say                     ━━━━━━━━━━━━━━━━━━       reused from run RUN1
            2        4m    4m 30s    write                                     ━━━━━

        takes 4m 30s by the estimates; one after the other 4m 30s
        critical path: list → each → inner
    "#]]
    .assert_eq(&steady(&said.out, &site));
    site.put("list.json", "[\"a\", \"b\", \"c\"]");
    let said = site.divisi(&["plan", "outer", "--format", "json"]);
    let plan: Value = serde_json::from_str(&said.out).expect("JSON");
    let slots = plan["schedule"].as_array().expect("a list").iter();
    let told: Vec<String> =
        slots.map(|slot| format!("{} {} {}", slot["id"], slot["reuse"], slot["why"])).collect();
    expect![[r#"
        "list" false "runs: reads changed: list.json"
        "each" false "follows from list"
        "inner" false "0 of 2 reused""#]]
    .assert_eq(&steady(&told.join("\n"), &site));
    assert_eq!(plan["schedule"][2]["holds"][1]["start_ms"], 240_000);
}

#[test]
fn a_plan_foresees_what_would_be_put_back() {
    let text = "name: build\nnodes:\n  \
        - { id: gen, run: 'cat in > gen.txt', reads: [in], writes: [gen.txt] }\n  \
        - { id: use, run: 'cat gen.txt > use.txt', depends_on: [gen], reads: [gen.txt], writes: [use.txt] }\n";
    let site = Site::new().write("build.dag.yaml", text).write("in", "one\n");
    assert_eq!(site.divisi(&["run", "build", "--yes"]).status, 0);
    std::fs::remove_file(site.root().join("gen.txt")).expect("it goes");
    std::fs::remove_file(site.root().join("use.txt")).expect("it goes");
    let plan: Value =
        serde_json::from_str(&site.divisi(&["plan", "build", "--format", "json"]).out).expect("JSON");
    assert_eq!((&plan["schedule"][0]["reuse"], &plan["schedule"][1]["reuse"]), (&true.into(), &true.into()));
    assert!(!site.root().join("gen.txt").exists(), "a plan writes nothing");
    site.put("gen.txt", "mine\n");
    let plan: Value =
        serde_json::from_str(&site.divisi(&["plan", "build", "--format", "json"]).out).expect("JSON");
    assert_eq!(plan["schedule"][0]["why"], "runs: output edited: gen.txt");
    assert_eq!(plan["schedule"][1]["why"], "follows from gen");
}
