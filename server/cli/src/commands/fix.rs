//! `divisi fix`

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use divisi_analysis::{Finding, Severity};
use divisi_edit::fix;
use divisi_workspace::{Document, Snapshot};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Output, count};
use crate::{rewrite, root, selection};

/// A mend may uncover another; none was ever seen to uncover more than two.
const MOST_ROUNDS: usize = 10;

/// Mend what can be mended without a look: the mends that keep the meaning.
///
/// Other mends are choices; an editor offers them one by one. Nothing else in the files changes.
///
/// The exit status is 0 when no error is left, 1 when one is, 2 when something could not be read or written.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  divisi fix                        the whole workspace
  divisi fix --dry-run              show what would change, write nothing
  divisi fix review.dag.yaml")]
pub(crate) struct Fix {
    /// Files and folders; the whole workspace where none is given.
    paths: Vec<PathBuf>,

    /// Write nothing: show what would change.
    #[arg(long)]
    dry_run: bool,
}

/// What mending made of one document.
struct Mended {
    text: String,
    mends: usize,
    left: Vec<Finding>,
}

impl Fix {
    pub(crate) fn run(self, output: &mut Output) -> Result<Exit, Failure> {
        let selection = selection::select(&self.paths)?;
        let (mut mends, mut errors, mut offers) = (0, 0, 0);
        for (snapshot, document) in &selection.documents {
            let mended = mend(snapshot, document);
            errors += mended.left.iter().filter(|finding| finding.severity == Severity::Error).count();
            offers += mended.left.iter().filter(|finding| !finding.fixes.is_empty()).count();
            if mended.text == *document.text {
                continue;
            }
            mends += mended.mends;
            if self.dry_run {
                rewrite::print_difference(&document.path, &document.text, &mended.text, output);
            } else {
                rewrite::write(document, &mended.text)?;
                output.line(format!("{}: {}", root::shown(&document.path), count(mended.mends, "mend")));
            }
        }
        for failure in &selection.failures {
            output.failure(failure);
        }
        output.line(total(mends, offers, self.dry_run));
        Ok(match (selection.failures.is_empty(), errors) {
            (false, _) => Exit::Refused,
            (true, 0) => Exit::Good,
            (true, _) => Exit::Failed,
        })
    }
}

/// Mends, looks again at what that gives, and so on until nothing is left to mend.
fn mend(snapshot: &Snapshot, document: &Arc<Document>) -> Mended {
    let mut mended = Mended {
        text: document.text.to_string(),
        mends: 0,
        left: divisi_analysis::check(snapshot, document),
    };
    for _ in 0..MOST_ROUNDS {
        let edits = fix::safe_edits(&mended.left);
        if edits.is_empty() {
            break;
        }
        let before = fix::count_safe(&mended.left);
        mended.text = divisi_edit::apply(&mended.text, &edits);
        let snapshot = snapshot.with_text(&document.path, mended.text.clone());
        let Some(document) = snapshot.document(&document.path) else { break };
        mended.left = divisi_analysis::check(&snapshot, document);
        mended.mends += before.saturating_sub(fix::count_safe(&mended.left));
    }
    mended
}

fn total(mends: usize, offers: usize, dry_run: bool) -> String {
    let done = match (mends, dry_run) {
        (0, _) => "nothing to mend".to_owned(),
        (_, true) => format!("{} would be made", count(mends, "mend")),
        (_, false) => format!("{} made", count(mends, "mend")),
    };
    match offers {
        0 => done,
        _ => format!("{done}; {} more to choose from in an editor (divisi check shows them)", offers),
    }
}
