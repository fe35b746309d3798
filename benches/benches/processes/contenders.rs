//! Who runs the graphs.

use std::fmt::Write as _;
use std::fs;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use divisi_engine::client::{RunOptions, RunStatus, Runs, plan};
use divisi_engine::event::Verdict;
use divisi_workspace::{Change, Places, Workspace};
use tempfile::TempDir;

use crate::cost::Cost;
use crate::shapes::{Shape, nothing};

pub(crate) trait Contender {
    /// Whether this machine has it; says so loudly where not.
    fn is_there(&self) -> bool {
        true
    }

    /// Runs the whole graph anew.
    fn run(&self) -> Cost;
}

/// As many processes, and nothing else: a thread for each slot, which starts one and waits for it.
pub(crate) struct Bare {
    pub(crate) nodes: usize,
    pub(crate) slots: usize,
}

impl Contender for Bare {
    fn run(&self) -> Cost {
        let next = AtomicUsize::new(0);
        let spawn = || {
            while next.fetch_add(1, Ordering::Relaxed) < self.nodes {
                assert!(quiet(&mut Command::new(nothing())).status().expect("it runs").success());
            }
        };
        Cost::of(|| {
            std::thread::scope(|scope| {
                for _ in 0..self.slots {
                    scope.spawn(spawn);
                }
            });
        })
    }
}

/// From the DAG's text to the end of its run: read, planned, stored, and driven by a host and a guard of its own.
pub(crate) struct Divisi {
    text: String,
    folder: TempDir,
}

impl Divisi {
    pub(crate) fn new(shape: Shape, nodes: usize, slots: usize) -> Self {
        let mut text = format!("name: nothing\nmax_parallel: {slots}\nnodes:\n");
        for node in 0..nodes {
            let names = shape.dependencies(node, nodes).iter().map(|id| format!("n{id}")).collect::<Vec<_>>();
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "  - {{ id: n{node}, run: [{}], depends_on: [{}] }}",
                nothing(),
                names.join(", ")
            );
        }
        Self { text, folder: folder() }
    }

    /// Plans and stores the run; its host, just started.
    pub(crate) fn host(&self) -> Child {
        let root = self.folder.path().canonicalize().expect("it is there");
        let path = root.join("nothing.dag.yaml");
        let mut workspace = Workspace::with_places(vec![root.clone()], Places::default());
        workspace.apply(Change::Opened { path: path.clone(), version: 1, text: self.text.clone() });
        let snapshot = workspace.snapshot();
        let document = snapshot.document(&path).expect("it is open");
        let plan = plan(&snapshot, document, &RunOptions::default()).expect("it can be planned");
        let runs = Runs::open(&root).expect("its folder can be used");
        let run = runs.create(&plan).expect("it can be stored");
        let mut host = Command::new(std::env::current_exe().expect("a program knows its path"));
        host.arg("host").arg(root.join(".divisi/runs").join(run));
        host.stdin(Stdio::null()).stdout(Stdio::null()).spawn().expect("it starts")
    }
}

impl Contender for Divisi {
    fn run(&self) -> Cost {
        let cost = Cost::of(|| assert!(self.host().wait().expect("it ends").success()));
        let root = self.folder.path().canonicalize().expect("it is there");
        let (runs, _) = Runs::open(&root).and_then(|runs| runs.list()).expect("they can be read");
        assert!(runs.iter().all(|run| run.status == RunStatus::Ended(Verdict::Succeeded)));
        fs::remove_dir_all(root.join(".divisi")).expect("it is ours");
        cost
    }
}

pub(crate) struct Make {
    slots: usize,
    folder: TempDir,
}

impl Make {
    pub(crate) fn new(shape: Shape, nodes: usize, slots: usize) -> Self {
        let names = |ids: Vec<usize>| ids.iter().map(|id| format!(" n{id}")).collect::<String>();
        let mut text = format!("all:{}\n", names(shape.last(nodes)));
        for node in 0..nodes {
            let _ = writeln!(text, "n{node}:{}\n\t@{}", names(shape.dependencies(node, nodes)), nothing());
        }
        let folder = folder();
        fs::write(folder.path().join("Makefile"), text).expect("a fresh file");
        Self { slots, folder }
    }
}

impl Contender for Make {
    fn is_there(&self) -> bool {
        is_installed("make")
    }

    fn run(&self) -> Cost {
        let slots = format!("-j{}", self.slots);
        timed(Command::new("make").args(["-rRs", &slots]).current_dir(self.folder.path()))
    }
}

pub(crate) struct Ninja {
    slots: usize,
    folder: TempDir,
}

impl Ninja {
    pub(crate) fn new(shape: Shape, nodes: usize, slots: usize) -> Self {
        let mut text = format!("rule nothing\n  command = {}\n", nothing());
        for node in 0..nodes {
            let names: String = shape.dependencies(node, nodes).iter().map(|id| format!(" n{id}")).collect();
            let _ = writeln!(text, "build n{node}: nothing{names}");
        }
        let folder = folder();
        fs::write(folder.path().join("build.ninja"), text).expect("a fresh file");
        Self { slots, folder }
    }
}

impl Contender for Ninja {
    fn is_there(&self) -> bool {
        is_installed("ninja")
    }

    fn run(&self) -> Cost {
        let slots = format!("-j{}", self.slots);
        // Its log of what is up to date would go into the next round.
        let _ = fs::remove_file(self.folder.path().join(".ninja_log"));
        timed(Command::new("ninja").args(["--quiet", &slots]).current_dir(self.folder.path()))
    }
}

fn timed(command: &mut Command) -> Cost {
    Cost::of(|| assert!(quiet(command).status().expect("it runs").success()))
}

fn quiet(command: &mut Command) -> &mut Command {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null())
}

fn is_installed(program: &str) -> bool {
    let is_there = quiet(Command::new(program).arg("--version")).status().is_ok();
    if !is_there {
        println!("SKIPPED: {program} is not here, so nothing is compared with it");
    }
    is_there
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}
