//! What all tests here need: a workspace with a plan, a look at processes, and patience that ends.

use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, Instant};

use divisi_engine::amounts::Amounts;
use divisi_engine::client::{RunStatus, Runs};
use divisi_engine::event::{Event, EventRecord};
use divisi_engine::plan::{PLAN_FORMAT, PlanEnv, PlanNode, PlanOutput, PlanWork, StoredPlan};
use divisi_model::{OnFailure, OutputForm, ResumePolicy, TriggerRule};

/// How long anything may take before a test calls it a hang.
const PATIENCE: Duration = Duration::from_secs(60);

/// Waits until `probe` gives something; what it waits for is named when it never does.
pub(crate) fn await_some<T>(what: &str, mut probe: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = probe() {
            return found;
        }
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

pub(crate) fn await_that(what: &str, mut holds: impl FnMut() -> bool) {
    await_some(what, || holds().then_some(()));
}

/// Waits for a file with a whole line in it; the line.
pub(crate) fn await_line(path: &Path) -> String {
    await_some(&path.display().to_string(), || {
        let text = fs::read_to_string(path).ok()?;
        text.ends_with('\n').then(|| text.trim().to_owned())
    })
}

pub(crate) fn await_pid(path: &Path) -> u32 {
    await_line(path).parse().expect("a pid")
}

/// Whether a process lives. A zombie does not.
pub(crate) fn is_alive(pid: u32) -> bool {
    divisi_engine::launch::process(pid).is_some_and(|process| !process.zombie)
}

/// Processes whose environment holds `text`.
pub(crate) fn processes_with(text: &str) -> Vec<u32> {
    let pids = fs::read_dir("/proc").unwrap().flatten();
    let pids = pids.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter(|pid| {
        let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        environment.windows(text.len()).any(|window| window == text.as_bytes()) && is_alive(*pid)
    })
    .collect()
}

pub(crate) fn kill_9(pid: u32) {
    let pid = rustix::process::Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
}

pub(crate) fn signal(pid: u32, signal: rustix::process::Signal) {
    let pid = rustix::process::Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
    rustix::process::kill_process(pid, signal).unwrap();
}

/// A node that runs a shell line.
pub(crate) fn sh(path: &str, line: &str) -> PlanNode {
    PlanNode {
        path: path.to_owned(),
        title: None,
        scope: 0,
        expansion: None,
        line: 0,
        group: None,
        dependencies: Vec::new(),
        after: Vec::new(),
        rule: TriggerRule::AllSuccess,
        when: None,
        continue_on_error: false,
        work: PlanWork::Line { line: line.to_owned(), shell: Some(vec!["sh".to_owned(), "-c".to_owned()]) },
        inputs: Vec::new(),
        outputs: Vec::new(),
        retry: None,
        timeout_ms: None,
        idle_timeout_ms: None,
        estimate_ms: 1_000,
        priority: 0,
        env: Vec::new(),
        cwd: None,
        item: None,
        index: None,
        resume: ResumePolicy::Retry,
        compensate: None,
        locks: Vec::new(),
        limits: Vec::new(),
        worktree: None,
        reads: None,
        writes: None,
        cache: None,
        budgets: Vec::new(),
        past: Amounts::default(),
        wall_budget_ms: None,
    }
}

pub(crate) fn output(name: &str, form: OutputForm) -> PlanOutput {
    PlanOutput { name: name.to_owned(), form, required: true, schema: None }
}

pub(crate) fn secret(name: &str, source: &str) -> PlanEnv {
    PlanEnv { name: name.to_owned(), value: None, from_env: Some(source.to_owned()), secret: true }
}

pub(crate) fn plan(workspace: &Path, nodes: Vec<PlanNode>) -> StoredPlan {
    StoredPlan {
        format: PLAN_FORMAT,
        dag: "test".to_owned(),
        file: workspace.join("test.dag.yaml"),
        workspace: workspace.to_owned(),
        args: serde_json::Map::new(),
        secret_args: Default::default(),
        arg_types: Default::default(),
        max_parallel: 2,
        on_failure: OnFailure::Stop,
        env: Vec::new(),
        pass_env: Vec::new(),
        jobserver: false,
        locks: Vec::new(),
        limits: Vec::new(),
        budgets: Vec::new(),
        writes: None,
        concurrent: false,
        nodes,
        agents: Vec::new(),
        commands: Vec::new(),
        scopes: Vec::new(),
        runners: Default::default(),
        repository: None,
        sources: Vec::new(),
        reuse: Default::default(),
        context: Default::default(),
        parent: None,
        traces: Default::default(),
        trace_parent: None,
    }
}

/// A workspace, and a run in it.
pub(crate) struct Bench {
    folder: Rc<tempfile::TempDir>,
    pub(crate) runs: Runs,
    pub(crate) run: String,
}

impl Bench {
    pub(crate) fn new(nodes: impl FnOnce(&Path) -> Vec<PlanNode>) -> Self {
        Self::with(nodes, |_| {})
    }

    pub(crate) fn with(
        nodes: impl FnOnce(&Path) -> Vec<PlanNode>,
        change: impl FnOnce(&mut StoredPlan),
    ) -> Self {
        let folder = tempfile::Builder::new().prefix("divisi-engine-").tempdir().unwrap();
        Self::in_folder(Rc::new(folder), nodes, change)
    }

    /// Another run in the same workspace.
    pub(crate) fn beside(
        &self,
        nodes: impl FnOnce(&Path) -> Vec<PlanNode>,
        change: impl FnOnce(&mut StoredPlan),
    ) -> Self {
        Self::in_folder(Rc::clone(&self.folder), nodes, change)
    }

    fn in_folder(
        folder: Rc<tempfile::TempDir>,
        nodes: impl FnOnce(&Path) -> Vec<PlanNode>,
        change: impl FnOnce(&mut StoredPlan),
    ) -> Self {
        let root = folder.path().canonicalize().unwrap();
        let mut plan = plan(&root, nodes(&root));
        change(&mut plan);
        let runs = Runs::open(&root).unwrap();
        let run = runs.create(&plan).unwrap();
        Self { folder, runs, run }
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap()
    }

    pub(crate) fn start(&self) -> &Self {
        self.runs.start_host(&self.run, &std::env::current_exe().unwrap()).unwrap();
        self
    }

    pub(crate) fn resume(&self) -> &Self {
        self.runs.prepare_resume(&self.run).unwrap();
        self.start()
    }

    pub(crate) fn events(&self) -> Vec<EventRecord> {
        self.runs.events(&self.run, 0).unwrap()
    }

    pub(crate) fn status(&self) -> RunStatus {
        self.runs.summary(&self.run).unwrap().status
    }

    /// Waits for the run's end; its verdict as a word.
    pub(crate) fn verdict(&self) -> String {
        await_some("the end of the run", || match self.status() {
            RunStatus::Ended(verdict) => Some(format!("{verdict:?}").to_lowercase()),
            RunStatus::Orphaned => panic!("the host died:\n{}", self.host_log()),
            _ => None,
        })
    }

    pub(crate) fn host_log(&self) -> String {
        let path = self.root().join(".divisi/runs").join(&self.run).join("host.log");
        fs::read_to_string(path).unwrap_or_default()
    }

    pub(crate) fn host_pid(&self) -> u32 {
        await_some("the host", || {
            self.events().iter().rev().find_map(|record| match record.event {
                Event::HostStarted { pid, .. } => Some(pid),
                _ => None,
            })
        })
    }

    pub(crate) fn guard_pid(&self) -> u32 {
        let host = self.host_pid();
        let children = await_some("the guard", || {
            let text = fs::read_to_string(format!("/proc/{host}/task/{host}/children")).ok()?;
            text.split_whitespace().next().map(str::to_owned)
        });
        children.parse().unwrap()
    }

    pub(crate) fn read(&self, file: &str) -> String {
        fs::read_to_string(self.root().join(file)).unwrap_or_default()
    }

    /// Every end of a node, in order: `path state`, with the kind of a failure.
    pub(crate) fn ends(&self) -> Vec<String> {
        let events = self.events();
        let ends = events.iter().filter_map(|record| match &record.event {
            Event::NodeState { node, state, .. } if state.is_terminal() => {
                let state = serde_json::to_value(state).unwrap();
                let kind = state.get("kind").and_then(|kind| kind.as_str()).map(|kind| format!("({kind})"));
                Some(format!("{node} {}{}", state["is"].as_str().unwrap(), kind.unwrap_or_default()))
            }
            _ => None,
        });
        ends.collect()
    }

    /// The text that explains a node's end.
    pub(crate) fn detail(&self, path: &str) -> String {
        let events = self.events();
        let found = events.iter().rev().find_map(|record| match &record.event {
            Event::NodeState { node, state, detail, .. } if node == path && state.is_terminal() => {
                detail.clone()
            }
            _ => None,
        });
        found.unwrap_or_default()
    }

    /// Whether any process of this run is alive.
    pub(crate) fn survivors(&self) -> Vec<u32> {
        processes_with(&format!("DIVISI_RUN={}", self.run))
    }
}
