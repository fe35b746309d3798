//! `divisi mcp`, spoken to as an agent does: JSON-RPC, one message a line.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use expect_test::expect;
use serde_json::{Value, json};

use crate::site::Site;

const REVIEW: &str = "\
name: review
args: { who: { default: you } }
nodes:
  - { id: survey, run: [sh, -c, 'echo surveyed'], estimate: 2m }
  - { id: tests, depends_on: [survey], run: [sh, -c, 'echo they fail; exit 3'], estimate: 1m }
";

const FAULTY: &str = "\
name: faulty
nodes:
  - { id: survey, run: [make, survey] }
  - { id: merge, depends_on: [survay], run: [make, merge] }
";

/// A client and its server.
struct Session {
    server: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    asked: u64,
}

impl Session {
    /// A server for the site's workspace, with the handshake behind it.
    fn new(site: &Site, arguments: &[&str]) -> Self {
        let mut session = Self::raw(site, arguments);
        let hello = session.ask("initialize", &hello());
        assert_eq!(hello["result"]["serverInfo"]["name"], "divisi");
        session.send(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
        session
    }

    fn raw(site: &Site, arguments: &[&str]) -> Self {
        let mut command = site.command(&[&["mcp"], arguments].concat());
        let mut server =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the program starts");
        let input = server.stdin.take().expect("a pipe");
        let output = BufReader::new(server.stdout.take().expect("a pipe"));
        Self { server, input, output, asked: 0 }
    }

    fn send(&mut self, message: &Value) {
        writeln!(self.input, "{message}").expect("the server reads");
    }

    /// The answer to a request.
    fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.asked += 1;
        let id = self.asked;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        let mut line = String::new();
        self.output.read_line(&mut line).expect("text");
        let answer: Value = serde_json::from_str(&line).expect("a message a line");
        assert_eq!(answer["id"], id, "{answer}");
        answer
    }

    /// What a tool answers.
    fn call(&mut self, tool: &str, arguments: Value) -> Value {
        let answer = self.ask("tools/call", &json!({ "name": tool, "arguments": arguments }));
        assert!(answer["error"].is_null(), "{answer}");
        answer["result"].clone()
    }

    /// The text and the data of an answer that is no error.
    fn good(&mut self, tool: &str, arguments: Value) -> (String, Value) {
        let answer = self.call(tool, arguments);
        assert_eq!(answer["isError"], false, "{answer}");
        (text(&answer), answer["structuredContent"].clone())
    }

    /// The text of an answer that is an error.
    fn bad(&mut self, tool: &str, arguments: Value) -> String {
        let answer = self.call(tool, arguments);
        assert_eq!(answer["isError"], true, "{answer}");
        text(&answer)
    }

    /// Closes the server's input; its exit status.
    fn end(mut self) -> Option<i32> {
        drop(self.input);
        self.server.wait().expect("it ends").code()
    }
}

fn hello() -> Value {
    json!({ "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": { "name": "test", "version": "1" } })
}

fn text(answer: &Value) -> String {
    answer["content"][0]["text"].as_str().expect("text").to_owned()
}

fn site() -> Site {
    Site::new().write("review.dag.yaml", REVIEW)
}

#[test]
fn says_who_it_is_and_ends_with_its_input() {
    let site = site();
    let mut session = Session::raw(&site, &[]);
    let mut hello = session.ask("initialize", &hello())["result"].take();
    hello["serverInfo"]["version"] = json!("VERSION");
    expect![[r#"
        {
          "protocolVersion": "2025-06-18",
          "capabilities": {
            "tools": {}
          },
          "serverInfo": {
            "name": "divisi",
            "title": "Divisi",
            "version": "VERSION"
          },
          "instructions": "Divisi checks, plans and runs DAG files (*.dag.yaml, *.dag.json): graphs of agents and programs with dependencies. After writing or changing a DAG, agent, command or skill file call `check` on it and mend what it finds; `plan` and `graph` show what would run, `status` what ran and why a node failed. Paths are relative to the root of the workspace."
        }
    "#]].assert_eq(&format!("{hello:#}\n"));
    assert_eq!(session.end(), Some(0));
    assert_eq!(Session::raw(&site, &[]).end(), Some(0), "a client that says nothing");
}

#[test]
fn lists_tools_that_only_read() {
    let site = site();
    let listed = Session::new(&site, &[]).ask("tools/list", &json!({}));
    let tools = listed["result"]["tools"].as_array().expect("tools");
    assert!(tools.iter().all(|tool| tool["annotations"]["readOnlyHint"] == true));
    expect![[r#"
        [
          {
            "name": "check",
            "title": "Check DAG, agent, command and skill files",
            "description": "Finds mistakes in DAG files (*.dag.yaml, *.dag.json), and in the agent, command and skill files under .claude/ and of other tools: cycles, missing dependencies, agents that do not exist, wrong keys, nodes that write the same files at the same time, front matter that a tool would drop in silence. Each finding has a code, a place, what is wrong, and what mends it. Use it after writing or changing such a file, and before running a DAG. It only reads. `divisi fix` applies the mends that are marked safe.",
            "inputSchema": {
              "$schema": "https://json-schema.org/draft/2020-12/schema",
              "additionalProperties": false,
              "type": "object",
              "properties": {
                "paths": {
                  "description": "Files and folders to check, relative to the root of the workspace. The whole workspace where none is given.",
                  "type": "array",
                  "items": {
                    "type": "string"
                  },
                  "default": []
                },
                "limit": {
                  "description": "The most findings to tell, the worst first; 200 at most.",
                  "type": "integer",
                  "format": "uint",
                  "minimum": 0,
                  "default": 50
                }
              }
            },
            "annotations": {
              "title": "Check DAG, agent, command and skill files",
              "readOnlyHint": true,
              "openWorldHint": false
            }
          },
          {
            "name": "plan",
            "title": "Plan a DAG",
            "description": "Shows what running a DAG would do, without running anything: the schedule by the nodes' estimates (a node without one counts as a minute), how long it would take, the critical path, which results of earlier runs would be used again and why others would not, and the errors that would keep it from running. Use it to see whether a DAG is parallel enough, and what to shorten.",
            "inputSchema": {
              "$schema": "https://json-schema.org/draft/2020-12/schema",
              "required": [
                "file"
              ],
              "type": "object",
              "properties": {
                "file": {
                  "description": "A DAG file relative to the root of the workspace, a folder with exactly one, or the name of a DAG.",
                  "type": "string"
                },
                "arguments": {
                  "description": "Arguments of the DAG, by name.",
                  "type": "object",
                  "additionalProperties": true,
                  "default": {}
                },
                "max_parallel": {
                  "description": "How many nodes run at a time; what the file or the settings say where it is not given.",
                  "type": [
                    "integer",
                    "null"
                  ],
                  "format": "uint32",
                  "minimum": 1,
                  "default": null
                }
              },
              "additionalProperties": false
            },
            "annotations": {
              "title": "Plan a DAG",
              "readOnlyHint": true,
              "openWorldHint": false
            }
          },
          {
            "name": "graph",
            "title": "Draw the graph of a DAG",
            "description": "Draws which node of a DAG waits for which: as lines for reading (`ascii`), as a Mermaid flowchart to put into Markdown (`mermaid`), or as nodes with their dependencies (`json`). The critical path by the estimates is marked; where nodes wait for each other in a ring, the ring is.",
            "inputSchema": {
              "$schema": "https://json-schema.org/draft/2020-12/schema",
              "required": [
                "file"
              ],
              "type": "object",
              "properties": {
                "file": {
                  "description": "A DAG file relative to the root of the workspace, a folder with exactly one, or the name of a DAG.",
                  "type": "string"
                },
                "format": {
                  "description": "How it is drawn; `ascii` where it is not given.",
                  "type": "string",
                  "enum": [
                    "ascii",
                    "mermaid",
                    "json"
                  ],
                  "default": "ascii"
                }
              },
              "additionalProperties": false
            },
            "annotations": {
              "title": "Draw the graph of a DAG",
              "readOnlyHint": true,
              "openWorldHint": false
            }
          },
          {
            "name": "status",
            "title": "Show runs and their nodes",
            "description": "Shows what ran and what runs: without `run` the runs of the workspace, the latest first; with `run` its nodes with states, times, errors and files, and what the run came to; with `run` and `node` also the end of that node's log. Use it to follow a run, or to find out why one failed. It only reads: questions of a run are answered by people, on the command line (`divisi approve`) or in the editor.",
            "inputSchema": {
              "$schema": "https://json-schema.org/draft/2020-12/schema",
              "additionalProperties": false,
              "type": "object",
              "properties": {
                "run": {
                  "description": "The run's id, a unique beginning of it, or `latest`. The list of runs where it is not given.",
                  "type": [
                    "string",
                    "null"
                  ],
                  "default": null
                },
                "node": {
                  "description": "A node of the run, whose log is wanted.",
                  "type": [
                    "string",
                    "null"
                  ],
                  "default": null
                },
                "folder": {
                  "description": "A folder with a workspace of its own inside of this one, whose runs are meant.",
                  "type": [
                    "string",
                    "null"
                  ],
                  "default": null
                },
                "limit": {
                  "description": "The most runs to list, the latest first; 100 at most.",
                  "type": "integer",
                  "format": "uint",
                  "minimum": 0,
                  "default": 10
                }
              }
            },
            "annotations": {
              "title": "Show runs and their nodes",
              "readOnlyHint": true,
              "openWorldHint": false
            }
          },
          {
            "name": "explain",
            "title": "Explain the code of a finding",
            "description": "Says what a finding's code means: why it matters, an example with the mistake and one without it, what to do, and when the check keeps quiet. Use it when the message of a finding from `check` is not enough.",
            "inputSchema": {
              "$schema": "https://json-schema.org/draft/2020-12/schema",
              "required": [
                "code"
              ],
              "type": "object",
              "properties": {
                "code": {
                  "description": "The code, for example `missing-dependency`.",
                  "type": "string"
                }
              },
              "additionalProperties": false
            },
            "annotations": {
              "title": "Explain the code of a finding",
              "readOnlyHint": true,
              "openWorldHint": false
            }
          }
        ]
    "#]].assert_eq(&format!("{:#}\n", listed["result"]["tools"]));
}

#[test]
fn check_tells_what_is_wrong_where_and_what_mends_it() {
    let site = site().write("faulty.dag.yaml", FAULTY);
    let mut session = Session::new(&site, &[]);
    let (text, data) = session.good("check", json!({ "paths": ["faulty.dag.yaml"] }));
    expect![[r#"
        faulty.dag.yaml:4:31: error[missing-dependency]: no node `survay` in this DAG; did you mean `survey`?
          |   - { id: merge, depends_on: [survay], run: [make, merge] }
          note: `survey` is here
          fix: Change to `survey`
        files: 1, errors: 1, warnings: 0, information: 0, hints: 0"#]]
    .assert_eq(&text);
    expect![[r#"
        {
          "summary": {
            "files": 1,
            "errors": 1,
            "warnings": 0,
            "information": 0,
            "hints": 0
          },
          "findings": [
            {
              "file": "faulty.dag.yaml",
              "line": 4,
              "column": 31,
              "end_line": 4,
              "end_column": 37,
              "severity": "error",
              "code": "missing-dependency",
              "message": "no node `survay` in this DAG; did you mean `survey`?",
              "related": [
                {
                  "file": "faulty.dag.yaml",
                  "line": 3,
                  "message": "`survey` is here"
                }
              ],
              "fixes": [
                {
                  "title": "Change to `survey`",
                  "safe": false
                }
              ]
            }
          ],
          "left_out": 0,
          "problems": []
        }
    "#]]
    .assert_eq(&format!("{data:#}\n"));
    let (_, all) = session.good("check", json!({}));
    assert_eq!(all["summary"]["files"], 2);
    assert_eq!(all["summary"]["errors"], data["summary"]["errors"]);
    let (text, few) = session.good("check", json!({ "limit": 0 }));
    assert_eq!((few["findings"].clone(), few["left_out"].clone()), (json!([]), json!(1)));
    assert!(text.starts_with("… and 1 more"), "{text}");
}

#[test]
fn a_file_written_since_the_last_question_is_seen() {
    let site = site();
    let mut session = Session::new(&site, &[]);
    let (_, before) = session.good("check", json!({}));
    assert_eq!(before["summary"]["errors"], 0);
    site.put("faulty.dag.yaml", FAULTY);
    let (_, after) = session.good("check", json!({}));
    assert_eq!(after["summary"]["errors"], 1);
}

#[test]
fn plan_and_graph_show_what_would_run() {
    let site = site();
    let mut session = Session::new(&site, &[]);
    let (text, data) = session.good("plan", json!({ "file": "review", "max_parallel": 3 }));
    expect![[r#"
        review: nodes: 2, edges: 1, levels: 2, at a time: 3
        takes 3m by the estimates; one after the other 3m
        critical path: survey → tests
        survey: level 0, from 0 ms to 2m
        tests: level 1, from 2m to 3m
    "#]]
    .assert_eq(&text);
    assert_eq!(data["critical_path"], json!(["survey", "tests"]));
    assert_eq!((data["makespan_ms"].clone(), data["max_parallel"].clone()), (json!(180_000), json!(3)));
    let (text, _) = session.good("graph", json!({ "file": "review.dag.yaml" }));
    expect![[r#"
        review: 2 nodes, 1 dependency, 2 levels

        level 0
          * survey  run sh -c echo surveyed

        level 1
          * tests   run sh -c echo they fail; exit…  <- survey

        * on the critical path
    "#]]
    .assert_eq(&text);
    let (text, _) = session.good("graph", json!({ "file": "review.dag.yaml", "format": "mermaid" }));
    assert!(text.starts_with("flowchart") || text.contains("flowchart"), "{text}");
    let (_, data) = session.good("graph", json!({ "file": "review.dag.yaml", "format": "json" }));
    expect![[r#"
        {
          "nodes": [
            {
              "name": "survey",
              "work": "run sh -c echo surveyed",
              "level": 0,
              "depends_on": [],
              "estimate_ms": 120000,
              "mark": "critical"
            },
            {
              "name": "tests",
              "work": "run sh -c echo they fail; ex…",
              "level": 1,
              "depends_on": [
                "survey"
              ],
              "estimate_ms": 60000,
              "mark": "critical"
            }
          ],
          "critical_path": [
            "survey",
            "tests"
          ],
          "left_out": 0
        }
    "#]]
    .assert_eq(&format!("{:#}\n", data["graph"]));
}

/// As `divisi plan` does.
#[test]
fn plan_foresees_what_would_be_used_again() {
    let site = Site::new().write("divisi.toml", "").write(
        "copy.dag.yaml",
        "name: copy\nargs: { word: { required: true } }\nnodes:\n  \
         - { id: copy, run: [cp, in.txt, out.txt], reads: [in.txt], writes: [out.txt] }\n  \
         - { id: say, run: [echo, '{{ args.word }}'], depends_on: [copy], reads: [out.txt], outputs: [said] }\n",
    );
    let site = site.write("in.txt", "one");
    let mut session = Session::new(&site, &[]);
    let (text, _) = session.good("plan", json!({ "file": "copy" }));
    assert!(text.contains("It would not run as it is:\nthe argument word"), "{text}");
    assert!(!site.root().join(".divisi").exists(), "a question writes nothing");

    assert_eq!(site.divisi(&["run", "copy", "--yes", "--arg", "word=a"]).status, 0);
    let (text, data) = session.good("plan", json!({ "file": "copy", "arguments": { "word": "a" } }));
    assert_eq!(text.matches(", reused from run ").count(), 2, "{text}");
    assert_eq!((&data["schedule"][0]["reuse"], &data["errors"]), (&json!(true), &json!([])));

    let (text, data) = session.good("plan", json!({ "file": "copy", "arguments": { "word": "b" } }));
    assert!(text.contains(", runs: arguments changed\n") && text.contains(", follows from copy\n"), "{text}");
    assert_eq!(data["schedule"][1]["why"], json!("follows from copy"));
    site.put("in.txt", "two");
    let (text, _) = session.good("plan", json!({ "file": "copy", "arguments": { "word": "a" } }));
    assert!(text.contains(", runs: reads changed: in.txt\n"), "{text}");
    assert!(session.bad("plan", json!({ "file": "copy", "arguments": { "wort": "a" } })).contains("word"));
}

#[test]
fn a_dag_with_errors_is_planned_and_they_are_told() {
    let site = site().write("faulty.dag.yaml", FAULTY);
    let (text, data) = Session::new(&site, &[]).good("plan", json!({ "file": "faulty" }));
    assert_eq!(data["errors"].as_array().expect("errors").len(), 1);
    assert!(text.contains("It would not run as it is:\nfaulty.dag.yaml:4:"), "{text}");
}

#[test]
fn status_tells_runs_their_nodes_and_why_one_failed() {
    let site = site();
    let mut session = Session::new(&site, &[]);
    let (text, data) = session.good("status", json!({}));
    assert_eq!((text.as_str(), data["runs"].clone()), ("nothing has run here yet\n", json!([])));
    assert!(!site.root().join(".divisi").exists(), "a question writes nothing");
    assert_eq!(site.divisi(&["run", "review", "--yes"]).status, 1);
    let (text, data) = session.good("status", json!({}));
    let run = data["runs"][0]["run"].as_str().expect("an id").to_owned();
    assert!(text.starts_with(&format!("{run} review: failed, started 2")), "{text}");
    assert!(text.ends_with(", 2 of 2 nodes over, 1 failed\n"), "{text}");
    let (text, data) = session.good("status", json!({ "run": run, "node": "tests" }));
    assert_eq!(data["nodes"][1]["state"]["is"], "failed");
    assert_eq!(data["log"], "they fail\n");
    assert!(text.contains("\n  failed tests, ") && text.contains("exit status 3"), "{text}");
    assert!(text.ends_with("the end of the log of tests:\nthey fail\n"), "{text}");
    let (_, latest) = session.good("status", json!({ "run": "latest" }));
    assert_eq!(latest["run"], run);
    assert!(session.bad("status", json!({ "run": run, "node": "test" })).contains("did you mean tests?"));
    assert!(session.bad("status", json!({ "node": "tests" })).contains("`node` needs `run`"));
    assert!(
        session.bad("status", json!({ "run": "20" .to_owned() + "99" })).contains("there is no run 2099")
    );
}

#[test]
fn explain_says_what_a_code_means() {
    let site = site();
    let mut session = Session::new(&site, &[]);
    let (text, data) = session.good("explain", json!({ "code": "missing-dependency" }));
    assert!(text.starts_with("# missing-dependency\n"), "{text}");
    assert_eq!(data["severity"], "error");
    assert!(
        session
            .bad("explain", json!({ "code": "mising-dependency" }))
            .contains("did you mean missing-dependency?")
    );
}

#[test]
fn input_that_does_not_fit_is_told() {
    let site = site();
    let mut session = Session::new(&site, &[]);
    let cases = [
        ("check", json!({ "path": "review.dag.yaml" }), "unknown field `path`, expected `paths` or `limit`"),
        ("check", json!({ "paths": "review.dag.yaml" }), "expected a sequence"),
        ("check", json!({ "paths": ["absent.dag.yaml"] }), "absent.dag.yaml cannot be read"),
        ("plan", json!({}), "missing field `file`"),
        ("plan", json!({ "file": "reviev" }), "did you mean review?"),
        ("plan", json!({ "file": "divisi.toml" }), "is not a DAG file"),
        ("graph", json!({ "file": "review", "format": "svg" }), "unknown variant `svg`"),
    ];
    for (tool, arguments, expected) in cases {
        let told = session.bad(tool, arguments);
        assert!(told.contains(expected), "{expected} is missing in:\n{told}");
    }
    let answer = session.ask("tools/call", &json!({ "name": "approve", "arguments": {} }));
    assert_eq!(answer["error"]["code"], -32602);
    assert_eq!(
        answer["error"]["message"],
        "there is no tool approve; there are: check, plan, graph, status, explain, run"
    );
}

#[test]
fn what_is_no_message_does_not_end_it() {
    let site = site();
    let mut session = Session::new(&site, &[]);
    session.input.write_all(b"this is not JSON\n\n").expect("the server reads");
    let (_, data) = session.good("check", json!({}));
    assert_eq!(data["summary"]["files"], 1);
    let answer = session.ask("tools/nothing", &json!({}));
    assert_eq!(answer["error"]["code"], -32601);
}

#[test]
fn paths_outside_of_the_workspace_are_refused() {
    let site = site();
    let outside = tempfile::tempdir().expect("a folder");
    std::fs::write(outside.path().join("other.dag.yaml"), REVIEW).expect("a file");
    std::os::unix::fs::symlink(outside.path(), site.root().join("link")).expect("a link");
    let other = outside.path().join("other.dag.yaml").display().to_string();
    let mut session = Session::new(&site, &["--allow-run"]);
    let paths = [
        other.as_str(),
        "../x",
        "link/other.dag.yaml",
        "link/absent",
        "/etc/passwd",
        "..",
        "/",
        "a/../../x",
        "~/x/../../../..",
    ];
    for path in paths {
        let calls = [
            ("check", json!({ "paths": [path] })),
            ("plan", json!({ "file": path })),
            ("graph", json!({ "file": path })),
            ("run", json!({ "file": path })),
            ("status", json!({ "folder": path })),
        ];
        for (tool, arguments) in calls {
            let told = session.bad(tool, arguments);
            assert!(told.contains("is outside of the workspace"), "{tool} {path}: {told}");
        }
    }
    assert!(!site.root().join(".divisi").exists());
}

#[test]
fn a_command_that_names_a_dag_elsewhere_is_refused() {
    let outside = tempfile::tempdir().expect("a folder");
    std::fs::write(outside.path().join("other.dag.yaml"), REVIEW).expect("a file");
    let command = format!("---\ndivisi: {}/other.dag.yaml\n---\nDo it.\n", outside.path().display());
    let site = Site::new().write(".claude/commands/go.md", command);
    let mut session = Session::new(&site, &[]);
    for name in ["go", "/go", "review", ".claude/commands/go.md"] {
        let told = session.bad("plan", json!({ "file": name }));
        assert!(!told.contains("survey"), "{told}");
    }
}

#[test]
fn nothing_runs_unless_the_user_switched_it_on() {
    let site = site().write("divisi.toml", "[mcp]\nallow_run = true\n");
    let mut session = Session::new(&site, &[]);
    let told = session.bad("run", json!({ "file": "review" }));
    assert!(told.starts_with("starting runs is switched off"), "{told}");
    assert!(!site.root().join(".divisi").exists());
    let (text, _) = session.good("check", json!({}));
    assert!(text.contains("`mcp` counts in the user's config.toml only"), "{text}");
}

#[test]
fn runs_where_the_user_switched_it_on_and_trusts_the_workspace() {
    let site = site().write("../config/divisi/config.toml", "[mcp]\nallow_run = true\n");
    let mut session = Session::new(&site, &[]);
    let listed = session.ask("tools/list", &json!({}));
    let names: Vec<&Value> =
        listed["result"]["tools"].as_array().expect("tools").iter().map(|tool| &tool["name"]).collect();
    assert_eq!(json!(names), json!(["check", "plan", "graph", "status", "explain", "run"]));
    let told = session.bad("run", json!({ "file": "review" }));
    assert!(told.contains("is not trusted, so nothing was run"), "{told}");
    assert_eq!(site.divisi(&["trust", "."]).status, 0);
    let told = session.bad("run", json!({ "file": "review", "arguments": { "whom": "me" } }));
    assert!(told.contains("did you mean who?"), "{told}");
    let (_, data) =
        session.good("run", json!({ "file": "review", "arguments": { "who": "me" }, "to": "survey" }));
    let run = data["run"].as_str().expect("an id");
    assert_eq!(site.divisi(&["attach", run]).status, 0);
    let (_, data) = session.good("status", json!({ "run": run }));
    assert_eq!(data["status"], json!({ "ended": "succeeded" }));
    assert_eq!(data["nodes"].as_array().expect("nodes").len(), 1);
}

#[test]
fn a_dag_with_errors_is_not_run() {
    let site = Site::new().write("faulty.dag.yaml", FAULTY);
    assert_eq!(site.divisi(&["trust", "."]).status, 0);
    let told = Session::new(&site, &["--allow-run"]).bad("run", json!({ "file": "faulty" }));
    assert!(told.contains("faulty.dag.yaml:4:") && told.contains("survay"), "{told}");
    assert!(!site.root().join(".divisi").exists());
}

#[test]
fn answers_are_bounded() {
    let nodes: String =
        (0..1000).map(|at| format!("  - {{ id: n{at}, depends_on: [absent{at}], run: [make] }}\n")).collect();
    let site = Site::new().write("wide.dag.yaml", format!("name: wide\nnodes:\n{nodes}"));
    let mut session = Session::new(&site, &[]);
    let calls = [
        ("check", json!({ "limit": 1_000_000 })),
        ("plan", json!({ "file": "wide" })),
        ("graph", json!({ "file": "wide" })),
        ("graph", json!({ "file": "wide", "format": "mermaid" })),
        ("graph", json!({ "file": "wide", "format": "json" })),
    ];
    for (tool, arguments) in calls {
        let (text, data) = session.good(tool, arguments);
        assert!(text.len() < 40_000, "{tool}: {}", text.len());
        assert!(data.to_string().len() < 120_000, "{tool}: {}", data.to_string().len());
        let left_out = data["left_out"].as_u64().or(data["graph"]["left_out"].as_u64());
        assert!(left_out.is_none_or(|left_out| left_out >= 800), "{tool}: {text}");
    }
}

#[test]
fn a_folder_of_the_workspace_may_be_named_at_the_start() {
    let site = site().write("deep/down/x.txt", "");
    let mut session = Session::new(&site, &["--root", "deep/down"]);
    let (_, data) = session.good("check", json!({ "paths": ["review.dag.yaml"] }));
    assert_eq!(data["summary"]["files"], 1);
}
