//! Severities, excludes and allowances.

use crate::support::{AGENTS, Fixture, check_dag, check_file};
use expect_test::{Expect, expect};

const DAG: &str = "nodes:\n  - id: a\n    run: x\n    timout: 5m\n    depends_on: [nobody]\n";

fn with_settings(settings: &str, path: &str) -> String {
    let files: Vec<_> = AGENTS.iter().copied().chain([("divisi.toml", settings), (path, DAG)]).collect();
    Fixture::new(&files).check(path)
}

fn check(text: &str, expected: Expect) {
    expected.assert_eq(&check_dag(text));
}

#[test]
fn severities() {
    expect![[r#"
          4 |     timout: 5m
                  ^^^^^^ unknown-key (error): unknown node key `timout`; did you mean `timeout`?
                    fix: Change to `timeout`
    "#]]
    .assert_eq(&with_settings(
        "[check.severity]\nunknown-key = \"error\"\nmissing-dependency = \"off\"\n",
        "a.dag.yaml",
    ));
}

#[test]
fn excludes() {
    let settings = "[check]\nexclude = [\"drafts/\", \"**/*.old.dag.yaml\", \"[\"]\n";
    assert_eq!(with_settings(settings, "drafts/deep/a.dag.yaml"), "no findings\n");
    assert_eq!(with_settings(settings, "a.old.dag.yaml"), "no findings\n");
    assert_ne!(with_settings(settings, "a.dag.yaml"), "no findings\n");
}

#[test]
fn allowances() {
    check(
        "
nodes:
  - id: a
    run: x
    # divisi: allow(unknown-key) ours
    timout: 5m
  - id: b
    run: x
    timout: 5m # divisi: allow(unknown-key, missing-dependency) only one is there
  - id: c
    # divisi: allow(unknown-key)
    # divisi: allow(missing-dependency) stacked
    depends_on: [nobody]
    run: x # divisi: allow(missing-unit)
    timeout: 5
  - id: d
    run: 'echo # divisi: allow(unknown-key)'
    # divisi: allow(unknwon-key)
    priority: 1
",
        expect![[r#"
            9 |     timout: 5m # divisi: allow(unknown-key, missing-dependency) only one is there
                                                            ^^^^^^^^^^^^^^^^^^ unused-allow (hint, unnecessary): `missing-dependency` is allowed here, and there is none
            11 |     # divisi: allow(unknown-key)
                                     ^^^^^^^^^^^ unused-allow (hint, unnecessary): `unknown-key` is allowed here, and there is none
            14 |     run: x # divisi: allow(missing-unit)
                                            ^^^^^^^^^^^^ unused-allow (hint, unnecessary): `missing-unit` is allowed here, and there is none
            15 |     timeout: 5
                              ^ missing-unit (error): `5` has no unit: write `5s` for seconds or `5ms` for milliseconds
                                fix: Change to `5s`
                                fix: Change to `5ms`
            18 |     # divisi: allow(unknwon-key)
                                     ^^^^^^^^^^^ unused-allow (hint): no code `unknwon-key`; did you mean `unknown-key`?
                                       fix: Change to `unknown-key`
        "#]],
    );
}

#[test]
fn allowances_in_json_and_markdown() {
    expect![[r#"
        no findings
    "#]].assert_eq(&check_file(
        "a.dag.json",
        "{ \"nodes\": [\n  // divisi: allow(missing-dependency) later\n  { \"id\": \"a\", \"run\": \"x\", \"depends_on\": [\"b\"] }\n] }\n",
    ));
    expect![[r#"
        3 | name: draft
                  ^^^^^ name-differs-from-file (hint): it is called `draft`, and its file `broken`
        5 | <!-- divisi: allow(agent-not-loaded) -->
                               ^^^^^^^^^^^^^^^^ unused-allow (hint, unnecessary): `agent-not-loaded` is allowed here, and there is none
    "#]].assert_eq(&check_file(
        ".claude/agents/broken.md",
        "---\n# divisi: allow(agent-not-loaded) a draft\nname: draft\n---\n<!-- divisi: allow(agent-not-loaded) -->\nText.\n",
    ));
}

#[test]
fn an_allowance_for_an_allowance() {
    check(
        "nodes:\n  - id: a\n    run: x # divisi: allow(unknown-key, unused-allow) generated\n",
        expect![[r#"
            no findings
        "#]],
    );
}

#[test]
fn files_that_are_not_ours_have_no_findings() {
    let mut fixture = Fixture::new(&[]);
    fixture.open("package.json", "{ \"nodes\": [");
    let path = fixture.snapshot().roots().first().map(|root| root.join("package.json"));
    let snapshot = fixture.snapshot();
    let document = path.and_then(|path| snapshot.document(&path).cloned());
    assert!(document.is_none_or(|document| divisi_analysis::check(&snapshot, &document).is_empty()));
}
