//! `divisi trust`

use std::path::PathBuf;

use clap::Args;
use divisi_answers::trust::store;
use divisi_workspace::TrustStore;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use crate::root;

/// Let the DAGs of a workspace run programs.
///
/// Trust is given to one workspace folder and kept outside of it, in your state folder. A repository cannot give it
/// to itself. Checking and planning never need it.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  divisi trust              this workspace
  divisi trust --revoke     no longer
  divisi trust --list       which folders are trusted")]
pub(crate) struct Trust {
    /// A folder in the workspace; the current one where none is given.
    dir: Option<PathBuf>,

    /// Take trust back.
    #[arg(long)]
    revoke: bool,

    /// List the trusted folders, and change nothing.
    #[arg(long, conflicts_with_all = ["dir", "revoke"])]
    list: bool,
}

impl Trust {
    pub(crate) fn run(self, output: &mut Output) -> Result<Exit, Failure> {
        let store = store()?;
        if self.list {
            return list(&store, output);
        }
        let root = root::root_of(&self.folder()?);
        let shown = root.display();
        if self.revoke {
            store.revoke(&root)?;
            output.line(format!("not trusted: {shown}"));
        } else {
            store.trust(&root)?;
            output.line(format!("trusted: {shown}"));
        }
        Ok(Exit::Good)
    }

    fn folder(&self) -> Result<PathBuf, Failure> {
        let Some(dir) = &self.dir else { return root::absolute(&root::current_folder()?) };
        let dir = root::absolute(dir)?;
        if dir.is_dir() { Ok(dir) } else { Err(Failure::new(format!("{} is not a folder", dir.display()))) }
    }
}

fn list(store: &TrustStore, output: &mut Output) -> Result<Exit, Failure> {
    let folders = store.folders()?;
    if folders.is_empty() {
        output.line("no folder is trusted; trust this one: divisi trust");
    }
    for folder in folders {
        let gone = if folder.is_dir() { "" } else { " (gone)" };
        output.line(format!("{}{gone}", folder.display()));
    }
    Ok(Exit::Good)
}
