//! `divisi stats`

use std::time::Duration;

use clap::Args;
use divisi_engine::client::{RunStatus, RunSummary, Runs};
use divisi_engine::view::{NodeStatistics, RunView, Statistics};
use divisi_model::duration;
use serde::Serialize;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{ERROR, Output, STRONG, count, paint};
use crate::report::{Figures, reuse_line};
use crate::{select_run, time};

/// Nodes that are listed for people.
const SLOWEST: usize = 10;

/// Figures of finished runs: slowest nodes, success, wall time, speed-up, parallel efficiency, critical path.
///
/// Without --last, of one run; with it, medians over the last N runs of the same DAG. A limit that is not kept is told,
/// and the exit status is 1: for CI.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  divisi stats
  divisi stats --last 20 --max-wall 10m --min-efficiency 40 --min-success 95")]
pub(crate) struct Stats {
    /// The run, or a unique beginning of its id; the latest that is over where none is given.
    run: Option<String>,

    /// Over the last N finished runs of the DAG of this run.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    last: Option<u16>,

    /// Print one JSON object.
    #[arg(long)]
    json: bool,

    /// The most wall time, such as `10m`.
    #[arg(long, value_name = "TIME", value_parser = wall)]
    max_wall: Option<Duration>,

    /// The least parallel efficiency in percent: 100 is all slots busy all the time.
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    min_efficiency: Option<u8>,

    /// The least part of the runs that succeed, in percent.
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    min_success: Option<u8>,
}

fn wall(text: &str) -> Result<Duration, String> {
    duration::parse(text).map_err(|error| error.to_string())
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
        let broken = self.broken(&statistics);
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

    /// Limits that are not kept, for people.
    fn broken(&self, statistics: &Statistics) -> Vec<String> {
        let percent = |part: f64| part * 100.0;
        let wall = self.max_wall.filter(|most| statistics.wall > *most).map(|most| {
            format!("wall {} is more than {}", time::short(statistics.wall), duration::written(most))
        });
        let below = |what: &str, value: f64, least: Option<u8>| {
            let least = least.filter(|least| value < f64::from(*least))?;
            Some(format!("{what} {value:.0} % is less than {least} %"))
        };
        let efficiency = below("parallel efficiency", percent(statistics.efficiency), self.min_efficiency);
        let success = below("success", percent(statistics.success_rate()), self.min_success);
        [wall, efficiency, success].into_iter().flatten().collect()
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
    if let [run] = views {
        lines.extend(reuse_line(run.reuse()));
    }
    lines.push("slowest nodes".to_owned());
    let shown = || statistics.nodes.iter().take(SLOWEST);
    let width = shown().map(|node| node.path.chars().count()).max().unwrap_or(0);
    lines.extend(shown().map(|node| slow_line(node, width)));
    if let Some(more) = statistics.nodes.len().checked_sub(SLOWEST).filter(|more| *more > 0) {
        lines.push(format!("  … {more} more"));
    }
    lines
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
            wall_ms: time::milliseconds(statistics.wall),
            sum_ms: time::milliseconds(statistics.sum),
            speed_up: statistics.speed_up,
            parallel_efficiency: statistics.efficiency,
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
            median_ms: time::milliseconds(node.median),
            longest_ms: time::milliseconds(node.longest),
        }
    }
}
