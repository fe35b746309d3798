//! The view for a terminal: ended nodes scroll away as lines, below them a bar and a line for each running node.

use std::collections::BTreeMap;
use std::time::Duration;

use divisi_engine::event::{ClosedBy, EventRecord};
use divisi_engine::logs::Step;
use divisi_engine::view::{PastDurations, RunView};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::plain::{self, Detail};
use super::{Report, budget};
use crate::failure::Failure;
use crate::output::{Output, harmless};
use crate::time;

/// Spinners and the overall bar. indicatif redraws them; all it is told comes from [`RunView`].
pub(crate) struct Live {
    screen: MultiProgress,
    overall: ProgressBar,
    running: BTreeMap<String, ProgressBar>,
    past: PastDurations,
    /// When the run will probably be over, and when that was worked out; both in milliseconds since the epoch.
    forecast: Option<(i64, i64)>,
    /// What agents do, and when they were looked at; milliseconds since the epoch.
    steps: Steps,
    /// Nothing is drawn: a question stands on the screen.
    is_held: bool,
}

/// Looks what the agent of a live node does.
pub(crate) type Look = Box<dyn Fn(&RunView, &str) -> Step>;

/// The latest steps of agents.
struct Steps {
    look: Option<Look>,
    by_node: BTreeMap<String, Step>,
    looked_at: i64,
}

/// How old a step may be, in milliseconds: looking for it reads a file for each agent.
const STEP_AGE: i64 = 300;

impl Steps {
    fn refresh(&mut self, run: &RunView, now: i64) {
        let Some(look) = &self.look else { return };
        if (0..STEP_AGE).contains(&now.saturating_sub(self.looked_at)) {
            return;
        }
        self.looked_at = now;
        self.by_node = run.running().map(|node| (node.path.clone(), look(run, &node.path))).collect();
    }

    /// `  Edit src/x.rs · mend the parser`; empty for what is no agent.
    fn words(&self, node: &str) -> String {
        let Some(step) = self.by_node.get(node) else { return String::new() };
        let parts: Vec<String> =
            [&step.tool, &step.todo].into_iter().flatten().map(|part| harmless(part).to_string()).collect();
        if parts.is_empty() { String::new() } else { format!("  {}", parts.join(" · ")) }
    }
}

/// How old a forecast may be, in milliseconds: it goes through the whole graph.
const FORECAST_AGE: i64 = 500;

impl Live {
    /// A view on standard output. `past` says how long nodes took before; without any there is no forecast.
    /// `look` says what agents do; none where nothing of that is shown.
    pub(crate) fn new(past: PastDurations, look: Option<Look>) -> Self {
        let screen = MultiProgress::with_draw_target(ProgressDrawTarget::stdout());
        let overall = screen.add(ProgressBar::new(0).with_style(bar_style()));
        let steps = Steps { look, by_node: BTreeMap::new(), looked_at: 0 };
        Self { screen, overall, running: BTreeMap::new(), past, forecast: None, steps, is_held: false }
    }

    fn show(&mut self, run: &RunView, now: i64) {
        self.steps.refresh(run, now);
        let live: BTreeMap<&str, Option<i64>> =
            run.running().map(|node| (node.path.as_str(), node.started_at)).collect();
        self.running.retain(|path, spinner| {
            let keep = live.contains_key(path.as_str());
            if !keep {
                spinner.finish_and_clear();
            }
            keep
        });
        for (path, started_at) in live {
            let spinner = self.running.entry(path.to_owned()).or_insert_with(|| {
                let spinner = ProgressBar::new_spinner().with_style(spinner_style());
                self.screen.insert_before(&self.overall, spinner)
            });
            let elapsed = started_at.map(|start| time::span(now.saturating_sub(start)));
            let elapsed = time::short(elapsed.unwrap_or(Duration::ZERO));
            let step = self.steps.words(path);
            spinner.set_message(format!("{}  {elapsed}{step}", harmless(path)));
            spinner.tick();
        }
        self.overall.set_length(run.total() as u64);
        self.overall.set_position(run.done() as u64);
        let paused = if run.is_paused() { "  paused" } else { "" };
        let asking: Vec<_> = run.asking().map(|node| harmless(&node.path)).collect();
        let asking = if asking.is_empty() { String::new() } else { format!("  {} asks", asking.join(", ")) };
        let left = self.left(run, now).map(|left| format!("  about {left} left")).unwrap_or_default();
        let quota = run.closed_runners().map(|(runner, by, until)| {
            let why = match by {
                ClosedBy::Quota => "waits for quota",
                ClosedBy::Faults => "failed too often, rests",
            };
            format!("  {} {why} until {}", harmless(runner), time::local(until))
        });
        let quota: String = quota.collect();
        let exhausted = run.exhausted().iter().map(|budget| {
            let whose = budget::whose(&budget.scope);
            format!("  {}: {}", harmless(&whose), budget::too_little(budget.unit, budget.spent, budget.limit))
        });
        let exhausted: String = exhausted.collect();
        let wall = time::short(run.wall(now));
        let waiting = waiting(run);
        self.overall.set_message(format!("{wall}{left}{paused}{asking}{quota}{exhausted}{waiting}"));
    }

    /// How long the run will probably go on; none where nothing is known of the past, or nothing is left.
    fn left(&mut self, run: &RunView, now: i64) -> Option<String> {
        if self.past.is_empty() || run.is_paused() {
            return None;
        }
        if self.forecast.is_none_or(|(_, made_at)| !(0..FORECAST_AGE).contains(&now.saturating_sub(made_at)))
        {
            let remaining = i64::try_from(run.remaining(&self.past, now)?.as_millis()).ok()?;
            self.forecast = Some((now.saturating_add(remaining), now));
        }
        let (end, _) = self.forecast?;
        let left = time::span(end.saturating_sub(now)).as_secs_f64().round() as u64;
        (left > 0).then(|| time::whole(left))
    }
}

impl Report for Live {
    fn recall(&mut self, run: &RunView) {
        self.overall.set_length(run.total() as u64);
    }

    fn event(&mut self, record: &EventRecord, run: &RunView, output: &mut Output) -> Result<(), Failure> {
        if let Some(line) = plain::line(record, run, Detail::Ends) {
            self.screen.suspend(|| {
                output.line(line);
                output.flush();
            });
        }
        self.show(run, record.at);
        Ok(())
    }

    fn note(&mut self, text: &str, output: &mut Output) {
        self.screen.suspend(|| output.note(text));
    }

    fn hold(&mut self, is_held: bool) {
        if is_held == self.is_held {
            return;
        }
        self.is_held = is_held;
        if is_held {
            // What cannot be cleared stays above the question.
            let _ = self.screen.clear();
            self.screen.set_draw_target(ProgressDrawTarget::hidden());
        } else {
            self.screen.set_draw_target(ProgressDrawTarget::stdout());
        }
    }

    fn tick(&mut self, run: &RunView, now: i64) {
        self.show(run, now);
    }

    fn close(&mut self) {
        for spinner in self.running.values() {
            spinner.finish_and_clear();
        }
        self.overall.finish_and_clear();
    }
}

/// What keeps the first of the nodes from starting that only wait for others, where nothing runs meanwhile.
fn waiting(run: &RunView) -> String {
    if run.running().next().is_some() {
        return String::new();
    }
    let first = run.nodes().find_map(|node| Some((node, run.in_the_way_of(node)?)));
    first.map_or_else(String::new, |(node, what)| {
        format!("  {} waits for {}", harmless(&node.path), harmless(&what))
    })
}

fn bar_style() -> ProgressStyle {
    style("{bar:30.green/dim} {pos}/{len} nodes  {msg}", ProgressStyle::default_bar()).progress_chars("━━─")
}

fn spinner_style() -> ProgressStyle {
    style("  {spinner:.cyan} {wide_msg}", ProgressStyle::default_spinner())
}

/// indicatif parses its templates at run time; ours are constants, and the plain style stands in for a wrong one.
fn style(template: &str, otherwise: ProgressStyle) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or(otherwise)
}
