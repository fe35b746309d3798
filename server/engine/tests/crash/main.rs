//! Host and guard, killed with SIGKILL at every place of a run at which it could matter, and resumed.
//!
//! A run of 200 nodes passes some thousand such places (`divisi_engine::crash_point`): before and after each commit,
//! before each effect, around each start and each end of a process, before each word of the guard. Each trial kills at
//! every [`EVERY`]th place, from an offset of its own; all of them together kill at each place, the host or the guard
//! alone, or both at once. `DIVISI_CRASH_TRIALS=all` runs them all, which takes minutes; else a few do.
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
#[path = "../simulator/sometimes.rs"]
#[expect(dead_code, reason = "the simulator uses it")]
mod sometimes;
#[path = "../support/mod.rs"]
mod support;
#[path = "../simulator/undoing.rs"]
mod undoing;
mod work;

use std::process::{Command, ExitCode, Stdio};

use divisi_engine::client::RunStatus;
use divisi_engine::crash_point::VARIABLE;
use divisi_engine::event::Verdict;
use libtest_mimic::{Arguments, Trial};

use bench::Bench;

/// A trial kills at each place whose number is its offset modulo this.
const EVERY: u64 = 40;

/// Set for the tests themselves, which have a private state folder.
const PRIVATE: &str = "DIVISI_TEST_PRIVATE";

/// More lives than any run needs.
const LIVES: usize = 1_000;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["guard"] => ended(divisi_engine::guard::guard_main()),
        ["host", dir] => ended(divisi_engine::host::host_main(dir.as_ref())),
        _ if std::env::var_os(PRIVATE).is_some() => {
            libtest_mimic::run(&Arguments::from_args(), trials()).exit_code()
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

fn trials() -> Vec<Trial> {
    let all = std::env::var("DIVISI_CRASH_TRIALS").is_ok_and(|wish| wish == "all");
    let offsets = (0..EVERY).filter(|offset| all || offset % 20 == 7);
    let trial = |(offset, who): (u64, &'static str)| {
        Trial::test(format!("killed_at_each_{EVERY}th_place_from_{offset}_{who}"), move || {
            println!("{} kills", killed_run(offset, who));
            Ok(())
        })
    };
    offsets.flat_map(|offset| [(offset, "one"), (offset, "both")]).map(trial).collect()
}

/// Drives a run to its end, through all kills, and judges it; how many there were.
fn killed_run(offset: u64, who: &str) -> u64 {
    let bench = Bench::with(|_| work::nodes(), work::options);
    let places = bench.root().join("places");
    let crash = format!("{EVERY} {offset} {who} {}", places.display());
    for life in 0.. {
        assert!(life < LIVES, "the run does not end:\n{}", bench.host_log());
        live(&bench, &crash);
        if bench.status() == RunStatus::Ended(Verdict::Succeeded) {
            break;
        }
        bench.runs.prepare_resume(&bench.run).unwrap();
    }
    judge::judge(&bench);
    let passed = std::fs::read_to_string(places).unwrap().lines().count() as u64;
    (1..=passed).filter(|place| place % EVERY == offset).count() as u64
}

/// One host, from its start to its death or the end of the run.
fn live(bench: &Bench, crash: &str) {
    let dir = bench.root().join(".divisi/runs").join(&bench.run);
    let log = std::fs::OpenOptions::new().create(true).append(true).open(dir.join("host.log")).unwrap();
    let mut host = Command::new(std::env::current_exe().unwrap());
    host.arg("host").arg(dir).env(VARIABLE, crash).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
    let _ = host.status().unwrap();
}
