//! Whether programs may run in a workspace.
//!
//! Trust belongs to one workspace folder, exactly: not to what lies below it, which may have come from elsewhere.
//! It is kept in the user's state folder, where no repository can reach.

mod store;

use std::io;
use std::path::Path;

use divisi_engine::plan::StoredPlan;

use crate::failure::Failure;
use crate::output::{self, Output, STRONG, paint};
use crate::programs::programs;
use crate::root;

pub(crate) use store::Store;

/// Lets the run of `plan` through when `root` is trusted, when `yes` says so for this call, or when the user says so
/// now; refuses it otherwise.
pub(crate) fn require(root: &Path, plan: &StoredPlan, yes: bool, output: &mut Output) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    let store = Store::of_user()?;
    if store.is_trusted(root)? {
        return Ok(());
    }
    if !output::can_ask() {
        return Err(refusal(root).help("or say it for this one call: --yes"));
    }
    match ask(root, plan, output)? {
        Answer::Once => Ok(()),
        Answer::Always => Ok(store.trust(root)?),
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
