//! `divisi replay`

use std::thread;
use std::time::{Duration, Instant};

use clap::Args;
use divisi_engine::client::Runs;
use divisi_engine::event::{Event, EventRecord};
use divisi_engine::view::{PastDurations, RunView};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::follow::{View, reporter};
use crate::output::Output;
use crate::report::{Report, summary};
use crate::select_run;
use crate::signals::Interrupts;

/// Show a run again as it went, from its record.
///
/// What is shown is what was shown while it ran: both come from the same events. The time between two hosts of a run is
/// left out. The exit status is 0, whatever became of the run.
#[derive(Debug, Args)]
pub(crate) struct Replay {
    /// The run, or a unique beginning of its id; the latest where none is given.
    run: Option<String>,

    /// How many times as fast as it was.
    #[arg(long, value_name = "N", default_value = "1", value_parser = speed)]
    speed: f64,

    /// Print the event stream, one JSON object a line.
    #[arg(long)]
    json: bool,
}

fn speed(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(speed) if speed > 0.0 => Ok(speed),
        _ => Err("a number above 0, such as 10".to_owned()),
    }
}

impl Replay {
    pub(crate) fn run(self, output: &mut Output) -> Result<Exit, Failure> {
        let runs = select_run::here()?;
        let run = select_run::named_or_latest(&runs, self.run.as_deref(), "can be shown", |_| true)?.run;
        let view = if self.json { View::Json } else { View::People };
        let mut report = reporter(view, PastDurations::new, None);
        let player = Player { speed: self.speed, interrupts: Interrupts::listen() };
        let known = RunView::new(runs.plan(&run).ok().as_ref());
        let shown = player.play(&runs.events(&run, 0)?, known, report.as_mut(), output);
        report.close();
        if let (Some(known), View::People) = (shown?, view) {
            tell_end(&runs, &run, &known, output);
        }
        Ok(Exit::Good)
    }
}

fn tell_end(runs: &Runs, run: &str, known: &RunView, output: &mut Output) {
    let tail = |node: &str, which| runs.log(run, node, which).ok();
    for line in summary(known, &tail) {
        output.line(line);
    }
}

struct Player {
    speed: f64,
    interrupts: Interrupts,
}

impl Player {
    /// The run after its last event; none where the user had enough.
    fn play(
        &self,
        records: &[EventRecord],
        mut known: RunView,
        report: &mut dyn Report,
        output: &mut Output,
    ) -> Result<Option<RunView>, Failure> {
        let mut clock = records.first().map_or(0, |record| record.at);
        for record in records {
            let is_new_host = matches!(record.event, Event::HostStarted { .. });
            if !is_new_host && !self.wait(clock, record.at, &known, report) {
                return Ok(None);
            }
            clock = record.at;
            known.apply(record);
            report.event(record, &known, output)?;
        }
        Ok(Some(known))
    }

    /// Lets the run's clock go on to `until`; false where the user had enough.
    fn wait(&self, from: i64, until: i64, known: &RunView, report: &mut dyn Report) -> bool {
        let whole = crate::time::span(until.saturating_sub(from)).div_f64(self.speed.max(1e-3));
        let start = Instant::now();
        while let Some(left) = whole.checked_sub(start.elapsed()).filter(|left| *left > Duration::ZERO) {
            thread::sleep(left.min(Runs::POLL));
            let passed = start.elapsed().min(whole).mul_f64(self.speed);
            let passed = i64::try_from(passed.as_millis()).unwrap_or(i64::MAX);
            report.tick(known, from.saturating_add(passed).min(until));
            if self.interrupts.count() > 0 {
                return false;
            }
        }
        true
    }
}
