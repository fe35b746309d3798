//! Real processes: what a guard does with them, and what a host makes of it.
//!
//! This program is host and guard, too: it is executed again as `… host DIR` and `… guard`, as `divisi` is.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "what goes wrong here fails a test"
)]

mod cached;
mod guarded;
mod hosted;
mod jobs;
mod support;
mod together;
mod worktrees;

use std::process::{Command, ExitCode};

use libtest_mimic::{Arguments, Trial};

/// Set for the tests themselves: they and their hosts share a private state folder and a secret.
const PRIVATE: &str = "DIVISI_TEST_PRIVATE";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["guard"] => ended(divisi_engine::guard::guard_main()),
        ["host", dir] => ended(divisi_engine::host::host_main(dir.as_ref())),
        _ if std::env::var_os(PRIVATE).is_some() => {
            let trials = guarded::trials()
                .into_iter()
                .chain(hosted::trials())
                .chain(worktrees::trials())
                .chain(cached::trials())
                .chain(jobs::trials())
                .chain(together::trials())
                .collect();
            libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
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
    tests
        .args(arguments)
        .env(PRIVATE, "1")
        .env("XDG_STATE_HOME", state.path())
        .env("TEST_SECRET", "s3cr3t-of-ours");
    let status = tests.status().unwrap();
    if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Makes a trial of a function, named after it.
macro_rules! trials {
    ($($test:ident),+ $(,)?) => {
        pub(crate) fn trials() -> Vec<libtest_mimic::Trial> {
            vec![$(crate::trial(stringify!($test), $test)),+]
        }
    };
}
pub(crate) use trials;

fn trial(name: &str, test: fn()) -> Trial {
    Trial::test(name, move || {
        test();
        Ok(())
    })
}
