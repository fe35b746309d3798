//! `divisi resume`

use std::fs;
use std::path::PathBuf;

use clap::Args;
use divisi_engine::amounts::Amounts;
use divisi_engine::client::{PauseCause, RunOptions, RunStatus, Runs, check_settings, plan};
use divisi_engine::event::{LostDecision, Request};
use divisi_engine::plan::StoredPlan;

use super::run::this_program;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::follow::{OnInterrupt, View, follow};
use crate::more_budget::MoreBudget;
use crate::output::{Output, count};
use crate::report::Track;
use crate::workspace::Target;
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
  divisi resume --only synthesis
  divisi resume 20260131 --retry deploy
  divisi resume 20260131 --mark deploy succeeded
  divisi resume --budget usd=5")]
pub(crate) struct Resume {
    /// The run, or a unique beginning of its id; the latest unfinished one where none is given.
    run: Option<String>,

    /// Do this node and everything that waits for it again, also what succeeded; may be given many times.
    #[arg(long, visible_alias = "forget", value_name = "ID")]
    from: Vec<String>,

    /// Do this node again, and nothing else: what waits for it is taken back and stays pending until the next resume.
    #[arg(long, value_name = "ID", conflicts_with = "from")]
    only: Option<String>,

    /// Go on with the DAG as its file says now, in a new run: what finished and did not change is taken over, what
    /// changed and everything that follows from it runs.
    #[arg(long, conflicts_with_all = ["from", "only", "retry", "mark", "budget"])]
    edited: bool,

    /// Let this node run again, whose attempt was lost with its host; may be given many times.
    #[arg(long, value_name = "ID")]
    retry: Vec<String>,

    /// Let this node, whose attempt was lost with its host, count as succeeded or failed; may be given many times.
    #[arg(long, num_args = 2, value_names = ["ID", "succeeded|failed"])]
    mark: Vec<String>,

    /// Let the run spend so much more: usd=5, tokens=200k, turns=50, wall=1h; of a part with a budget of its own,
    /// NODE.usd=5. May be given many times.
    #[arg(long, value_name = "KEY=AMOUNT")]
    budget: Vec<MoreBudget>,

    /// Keep a section of this Markdown file up to date while the run is watched; the rest of the file stays.
    #[arg(long, value_name = "FILE.md", conflicts_with = "detach")]
    track: Option<PathBuf>,

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
        let track = self.track.as_deref().map(Track::new).transpose()?;
        if self.edited {
            return self.go_on_edited(&runs, track, output);
        }
        let decisions = self.decisions()?;
        let raises: Vec<(String, Amounts)> =
            self.budget.iter().map(|given| (given.scope.clone(), given.more)).collect();
        let is_a_word = !decisions.is_empty() || !raises.is_empty();
        let forgets = !self.from.is_empty() || self.only.is_some();
        let chosen = select_run::named_or_latest(&runs, self.run.as_deref(), "can be resumed", |run| {
            let is_over = matches!(run.status, RunStatus::Ended(_));
            select_run::is_resumable(run.status)
                || (forgets && is_over)
                || (!forgets && is_paused(run.status))
        })?;
        runs.check_budgets(&chosen.run, &raises)?;
        runs.check_lost(&chosen.run, &decisions)?;
        let from = last_seq(&runs, &chosen.run)?;
        if (is_paused(chosen.status) && !forgets) || (is_a_word && chosen.status.is_live()) {
            runs.decide_lost(&chosen.run, &decisions)?;
            runs.raise_budgets(&chosen.run, &raises)?;
            if chosen.status == RunStatus::Paused(PauseCause::User) {
                runs.ask(&chosen.run, Request::Unpause)?;
            }
            return self.watch(&runs, &chosen.run, from, track, output);
        }
        if !forgets || chosen.status.is_live() {
            refuse_if_useless(&chosen.run, chosen.status)?;
        }
        let snapshot = workspace::read_settings(runs.root());
        check_settings(&snapshot)?;
        let mode = snapshot.settings().run.trust;
        let planned = runs.plan(&chosen.run)?;
        tell_edits(&runs, &chosen.run, &planned, output);
        trust::require(runs.root(), mode, &planned, self.yes, output)?;
        match &self.only {
            Some(node) => runs.prepare_resume_only(&chosen.run, node)?,
            None => runs.prepare_resume_from(&chosen.run, &self.from)?,
        }
        runs.decide_lost(&chosen.run, &decisions)?;
        runs.raise_budgets(&chosen.run, &raises)?;
        runs.start_host(&chosen.run, &this_program()?)?;
        self.watch(&runs, &chosen.run, from, track, output)
    }

    /// A new run of today's file, which begins with what the former made.
    fn go_on_edited(&self, runs: &Runs, track: Option<Track>, output: &mut Output) -> Result<Exit, Failure> {
        let chosen = select_run::named_or_latest(runs, self.run.as_deref(), "can be gone on from", |run| {
            select_run::is_resumable(run.status) || matches!(run.status, RunStatus::Ended(_))
        })?;
        let before = runs.plan(&chosen.run)?;
        let (target, mut today) = plan_today(&before)?;
        let adopted = runs.adopt(&chosen.run, &mut today)?;
        let mode = target.snapshot.settings().run.trust;
        trust::require(runs.root(), mode, &today, self.yes, output)?;
        let taken = count(adopted.len(), "node");
        output.note(format!("{taken} taken over from run {}", chosen.run));
        let run = runs.create(&today)?;
        runs.start_host(&run, &this_program()?)?;
        self.watch(runs, &run, 0, track, output)
    }

    /// Shows what follows event `from`, unless nobody wants to see it.
    fn watch(
        &self,
        runs: &Runs,
        run: &str,
        from: u64,
        track: Option<Track>,
        output: &mut Output,
    ) -> Result<Exit, Failure> {
        if self.detach {
            output.line(run);
            return Ok(Exit::Good);
        }
        let view = if self.json { View::Json } else { View::People };
        follow(runs, run, from, view, OnInterrupt::Cancel, track, output)
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

fn last_seq(runs: &Runs, run: &str) -> Result<u64, Failure> {
    Ok(runs.events(run, 0)?.last().map_or(0, |record| record.seq))
}

fn is_paused(status: RunStatus) -> bool {
    matches!(status, RunStatus::Paused(_))
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

/// The DAG's file as it is now, planned with the arguments of an earlier run.
fn plan_today(before: &StoredPlan) -> Result<(Target, StoredPlan), Failure> {
    let target = workspace::target(&before.file.to_string_lossy())?;
    let declared = |name: &str| {
        let dag = target.document.dag().map(|(_, dag)| dag);
        dag.is_some_and(|dag| dag.args.iter().any(|arg| arg.name.value == name && !arg.secret))
    };
    let given = before.args.iter().filter(|(name, value)| !value.is_null() && declared(name));
    let options = RunOptions {
        json_args: given.map(|(name, value)| (name.clone(), value.clone())).collect(),
        max_parallel: Some(before.max_parallel),
        reuse: before.reuse,
        ..RunOptions::default()
    };
    let today = plan(&target.snapshot, &target.document, &options)?;
    Ok((target, today))
}

/// A resume goes by the plan of the start. Whoever edited the file since is told what that leaves out.
fn tell_edits(runs: &Runs, run: &str, before: &StoredPlan, output: &mut Output) {
    let Some(source) = before.sources.first() else { return };
    let is_unchanged = fs::read_to_string(&source.path).is_ok_and(|text| text == source.text);
    if is_unchanged {
        return;
    }
    // A file that cannot be planned says so when it is run.
    let Ok((_, today)) = plan_today(before) else { return };
    let edits = runs.edits(run, &today).unwrap_or_default();
    let Some(first) = edits.first() else { return };
    let more = match edits.len() {
        1 => String::new(),
        more => format!(" and {} more", count(more - 1, "node")),
    };
    output.note(format!(
        "the file was edited since: {} ({}){more}; this goes on as it was planned, `--edited` takes the edit up",
        first.node, first.what
    ));
}
