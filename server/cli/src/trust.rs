//! Whether a run may start its programs: the question behind `run` and `resume`.

use std::io;
use std::path::Path;

use divisi_answers::trust::{is_trusted, refusal, store};
use divisi_engine::plan::StoredPlan;
use divisi_engine::programs::programs;
use divisi_workspace::settings::TrustMode;

use crate::failure::Failure;
use crate::output::{self, Output, STRONG, paint};

/// Lets the run of `plan` through when `root` is trusted as `mode` asks, when `yes` says so for this call, or when the
/// user says so now; refuses it otherwise.
pub(crate) fn require(
    root: &Path,
    mode: TrustMode,
    plan: &StoredPlan,
    yes: bool,
    output: &mut Output,
) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    if is_trusted(root, mode, &plan.file)? {
        return Ok(());
    }
    if !output::can_ask() {
        return Err(refusal(root, mode).help("or say it for this one call: --yes"));
    }
    match ask(root, plan, output)? {
        Answer::Once => {}
        Answer::Always if mode == TrustMode::Folder => store()?.trust(root)?,
        Answer::Always => store()?.trust_file(root, &plan.file)?,
        Answer::No => return Err(refusal(root, mode)),
    }
    Ok(())
}

enum Answer {
    Once,
    Always,
    No,
}

fn ask(root: &Path, plan: &StoredPlan, output: &mut Output) -> io::Result<Answer> {
    output.note(format!("{} would run these programs in {}:", paint(STRONG, &plan.dag), root.display()));
    for program in programs(plan) {
        output.note(format!("  {program}"));
    }
    output.note("Run them? [y] yes, this once  [a] always  [n] no");
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    Ok(match line.trim().to_lowercase().as_str() {
        "y" | "yes" => Answer::Once,
        "a" | "always" => Answer::Always,
        _ => Answer::No,
    })
}
