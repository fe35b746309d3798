//! Whether programs may run in a workspace.
//!
//! Trust belongs to one workspace folder, exactly: not to what lies below it, which may have come from elsewhere.
//! It is kept in the user's state folder, where no repository can reach.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use divisi_engine::plan::StoredPlan;
use etcetera::{BaseStrategy, base_strategy::Xdg};

use crate::failure::Failure;
use crate::output::{self, Output, STRONG, paint};
use crate::programs::programs;
use crate::root;

/// Lets the run of `plan` through when `root` is trusted, when `yes` says so for this call, or when the user says so
/// now; refuses it otherwise.
pub(crate) fn require(root: &Path, plan: &StoredPlan, yes: bool, output: &mut Output) -> Result<(), Failure> {
    let store = Store::of_user()?;
    if yes || store.is_trusted(root)? {
        return Ok(());
    }
    if !output::can_ask() {
        return Err(refusal(root).help("or say it for this one call: --yes"));
    }
    match ask(root, plan, output)? {
        Answer::Once => Ok(()),
        Answer::Always => store.trust(root),
        Answer::No => Err(refusal(root)),
    }
}

fn refusal(root: &Path) -> Failure {
    Failure::new(format!("{} is not trusted, so nothing was run", root.display()))
        .help(format!("trust it: divisi trust {}", root::shown(root)))
}

enum Answer {
    Once,
    Always,
    No,
}

fn ask(root: &Path, plan: &StoredPlan, output: &mut Output) -> Result<Answer, Failure> {
    output.note(format!("{} would run these programs in {}:", paint(STRONG, &plan.dag), root.display()));
    for program in programs(plan) {
        output.note(format!("  {program}"));
    }
    output.note("Run them? [y] yes, this once  [a] always in this workspace  [n] no");
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    Ok(match line.trim().to_lowercase().as_str() {
        "y" | "yes" => Answer::Once,
        "a" | "always" => Answer::Always,
        _ => Answer::No,
    })
}

/// The list of trusted folders: one absolute path a line.
pub(crate) struct Store {
    file: PathBuf,
}

impl Store {
    /// The user's own: `$XDG_STATE_HOME/divisi/trusted`.
    pub(crate) fn of_user() -> Result<Self, Failure> {
        let folders = Xdg::new().map_err(|_| {
            Failure::new("there is no home folder to keep trust in").help("set HOME or XDG_STATE_HOME")
        })?;
        let state = folders.state_dir().unwrap_or_else(|| folders.home_dir().join(".local/state"));
        Ok(Self { file: state.join("divisi/trusted") })
    }

    /// All trusted folders.
    pub(crate) fn folders(&self) -> Result<BTreeSet<PathBuf>, Failure> {
        match fs::read_to_string(&self.file) {
            Ok(text) => Ok(text.lines().filter(|line| !line.is_empty()).map(PathBuf::from).collect()),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(BTreeSet::new()),
            Err(error) => Err(Failure::unreadable(&self.file, &error)),
        }
    }

    fn is_trusted(&self, root: &Path) -> Result<bool, Failure> {
        Ok(self.folders()?.contains(root))
    }

    /// Adds a folder.
    pub(crate) fn trust(&self, root: &Path) -> Result<(), Failure> {
        if root.to_str().is_none_or(|text| text.contains('\n')) {
            return Err(Failure::new(format!("{} has a name that cannot be recorded", root.display()))
                .help("use --yes for each call"));
        }
        let mut folders = self.folders()?;
        if !folders.insert(root.to_owned()) {
            return Ok(());
        }
        self.save(&folders)
    }

    /// Takes a folder out; whether it was there.
    pub(crate) fn revoke(&self, root: &Path) -> Result<bool, Failure> {
        let mut folders = self.folders()?;
        let was_there = folders.remove(root);
        if was_there {
            self.save(&folders)?;
        }
        Ok(was_there)
    }

    /// Writes beside and renames: a reader sees the old list or the new one.
    fn save(&self, folders: &BTreeSet<PathBuf>) -> Result<(), Failure> {
        let text: String = folders.iter().map(|folder| format!("{}\n", folder.display())).collect();
        let beside = self.file.with_extension("new");
        let write = || -> io::Result<()> {
            if let Some(folder) = self.file.parent() {
                fs::create_dir_all(folder)?;
            }
            let mut file = fs::File::create(&beside)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            fs::rename(&beside, &self.file)
        };
        write().map_err(|error| Failure::new(format!("{} cannot be written: {error}", self.file.display())))
    }
}
