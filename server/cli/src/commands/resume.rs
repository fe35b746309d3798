//! `divisi resume`

use clap::Args;
use divisi_engine::client::{PauseCause, RunStatus, Runs, check_settings};
use divisi_engine::event::{LostDecision, Request};

use super::run::this_program;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::follow::{OnInterrupt, View, follow};
use crate::output::Output;
use crate::{select_run, trust, workspace};

/// Go on with a run that failed, was cancelled or lost its host.
///
/// It goes on as it was planned: with the DAG, the agents and the arguments of its start. Nodes that succeeded are
/// not repeated; those that failed, were cancelled, skipped or blocked are tried again.
///
/// A node whose attempt was lost with its host, and that must not be repeated unasked (`resume: ask`), holds the run
/// until you say what it counts as.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  divisi resume
  divisi resume --from synthesis
  divisi resume 20260131 --retry deploy
  divisi resume 20260131 --mark deploy succeeded")]
pub(crate) struct Resume {
    /// The run, or a unique beginning of its id; the latest unfinished one where none is given.
    run: Option<String>,

    /// Do this node and everything that waits for it again, also what succeeded; may be given many times.
    #[arg(long, visible_alias = "forget", value_name = "ID")]
    from: Vec<String>,

    /// Let this node run again, whose attempt was lost with its host; may be given many times.
    #[arg(long, value_name = "ID")]
    retry: Vec<String>,

    /// Let this node, whose attempt was lost with its host, count as succeeded or failed; may be given many times.
    #[arg(long, num_args = 2, value_names = ["ID", "succeeded|failed"])]
    mark: Vec<String>,

    /// Trust this workspace for this one call.
    #[arg(long, short)]
    yes: bool,

    /// Print the event stream from here on, one JSON object a line.
    #[arg(long)]
    json: bool,

    /// Let it go on, print its id and return.
    #[arg(long, conflicts_with = "json")]
    detach: bool,
}

impl Resume {
    pub(crate) fn run(self, output: &mut Output) -> Result<Exit, Failure> {
        let runs = select_run::here()?;
        let decisions = self.decisions()?;
        let decides = !decisions.is_empty();
        let forgets = !self.from.is_empty();
        let chosen = select_run::named_or_latest(&runs, self.run.as_deref(), "can be resumed", |run| {
            let is_over = matches!(run.status, RunStatus::Ended(_));
            let is_paused = matches!(run.status, RunStatus::Paused(_));
            select_run::is_resumable(run.status) || (forgets && is_over) || (!forgets && is_paused)
        })?;
        let live = match chosen.status {
            RunStatus::Paused(cause) if !forgets => Some(cause),
            status if decides && select_run::is_live(status) => Some(PauseCause::Decision),
            _ => None,
        };
        if let Some(cause) = live {
            return self.go_on_live(&runs, &chosen.run, cause, &decisions, output);
        }
        if !forgets || select_run::is_live(chosen.status) {
            refuse_if_useless(&chosen.run, chosen.status)?;
        }
        let snapshot = workspace::read_settings(runs.root());
        check_settings(&snapshot)?;
        let mode = snapshot.settings().run.trust;
        trust::require(runs.root(), mode, &runs.plan(&chosen.run)?, self.yes, output)?;
        let from = runs.events(&chosen.run, 0)?.last().map_or(0, |record| record.seq);
        runs.check_lost(&chosen.run, &decisions)?;
        runs.prepare_resume_from(&chosen.run, &self.from)?;
        runs.decide_lost(&chosen.run, &decisions)?;
        runs.start_host(&chosen.run, &this_program()?)?;
        if self.detach {
            output.line(&chosen.run);
            return Ok(Exit::Good);
        }
        follow(&runs, &chosen.run, from, self.view(), OnInterrupt::Cancel, None, output)
    }

    /// The run has a host, which waits for a word: a decision, an answer that this terminal is asked for, or just
    /// this.
    fn go_on_live(
        &self,
        runs: &Runs,
        run: &str,
        cause: PauseCause,
        decisions: &[(String, LostDecision)],
        output: &mut Output,
    ) -> Result<Exit, Failure> {
        let from = runs.events(run, 0)?.last().map_or(0, |record| record.seq);
        runs.decide_lost(run, decisions)?;
        if cause == PauseCause::User {
            runs.ask(run, Request::Unpause)?;
        }
        if self.detach {
            output.line(run);
            return Ok(Exit::Good);
        }
        follow(runs, run, from, self.view(), OnInterrupt::Cancel, None, output)
    }

    fn view(&self) -> View {
        if self.json { View::Json } else { View::People }
    }

    fn decisions(&self) -> Result<Vec<(String, LostDecision)>, Failure> {
        let mut decisions: Vec<(String, LostDecision)> =
            self.retry.iter().map(|node| (node.clone(), LostDecision::Retry)).collect();
        for pair in self.mark.chunks(2) {
            let [node, word] = pair else { continue };
            let decision = match word.as_str() {
                "succeeded" => LostDecision::Succeeded,
                "failed" => LostDecision::Failed,
                other => {
                    let message = format!("--mark {node} {other}: a node counts as succeeded or failed");
                    return Err(Failure::new(message));
                }
            };
            decisions.push((node.clone(), decision));
        }
        Ok(decisions)
    }
}

fn refuse_if_useless(run: &str, status: RunStatus) -> Result<(), Failure> {
    if select_run::is_resumable(status) {
        return Ok(());
    }
    let word = select_run::word(status);
    let failure = Failure::new(format!("run {run} is {word}: there is nothing to resume"));
    Err(match status {
        RunStatus::Paused(_) => failure.help(format!("let it go on: divisi pause {run} --resume")),
        RunStatus::Ended(_) => failure.help("start it anew: divisi run FILE"),
        _ => failure.help(format!("watch it: divisi attach {run}")),
    })
}
