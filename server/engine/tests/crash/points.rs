//! The points at which a run can be killed, taken from one run that nobody disturbs, and the count of those that were
//! met.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::Path;
use std::sync::Mutex;

use crate::trial::Kind;

/// What only those hosts pass that take a run over.
const TAKEOVER: [&str; 3] = ["host owns the run", "host commits host_started", "host committed host_started"];

/// More takeovers than a trial has.
const TAKEOVERS: usize = 400;

/// A word that a short attempt may never give: nobody is killed in its name where another passes with it.
const OMITTED: &str = "attempt_started";

/// One point for each time that the run passed a place, in this order: `NTH NAME`. `from`: what is passed before a name
/// that begins so is left out.
pub(crate) fn recorded(folder: &Path, from: &str) -> Vec<String> {
    let mut counts: HashMap<&str, u32> = HashMap::new();
    let mut points = Vec::new();
    let passed = fs::read_to_string(folder.join("passed")).unwrap();
    let mut is_on = false;
    for line in passed.lines() {
        for name in line.split('\t') {
            *counts.entry(name).or_default() += 1;
            is_on |= name.starts_with(from);
        }
        let mut names = line.split('\t');
        let name = names.clone().find(|name| !name.contains(OMITTED)).or_else(|| names.next()).unwrap();
        if is_on {
            points.push(format!("{} {name}", counts[name]));
        }
    }
    points
}

/// Where a trial kills beside its points: every third takeover, at a place that varies, and in every other trial the host
/// whose run has just ended.
pub(crate) fn beside(trial: usize) -> Vec<String> {
    let place = TAKEOVER[trial % TAKEOVER.len()];
    let takeovers = (0..TAKEOVERS).map(|takeover| format!("{} {place}", 2 + 3 * takeover));
    let end = (trial % 2 == 1).then(|| "1 host committed run_ended".to_owned());
    takeovers.chain(end).collect()
}

/// What the trials of one kind came to.
#[derive(Default)]
struct Tally {
    points: usize,
    aimed_at: BTreeSet<String>,
    met: BTreeSet<String>,
    trials: usize,
    kills: usize,
}

static TALLIES: Mutex<BTreeMap<(Kind, &'static str), Tally>> = Mutex::new(BTreeMap::new());

/// Counts a trial that was aimed at some of the `points` of its kind.
pub(crate) fn count(
    kind: Kind,
    who: &'static str,
    points: usize,
    aimed_at: &[String],
    kills: &BTreeSet<String>,
) {
    let mut tallies = TALLIES.lock().unwrap();
    let tally = tallies.entry((kind, who)).or_default();
    tally.points = points;
    tally.aimed_at.extend(aimed_at.iter().cloned());
    tally.met.extend(aimed_at.iter().filter(|point| kills.contains(*point)).cloned());
    tally.trials += 1;
    tally.kills += kills.len();
}

/// Points that a trial was aimed at and that were not met: an earlier kill had changed what came after it.
pub(crate) fn missed() -> Vec<(Kind, &'static str, Vec<String>)> {
    let tallies = TALLIES.lock().unwrap();
    let missed = tallies
        .iter()
        .map(|((kind, who), tally)| (*kind, *who, tally.aimed_at.difference(&tally.met).cloned().collect()));
    missed.filter(|(.., points): &(_, _, Vec<String>)| !points.is_empty()).collect()
}

/// Says what was met and what was not.
pub(crate) fn tell() {
    for ((kind, who), tally) in &*TALLIES.lock().unwrap() {
        println!(
            "{} {who}: {} points, of which {} trials aimed at {} and met {}; {} kills",
            kind.name(),
            tally.points,
            tally.trials,
            tally.aimed_at.len(),
            tally.met.len(),
            tally.kills
        );
        for point in tally.aimed_at.difference(&tally.met) {
            println!("  not met: {point}");
        }
    }
}
