//! Places at which a test kills host or guard, to see that nothing is lost.
//!
//! Only a debug build has them, and there only under the variable [`VARIABLE`]: `WHO FOLDER`. A place has a name for
//! each thing that passes it, `host committed attempt_granted n5`, which means the same in every run of the same plan,
//! whatever ran beside what. In the folder stand
//!
//! ```text
//! passed    a line for each passing, by the host or the guard of whatever tenure: its names, with tabs between them
//! targets   lines `NTH NAME`: who passes NAME for the NTH time is killed
//! kills     the targets that were met
//! ```
//!
//! `one` who passes is killed alone, with WHO `both` the other one with it. No crate of fail points: those know when one
//! process passed a place for the third time, and not when a run did, over all its processes.

/// See the module.
#[cfg(debug_assertions)]
pub const VARIABLE: &str = "DIVISI_TEST_CRASH";

use std::fmt::Display;

use crate::core::Effect;
use crate::event::Event;
use crate::guard::FromGuard;

/// A release build passes them all.
#[cfg(not(debug_assertions))]
pub(crate) fn crash_point<S: Display>(_place: &str, _subjects: impl IntoIterator<Item = S>) {}

/// The process may end here, as if by `kill -9`. `subjects`: what passes the place; they are asked for in a test only.
#[cfg(debug_assertions)]
pub(crate) fn crash_point<S: Display>(place: &str, subjects: impl IntoIterator<Item = S>) {
    static PLAN: std::sync::OnceLock<Option<plan::Plan>> = std::sync::OnceLock::new();
    if let Some(plan) = PLAN.get_or_init(plan::Plan::of_environment) {
        let names: Vec<String> = subjects.into_iter().map(|subject| format!("{place} {subject}")).collect();
        if !names.is_empty() {
            plan.pass(&names);
        }
    }
}

/// What an event is called here: its kind, its node, and the state that it leads to.
pub(crate) fn name_of_event(event: &Event) -> String {
    let json = serde_json::to_value(event).unwrap_or_default();
    let words = ["/type", "/node", "/state/is"].into_iter().filter_map(|path| json.pointer(path)?.as_str());
    words.collect::<Vec<_>>().join(" ")
}

/// What an effect is called here: its kind, and the index of its node. None for one that nobody but the host itself
/// sees, so that dying before it is dying before the next.
pub(crate) fn name_of_effect(effect: &Effect) -> Option<String> {
    Some(match effect {
        Effect::Start(start) => format!("start {}", start.key.node),
        Effect::Stop { key, .. } => format!("stop {}", key.node),
        Effect::Kill { key } => format!("kill {}", key.node),
        Effect::Merge { key } => format!("merge {}", key.node),
        Effect::Identify(_)
        | Effect::SetTimer { .. }
        | Effect::CancelTimer { .. }
        | Effect::Finish { .. } => {
            return None;
        }
    })
}

/// What a line of the guard is called here: what it tells, and the index of the node. None for what is no line.
pub(crate) fn name_of_line(line: &[u8]) -> Option<String> {
    let told: FromGuard = serde_json::from_slice(line).ok()?;
    Some(match told {
        FromGuard::Started { name, .. } => format!("started {}", name.node),
        FromGuard::NotStarted { name, .. } => format!("not_started {}", name.node),
        FromGuard::Idle { name } => format!("idle {}", name.node),
        FromGuard::Over { name, .. } => format!("over {}", name.node),
    })
}

/// The index of the node in an attempt's token, `…/NODE.ATTEMPT`.
pub(crate) fn node_of_token(token: &str) -> &str {
    let attempt = token.rsplit('/').next().unwrap_or_default();
    attempt.split('.').next().unwrap_or_default()
}

#[cfg(debug_assertions)]
mod plan {
    use std::collections::{HashMap, HashSet};
    use std::fs::{self, File, OpenOptions};
    use std::io::Write;
    use std::path::Path;
    use std::sync::{Mutex, PoisonError};

    use rustix::process::{Pid, Signal, getpid, getppid, kill_process};

    use super::VARIABLE;

    #[derive(Debug)]
    pub(super) struct Plan {
        is_for_both: bool,
        passed: File,
        kills: File,
        targets: HashSet<(u32, String)>,
        /// How often each name was passed, by all processes of the run. No name is passed by two of them at one time.
        counts: Mutex<HashMap<String, u32>>,
    }

    impl Plan {
        pub(super) fn of_environment() -> Option<Self> {
            let text = std::env::var(VARIABLE).ok()?;
            let (who, folder) = text.split_once(' ')?;
            let folder = Path::new(folder);
            let lines = |file| fs::read_to_string(folder.join(file)).unwrap_or_default();
            let open = |file| OpenOptions::new().create(true).append(true).open(folder.join(file)).ok();
            let target = |line: &str| {
                let (nth, name) = line.split_once(' ')?;
                Some((nth.parse().ok()?, name.to_owned()))
            };
            let mut counts = HashMap::new();
            for name in lines("passed").lines().flat_map(|line| line.split('\t')) {
                *counts.entry(name.to_owned()).or_default() += 1;
            }
            Some(Self {
                is_for_both: who == "both",
                passed: open("passed")?,
                kills: open("kills")?,
                targets: lines("targets").lines().filter_map(target).collect(),
                counts: Mutex::new(counts),
            })
        }

        pub(super) fn pass(&self, names: &[String]) {
            let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
            // A test whose folder is gone is over.
            let _ = (&self.passed).write_all(format!("{}\n", names.join("\t")).as_bytes());
            let mut met = String::new();
            for name in names {
                let count = counts.entry(name.clone()).or_default();
                *count += 1;
                if self.targets.contains(&(*count, name.clone())) {
                    met.push_str(&format!("{count} {name}\n"));
                }
            }
            if !met.is_empty() {
                let _ = (&self.kills).write_all(met.as_bytes());
                self.kill(names.iter().any(|name| name.starts_with("guard")));
            }
        }

        fn kill(&self, is_guard: bool) {
            if self.is_for_both && is_guard {
                getppid().into_iter().for_each(kill);
            } else if self.is_for_both {
                let children = crate::launch::children(std::process::id()).into_iter();
                let children = children.filter_map(|pid| Pid::from_raw(i32::try_from(pid).ok()?));
                children.for_each(kill);
            }
            kill(getpid());
        }
    }

    fn kill(process: Pid) {
        // One that is gone already is what is wanted.
        let _ = kill_process(process, Signal::KILL);
    }
}
