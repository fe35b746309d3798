//! `divisi runs --prune`

use std::time::Duration;

use divisi_engine::prune::{PruneWish, Pruned};

use super::List;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{FAINT, Output, STRONG, count, paint};
use crate::report::bytes;
use crate::{select_run, time};

/// Younger runs stay where nothing is said about which are to go.
const AGE: Duration = Duration::from_secs(30 * 24 * 60 * 60);

impl List {
    pub(super) fn prune(self, output: &mut Output) -> Result<Exit, Failure> {
        let wish = PruneWish {
            older_than: self.older_than.or_else(|| self.keep.is_none().then_some(AGE)),
            keep: self.keep.unwrap_or(0),
            dag: self.dag,
            orphaned: self.orphaned,
            with_copies: self.with_copies,
            dry_run: self.dry_run,
        };
        let pruned = select_run::here()?.prune(&wish, time::now())?;
        for fault in &pruned.faults {
            output.warning(fault);
        }
        match self.json {
            true => output.json(&pruned)?,
            false => print(&pruned, wish.dry_run, output),
        }
        Ok(if pruned.faults.is_empty() { Exit::Good } else { Exit::Failed })
    }
}

fn print(pruned: &Pruned, is_dry: bool, output: &mut Output) {
    let width = pruned.removed.iter().map(|run| run.dag.chars().count()).max().unwrap_or(0);
    for run in &pruned.removed {
        output.line(format!("{}  {:width$}  {:>9}", run.run, run.dag, bytes(run.bytes)));
    }
    for run in &pruned.kept {
        output.line(paint(FAINT, format!("{}  stays: {}", run.run, run.why)));
    }
    let mut what = vec![count(pruned.removed.len(), "run")];
    if !pruned.half_removed.is_empty() {
        what.push(format!("the rest of {}", count(pruned.half_removed.len(), "run")));
    }
    if pruned.unused_bodies > 0 {
        what.push(format!("{} that no result needs", count(pruned.unused_bodies, "file")));
    }
    let verb = if is_dry { "would remove" } else { "removed" };
    output.line(format!("{verb} {}: {}", what.join(", "), paint(STRONG, bytes(pruned.freed_bytes))));
}
