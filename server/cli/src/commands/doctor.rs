//! `divisi doctor`

mod leftovers;
mod runners;

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use clap::Args;
use divisi_answers::trust::store;
use divisi_engine::client::Runs;
use divisi_model::Load;
use divisi_workspace::Snapshot;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{ERROR, FAINT, GOOD, Output, WARNING, paint};
use crate::{root, workspace};

/// Look whether everything that divisi needs is there.
///
/// Tells about git, the folders that are written to, what is left over of runs, settings, trust, runners, agents and
/// editors; what can be mended, with the command that does. The exit status is 1 when something would keep a run from working.
#[derive(Debug, Args)]
pub(crate) struct Doctor {}

impl Doctor {
    pub(crate) fn run(self, output: &mut Output) -> Result<Exit, Failure> {
        let root = root::absolute(&root::current()?)?;
        let snapshot = workspace::read(&root);
        let mut checks = vec![version(), git(), workspace_root(&root), runs(&root)];
        checks.extend(leftovers::checks(&root));
        checks.push(trust(&root));
        checks.extend(settings(&snapshot));
        checks.extend(runners::checks(&snapshot));
        checks.extend(agents(&snapshot));
        checks.push(editors());
        let is_ill = checks.iter().any(|check| check.health == Health::Bad);
        for check in checks {
            output.line(check.line());
        }
        Ok(if is_ill { Exit::Failed } else { Exit::Good })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Health {
    Good,
    Odd,
    Bad,
    Info,
}

struct Check {
    health: Health,
    what: &'static str,
    text: String,
}

impl Check {
    fn new(health: Health, what: &'static str, text: impl Into<String>) -> Self {
        Self { health, what, text: text.into() }
    }

    fn line(&self) -> String {
        let mark = match self.health {
            Health::Good => paint(GOOD, "ok  "),
            Health::Odd => paint(WARNING, "odd "),
            Health::Bad => paint(ERROR, "bad "),
            Health::Info => paint(FAINT, "info"),
        };
        format!("{mark}  {:9}  {}", self.what, self.text)
    }
}

fn version() -> Check {
    Check::new(Health::Info, "divisi", concat!("version ", env!("CARGO_PKG_VERSION")))
}

fn git() -> Check {
    match find_program("git") {
        Some(path) => Check::new(Health::Good, "git", path.display().to_string()),
        None => Check::new(Health::Odd, "git", "not on PATH; runs work, but nothing that asks git"),
    }
}

fn workspace_root(root: &Path) -> Check {
    Check::new(
        Health::Info,
        "workspace",
        format!("{} (nearest folder with divisi.toml, .claude or .git)", root.display()),
    )
}

/// Whether `.divisi/` may be used, and whether something can be written where it is or would be.
fn runs(root: &Path) -> Check {
    if let Err(error) = Runs::open(root) {
        return Check::new(Health::Bad, "runs", error.message);
    }
    let state = root.join(".divisi");
    let folder = if state.is_dir() { state } else { root.to_owned() };
    let probe = folder.join(format!(".divisi-probe-{}", std::process::id()));
    match fs::write(&probe, b"").and_then(|()| fs::remove_file(&probe)) {
        Ok(()) => Check::new(Health::Good, "runs", format!("kept in {}", root.join(".divisi").display())),
        Err(error) => {
            Check::new(Health::Bad, "runs", format!("{} cannot be written: {error}", folder.display()))
        }
    }
}

fn trust(root: &Path) -> Check {
    match store().and_then(|store| store.is_trusted(root)) {
        Ok(true) => Check::new(Health::Good, "trust", "this workspace is trusted"),
        Ok(false) => Check::new(Health::Info, "trust", "this workspace is not trusted yet: divisi trust"),
        Err(error) => Check::new(Health::Bad, "trust", error.to_string()),
    }
}

fn settings(snapshot: &Snapshot) -> Vec<Check> {
    let problems = snapshot.problems();
    if problems.is_empty() {
        return vec![Check::new(Health::Good, "settings", "no problems")];
    }
    let check = |problem: &divisi_workspace::snapshot::Problem| {
        Check::new(Health::Bad, "settings", workspace::described(problem))
    };
    problems.iter().map(check).collect()
}

/// A program with a slash is a path, which the settings have made absolute.
fn locate(program: &str) -> Option<PathBuf> {
    if !program.contains('/') {
        return find_program(program);
    }
    Some(PathBuf::from(program)).filter(|path| path.is_file())
}

fn agents(snapshot: &Snapshot) -> Vec<Check> {
    let agents = snapshot.registry().agents();
    let dropped = agents.iter().filter_map(|agent| match &agent.load {
        Load::Dropped { reason, .. } => {
            let file = agent.path.as_deref().map(root::shown).unwrap_or_default();
            Some(Check::new(Health::Odd, "agent", format!("{file} will not load: {reason}")))
        }
        Load::Loaded | Load::Tolerated { .. } => None,
    });
    let mut checks = vec![Check::new(Health::Info, "agents", format!("{} known", agents.len()))];
    checks.extend(dropped);
    checks
}

fn editors() -> Check {
    let text = match find_program("nvim").and_then(|path| first_line(&path, "--version")) {
        Some(version) => format!("{version}; the plugin is in neovim/ and needs 0.11 or newer"),
        None => "any editor with a language client: start `divisi lsp`; plugins for Neovim and VS Code exist"
            .to_owned(),
    };
    Check::new(Health::Info, "editor", text)
}

fn first_line(program: &Path, argument: &str) -> Option<String> {
    let output = Command::new(program).arg(argument).stdin(Stdio::null()).output().ok()?;
    String::from_utf8_lossy(&output.stdout).lines().next().map(str::to_owned)
}

/// The first file called `name` in a folder of PATH.
fn find_program(name: &str) -> Option<PathBuf> {
    let folders = env::var_os("PATH").unwrap_or_default();
    find_in(&folders, name)
}

fn find_in(folders: &OsStr, name: &str) -> Option<PathBuf> {
    let endings: &[&str] = if cfg!(windows) { &[".exe", ".cmd", ".bat"] } else { &[""] };
    env::split_paths(folders)
        .flat_map(|folder| endings.iter().map(move |ending| folder.join(format!("{name}{ending}"))))
        .find(|path| path.is_file())
}
