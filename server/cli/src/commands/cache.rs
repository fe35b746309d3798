//! `divisi cache`

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use divisi_engine::store::{ContextStore, StoreError, StoreFigures, StoredResult};
use serde::Serialize;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Output, STRONG, count, paint};
use crate::report::bytes;
use crate::{select_run, time};

/// Results that are listed for people.
const LISTED: usize = 20;

/// Look at the results that later runs use again, forget some, or carry them to another machine.
///
/// Nodes that say what they read and what they make are not run again while nothing of that has changed: their files
/// and outputs are put back. The results stand in .divisi/store of the workspace.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  divisi cache stats
  divisi cache forget 'build*'
  divisi cache export results.divisi
  divisi cache import results.divisi")]
pub(crate) struct Cache {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// What is kept.
    Stats {
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Remove the results of the nodes that a pattern names.
    Forget {
        /// A node, or DAG/NODE; `*` stands for anything.
        pattern: String,
    },
    /// Write all results into one file.
    Export {
        /// The file.
        file: PathBuf,
    },
    /// Take the results of a file that `export` wrote. Its maker is trusted: files of these results will be put into the
    /// workspace.
    Import {
        /// The file.
        file: PathBuf,
    },
}

impl Cache {
    pub(crate) fn run(self, output: &mut Output) -> Result<Exit, Failure> {
        let runs = select_run::here()?;
        let mut store = ContextStore::open(runs.root()).map_err(failure)?;
        match self.action {
            Action::Stats { json } => stats(&store, json, output)?,
            Action::Forget { pattern } => {
                let forgotten = store.forget(&pattern).map_err(failure)?;
                output.line(format!("forgot {}", count(forgotten, "result")));
            }
            Action::Export { file } => {
                let written = store.export(&file).map_err(failure)?;
                output.line(format!("wrote {} to {}", count(written, "result"), file.display()));
            }
            Action::Import { file } => import(&mut store, &file, output)?,
        }
        Ok(Exit::Good)
    }
}

fn import(store: &mut ContextStore, file: &Path, output: &mut Output) -> Result<(), Failure> {
    let imported = store.import(file, time::now()).map_err(failure)?;
    let known = match imported.known {
        0 => String::new(),
        known => format!(", {known} were here already"),
    };
    output.line(format!("took {}{known}", count(imported.results, "result")));
    Ok(())
}

/// In JSON.
#[derive(Serialize)]
struct Told {
    #[serde(flatten)]
    figures: StoreFigures,
    results: Vec<StoredResult>,
}

fn stats(store: &ContextStore, json: bool, output: &mut Output) -> Result<(), Failure> {
    let (figures, results) = (store.figures().map_err(failure)?, store.list().map_err(failure)?);
    if json {
        return output.json(&Told { figures, results });
    }
    let entries = usize::try_from(figures.entries).unwrap_or(usize::MAX);
    let shared = figures.bytes_without_sharing.saturating_sub(figures.bytes);
    let shared = if shared > 0 {
        format!(", {} spared by keeping equal files once", bytes(shared))
    } else {
        String::new()
    };
    output.line(format!("{}, {}{shared}", paint(STRONG, count(entries, "result")), bytes(figures.bytes)));
    let width = results.iter().take(LISTED).map(|result| result.node.chars().count()).max().unwrap_or(0);
    for result in results.iter().take(LISTED) {
        output.line(format!(
            "  {:width$}  {:>9}  {}  run {}",
            result.node,
            bytes(result.bytes),
            time::local(result.created_at),
            result.run
        ));
    }
    if let Some(more) = results.len().checked_sub(LISTED).filter(|more| *more > 0) {
        output.line(format!("  … {more} more"));
    }
    Ok(())
}

fn failure(error: StoreError) -> Failure {
    Failure::new(error.to_string())
}
