//! `divisi stats`

mod limits;

use std::time::Duration;

use clap::Args;
use divisi_answers::figures::Figures;
use divisi_answers::time::milliseconds;
use divisi_engine::client::{RunStatus, RunSummary, Runs};
use divisi_engine::event::Usage;
use divisi_engine::view::{NodeStatistics, ReuseFigures, RunView, Spent, Statistics};
use serde::Serialize;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{ERROR, Output, STRONG, count, paint};
use crate::report::{cost, cost_line, reuse_line};
use crate::{select_run, time};

use limits::Limits;

/// Nodes that are listed for people.
const SLOWEST: usize = 10;

/// Figures of finished runs: slowest nodes, success, wall time, speed-up, parallel efficiency, critical path, cost, reuse.
///
/// Without --last, of one run; with it, medians over the last N runs of the same DAG, and what they cost and reused
/// together. A limit that is not kept is told, and the exit status is 1: for CI.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  divisi stats
  divisi stats --last 20 --max-wall 10m --min-efficiency 40 --min-success 95
  divisi stats --max-usd 2.5 --min-hit-rate 80")]
pub(crate) struct Stats {
    /// The run, or a unique beginning of its id; the latest that is over where none is given.
    run: Option<String>,

    /// Over the last N finished runs of the DAG of this run.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    last: Option<u16>,

    /// Print one JSON object.
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    limits: Limits,
}

impl Stats {
    pub(crate) fn run(self, output: &mut Output) -> Result<Exit, Failure> {
        let runs = select_run::here()?;
        let is_over = |run: &RunSummary| matches!(run.status, RunStatus::Ended(_));
        let chosen = select_run::named_or_latest(&runs, self.run.as_deref(), "is over", is_over)?;
        if !is_over(&chosen) {
            return Err(Failure::new(format!("the run {} is not over yet", chosen.run))
                .help(format!("what it does: divisi show {}", chosen.run)));
        }
        let views = self.views(&runs, &chosen)?;
        let statistics = Statistics::of(&views);
        let broken = self.limits.broken(&statistics);
        if self.json {
            output.json(&Told::new(&chosen, &views, &statistics, &broken))?;
        } else {
            lines(&chosen, &views, &statistics).iter().for_each(|line| output.line(line));
            broken.iter().for_each(|broken| output.note(format!("{}: {broken}", paint(ERROR, "limit"))));
        }
        Ok(if broken.is_empty() { Exit::Good } else { Exit::Failed })
    }

    fn views(&self, runs: &Runs, chosen: &RunSummary) -> Result<Vec<RunView>, Failure> {
        match self.last {
            Some(last) => Ok(runs.past(&chosen.file, usize::from(last))?),
            None => Ok(vec![runs.view(&chosen.run)?.0]),
        }
    }
}

fn lines(chosen: &RunSummary, views: &[RunView], statistics: &Statistics) -> Vec<String> {
    let which = match views {
        [_] => format!("run {}, {}", chosen.run, select_run::word(chosen.status)),
        _ => format!("{}, {} succeeded; medians", count(views.len(), "run"), statistics.succeeded),
    };
    let mut lines = vec![
        format!("{}: {which}", paint(STRONG, &chosen.dag)),
        format!(
            "  wall {}, sum of nodes {}, speed-up {:.1} ×, parallel efficiency {:.0} %",
            time::short(statistics.wall),
            time::short(statistics.sum),
            statistics.speed_up,
            statistics.efficiency * 100.0
        ),
    ];
    if let [run] = views
        && let figures = Figures::of(run)
        && !figures.critical_path.is_empty()
    {
        let path = figures.critical_path.join(" → ");
        let took = time::short(Duration::from_millis(figures.critical_ms));
        lines.push(format!("  critical path as run {took}: {path}"));
    }
    lines.extend(spent_lines(views.len(), &statistics.spent));
    lines.extend(reuse_lines(&statistics.reuse));
    lines.push("slowest nodes".to_owned());
    let shown = || statistics.nodes.iter().take(SLOWEST);
    let width = shown().map(|node| node.path.chars().count()).max().unwrap_or(0);
    lines.extend(shown().map(|node| slow_line(node, width)));
    if let Some(more) = statistics.nodes.len().checked_sub(SLOWEST).filter(|more| *more > 0) {
        lines.push(format!("  … {more} more"));
    }
    lines
}

/// What all runs cost together, and the median of several.
fn spent_lines(runs: usize, spent: &Spent) -> Vec<String> {
    let Some(usage) = &spent.usage else { return Vec::new() };
    let mut lines = vec![cost_line(usage, spent.is_cost_partial)];
    if runs > 1 {
        let dollars = usage.usd.map(|_| format!("{}, ", cost::dollars(spent.usd))).unwrap_or_default();
        lines.push(format!("  a run in the middle {dollars}{} tokens", cost::amount(spent.tokens)));
    }
    lines
}

fn reuse_lines(reuse: &ReuseFigures) -> Vec<String> {
    let rate = reuse.hit_rate().map(|rate| format!(", hit rate {:.0} %", rate * 100.0)).unwrap_or_default();
    reuse_line(reuse).map(|line| format!("{line}{rate}")).into_iter().collect()
}

fn slow_line(node: &NodeStatistics, width: usize) -> String {
    let mut line = format!("  {:>7}  {:width$}", time::short(node.median), node.path);
    if node.runs > 1 {
        line.push_str(&format!(
            "  longest {}, {} of {} succeeded",
            time::short(node.longest),
            node.succeeded,
            node.runs
        ));
    } else if node.succeeded == 0 {
        line.push_str("  did not succeed");
    }
    if node.attempts as usize > node.runs {
        line.push_str(&format!("  {}", count(node.attempts as usize, "attempt")));
    }
    if let Some(usage) = &node.usage {
        line.push_str(&format!("  {}", cost::used(usage)));
    }
    line.trim_end().to_owned()
}

/// The figures in JSON.
#[derive(Serialize)]
struct Told<'a> {
    dag: &'a str,
    runs: usize,
    succeeded: usize,
    wall_ms: u64,
    sum_ms: u64,
    speed_up: f64,
    parallel_efficiency: f64,
    /// What the agents of all runs used; none where no runner told.
    usage: Option<&'a Usage>,
    /// Whether a runner told no cost, so that more was spent.
    is_cost_partial: bool,
    /// Of a run: the median.
    usd: f64,
    tokens: u64,
    /// Part of what was looked for that was there; none where nothing was.
    hit_rate: Option<f64>,
    /// Of all runs.
    reuse: &'a ReuseFigures,
    /// Each run's own, the latest first.
    each: Vec<Each<'a>>,
    nodes: Vec<ToldNode<'a>>,
    broken_limits: &'a [String],
}

#[derive(Serialize)]
struct Each<'a> {
    run: &'a str,
    #[serde(flatten)]
    figures: Figures<'a>,
}

#[derive(Serialize)]
struct ToldNode<'a> {
    node: &'a str,
    runs: usize,
    succeeded: usize,
    attempts: u32,
    median_ms: u64,
    longest_ms: u64,
    usage: Option<&'a Usage>,
}

impl<'a> Told<'a> {
    fn new(
        chosen: &'a RunSummary,
        views: &'a [RunView],
        statistics: &'a Statistics,
        broken_limits: &'a [String],
    ) -> Self {
        Self {
            dag: &chosen.dag,
            runs: statistics.runs,
            succeeded: statistics.succeeded,
            wall_ms: milliseconds(statistics.wall),
            sum_ms: milliseconds(statistics.sum),
            speed_up: statistics.speed_up,
            parallel_efficiency: statistics.efficiency,
            usage: statistics.spent.usage.as_ref(),
            is_cost_partial: statistics.spent.is_cost_partial,
            usd: statistics.spent.usd,
            tokens: statistics.spent.tokens,
            hit_rate: statistics.reuse.hit_rate(),
            reuse: &statistics.reuse,
            each: views.iter().map(|view| Each { run: view.id(), figures: Figures::of(view) }).collect(),
            nodes: statistics.nodes.iter().map(ToldNode::of).collect(),
            broken_limits,
        }
    }
}

impl<'a> ToldNode<'a> {
    fn of(node: &'a NodeStatistics) -> Self {
        Self {
            node: &node.path,
            runs: node.runs,
            succeeded: node.succeeded,
            attempts: node.attempts,
            median_ms: milliseconds(node.median),
            longest_ms: milliseconds(node.longest),
            usage: node.usage.as_ref(),
        }
    }
}
