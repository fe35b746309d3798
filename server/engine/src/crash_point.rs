//! Places at which a test kills host or guard, to see that nothing is lost.
//!
//! Only a debug build has them, and there only under the variable [`VARIABLE`]: `EVERY OFFSET WHO FILE`. Each place that
//! is passed, by the host or the guard of whatever tenure, is a line of FILE; at every line number that is OFFSET modulo
//! EVERY whoever passes it is killed: `one`, or, with WHO `both`, the other one with it. A counter of our own rather than
//! a crate of fail points: those know when one place was passed for the third time, and not when the whole run, over
//! several processes, came to its thousandth place, which is what makes each place of a run have its turn.

/// See the module.
#[cfg(debug_assertions)]
pub const VARIABLE: &str = "DIVISI_TEST_CRASH";

/// A release build passes them all.
#[cfg(not(debug_assertions))]
pub(crate) const fn crash_point(_place: &str) {}

/// The process may end here, as if by `kill -9`.
#[cfg(debug_assertions)]
pub(crate) fn crash_point(place: &str) {
    static PLAN: std::sync::OnceLock<Option<plan::Plan>> = std::sync::OnceLock::new();
    if let Some(plan) = PLAN.get_or_init(plan::Plan::of_environment) {
        plan.pass(place);
    }
}

#[cfg(debug_assertions)]
mod plan {
    use std::fs::{File, OpenOptions};
    use std::io::{Seek, Write};
    use std::path::Path;

    use rustix::process::{Pid, Signal, getpid, getppid, kill_process};

    use super::VARIABLE;

    /// Bytes of a line: the end of the file tells its number.
    const LINE: u64 = 24;

    #[derive(Debug)]
    pub(super) struct Plan {
        every: u64,
        offset: u64,
        is_for_both: bool,
        file: File,
    }

    impl Plan {
        pub(super) fn of_environment() -> Option<Self> {
            let text = std::env::var(VARIABLE).ok()?;
            let mut words = text.splitn(4, ' ');
            let every = words.next()?.parse().ok()?;
            let offset = words.next()?.parse().ok()?;
            let is_for_both = words.next()? == "both";
            let file = OpenOptions::new().create(true).append(true).open(Path::new(words.next()?)).ok()?;
            Some(Self { every, offset, is_for_both, file })
        }

        pub(super) fn pass(&self, place: &str) {
            let width = LINE as usize - 1;
            let line = format!("{place:<width$.width$}\n");
            let mut file = &self.file;
            // A test whose folder is gone is over.
            let Ok(()) = file.write_all(line.as_bytes()) else { return };
            let number = file.stream_position().unwrap_or(0) / LINE;
            if self.every == 0 || number % self.every != self.offset {
                return;
            }
            if self.is_for_both {
                Self::other_one(place).into_iter().for_each(kill);
            }
            kill(getpid());
        }

        /// The guard of the host that passes, or the host of the guard.
        fn other_one(place: &str) -> Option<Pid> {
            if place.starts_with("guard") {
                return getppid();
            }
            let children = crate::launch::own_children();
            children.first().and_then(|pid| Pid::from_raw(i32::try_from(*pid).ok()?))
        }
    }

    fn kill(process: Pid) {
        // One that is gone already is what is wanted.
        let _ = kill_process(process, Signal::KILL);
    }
}
