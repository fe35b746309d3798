//! The whole workspace over real folders: what is found, what a change does, whose each agent is.

#![expect(clippy::unwrap_used, reason = "the fixture is part of the tests")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use divisi_model::{CommandResolution, Load, Resolution, Scope, Tool};
use divisi_workspace::{Change, Class, Content, Places, Snapshot, Workspace};
use expect_test::expect;
use tempfile::TempDir;

const DAG: &str = "name: one\nnodes:\n  - id: a\n    run: echo hi\n";

fn agent(name: &str) -> String {
    format!("---\nname: {name}\ndescription: Does {name}\n---\nYou are {name}.\n")
}

struct Fixture {
    folder: TempDir,
}

impl Fixture {
    fn new(files: &[(&str, &str)]) -> Self {
        let fixture = Self { folder: TempDir::new().unwrap() };
        fs::create_dir_all(fixture.path("root")).unwrap();
        for (path, text) in files {
            fixture.write(path, text);
        }
        fixture
    }

    fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    fn write(&self, below: &str, text: &str) {
        let path = self.path(below);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn workspace(&self) -> Workspace {
        let places = Places {
            home: Some(self.path("home")),
            config: Some(self.path("home/.config/divisi")),
            state: None,
            claude: Some(self.path("home/.claude")),
            tools: [
                (Tool::OpenCode, self.path("home/.config/opencode")),
                (Tool::Codex, self.path("home/.codex")),
                (Tool::Gemini, self.path("home/.gemini")),
            ]
            .into(),
        };
        let mut workspace = Workspace::with_places(vec![self.path("root")], places);
        workspace.scan();
        workspace
    }

    fn snapshot(&self) -> Snapshot {
        self.workspace().snapshot()
    }

    /// Each document's path and class.
    fn classes(&self, snapshot: &Snapshot) -> String {
        let lines = snapshot.documents().map(|document| {
            let path = document.path.strip_prefix(self.folder.path()).unwrap();
            format!("{} {:?}\n", path.display(), document.class)
        });
        lines.collect()
    }

    fn scope(&self, name: &str) -> Option<(Scope, PathBuf)> {
        let snapshot = self.snapshot();
        match snapshot.registry().resolve(Tool::ClaudeCode, name) {
            Resolution::Found(agent) => {
                let path = agent.path.as_ref()?.strip_prefix(self.folder.path()).ok()?.to_owned();
                Some((agent.scope, path))
            }
            _ => None,
        }
    }
}

fn is_send_and_sync<T: Send + Sync>() {}

#[test]
fn snapshots_go_to_other_threads() {
    is_send_and_sync::<Snapshot>();
}

#[test]
fn every_document_has_its_class() {
    let command_v2 = r#"{"name": "/x", "phases": [{"name": "p", "agents": [{"id": "a", "task": "t"}]}]}"#;
    let a = agent("a");
    let fixture = Fixture::new(&[
        ("root/review.dag.yaml", DAG),
        ("root/sub/other.dag.yml", DAG),
        ("root/sub/third.dag.json", "{\"nodes\": []}"),
        ("root/plain.yaml", DAG),
        ("root/flows/named.yaml", DAG),
        ("root/commands/v2/old.json", command_v2),
        ("root/commands/v2/package.json", "{\"name\": \"x\"}"),
        ("root/elsewhere/old.json", command_v2),
        ("root/.claude/agents/a.md", &a),
        ("root/.claude/agents/deep/b.md", "---\nname: b\n---\n"),
        ("root/.claude/agents/README.md", "# Our agents\n"),
        ("root/agents/loose.md", &a),
        ("root/agents/guide.md", "---\ntitle: Guide\n---\n"),
        ("root/.opencode/agents/a.md", &a),
        ("root/.claude/commands/go.md", "Do it."),
        ("root/commands/plugin.md", "---\ndescription: x\n---\n"),
        ("root/commands/notes.md", "# Notes\n"),
        ("root/.claude/skills/s/SKILL.md", "---\nname: s\n---\n"),
        ("root/CLAUDE.md", "Use the a agent."),
        ("root/sub/AGENTS.md", "Use it."),
        ("root/README.md", "# Readme"),
        ("root/divisi.toml", "[files]\ndag = ['flows/*.yaml']\n"),
        ("root/node_modules/x/y.dag.yaml", DAG),
        ("root/.git/z.dag.yaml", DAG),
        ("root/ignored/w.dag.yaml", DAG),
        ("root/.gitignore", "ignored/\n.claude/\n"),
    ]);
    expect![[r#"
        root/.claude/agents/a.md Agent
        root/.claude/agents/deep/b.md Agent
        root/.claude/commands/go.md Command
        root/.claude/skills/s/SKILL.md Skill
        root/.opencode/agents/a.md Agent
        root/CLAUDE.md Prose
        root/agents/loose.md Agent
        root/commands/plugin.md Command
        root/commands/v2/old.json Dialect(CommandV2)
        root/flows/named.yaml DagYaml
        root/review.dag.yaml DagYaml
        root/sub/AGENTS.md Prose
        root/sub/other.dag.yml DagYaml
        root/sub/third.dag.json DagJson
    "#]]
    .assert_eq(&fixture.classes(&fixture.snapshot()));
}

#[test]
fn a_command_carries_a_dag_or_names_one() {
    let fixture = Fixture::new(&[
        ("root/.claude/commands/link.md", "---\ndescription: x\ndivisi: ./a.dag.yaml\n---\nGo."),
        (
            "root/.claude/commands/own.md",
            "---\ndivisi:\n  name: own\n  nodes:\n    - id: a\n      run: ls\n---\nGo.",
        ),
        ("root/.claude/commands/plain.md", "Talk about divisi."),
    ]);
    let snapshot = fixture.snapshot();
    let content = |name: &str| {
        let path = fixture.path("root/.claude/commands").join(name);
        &snapshot.document(&path).unwrap().content
    };
    assert!(
        matches!(content("link.md"), Content::Command { link: Some(link) } if link.value == "./a.dag.yaml")
    );
    assert!(matches!(content("own.md"), Content::Dag { dag: Some(dag), .. } if dag.nodes.len() == 1));
    assert!(matches!(content("plain.md"), Content::Command { link: None }));
}

#[test]
fn open_documents_lie_over_the_disk() {
    let fixture = Fixture::new(&[("root/a.dag.yaml", DAG)]);
    let path = fixture.path("root/a.dag.yaml");
    let mut workspace = fixture.workspace();
    let name =
        |workspace: &Workspace| workspace.snapshot().document(&path).and_then(|document| document.dag_name());
    let before = workspace.snapshot();

    workspace.apply(Change::Opened { path: path.clone(), version: 1, text: DAG.replace("one", "two") });
    assert_eq!(name(&workspace).as_deref(), Some("two"));
    workspace.apply(Change::Edited { path: path.clone(), version: 2, text: DAG.replace("one", "three") });
    assert_eq!(name(&workspace).as_deref(), Some("three"));
    assert_eq!(workspace.snapshot().document(&path).unwrap().version, Some(2));
    assert_eq!(workspace.snapshot().documents().count(), 1);

    fixture.write("root/a.dag.yaml", &DAG.replace("one", "saved"));
    workspace.apply(Change::Disk { paths: vec![path.clone()] });
    assert_eq!(name(&workspace).as_deref(), Some("three"));
    workspace.apply(Change::Closed { path: path.clone() });
    assert_eq!(name(&workspace).as_deref(), Some("saved"));

    // Who holds an older snapshot still sees what was.
    assert_eq!(before.document(&path).unwrap().dag_name().as_deref(), Some("one"));
    assert!(workspace.snapshot().generation() > before.generation());
}

#[test]
fn an_edit_shares_everything_else() {
    let a = agent("a");
    let fixture = Fixture::new(&[("root/a.dag.yaml", DAG), ("root/.claude/agents/a.md", &a)]);
    let mut workspace = fixture.workspace();
    let before = workspace.snapshot();
    workspace.apply(Change::Opened {
        path: fixture.path("root/a.dag.yaml"),
        version: 1,
        text: DAG.to_owned(),
    });
    let system_prompt = format!("{a}More of it.\n");
    let path = fixture.path("root/.claude/agents/a.md");
    workspace.apply(Change::Opened { path, version: 1, text: system_prompt });
    let after = workspace.snapshot();
    assert!(Arc::ptr_eq(before.registry(), after.registry()));
    assert!(Arc::ptr_eq(before.settings(), after.settings()));
}

#[test]
fn the_registry_follows_open_and_changed_agents() {
    let a = agent("a");
    let fixture = Fixture::new(&[("root/.claude/agents/a.md", &a)]);
    let mut workspace = fixture.workspace();
    let knows = |workspace: &Workspace, name: &str| {
        matches!(workspace.snapshot().registry().resolve(Tool::ClaudeCode, name), Resolution::Found(_))
    };
    let path = fixture.path("root/.claude/agents/a.md");
    workspace.apply(Change::Opened { path: path.clone(), version: 1, text: agent("renamed") });
    assert!(knows(&workspace, "renamed") && !knows(&workspace, "a"));
    workspace.apply(Change::Closed { path });
    assert!(knows(&workspace, "a"));

    fixture.write("root/.claude/agents/more/b.md", &agent("b"));
    workspace.apply(Change::Disk { paths: vec![fixture.path("root/.claude/agents/more")] });
    assert!(knows(&workspace, "b"));
    fs::remove_dir_all(fixture.path("root/.claude/agents/more")).unwrap();
    workspace.apply(Change::Disk { paths: vec![fixture.path("root/.claude/agents/more")] });
    assert!(!knows(&workspace, "b") && knows(&workspace, "a"));
}

#[test]
fn changes_of_ignored_files_are_ignored_unless_named() {
    let fixture = Fixture::new(&[
        ("root/.gitignore", "out/\n*.tmp.dag.yaml\n"),
        ("root/out/a.dag.yaml", DAG),
        ("root/b.tmp.dag.yaml", DAG),
    ]);
    let mut workspace = fixture.workspace();
    let paths = vec![fixture.path("root/out/a.dag.yaml"), fixture.path("root/b.tmp.dag.yaml")];
    workspace.apply(Change::Disk { paths: paths.clone() });
    assert_eq!(workspace.snapshot().documents().count(), 0);
    workspace.apply(Change::Named { paths });
    assert_eq!(workspace.snapshot().documents().count(), 2);
}

#[test]
fn the_nearest_scope_wins() {
    let x = agent("x");
    let files = [
        ("root/.claude/agents/x.md", x.as_str()),
        ("root/packages/p/.claude/agents/x.md", &x),
        ("root/team/x.md", &x),
        ("home/.claude/agents/x.md", &x),
        ("home/.claude/plugins/installed_plugins.json", ""),
        ("root/divisi.toml", "[agents]\npaths = ['team', '~/more']\n"),
    ];
    let fixture = Fixture::new(&files);
    assert_eq!(fixture.scope("x"), Some((Scope::Project(0), "root/.claude/agents/x.md".into())));
    fs::remove_file(fixture.path("root/.claude/agents/x.md")).unwrap();
    assert_eq!(fixture.scope("x"), Some((Scope::Project(0), "root/packages/p/.claude/agents/x.md".into())));
    fs::remove_file(fixture.path("root/packages/p/.claude/agents/x.md")).unwrap();
    assert_eq!(fixture.scope("x"), Some((Scope::Configured, "root/team/x.md".into())));
    fs::remove_file(fixture.path("root/team/x.md")).unwrap();
    assert_eq!(fixture.scope("x"), Some((Scope::User, "home/.claude/agents/x.md".into())));
    fixture.write("home/more/y.md", &agent("y"));
    assert_eq!(fixture.scope("y"), Some((Scope::Configured, "home/more/y.md".into())));
}

#[test]
fn agents_above_the_root_count_up_to_the_repository() {
    let fixture = Fixture::new(&[
        ("repo/.git/HEAD", ""),
        ("repo/.claude/agents/x.md", &agent("x")),
        (".claude/agents/outside.md", &agent("outside")),
    ]);
    fs::create_dir_all(fixture.path("repo/sub/root")).unwrap();
    let mut workspace = Workspace::with_places(vec![fixture.path("repo/sub/root")], Places::default());
    workspace.scan();
    let names: Vec<_> =
        workspace.snapshot().registry().agents().iter().map(|agent| agent.name.clone()).collect();
    assert_eq!(names, ["x"]);
}

#[test]
fn agents_of_plugins_have_scoped_names() {
    let fixture = Fixture::new(&[
        ("root/tools/kit/.claude-plugin/plugin.json", "{\"name\": \"kit\"}"),
        ("root/tools/kit/agents/deep/a.md", &agent("a")),
        ("home/cache/p/agents/b.md", &agent("b")),
    ]);
    let install = fixture.path("home/cache/p");
    let list = serde_json::json!({"version": 2, "plugins": {
        "extra@market": [{"scope": "user", "installPath": install}],
        "other@market": [{"scope": "project", "projectPath": "/elsewhere", "installPath": "/nowhere"}],
    }});
    fixture.write("home/.claude/plugins/installed_plugins.json", &list.to_string());
    let snapshot = fixture.snapshot();
    let mut names: Vec<_> =
        snapshot.registry().agents().iter().map(|agent| (agent.scope, agent.name.clone())).collect();
    names.sort();
    assert_eq!(names, [(Scope::Plugin, "extra:b".to_owned()), (Scope::Plugin, "kit:deep:a".to_owned())]);
}

#[test]
fn a_folder_in_plugins_is_a_plugin_without_a_manifest() {
    let fixture = Fixture::new(&[
        ("root/plugins/kit/agents/a.md", &agent("a")),
        ("root/plugins/kit/agents/deep/b.md", &agent("kit:b")),
        ("root/plugins/named/agents/c.md", &agent("c")),
        ("root/plugins/named/.claude-plugin/plugin.json", "{\"name\": \"other\"}"),
        ("root/plugins/kit/.claude/agents/d.md", &agent("d")),
        ("root/plugins/agents/e.md", &agent("e")),
        ("root/kit/agents/f.md", &agent("f")),
    ]);
    let snapshot = fixture.snapshot();
    let mut names: Vec<_> =
        snapshot.registry().agents().iter().map(|agent| (agent.name.as_str(), agent.scope)).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            ("d", Scope::Project(0)),
            ("e", Scope::Configured),
            ("f", Scope::Configured),
            ("kit:a", Scope::Plugin),
            ("kit:deep:kit:b", Scope::Plugin),
            ("other:c", Scope::Plugin),
        ]
    );
    assert!(snapshot.registry().agents().iter().all(|agent| agent.load == Load::Loaded));
}

#[test]
fn a_root_in_a_folder_called_plugins_is_no_plugin() {
    let fixture = Fixture::new(&[("plugins/mine/agents/a.md", &agent("a"))]);
    let mut workspace = Workspace::with_places(vec![fixture.path("plugins/mine")], Places::default());
    workspace.scan();
    let snapshot = workspace.snapshot();
    let names: Vec<_> = snapshot.registry().agents().iter().map(|agent| agent.name.as_str()).collect();
    assert_eq!(names, ["a"]);
}

#[test]
fn hostile_files_are_told_not_read() {
    let fixture = Fixture::new(&[("root/binary.dag.yaml", "a\0b"), ("root/empty.dag.yaml", "")]);
    let large = fs::File::create(fixture.path("root/large.dag.yaml")).unwrap();
    large.set_len(20 * 1024 * 1024).unwrap();
    fs::write(fixture.path("root/latin.dag.yaml"), b"name: caf\xe9\n").unwrap();
    fs::create_dir(fixture.path("root/folder.dag.yaml")).unwrap();
    let snapshot = fixture.snapshot();
    let reason = |name: &str| match &snapshot.document(&fixture.path("root").join(name)).unwrap().content {
        Content::Unreadable(reason) => reason.clone(),
        other => format!("{:?}", std::mem::discriminant(other)),
    };
    assert_eq!(reason("binary.dag.yaml"), "it is binary, or not in UTF-8");
    assert_eq!(reason("large.dag.yaml"), "it is larger than 16 MiB");
    assert!(snapshot.document(&fixture.path("root/latin.dag.yaml")).unwrap().lossy);
    assert!(snapshot.document(&fixture.path("root/folder.dag.yaml")).is_none());
    assert!(matches!(
        snapshot.document(&fixture.path("root/empty.dag.yaml")).unwrap().content,
        Content::Dag { dag: None, .. }
    ));
}

#[cfg(unix)]
#[test]
fn links_neither_loop_nor_lead_out() {
    use std::os::unix::fs::symlink;
    let fixture = Fixture::new(&[
        ("root/.claude/agents/a.md", &agent("a")),
        ("root/shared/b.md", &agent("b")),
        ("outside/c.md", &agent("c")),
        ("outside/d.dag.yaml", DAG),
        ("root/sub/x.dag.yaml", DAG),
    ]);
    symlink(fixture.path("root"), fixture.path("root/sub/loop")).unwrap();
    symlink(fixture.path("root/.claude/agents"), fixture.path("root/.claude/agents/loop")).unwrap();
    symlink(fixture.path("root/shared"), fixture.path("root/.claude/agents/shared")).unwrap();
    symlink(fixture.path("outside"), fixture.path("root/.claude/agents/outside")).unwrap();
    symlink(fixture.path("outside/c.md"), fixture.path("root/.claude/agents/c.md")).unwrap();
    symlink(fixture.path("outside"), fixture.path("root/.claude/commands")).unwrap();
    symlink(fixture.path("outside/d.dag.yaml"), fixture.path("root/d.dag.yaml")).unwrap();
    let mut workspace = fixture.workspace();
    workspace.apply(Change::Disk { paths: vec![fixture.path("root/d.dag.yaml")] });
    let snapshot = workspace.snapshot();
    let mut names: Vec<_> = snapshot.registry().agents().iter().map(|agent| agent.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["a", "b"]);
    assert!(snapshot.document(&fixture.path("root/d.dag.yaml")).is_none());
    assert_eq!(snapshot.problems(), []);
}

#[cfg(unix)]
#[test]
fn an_agent_that_links_lead_to_twice_is_one() {
    use std::os::unix::fs::symlink;
    let fixture = Fixture::new(&[
        ("root/.claude/agents/a.md", &agent("a")),
        ("root/.claude/commands/go.md", "Go.\n"),
        ("root/shared/b.md", &agent("b")),
    ]);
    let agents = fixture.path("root/.claude/agents");
    symlink("a.md", agents.join("again.md")).unwrap();
    symlink("..", agents.join("up")).unwrap();
    symlink("nowhere.md", agents.join("dangling.md")).unwrap();
    symlink(fixture.path("root/shared/b.md"), agents.join("b.md")).unwrap();
    let mut workspace = fixture.workspace();
    let paths = ["again.md", "up/agents/a.md", "up/commands/go.md", "dangling.md", "b.md"];
    workspace.apply(Change::Disk { paths: paths.map(|path| agents.join(path)).to_vec() });
    for snapshot in [fixture.snapshot(), workspace.snapshot()] {
        let mut found: Vec<_> =
            snapshot.registry().agents().iter().map(|agent| agent.name.as_str()).collect();
        found.sort_unstable();
        assert_eq!(found, ["a", "b"]);
        assert_eq!(snapshot.problems(), []);
    }
}

#[cfg(unix)]
#[test]
fn an_unreadable_folder_is_told_and_the_rest_is_read() {
    use std::os::unix::fs::PermissionsExt;
    let fixture = Fixture::new(&[("root/closed/a.dag.yaml", DAG), ("root/open/b.dag.yaml", DAG)]);
    let closed = fixture.path("root/closed");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read_dir(&closed).is_ok() {
        println!("SKIPPED: this user may read everything (root), so no folder is unreadable");
        return;
    }
    let snapshot = fixture.snapshot();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(snapshot.documents().count(), 1);
    assert_eq!(snapshot.problems().len(), 1);
    assert_eq!(snapshot.problems()[0].path, closed);
}

#[test]
fn dags_are_found_by_name() {
    let fixture = Fixture::new(&[
        ("root/a.dag.yaml", DAG),
        ("root/b.dag.yaml", "nodes: [{id: x, run: ls}]\n"),
        ("root/c/same.dag.yaml", "name: twin\nnodes: [{id: x, run: ls}]\n"),
        ("root/d/same.dag.yaml", "name: twin\nnodes: [{id: x, run: ls}]\n"),
    ]);
    let snapshot = fixture.snapshot();
    let root = fixture.path("root");
    let find = |name: &str| -> Vec<&Path> {
        let found = snapshot.dags_by_name(name);
        found.iter().map(|document| document.path.strip_prefix(&root).unwrap()).collect()
    };
    assert_eq!(find("one"), [Path::new("a.dag.yaml")]);
    assert_eq!(find("b"), [Path::new("b.dag.yaml")]);
    assert_eq!(find("twin"), [Path::new("c/same.dag.yaml"), Path::new("d/same.dag.yaml")]);
    assert!(find("none").is_empty());
}

#[test]
fn new_settings_are_followed() {
    let fixture = Fixture::new(&[("root/flows/a.yaml", DAG)]);
    let mut workspace = fixture.workspace();
    assert_eq!(workspace.snapshot().documents().count(), 0);
    fixture.write("root/divisi.toml", "[files]\ndag = ['flows/*.yaml']\n[run]\nmax_paralel = 1\n");
    workspace.apply(Change::Disk { paths: vec![fixture.path("root/divisi.toml")] });
    assert_eq!(workspace.snapshot().documents().count(), 1);
    assert_eq!(workspace.snapshot().problems().len(), 1);
    workspace.apply(Change::EditorSettings { settings: serde_json::json!({"run": {"max_parallel": 7}}) });
    assert_eq!(workspace.settings().run.max_parallel, 7);
    let other = fixture.path("other");
    fs::create_dir_all(&other).unwrap();
    workspace.apply(Change::Roots { roots: vec![other.clone()] });
    assert_eq!(workspace.snapshot().roots(), [other]);
    assert_eq!(workspace.snapshot().documents().count(), 0);
}

#[test]
fn a_document_of_no_root_is_read_by_its_name() {
    let fixture = Fixture::new(&[]);
    let mut workspace = fixture.workspace();
    let path = Path::new("/nowhere/x.dag.yaml").to_owned();
    workspace.apply(Change::Opened { path: path.clone(), version: 1, text: DAG.to_owned() });
    assert_eq!(workspace.snapshot().document(&path).unwrap().class, Class::DagYaml);
    workspace.apply(Change::Closed { path: path.clone() });
    assert!(workspace.snapshot().document(&path).is_none());
}

#[test]
fn every_tool_has_agents_of_its_own() {
    let a = agent("a");
    let toml = "name = \"a\"\ndescription = \"d\"\ndeveloper_instructions = \"x\"\n";
    let fixture = Fixture::new(&[
        ("root/.gitignore", ".opencode/\n.codex/\n/.github/\n"),
        ("root/.git/HEAD", ""),
        ("root/.claude/agents/a.md", &a),
        ("root/.opencode/agent/sub/deep.md", "Without front matter.\n"),
        ("root/.opencode/agents/a.md", &a),
        ("root/.opencode/agents/notes.txt", "x"),
        ("root/.codex/agents/one.toml", toml),
        ("root/.codex/agents/guide.md", &a),
        ("root/.github/agents/ignored.agent.md", &a),
        ("root/pkg/.github/agents/review.agent.md", "---\ndescription: d\n---\n"),
        ("root/.gemini/agents/a.md", &a),
        ("root/.gemini/agents/_draft.md", &a),
        ("root/.gemini/agents/below/b.md", &a),
        ("root/.cursor/agents/stem.md", "---\ndescription: d\n---\n"),
        ("home/.config/opencode/agents/own.md", "---\ndescription: d\n---\n"),
        ("home/.codex/agents/own.toml", &toml.replace("\"a\"", "\"b\"")),
        ("home/.gemini/agents/own.md", &agent("own")),
    ]);
    let snapshot = fixture.snapshot();
    let mut lines: Vec<String> = snapshot
        .registry()
        .agents()
        .iter()
        .map(|agent| {
            let path = agent.path.as_ref().unwrap().strip_prefix(fixture.folder.path()).unwrap();
            format!("{} {:?} {} {}\n", agent.tool.slug(), agent.scope, agent.name, path.display())
        })
        .collect();
    lines.sort();
    expect![[r#"
        claude-code Project(0) a root/.claude/agents/a.md
        codex Project(0) a root/.codex/agents/one.toml
        codex User b home/.codex/agents/own.toml
        copilot Project(1) review root/pkg/.github/agents/review.agent.md
        cursor Project(0) stem root/.cursor/agents/stem.md
        gemini Project(0) a root/.gemini/agents/a.md
        gemini User own home/.gemini/agents/own.md
        opencode Project(0) a root/.opencode/agents/a.md
        opencode Project(0) sub/deep root/.opencode/agent/sub/deep.md
        opencode User own home/.config/opencode/agents/own.md
    "#]]
    .assert_eq(&lines.concat());
    let found = |tool, name| matches!(snapshot.registry().resolve(tool, name), Resolution::Found(_));
    assert!(found(Tool::OpenCode, "sub/deep") && found(Tool::Codex, "b") && found(Tool::Cursor, "stem"));
    assert!(!found(Tool::Codex, "stem"), "only Claude Code's agents stand in for others");
}

#[test]
fn agents_above_the_root_belong_to_the_tools_that_look_there() {
    let fixture = Fixture::new(&[
        (".git/HEAD", ""),
        (".opencode/agent/up.md", "---\ndescription: d\n---\n"),
        (".gemini/agents/up.md", &agent("up")),
    ]);
    let snapshot = fixture.snapshot();
    let tools: Vec<&str> = snapshot.registry().agents().iter().map(|agent| agent.tool.slug()).collect();
    assert_eq!(tools, ["opencode"]);
}

#[test]
fn commands_and_skills_by_name() {
    let fixture = Fixture::new(&[
        (
            "root/.claude/commands/review.md",
            "---\ndescription: Reviews\nargument-hint: [file] [focus]\n---\n",
        ),
        ("root/.claude/commands/dev/test.md", "Test it."),
        ("root/.claude/skills/pdf/SKILL.md", "---\nname: pdf-tools\ndescription: Reads PDF\n---\n"),
        ("root/.claude/skills/pdf/notes.md", "# Notes\n"),
        ("root/plugins/kit/commands/go.md", "---\ndescription: Goes\n---\n"),
        ("root/plugins/kit/skills/csv/SKILL.md", "---\ndescription: Reads CSV\n---\n"),
        ("root/plugins/kit/.claude-plugin/plugin.json", "{\"name\": \"kit\"}"),
        ("home/.claude/commands/mine.md", "Mine."),
        ("home/.claude/skills/own/SKILL.md", "---\nname: own\n---\n"),
    ]);
    let mut workspace = fixture.workspace();
    let known = |workspace: &Workspace| -> String {
        let snapshot = workspace.snapshot();
        let mut lines: Vec<String> = snapshot
            .commands()
            .all()
            .iter()
            .map(|it| format!("{} {:?} {:?} {:?}\n", it.name, it.kind, it.scope, it.argument_hint))
            .collect();
        lines.sort_unstable();
        lines.concat()
    };
    expect![[r#"
        dev:test Command Project(0) None
        kit:csv Skill Plugin None
        kit:go Command Plugin None
        mine Command User None
        own Skill User None
        pdf-tools Skill Project(0) None
        review Command Project(0) Some("[file] [focus]")
    "#]]
    .assert_eq(&known(&workspace));
    let found = |workspace: &Workspace, name: &str| -> Option<String> {
        match workspace.snapshot().commands().resolve(name) {
            CommandResolution::Found(command) => Some(command.name.clone()),
            _ => None,
        }
    };
    assert_eq!(found(&workspace, "/dev:test").as_deref(), Some("dev:test"));
    assert_eq!(found(&workspace, "go").as_deref(), Some("kit:go"));
    assert_eq!(found(&workspace, "clear").as_deref(), Some("clear"));
    assert_eq!(found(&workspace, "nothing"), None);

    let path = fixture.path("root/.claude/commands/new.md");
    let generation = |workspace: &Workspace| Arc::as_ptr(workspace.snapshot().commands());
    workspace.apply(Change::Opened { path: path.clone(), version: 1, text: "New.".to_owned() });
    assert_eq!(found(&workspace, "new").as_deref(), Some("new"));
    let before = generation(&workspace);
    workspace.apply(Change::Edited { path: path.clone(), version: 2, text: "New.\nMore.".to_owned() });
    assert_eq!(generation(&workspace), before, "typing in the body changes no name");
    let agents = |workspace: &Workspace| Arc::as_ptr(workspace.snapshot().registry());
    let before = (generation(&workspace), agents(&workspace));
    let go = "root/plugins/kit/commands/go.md";
    fixture.write(go, "---\ndescription: Goes\n---\nAnother body.\n");
    workspace.apply(Change::Disk { paths: vec![fixture.path(go)] });
    assert_eq!((generation(&workspace), agents(&workspace)), before, "nor does a body on disk");
    workspace.apply(Change::Closed { path });
    assert_eq!(found(&workspace, "new"), None);
}

#[test]
fn an_edited_dag_is_as_if_it_were_opened() {
    let fixture = Fixture::new(&[]);
    let path = fixture.path("root/one.dag.yaml");
    let text =
        "name: one\nnodes:\n  - id: a\n    run: echo hi\n  - id: b\n    needs: a\n    prompt: |\n      x\n";
    let edits =
        ["name: two", "- id: c\n    depends_on: [a\n  ", "\n", "é\r\n", "\"", "\n  - id: d", "&x ", "run: y"];
    let mut edited = fixture.workspace();
    edited.apply(Change::Opened { path: path.clone(), version: 1, text: text.to_owned() });
    let held = edited.snapshot();
    for (version, (at, put)) in (2..).zip((0..text.len()).step_by(7).zip(edits.iter().cycle())) {
        let text = format!("{}{put}{}", &text[..at], &text[at..]);
        edited.apply(Change::Edited { path: path.clone(), version, text: text.clone() });
        let mut opened = fixture.workspace();
        opened.apply(Change::Opened { path: path.clone(), version, text });
        let describe =
            |workspace: &Workspace| format!("{:#?}", workspace.snapshot().document(&path).unwrap());
        let (edited, opened) = (describe(&edited), describe(&opened));
        let difference =
            edited.lines().zip(opened.lines()).enumerate().find(|(_, (edited, opened))| edited != opened);
        assert_eq!(difference, None, "{edited}");
    }
    // Who holds a snapshot sees what it was.
    assert_eq!(*held.document(&path).unwrap().text, *text);
}
