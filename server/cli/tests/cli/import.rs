//! `divisi import`

use expect_test::expect;

use crate::site::Site;

const TRACKER: &str = "\
# Move

## Phase 1: Build
### AGENT 1: Store Builder
**Estimated**: 2h
- [ ] Write it
- [x] Draw it
### AGENT 2: Web Tester
- [ ] Test it

Nobody knows when.

| Agent | Dependencies |
|---|---|
| Web Tester | Store Builder |

## Risks
- It rains
";

#[test]
fn a_tracker_becomes_a_dag_that_plans() {
    let site = Site::new().write("PLAN.md", TRACKER);
    site.put(".claude/agents/tester.md", "---\nname: web-tester\ndescription: Tests\n---\nTest.\n");
    let said = site.divisi(&["import", "PLAN.md", "--out", "plan.dag.yaml"]);
    assert_eq!((said.status, said.out.as_str()), (0, ""));
    expect![[r#"
        PLAN.md:18: “Risks”: text without a task: not read
        no agent is called `Store Builder`: its work goes to claude; to change: --agents 'Store Builder=AGENT'
        PLAN.md: 2 nodes, 2 tasks to do, 1 done
        wrote plan.dag.yaml
    "#]]
    .assert_eq(&said.err);
    assert!(site.read("plan.dag.yaml").contains("agent: web-tester"));
    assert_eq!(site.divisi(&["check"]).status, 0);
    assert!(site.divisi(&["plan", "plan.dag.yaml"]).out.contains("2 levels"));

    let again = site.divisi(&["import", "PLAN.md", "--out", "plan.dag.yaml"]);
    assert_eq!(again.status, 2);
    assert!(again.err.contains("--force"), "{}", again.err);
    let forced = site.divisi(&[
        "import",
        "PLAN.md",
        "--agents",
        "store builder=Plan",
        "--out",
        "plan.dag.yaml",
        "--force",
    ]);
    assert_eq!(forced.status, 0);
    assert!(site.read("plan.dag.yaml").contains("agent: Plan"));
}

#[test]
fn refuses_what_has_nothing_to_do() {
    let site = Site::new().write("DONE.md", "- [x] a\n");
    let said = site.divisi(&["import", "DONE.md"]);
    assert_eq!((said.status, said.out.as_str()), (2, ""));
    assert!(said.err.contains("1 task done already"), "{}", said.err);
    assert_eq!(site.divisi(&["import", "none.md"]).status, 2);
}
