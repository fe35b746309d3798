//! What runs left behind, each with the command that mends it.

use std::path::Path;

use divisi_engine::client::Runs;
use divisi_engine::prune::Leftovers;

use super::{Check, Health};
use crate::output::count;
use crate::report::bytes;
use crate::root;

/// Runs of a kind that are named one by one.
const NAMED: usize = 5;

/// One check for each thing that is left over; none where nothing is.
pub(super) fn checks(workspace: &Path) -> Vec<Check> {
    // A folder that may not be used is told of elsewhere.
    let Ok(runs) = Runs::open(workspace) else { return Vec::new() };
    match runs.leftovers() {
        Ok(leftovers) => {
            texts(&leftovers).into_iter().map(|text| Check::new(Health::Odd, "leftover", text)).collect()
        }
        Err(error) => vec![Check::new(Health::Bad, "leftover", error.message)],
    }
}

fn texts(leftovers: &Leftovers) -> Vec<String> {
    let mut texts = Vec::new();
    for run in leftovers.orphaned.iter().take(NAMED) {
        texts.push(format!("the run {run} lost its host: `divisi resume {run}` goes on with it"));
    }
    if let Some(more) = leftovers.orphaned.len().checked_sub(NAMED).filter(|more| *more > 0) {
        let runs = count(more, "more run");
        texts.push(format!(
            "{runs} without a host; to remove all that are old: `divisi runs --prune --orphaned`"
        ));
    }
    for (folder, fault) in &leftovers.unreadable {
        let folder = root::shown(folder);
        texts.push(format!("{fault}; where nobody starts it at this moment: `rm -r {folder}`"));
    }
    for lock in &leftovers.locks {
        let (what, run) = (&lock.what, &lock.run);
        texts.push(format!(
            "processes of the run {run} outlived its host and hold {what}: `divisi resume {run}` ends them"
        ));
    }
    for kept in &leftovers.copies {
        let copies = match kept.copies.len() {
            1 => "1 copy of the workspace".to_owned(),
            more => format!("{more} copies of the workspace"),
        };
        texts.push(format!(
            "the run {run} keeps {copies}, whose merge was refused: `divisi show {run}` names the files, \
             `divisi runs --prune --keep 0 --with-copies` removes all such runs",
            run = kept.run
        ));
    }
    for copy in &leftovers.forgotten_copies {
        let copy = root::shown(copy);
        texts.push(format!("git knows a copy of the workspace that is gone, {copy}: `divisi runs --prune`"));
    }
    if !leftovers.half_removed.is_empty() {
        let taken = leftovers.half_removed.iter().map(|half| half.bytes).sum();
        texts.push(format!(
            "{} removed in part, {}: `divisi runs --prune`",
            count(leftovers.half_removed.len(), "run"),
            bytes(taken)
        ));
    }
    texts
}
