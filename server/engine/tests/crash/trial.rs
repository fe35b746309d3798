//! One trial: a run that is killed at some of its points, resumed each time, and judged when it is over.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use divisi_engine::client::RunStatus;
use divisi_engine::crash_point::VARIABLE;
use divisi_engine::event::Verdict;
use divisi_engine::plan::StoredPlan;
use divisi_model::OnFailure;

use crate::bench::Bench;
use crate::{judge, points, remains, work};

/// More lives than any run needs.
const LIVES: usize = 1_000;

/// What becomes of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// Every node succeeds.
    Succeeds,
    /// The last node fails, and the run is undone; nobody is killed before that begins.
    Undone,
    /// An earlier run made most of the results already.
    Reused,
}

pub(crate) const KINDS: [Kind; 3] = [Kind::Succeeds, Kind::Undone, Kind::Reused];

impl Kind {
    /// Into how many trials the points of all its places are dealt out.
    pub(crate) fn trials(self) -> usize {
        match self {
            Self::Succeeds => 40,
            Self::Undone => 16,
            Self::Reused => 12,
        }
    }

    pub(crate) fn name(self) -> String {
        format!("{self:?}").to_lowercase()
    }

    /// What an undisturbed run passes, with 200 nodes or with fewer. Recorded once.
    fn points(self, count: usize) -> &'static [String] {
        static POINTS: [OnceLock<Vec<String>>; KINDS.len()] = [const { OnceLock::new() }; KINDS.len()];
        POINTS[self as usize].get_or_init(|| {
            let crash = tempfile::tempdir().unwrap();
            self.run(count, "one", crash.path());
            let from = if self == Self::Undone { "host commits compensation_started" } else { "" };
            points::recorded(crash.path(), from)
        })
    }

    /// Drives a run to its end, through all kills, and judges it.
    fn run(self, count: usize, who: &str, crash: &Path) {
        let bench = self.bench(count);
        let crash_variable = format!("{who} {}", crash.display());
        drive(&bench, Some(&crash_variable), self.verdict());
        judge::judge(&bench, self, count, crash);
    }

    fn bench(self, count: usize) -> Bench {
        let prepare = |on_failure| {
            move |plan: &mut StoredPlan| {
                work::prepare(plan);
                plan.on_failure = on_failure;
            }
        };
        match self {
            Self::Succeeds => Bench::with(|root| work::nodes(root, count), prepare(OnFailure::Stop)),
            Self::Undone => Bench::with(|root| work::failing(root, count), prepare(OnFailure::Compensate)),
            Self::Reused => {
                let first = Bench::with(|root| work::cached(root, count), prepare(OnFailure::Stop));
                drive(&first, None, Verdict::Succeeded);
                remains::disturb(&first, count);
                first.beside(|root| work::cached(root, count), work::options)
            }
        }
    }

    fn verdict(self) -> Verdict {
        match self {
            Self::Undone => Verdict::Compensated,
            Self::Succeeds | Self::Reused => Verdict::Succeeded,
        }
    }
}

/// Kills a run at each of its points whose number is `trial` modulo the number of trials, and beside them. `who`: the one
/// who passes, or `both`.
pub(crate) fn killed_at_a_part(kind: Kind, count: usize, trial: usize, who: &'static str) {
    let points = kind.points(count).iter().skip(trial).step_by(kind.trials());
    killed_at(kind, count, who, &points.cloned().collect::<Vec<_>>(), &points::beside(trial));
}

/// Kills a run at these points and at others.
pub(crate) fn killed_at(kind: Kind, count: usize, who: &'static str, aimed_at: &[String], beside: &[String]) {
    let crash = tempfile::tempdir().unwrap();
    fs::write(crash.path().join("targets"), [aimed_at, beside].concat().join("\n")).unwrap();
    kind.run(count, who, crash.path());
    let kills = fs::read_to_string(crash.path().join("kills")).unwrap_or_default();
    let kills = kills.lines().map(str::to_owned).collect();
    points::count(kind, who, kind.points(count).len(), aimed_at, &kills);
}

/// Hosts, one after the other, until the run has come to this end.
pub(crate) fn drive(bench: &Bench, crash: Option<&str>, verdict: Verdict) {
    for life in 0.. {
        assert!(life < LIVES, "the run does not end:\n{}", bench.host_log());
        live(bench, crash);
        if bench.status() == RunStatus::Ended(verdict) {
            return;
        }
        assert!(crash.is_some(), "{:?} {:?}\n{}", bench.status(), bench.ends(), bench.host_log());
        bench.runs.prepare_resume(&bench.run).unwrap();
    }
}

/// One host, from its start to its death or the end of the run.
fn live(bench: &Bench, crash: Option<&str>) {
    let dir = bench.root().join(".divisi/runs").join(&bench.run);
    let log = fs::OpenOptions::new().create(true).append(true).open(dir.join("host.log")).unwrap();
    let mut host = Command::new(std::env::current_exe().unwrap());
    host.arg("host").arg(dir).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
    host.envs(crash.map(|crash| (VARIABLE, crash)));
    let _ = host.status().unwrap();
}
