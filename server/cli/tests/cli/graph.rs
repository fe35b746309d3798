//! `divisi graph`

use expect_test::expect;

use crate::site::Site;

const DIAMOND: &str = "\
name: diamond
nodes:
  - { id: survey, run: [make, survey], estimate: 1m }
  - { id: left, depends_on: [survey], run: [make, left], estimate: 3m }
  - { id: right, depends_on: [survey], run: [make, right], estimate: 90s }
  - { id: merge, depends_on: [left, right], run: [make, merge], estimate: 30s }
";

#[test]
fn draws_lines_for_people() {
    let said = Site::new().write("diamond.dag.yaml", DIAMOND).divisi(&["graph", "diamond"]);
    assert_eq!((said.status, said.err.as_str()), (0, ""));
    expect![[r#"
        diamond: 4 nodes, 4 dependencies, 3 levels

        level 0
          * survey  run make survey

        level 1
          * left    run make left    <- survey
            right   run make right   <- survey

        level 2
          * merge   run make merge   <- left, right

        * on the critical path
    "#]]
    .assert_eq(&said.out);
}

#[test]
fn draws_what_other_programs_show() {
    let site = Site::new().write("diamond.dag.yaml", DIAMOND);
    for (format, start, edge) in [
        ("mermaid", "---\ntitle: \"diamond\"\n---\nflowchart LR\n", "n0 ==> n1"),
        ("dot", "digraph \"diamond\" {\n", "n0 -> n1 [penwidth=2.5];"),
        ("svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"", "class=\"wire critical\""),
    ] {
        let said = site.divisi(&["graph", "diamond.dag.yaml", "--format", format]);
        assert_eq!((said.status, said.err.as_str()), (0, ""));
        assert!(said.out.starts_with(start) && said.out.contains(edge), "{}", said.out);
    }
}

#[test]
fn draws_rings_too() {
    let ring = "nodes:\n  - {id: a, run: x, depends_on: [b]}\n  - {id: b, run: x, depends_on: [a]}\n";
    let said = Site::new().write("ring.dag.yaml", ring).divisi(&["graph", "ring"]);
    assert_eq!(said.status, 0);
    assert!(said.out.contains("! a") && said.out.contains("! b"), "{}", said.out);
}

#[test]
fn refuses_what_is_no_dag() {
    let said = Site::new().divisi(&["graph", "nothing"]);
    assert_eq!(said.status, 2);
}
