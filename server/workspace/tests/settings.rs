//! Settings from files and editors, and what is said about their faults.

#![expect(clippy::unwrap_used, reason = "the fixture is part of the tests")]

use std::fs;
use std::path::{Path, PathBuf};

use divisi_workspace::settings::{OnEditorExit, RunnerOrigin, Severity, TraceProtocol, TrustMode, load};
use divisi_workspace::{Places, Settings};
use expect_test::{Expect, expect};
use serde_json::{Value, json};
use tempfile::TempDir;

struct Fixture {
    folder: TempDir,
}

impl Fixture {
    fn new(user: &str, project: &str) -> Self {
        let folder = TempDir::new().unwrap();
        fs::create_dir_all(folder.path().join("config")).unwrap();
        fs::create_dir_all(folder.path().join("root")).unwrap();
        fs::write(folder.path().join("config/config.toml"), user).unwrap();
        fs::write(folder.path().join("root/divisi.toml"), project).unwrap();
        Self { folder }
    }

    fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    fn load(&self, editor: &Value) -> (Settings, Vec<String>) {
        let places = Places { config: Some(self.path("config")), ..Places::default() };
        let (settings, problems) = load(&[self.path("root")], &places, editor);
        let told = problems.iter().map(|problem| {
            let file = problem.path.file_name().unwrap().to_string_lossy().into_owned();
            let text = fs::read_to_string(&problem.path).unwrap_or_default();
            let place = problem.span.map_or_else(String::new, |span| format!(" {:?}", span.slice(&text)));
            format!("{file}{place}: {}", problem.message)
        });
        (settings, told.collect())
    }
}

fn problems(project: &str, expected: Expect) {
    let (_, told) = Fixture::new("", project).load(&Value::Null);
    expected.assert_eq(&told.join("\n"));
}

#[test]
fn later_layers_win_and_lists_add_up() {
    let user = "[agents]\npaths = ['/mine']\n[run]\nmax_parallel = 2\nmessages = false\n";
    let project = "[agents]\npaths = ['team']\n[run]\nmax_parallel = 4\n[check.severity]\ncycle = 'off'\n";
    let editor = json!({"run": {"max_parallel": 8, "on_editor_exit": "cancel"}, "trace": {"server": "off"}});
    let (settings, told) = Fixture::new(user, project).load(&editor);
    assert_eq!(told, Vec::<String>::new());
    assert_eq!(settings.agents.paths, ["/mine", "team"]);
    assert_eq!(settings.run.max_parallel, 8);
    assert!(!settings.run.messages);
    assert_eq!(settings.run.on_editor_exit, OnEditorExit::Cancel);
    assert_eq!(settings.check.severity.get("cycle"), Some(&Severity::Off));
    let (wrapped, _) = Fixture::new(user, project).load(&json!({"divisi": {"run": {"max_parallel": 9}}}));
    assert_eq!(wrapped.run.max_parallel, 9);
}

#[test]
fn runners_come_from_files_and_say_from_which() {
    let user = "[runners.mine]\nkind = 'exec'\ncommand = ['my-agent', '--fast']\n";
    let project = "[runners.ours]\nkind = 'exec'\ncommand = ['./tools/agent.sh']\nenv = ['KEY']\n";
    let fixture = Fixture::new(user, project);
    let (settings, told) = fixture.load(&json!({"runners": {"evil": {"kind": "exec", "command": ["rm"]}}}));
    let mine = &settings.runners["mine"];
    assert_eq!((mine.origin, mine.command[0].as_str()), (RunnerOrigin::User, "my-agent"));
    let ours = &settings.runners["ours"];
    assert_eq!(ours.origin, RunnerOrigin::Project);
    assert_eq!(Path::new(&ours.command[0]), fixture.path("root/tools/agent.sh"));
    assert_eq!(ours.defined_in, fixture.path("root/divisi.toml"));
    assert!(!settings.runners.contains_key("evil"));
    assert_eq!(told.len(), 1);
}

#[test]
fn a_project_cannot_loosen_trust() {
    let strict = "[run]\ntrust = 'file'\n";
    let lax = "[run]\ntrust = 'folder'\n";
    assert_eq!(Fixture::new(strict, lax).load(&Value::Null).0.run.trust, TrustMode::File);
    assert_eq!(Fixture::new(lax, strict).load(&Value::Null).0.run.trust, TrustMode::File);
    assert_eq!(Fixture::new("", "").load(&Value::Null).0.run.trust, TrustMode::Folder);
}

#[test]
fn faults_cost_only_the_value_they_are_in() {
    let project = "[run]\nmax_paralel = 3\nmessages = 'no'\nmax_parallel = -1\nrunner = 'claude'\nwild = 1\n";
    let (settings, _) = Fixture::new("", project).load(&Value::Null);
    assert_eq!(settings.run.runner.as_deref(), Some("claude"));
    problems(
        project,
        expect![[r#"
            divisi.toml "max_paralel": there is no setting `run.max_paralel`; did you mean `run.max_parallel`?
            divisi.toml "'no'": `run.messages` takes true or false, not text
            divisi.toml "-1": `run.max_parallel` takes a whole number from 0 on, not -1
            divisi.toml "wild": there is no setting `run.wild`; known here: on_editor_exit, trust, pass_env, jobserver, max_parallel, runner, messages"#]],
    );
    problems(
        "[check]\nexclude = ['ok/**', 'a[']\nseverity = { cycle = 'fatal' }\n[agent]\npaths = []\n",
        expect![[r#"
        divisi.toml "['ok/**', 'a[']": `check.exclude`: `a[` is no glob: unclosed character class; missing ']'
        divisi.toml "'fatal'": `check.severity.cycle` is one of error, warning, information, hint, off; `fatal` is none
        divisi.toml "agent": there is no setting `agent`; did you mean `agents`?"#]],
    );
    problems(
        "agents = 3\n[runners.x]\nkind = 'exec'\n[files]\ndag = 'x'\n",
        expect![[r#"
            divisi.toml "3": `agents` takes a table, not a whole number
            divisi.toml "x": `runners.x` needs a `command`: a program and its arguments
            divisi.toml "'x'": `files.dag` takes a list of texts, not text"#]],
    );
}

#[test]
fn what_stands_around_a_syntax_fault_still_counts() {
    let project = "[run]\nmax_parallel = 3\nrunner = \n[agents]\npaths = ['a']\n";
    let (settings, told) = Fixture::new("", project).load(&Value::Null);
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(settings.run.max_parallel, 3);
    assert_eq!(settings.agents.paths, ["a"]);
}

#[test]
fn a_fault_is_told_once_with_its_place() {
    problems("a = 1\n[run\ntrust = 'file'\n", expect![[r#"divisi.toml "": unclosed table, expected `]`"#]]);
}

#[test]
fn what_bears_on_runs_forbids_them() {
    let forbids = |user: &str, project: &str| {
        let fixture = Fixture::new(user, project);
        let places = Places { config: Some(fixture.path("config")), ..Places::default() };
        let editor = json!({"run": {"trust": 3}});
        let (_, problems) = load(&[fixture.path("root")], &places, &editor);
        problems.iter().filter(|problem| problem.forbids_runs).map(|problem| problem.place("x")).collect()
    };
    let cases: [(&str, &str, &[&str]); 8] = [
        ("", "[run\ntrust = 'file'\n", &["x:1:5"]),
        ("run = {", "", &["x:1:8"]),
        ("", "[run]\ntrust = 'fil'\n", &["x:2:9"]),
        ("[run]\nmax_parallel = -1\n", "", &["x:2:16"]),
        ("", "[runners.x]\nkind = 'exec'\n", &["x:1:10"]),
        ("", "run = 3\n", &["x:1:7"]),
        ("", "[run]\ntrus = 'file'\n[runners.x]\nkind='exec'\ncommand=['a']\nwild=1\n", &[]),
        ("", "[check]\nexclude = 3\n", &[]),
    ];
    for (user, project, expected) in cases {
        let found: Vec<String> = forbids(user, project);
        assert_eq!(found, expected, "{user}{project}");
    }
}

#[test]
fn traces_are_sent_where_a_file_says() {
    let project = "[traces]\nendpoint = 'http://localhost:4318'\nprotocol = 'http/json'\n";
    let (settings, _) = Fixture::new("", project).load(&Value::Null);
    assert_eq!(settings.traces.endpoint.as_deref(), Some("http://localhost:4318"));
    assert_eq!(settings.traces.protocol, TraceProtocol::Json);
    let editor = json!({ "traces": { "endpoint": "http://elsewhere" } });
    let (settings, faults) = Fixture::new("", "").load(&editor);
    assert_eq!((settings.traces.endpoint, faults.len()), (None, 1), "an editor takes it from a workspace");
    problems(
        "[traces]\nendpoints = 'x'\nprotocol = 'grpc'\n",
        expect![[r#"
        divisi.toml "endpoints": there is no setting `traces.endpoints`; did you mean `traces.endpoint`?
        divisi.toml "'grpc'": `traces.protocol` is one of http/protobuf, http/json; `grpc` is none"#]],
    );
}
