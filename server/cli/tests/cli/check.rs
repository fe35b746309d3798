//! `divisi check`

use expect_test::expect;
use serde_json::Value;

use crate::site::Site;

const TYPO: &str = "\
name: build
nodes:
  - id: compile
    run: [make]
  - id: tests
    depends_on: [compil]
    run: [make, test]
";

const GOOD: &str = "\
name: build
nodes:
  - id: compile
    run: [make]
  - id: tests
    depends_on: [compile]
    run: [make, test]
";

#[test]
fn shows_what_where_and_what_to_do() {
    let said = Site::new().write("build.dag.yaml", TYPO).divisi(&["check"]);
    assert_eq!(said.status, 1);
    expect![[r#"
        error[missing-dependency]: no node `compil` in this DAG; did you mean `compile`?
         --> build.dag.yaml:6:18
          |
        6 |     depends_on: [compil]
          |                  ^^^^^^
          note: `compile` is here
         ::: build.dag.yaml:3:9
          |
        3 |   - id: compile
          |         -------
          help: Change to `compile`

        1 file: 1 error
    "#]]
    .assert_eq(&said.out);
    assert_eq!(said.err, "");
}

/// `check` says before a run what the run refuses, in the same words.
#[test]
fn what_a_runner_cannot_hold_an_agent_to_is_told_before_a_run() {
    let site = Site::new()
        .write(
            ".claude/agents/reviewer.md",
            "---\nname: reviewer\ndescription: x\nmaxTurns: 3\n---\nReview.\n",
        )
        .write("a.dag.yaml", "nodes:\n  - { id: a, agent: reviewer, prompt: x, runner: codex }\n");
    let said = site.divisi(&["check"]);
    assert_eq!(said.status, 1);
    expect![[r#"
        error[agent-not-enforceable]: `reviewer` says `maxTurns: 3`; the runner codex would leave that out: let claude, gemini or opencode do it, or take it away and write a `timeout` on the node
         --> a.dag.yaml:2:21
          |
        2 |   - { id: a, agent: reviewer, prompt: x, runner: codex }
          |                     ^^^^^^^^
          note: what its file says
         ::: .claude/agents/reviewer.md:4:1
          |
        4 | maxTurns: 3
          | --------

        2 files: 1 error
    "#]].assert_eq(&said.out);
    let refused = site.divisi(&["run", "a", "--yes"]);
    assert_eq!(refused.status, 2);
    expect![[r#"
        error: `reviewer` says `maxTurns: 3`; the runner codex would leave that out: let claude, gemini or opencode do it, or take it away and write a `timeout` on the node (agent-not-enforceable)
         --> a.dag.yaml:2:21
          |
        2 |   - { id: a, agent: reviewer, prompt: x, runner: codex }
          |                     ^^^^^^^^

        error: a.dag.yaml was not run
    "#]].assert_eq(&refused.err);
}

#[test]
fn a_place_is_shown_once() {
    let ring = "nodes:\n  - { id: a, run: ls, depends_on: [b] }\n  - { id: b, run: ls, depends_on: [a] }\n";
    let said = Site::new().write("ring.dag.yaml", ring).divisi(&["check", "ring.dag.yaml"]);
    expect![[r#"
        error[cycle]: these nodes wait for each other: b → a → b
         --> ring.dag.yaml:3:36
          |
        3 |   - { id: b, run: ls, depends_on: [a] }
          |                                    ^
          note: `b` waits for `a`
          note: `a` waits for `b`
         ::: ring.dag.yaml:2:36
          |
        2 |   - { id: a, run: ls, depends_on: [b] }
          |                                    -

        1 file: 1 error
    "#]]
    .assert_eq(&said.out);
}

#[test]
fn says_so_when_all_is_well() {
    let said = Site::new().write("build.dag.yaml", GOOD).divisi(&["check", "build.dag.yaml"]);
    assert_eq!((said.status, said.out.as_str(), said.err.as_str()), (0, "1 file: no findings\n", ""));
}

#[test]
fn a_folder_means_what_lies_below_it() {
    let site = Site::new().write("a/one.dag.yaml", GOOD).write("b/two.dag.yaml", TYPO);
    assert_eq!(site.divisi(&["check", "a"]).status, 0);
    assert_eq!(site.divisi(&["check", "b"]).status, 1);
    assert_eq!(site.divisi(&["check", "a", "b/two.dag.yaml"]).status, 1);
}

#[test]
fn json_has_places_in_utf_16_and_a_summary() {
    let text = TYPO.replace("[compil]", "[\"\u{1F600}\", compil]");
    let said = Site::new().write("build.dag.yaml", text).divisi(&["check", "--format", "json"]);
    assert_eq!(said.status, 1);
    let answer: Value = serde_json::from_str(&said.out).expect("JSON");
    let last = answer["diagnostics"].as_array().expect("a list").last().expect("a finding").clone();
    expect![[r#"
        {
          "file": "build.dag.yaml",
          "range": {
            "start": {
              "line": 5,
              "character": 23
            },
            "end": {
              "line": 5,
              "character": 29
            }
          },
          "severity": "error",
          "code": "missing-dependency",
          "message": "no node `compil` in this DAG; did you mean `compile`?",
          "related": [
            {
              "file": "build.dag.yaml",
              "range": {
                "start": {
                  "line": 2,
                  "character": 8
                },
                "end": {
                  "line": 2,
                  "character": 15
                }
              },
              "message": "`compile` is here"
            }
          ],
          "fixes": [
            {
              "title": "Change to `compile`",
              "safe": false,
              "edits": [
                {
                  "range": {
                    "start": {
                      "line": 5,
                      "character": 23
                    },
                    "end": {
                      "line": 5,
                      "character": 29
                    }
                  },
                  "text": "compile"
                }
              ]
            }
          ]
        }
    "#]]
    .assert_eq(&format!("{}\n", serde_json::to_string_pretty(&last).expect("JSON")));
    expect![[r#"{"files":1,"errors":2,"warnings":0,"information":0,"hints":0}"#]]
        .assert_eq(&answer["summary"].to_string());
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    let nodes: String =
        (0..5000).map(|n| format!("  - id: n{n}\n    depends_on: [nobody]\n    run: [true]\n")).collect();
    let site = Site::new().write("many.dag.yaml", format!("name: many\nnodes:\n{nodes}"));
    let (status, error) = site.start(&["check"]).hang_up();
    assert_eq!((status, error.as_str()), (1, ""));
}

#[test]
fn findings_as_annotations() {
    let site = Site::new().write("a,b.dag.yaml", "nodes:\n  - id: é\n    run: x\n    depends_on: [😀, x]\n");
    let said = site.divisi(&["check", "--format", "github"]);
    assert_eq!(said.status, 1, "{}", said.err);
    expect![[r#"
        ::error file=a%2Cb.dag.yaml,line=2,endLine=2,col=9,endColumn=10,title=invalid-value::`é` will not do for `id`: an id is a letter or `_`, then letters, digits, `_` and `-`
        ::error file=a%2Cb.dag.yaml,line=4,endLine=4,col=18,endColumn=19,title=missing-dependency::no node `😀` in this DAG
        ::error file=a%2Cb.dag.yaml,line=4,endLine=4,col=21,endColumn=22,title=missing-dependency::no node `x` in this DAG
    "#]].assert_eq(&said.out);
}

/// What GitHub's code scanning and editors read: parsed by types that are made from the standard's schema.
#[test]
fn findings_as_sarif() {
    let ring = "nodes:\n  - {id: a, run: x, depends_on: [b]}\n  - {id: b, run: x, needs: [a]}\n";
    let said = Site::new().write("my dags/ring.dag.yaml", ring).divisi(&["check", "--format", "sarif"]);
    assert_eq!(said.status, 1, "{}", said.err);
    let sarif: serde_sarif::sarif::Sarif = serde_json::from_str(&said.out).expect("SARIF");
    let run = &sarif.runs[0];
    assert!(run.tool.driver.rules.as_ref().is_some_and(|rules| rules.len() > 30));
    let results = run.results.as_ref().expect("results");
    let shown: Vec<String> =
        results.iter().map(|result| serde_json::to_string_pretty(result).expect("JSON")).collect();
    expect![[r#"
        {
          "fixes": [
            {
              "artifactChanges": [
                {
                  "artifactLocation": {
                    "uri": "my%20dags/ring.dag.yaml"
                  },
                  "replacements": [
                    {
                      "deletedRegion": {
                        "endColumn": 26,
                        "endLine": 3,
                        "startColumn": 21,
                        "startLine": 3
                      },
                      "insertedContent": {
                        "text": "depends_on"
                      }
                    }
                  ]
                }
              ],
              "description": {
                "text": "Change to `depends_on`"
              }
            }
          ],
          "level": "note",
          "locations": [
            {
              "physicalLocation": {
                "artifactLocation": {
                  "uri": "my%20dags/ring.dag.yaml"
                },
                "region": {
                  "endColumn": 26,
                  "endLine": 3,
                  "startColumn": 21,
                  "startLine": 3
                }
              }
            }
          ],
          "message": {
            "text": "`needs` is read as `depends_on`"
          },
          "ruleId": "dependency-alias",
          "ruleIndex": 13
        }
        {
          "level": "error",
          "locations": [
            {
              "physicalLocation": {
                "artifactLocation": {
                  "uri": "my%20dags/ring.dag.yaml"
                },
                "region": {
                  "endColumn": 30,
                  "endLine": 3,
                  "startColumn": 29,
                  "startLine": 3
                }
              }
            }
          ],
          "message": {
            "text": "these nodes wait for each other: b → a → b"
          },
          "relatedLocations": [
            {
              "message": {
                "text": "`b` waits for `a`"
              },
              "physicalLocation": {
                "artifactLocation": {
                  "uri": "my%20dags/ring.dag.yaml"
                },
                "region": {
                  "endColumn": 30,
                  "endLine": 3,
                  "startColumn": 29,
                  "startLine": 3
                }
              }
            },
            {
              "message": {
                "text": "`a` waits for `b`"
              },
              "physicalLocation": {
                "artifactLocation": {
                  "uri": "my%20dags/ring.dag.yaml"
                },
                "region": {
                  "endColumn": 35,
                  "endLine": 2,
                  "startColumn": 34,
                  "startLine": 2
                }
              }
            }
          ],
          "ruleId": "cycle",
          "ruleIndex": 10
        }"#]]
    .assert_eq(&shown.join("\n"));
}
