//! `divisi convert`

use expect_test::expect;

use crate::site::Site;

const FLOW: &str = r#"{"name": "ship", "agents": [{"id": "dev"}, {"id": "qa"}], "tasks": [
  {"id": "build", "assignTo": "dev", "claudePrompt": "Build"},
  {"id": "test", "assignTo": "qa", "depends": ["build"], "claudePrompt": "Test", "condition": "always"}]}
"#;

fn site() -> Site {
    Site::new().write("workflows/ship.json", FLOW)
}

#[test]
fn labels_without_agents_are_listed() {
    // Nobody is at the keyboard, so nobody is asked.
    let said = site().divisi(&["convert", "workflows/ship.json"]);
    assert_eq!((said.status, said.out.as_str()), (2, ""));
    expect![[r#"
        error: workflows/ship.json names no agents but labels: say which agent each is
          help: dev
          help: qa
          help: --agents dev=AGENT,qa=AGENT
    "#]]
    .assert_eq(&said.err);
    let said = site().divisi(&["convert", "workflows/ship.json", "--agents", "dev=coder"]);
    assert_eq!(said.status, 2);
    assert!(said.err.contains("qa") && !said.err.contains("dev=AGENT"), "{}", said.err);
}

#[test]
fn to_standard_output() {
    let said = site().divisi(&["convert", "workflows/ship.json", "--agents", "dev=coder,qa=tester"]);
    assert_eq!(said.status, 0, "{}", said.err);
    expect![[r##"
        # Converted from ship.json (claude-flow).
        name: ship
        # "agents": [{"id": "dev"}, {"id": "qa"}]
        nodes:
          - id: build
            agent: coder
            prompt: Build
          - id: test
            agent: tester
            prompt: Test
            depends_on: [build]
            # "condition": "always"
    "##]]
    .assert_eq(&said.out);
    expect![[r#"
        workflows/ship.json:3: the condition of `test` is kept as a comment: the node always runs
        1 place to look at
    "#]]
    .assert_eq(&said.err);
}

#[test]
fn written_beside_and_never_over_a_file() {
    let site = site();
    let convert = |more: &[&str]| {
        let arguments = ["convert", "workflows/ship.json", "--agents", "dev=a,qa=b"];
        site.divisi(&[&arguments, more].concat())
    };
    let said = convert(&["--write"]);
    assert_eq!((said.status, said.out.as_str()), (0, ""), "{}", said.err);
    assert!(said.err.contains("wrote workflows/ship.dag.yaml"), "{}", said.err);
    assert!(site.read("workflows/ship.dag.yaml").starts_with("# Converted from ship.json (claude-flow).\n"));
    assert_eq!(site.read("workflows/ship.json"), FLOW);

    site.put("workflows/ship.dag.yaml", "mine");
    let said = convert(&["--write"]);
    assert_eq!(said.status, 2);
    assert!(
        said.err.contains("exists and was left as it is") && said.err.contains("--force"),
        "{}",
        said.err
    );
    assert_eq!(site.read("workflows/ship.dag.yaml"), "mine");

    assert_eq!(convert(&["--write", "--force"]).status, 0);
    assert!(site.read("workflows/ship.dag.yaml").starts_with("# Converted"));
    assert_eq!(convert(&["--out", "b.dag.yaml"]).status, 0);
    assert_eq!(site.read("b.dag.yaml"), site.read("workflows/ship.dag.yaml"));
    assert_eq!(convert(&["--write", "--out", "c.dag.yaml"]).status, 2);
}

#[test]
fn what_is_not_converted() {
    let site = site().write("a.dag.yaml", "nodes:\n  - id: a\n    run: x\n");
    let said = site.divisi(&["convert", "a.dag.yaml"]);
    assert_eq!(said.status, 2);
    assert!(said.err.contains("a.dag.yaml is in our own format already"), "{}", said.err);
    assert_eq!(site.divisi(&["convert", "workflows/ship.json", "--agents", "dev"]).status, 2);
    assert_eq!(site.divisi(&["convert", "nowhere.json"]).status, 2);
}
