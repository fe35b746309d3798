//! Host and guard, killed with SIGKILL at every point of a run at which it could matter, and resumed.
//!
//! A point is a place of the code (`divisi_engine::crash_point`) that is passed by something: before and after the
//! commit of an event, before an effect, around each start and each end of a process, before each word of the guard,
//! between the steps of a merge or of putting a result back. A run that nobody disturbs tells which there are. They are
//! dealt out to trials: each kills at some, far apart, and at some places of the takeovers between them; all trials
//! together kill at every point, once the host or the guard alone, and once both.
//!
//! `DIVISI_CRASH_TRIALS=all` runs them all with 200 nodes, which takes half an hour; else a few run with fewer nodes.
//!
//! This program is host and guard, too: it is executed again as `… host DIR` and `… guard`, as `divisi` is.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "what goes wrong here fails a test"
)]

#[path = "../processes/support.rs"]
#[expect(dead_code, reason = "each test binary uses its part")]
mod bench;
#[path = "../simulator/holdings.rs"]
mod holdings;
#[path = "../simulator/invariants.rs"]
#[expect(dead_code, reason = "the simulator uses the rest")]
mod invariants;
mod judge;
#[path = "../simulator/money.rs"]
mod money;
mod points;
mod remains;
#[path = "../simulator/sometimes.rs"]
#[expect(dead_code, reason = "the simulator uses it")]
mod sometimes;
#[path = "../support/mod.rs"]
mod support;
mod trial;
#[path = "../simulator/undoing.rs"]
mod undoing;
mod work;

use std::process::{Command, ExitCode};

use libtest_mimic::{Arguments, Trial};

use trial::{KINDS, Kind, killed_at, killed_at_a_part};

/// Set for the tests themselves, which have a private state folder.
const PRIVATE: &str = "DIVISI_TEST_PRIVATE";

/// Nodes of a run where all trials are made, and where only some are.
const NODES: usize = 200;
const FEW_NODES: usize = 40;

/// Of so many trials one is made where not all are.
const SAMPLE: usize = 20;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["guard"] => ended(divisi_engine::guard::guard_main()),
        ["host", dir] => ended(divisi_engine::host::host_main(dir.as_ref())),
        _ if std::env::var_os(PRIVATE).is_some() => {
            let mut conclusion = libtest_mimic::run(&Arguments::from_args(), trials());
            if all() && !conclusion.has_failed() {
                conclusion = libtest_mimic::run(&Arguments::from_args(), trials_of_missed());
            }
            points::tell();
            conclusion.exit_code()
        }
        _ => in_private(&arguments),
    }
}

fn ended<T, E: std::fmt::Display>(result: Result<T, E>) -> ExitCode {
    match result {
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn in_private(arguments: &[String]) -> ExitCode {
    let state = tempfile::tempdir().unwrap();
    let mut tests = Command::new(std::env::current_exe().unwrap());
    tests.args(arguments).env(PRIVATE, "1").env("XDG_STATE_HOME", state.path());
    if tests.status().unwrap().success() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn all() -> bool {
    std::env::var("DIVISI_CRASH_TRIALS").is_ok_and(|wish| wish == "all")
}

fn trials() -> Vec<Trial> {
    let (all, count) = if all() { (true, NODES) } else { (false, FEW_NODES) };
    let of_kind =
        |kind: Kind| (0..kind.trials()).flat_map(move |trial| [(kind, trial, "one"), (kind, trial, "both")]);
    let is_made = |(_, trial, _): &(Kind, usize, &str)| all || trial % SAMPLE == 7;
    let made = KINDS.into_iter().flat_map(of_kind).filter(is_made);
    let test = |(kind, trial, who): (Kind, usize, &'static str)| {
        let name = format!("{}_and_killed_at_part_{trial}_of_{}_{who}", kind.name(), kind.trials());
        Trial::test(name, move || {
            killed_at_a_part(kind, count, trial, who);
            Ok(())
        })
    };
    made.map(test).collect()
}

/// Nobody is killed at anything else, so that less is changed by kills.
fn trials_of_missed() -> Vec<Trial> {
    let tests = points::missed().into_iter().map(|(kind, who, points)| {
        Trial::test(format!("{}_and_killed_where_no_trial_was_{who}", kind.name()), move || {
            killed_at(kind, NODES, who, &points, &[]);
            Ok(())
        })
    });
    tests.collect()
}
