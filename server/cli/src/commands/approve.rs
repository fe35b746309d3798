//! `divisi approve`

use std::time::Duration;

use clap::Args;
use divisi_engine::client::GivenAnswer;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use crate::select_run;

/// How long a host may take to hear an answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Answer the question of a node that waits for a person.
///
/// The answer is about what the nodes before it have made by now: where they are done again, it is asked again.
/// What runs inside of a node is refused: an agent approves nothing.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  divisi approve 20260131 deploy
  divisi approve 20260131 deploy --reject --comment 'not on a Friday'")]
pub(crate) struct Approve {
    /// The run, or a unique beginning of its id.
    run: String,

    /// The node.
    node: String,

    /// Say no: the node fails.
    #[arg(long)]
    reject: bool,

    /// Say why; it is kept with the answer.
    #[arg(long, value_name = "TEXT")]
    comment: Option<String>,
}

impl Approve {
    pub(crate) fn run(self, output: &mut Output) -> Result<Exit, Failure> {
        let runs = select_run::here()?;
        let run = select_run::named_or_latest(&runs, Some(&self.run), "", |_| true)?.run;
        let answer = GivenAnswer { approved: !self.reject, comment: self.comment, about: None };
        let request = runs.approve(&run, &self.node, &answer)?;
        if !runs.await_request(&run, request, PATIENCE)? {
            output.warning("the run has not taken the answer in so far; it will");
        }
        let word = if self.reject { "rejected" } else { "approved" };
        output.line(format!("{word}; to see what follows: divisi attach {run}"));
        Ok(Exit::Good)
    }
}
