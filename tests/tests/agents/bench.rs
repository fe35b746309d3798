//! A workspace with an agent, a service that stands in, and the programs.

use std::ffi::OsStr;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use divisi_engine::client::Runs;
use divisi_engine::event::{Event, EventRecord, Evidence};
use divisi_tests::{World, project};

use crate::stand_in::StandIn;

/// How long anything may take before a test calls it a hang.
const PATIENCE: Duration = Duration::from_secs(180);

const KEY: &str = "a-key-that-nobody-has";

/// The folder of the programs; none, with a loud word, where they are not installed.
fn programs() -> Option<PathBuf> {
    let folder = project().join(".tools/agents/bin");
    if folder.join("claude").exists() {
        return Some(folder);
    }
    eprintln!("SKIPPED: {} is not here; tools/setup-agents installs it", folder.display());
    None
}

pub(crate) struct Bench {
    pub(crate) world: World,
    pub(crate) service: StandIn,
    programs: PathBuf,
}

/// An end of a run, and what was said of it.
pub(crate) struct Ended {
    pub(crate) status: Option<i32>,
    pub(crate) said: String,
    pub(crate) events: Vec<EventRecord>,
}

impl Bench {
    pub(crate) fn new() -> Option<Self> {
        let programs = programs()?;
        let bench = Self { world: World::new(), service: StandIn::start(), programs };
        bench.world.write("divisi.toml", "");
        bench.world.write(
            ".claude/agents/reviewer.md",
            "---\nname: reviewer\ndescription: Reviews code\ntools: Bash, Read\n---\nYou review code.\n",
        );
        Some(bench)
    }

    /// One node `a` for the agent `reviewer`: its keys beyond that, and the script of the model.
    pub(crate) fn write_dag(&self, keys: &str, script: &[&str]) {
        let lines: String = script.iter().map(|line| format!("      MODEL> {line}\n")).collect();
        let text =
            format!("nodes:\n  - id: a\n    agent: reviewer\n{keys}    prompt: |\n      Do it.\n{lines}");
        self.world.write("a.dag.yaml", &text);
    }

    /// Whether a program is installed; says loudly where it is not.
    pub(crate) fn has(&self, program: &str) -> bool {
        let is_there = self.programs.join(program).exists();
        if !is_there {
            eprintln!("SKIPPED: {program} is not here; tools/setup-agents installs it");
        }
        is_there
    }

    /// `divisi`, with what the agents' programs need to reach the service and nothing else.
    pub(crate) fn divisi(&self, arguments: &[&str]) -> Command {
        let mut command = self.world.divisi();
        command.args(arguments);
        self.connect(command)
    }

    /// Claude Code itself, in the workspace, with `divisi` on its PATH.
    pub(crate) fn claude(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.programs.join("claude"));
        command.args(arguments).current_dir(self.world.workspace()).envs(self.world.environment());
        self.connect(command)
    }

    fn connect(&self, mut command: Command) -> Command {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let divisi = divisi_tests::divisi().parent().map(Path::to_owned);
        let folders =
            std::iter::once(self.programs.clone()).chain(divisi).chain(std::env::split_paths(&path));
        command
            .env("PATH", std::env::join_paths(folders).expect("folders without colons"))
            .env("ANTHROPIC_BASE_URL", &self.service.url)
            .env("ANTHROPIC_API_KEY", KEY)
            .env_remove("CLAUDE_CODE_OAUTH_TOKEN")
            .env("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1");
        command
    }

    /// Runs what `divisi` gave as a user who owns the workspace and no part of the system; as this test's own user
    /// where that is all it may.
    pub(crate) fn ended_of_an_ordinary_user(&self, mut command: Command) -> Ended {
        const NOBODY: &str = "65534";
        let lower = |program: &OsStr| {
            let mut lowered = Command::new("setpriv");
            lowered.args(["--reuid", NOBODY, "--regid", NOBODY, "--clear-groups"]).arg(program);
            lowered
        };
        let can = lower(command.get_program()).arg("--version").output();
        if !can.is_ok_and(|output| output.status.success()) {
            return self.ended(command.output().expect("divisi starts"));
        }
        let mut lowered = lower(command.get_program());
        lowered.args(command.get_args()).current_dir(self.world.workspace());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => lowered.env(name, value),
                None => lowered.env_remove(name),
            };
        }
        self.give_to(NOBODY);
        let output = lowered.output().expect("divisi starts");
        let own = std::fs::metadata("/proc/self").expect("this process is there").uid();
        self.give_to(&own.to_string());
        self.ended(output)
    }

    fn give_to(&self, user: &str) {
        let folder = self.world.workspace().parent().expect("a workspace lies in a folder").to_owned();
        let status = Command::new("chown").args(["-R", user]).arg(folder).status();
        assert!(status.is_ok_and(|status| status.success()), "who may change users may change owners");
    }

    pub(crate) fn run(&self) -> Ended {
        self.ended(self.divisi(&["run", "a.dag.yaml", "--yes"]).output().expect("divisi starts"))
    }

    pub(crate) fn ended(&self, output: Output) -> Ended {
        let said =
            [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
        Ended { status: output.status.code(), said, events: self.events() }
    }

    pub(crate) fn runs(&self) -> Runs {
        Runs::open(&self.world.workspace()).expect("the workspace has runs")
    }

    /// Events of the only run.
    pub(crate) fn events(&self) -> Vec<EventRecord> {
        let runs = self.runs();
        let listed = runs.list().map(|(runs, _)| runs).unwrap_or_default();
        listed.first().and_then(|run| runs.events(&run.run, 0).ok()).unwrap_or_default()
    }
}

impl Ended {
    /// What is known of the end of the latest attempt of a node.
    pub(crate) fn evidence(&self, path: &str) -> &Evidence {
        let found = self.events.iter().rev().find_map(|record| match &record.event {
            Event::AttemptEnded { node, evidence, .. } if node == path => Some(evidence),
            _ => None,
        });
        found.unwrap_or_else(|| panic!("no attempt of {path} ended:\n{}", self.said))
    }

    /// The output of a node, as JSON.
    pub(crate) fn output(&self, path: &str, name: &str) -> serde_json::Value {
        let found = self.events.iter().rev().find_map(|record| match &record.event {
            Event::NodeState { node, outputs, .. } if node == path => outputs.get(name),
            _ => None,
        });
        let found = found.unwrap_or_else(|| panic!("{path} has no output {name}:\n{}", self.said));
        serde_json::to_value(found).expect("an output is JSON").get("value").cloned().unwrap_or_default()
    }
}

/// Waits for something that another process does.
pub(crate) fn wait<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < PATIENCE, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Processes whose command line holds `text`.
pub(crate) fn processes_with(text: &str) -> Vec<u32> {
    let entries = std::fs::read_dir(Path::new("/proc")).expect("the system's processes").flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.filter(|pid| {
        let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        *pid != std::process::id() && line.windows(text.len()).any(|window| window == text.as_bytes())
    })
    .collect()
}
