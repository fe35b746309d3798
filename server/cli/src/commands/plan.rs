//! `divisi plan`

use std::collections::HashSet;
use std::time::Duration;

use clap::{Args, ValueEnum};
use divisi_analysis::plan::Slot;
use divisi_analysis::{Severity, check};
use divisi_answers::arguments::check_names;
use divisi_answers::plan::{Held, Planned, planned};
use divisi_engine::client::RunOptions;
use divisi_model::duration::human;

use crate::arguments::Argument;
use crate::excerpt::Source;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{ERROR, FAINT, GOOD, Output, STRONG, count, paint};
use crate::warnings;
use crate::workspace::{self, Target};

/// Columns of the timeline.
const TIMELINE: usize = 40;

/// Show what would run, and when, by the estimates.
///
/// Nothing is executed. The node with the longest remaining path goes first; nodes without an estimate count as one
/// minute, a DAG as long as what it holds; locks and conditions are not applied. Where nodes say what they read, it is
/// told which results of earlier runs would be used again, and why others would not: by the files as they are now.
/// Findings of severity error are printed on standard error, and a plan is made whenever the graph has no cycle.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  divisi plan review-all.dag.yaml
  divisi plan review-all --max-parallel 2
  divisi plan review-all --format json | jq .makespan_ms")]
pub(crate) struct Plan {
    /// A DAG file, a folder with exactly one, or the name of a DAG of this workspace.
    file: String,

    /// How many nodes run at a time; else the file's max_parallel, the setting, the number of processors.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    max_parallel: Option<u32>,

    /// An argument of the DAG; may be given many times.
    #[arg(long = "arg", value_name = "NAME=VALUE")]
    arguments: Vec<Argument>,

    /// How the plan is printed.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A table with a timeline, for people.
    Human,
    /// One JSON object.
    Json,
}

impl Plan {
    pub(crate) fn run(self, output: &mut Output) -> Result<Exit, Failure> {
        let target = workspace::target(&self.file)?;
        warnings::of_settings(target.snapshot.problems(), output);
        let Some((_, dag)) = target.document.dag() else {
            return Err(Failure::new(format!("{} holds no DAG", self.file)));
        };
        check_names(self.arguments.iter().map(|argument| argument.name.as_str()), dag)?;
        let has_errors = tell_errors(&target, output);
        let options = RunOptions {
            args: self.arguments.iter().map(|arg| (arg.name.clone(), arg.value.clone())).collect(),
            max_parallel: self.max_parallel,
            ..RunOptions::default()
        };
        let Some(planned) = planned(&target, &options, has_errors) else {
            output.failure(&Failure::new(format!(
                "{} cannot be planned: its nodes wait for each other in a ring",
                self.file
            )));
            return Ok(Exit::Failed);
        };
        if let Some(error) = &planned.obstacle {
            output.warning(format!("it cannot be run as it is: {error}"));
        }
        match self.format {
            Format::Json => output.json(&planned.told(usize::MAX))?,
            Format::Human => print(&workspace::name(&target.document), &planned, output),
        }
        Ok(if has_errors { Exit::Failed } else { Exit::Good })
    }
}

/// Prints the findings of severity error, one a line; whether there are any.
fn tell_errors(target: &Target, output: &mut Output) -> bool {
    let document = &target.document;
    let source = Source { path: &document.path, text: &document.text, lines: &document.lines };
    let findings = check(&target.snapshot, document);
    let errors: Vec<_> = findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
    for finding in &errors {
        let word = paint(ERROR, format!("error[{}]", finding.code));
        output.note(format!("{}: {word}: {}", source.place(finding.span), finding.message));
    }
    !errors.is_empty()
}

fn print(name: &str, planned: &Planned, output: &mut Output) {
    let Planned { max_parallel, schedule, .. } = planned;
    let nodes = count(schedule.nodes, "node");
    let edges = count(schedule.edges, "edge");
    let levels = count(schedule.levels, "level");
    output.line(format!("{}: {nodes}, {edges}, {levels}; {max_parallel} at a time", paint(STRONG, name)));
    output.line("");
    let held = |slot: &Slot| planned.holds(&slot.id).iter().map(Held::width).max().unwrap_or(0);
    let width = schedule.schedule.iter().map(|slot| slot.id.chars().count().max(held(slot)));
    let width = width.max().unwrap_or(0).max(4);
    let header = format!("level  {:>8}  {:>8}  {:width$}", "start", "end", "node");
    output.line(paint(FAINT, header.trim_end()));
    let critical: HashSet<&str> = schedule.critical_path.iter().map(String::as_str).collect();
    for slot in &schedule.schedule {
        let why = planned.why(&slot.id);
        let is_critical = critical.contains(slot.id.as_str());
        output.line(row(&slot.id, slot, width, is_critical, schedule.makespan_ms, why));
        for held in planned.holds(&slot.id) {
            let inner = planned.slot_within(slot, held);
            output.line(row(
                &held.shown(),
                &inner,
                width,
                false,
                schedule.makespan_ms,
                planned.why(&inner.id),
            ));
        }
    }
    output.line("");
    output.line(format!(
        "takes {} by the estimates; one after the other {}",
        time(schedule.makespan_ms),
        time(schedule.total_ms)
    ));
    output.line(format!("critical path: {}", path(&schedule.critical_path)));
}

/// `a → b → c`; the middle of a long path is counted, not listed.
fn path(nodes: &[String]) -> String {
    const ENDS: usize = 10;
    let middle = nodes.len().saturating_sub(2 * ENDS);
    if middle < 2 {
        return nodes.join(" → ");
    }
    let (first, last) = (nodes.iter().take(ENDS), nodes.iter().skip(nodes.len() - ENDS));
    let shown = first.cloned().chain([format!("({middle} more)")]).chain(last.cloned());
    shown.collect::<Vec<_>>().join(" → ")
}

fn row(
    name: &str,
    slot: &Slot,
    width: usize,
    is_critical: bool,
    makespan_ms: u64,
    why: Option<String>,
) -> String {
    let drawn = bar(slot, makespan_ms);
    let space = TIMELINE.saturating_sub(drawn.chars().count());
    let bar = paint(if is_critical { ERROR } else { GOOD }, drawn);
    let why = why.map(|why| format!("{:space$}  {}", "", paint(FAINT, why))).unwrap_or_default();
    format!(
        "{:>5}  {:>8}  {:>8}  {name:width$}  {bar}{why}",
        slot.level,
        time(slot.start_ms),
        time(slot.end_ms),
    )
}

/// The node's share of the whole, drawn to scale; at least one column.
fn bar(slot: &Slot, makespan_ms: u64) -> String {
    let column = |at: u64| {
        usize::try_from(at.saturating_mul(TIMELINE as u64) / makespan_ms.max(1)).unwrap_or(TIMELINE)
    };
    let start = column(slot.start_ms).min(TIMELINE - 1);
    let end = column(slot.end_ms).clamp(start + 1, TIMELINE);
    format!("{}{}", " ".repeat(start), "━".repeat(end - start))
}

fn time(milliseconds: u64) -> String {
    human(Duration::from_millis(milliseconds))
}
