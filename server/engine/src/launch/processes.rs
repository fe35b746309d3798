//! Who is alive: children, descendants, and processes that carry an attempt's token.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::spec::TOKEN_VARIABLE;

/// One line of the process table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Process {
    /// Its id.
    pub pid: u32,
    /// Its parent.
    pub parent: u32,
    /// Its process group.
    pub group: u32,
    /// Over, and not yet reaped.
    pub zombie: bool,
    /// When it started, in the system's own unit; with the pid and the boot it names a process for ever.
    pub start_time: u64,
}

/// Identity of the machine's boot; empty where the system tells none.
pub fn boot_id() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id").map(|id| id.trim().to_owned()).unwrap_or_default()
}

/// What the system says of `pid`; none where it is gone or nothing can be known.
pub fn process(pid: u32) -> Option<Process> {
    let stat = read_line(&format!("/proc/{pid}/stat"))?;
    // The name stands in parentheses and may hold anything, parentheses too.
    let (_, fields) = stat.rsplit_once(") ")?;
    let fields: Vec<&str> = fields.split(' ').collect();
    Some(Process {
        pid,
        zombie: matches!(*fields.first()?, "Z" | "X"),
        parent: fields.get(1)?.parse().ok()?,
        group: fields.get(2)?.parse().ok()?,
        start_time: fields.get(19)?.parse().ok()?,
    })
}

/// When `pid` started; 0 where it cannot be known.
pub fn start_time(pid: u32) -> u64 {
    process(pid).map_or(0, |process| process.start_time)
}

/// When processes started, without asking the system about each: to look a process up in `/proc` takes longer than
/// reading the clock before and after it is made, and the unit is so coarse that both mostly say the same.
#[derive(Debug, Default)]
pub(crate) struct StartTimes {
    /// Whether clock and process table were seen to agree; none before they were compared.
    agrees: Option<bool>,
}

impl StartTimes {
    /// When `pid` started, which was made between the moments `before` and `after` of [`ticks_since_boot`] and is not
    /// reaped yet; 0 where it cannot be known.
    pub(crate) fn of(&mut self, pid: u32, before: Option<u64>, after: Option<u64>) -> u64 {
        let Some(moment) = before.filter(|_| before == after) else { return start_time(pid) };
        match self.agrees {
            Some(true) => moment,
            Some(false) => start_time(pid),
            None => {
                let told = start_time(pid);
                self.agrees = Some(told == moment);
                told
            }
        }
    }
}

/// Now, in the unit of [`Process::start_time`]; none where no clock tells.
#[cfg(target_os = "linux")]
pub(crate) fn ticks_since_boot() -> Option<u64> {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    let nanoseconds = u64::try_from(now.tv_sec).ok()? * 1_000_000_000 + u64::try_from(now.tv_nsec).ok()?;
    nanoseconds.checked_div(1_000_000_000_u64.checked_div(rustix::param::clock_ticks_per_second())?)
}

/// Now, in the unit of [`Process::start_time`]; none where no clock tells.
#[cfg(not(target_os = "linux"))]
pub(crate) fn ticks_since_boot() -> Option<u64> {
    None
}

/// Children of this process, which must have one thread only, zombies included.
pub(crate) fn own_children() -> Vec<u32> {
    OwnChildren::new().list()
}

/// The system's list of the children of this thread, kept open: it is asked at the end of each attempt.
#[derive(Debug)]
pub(crate) struct OwnChildren(Option<File>);

impl OwnChildren {
    pub(crate) fn new() -> Self {
        Self(File::open("/proc/thread-self/children").ok())
    }

    /// As they are now, zombies included.
    pub(crate) fn list(&self) -> Vec<u32> {
        match self.0.as_ref().map(read_whole) {
            Some(Ok(list)) => pids(&list),
            _ => children(std::process::id()),
        }
    }
}

/// From its beginning. The system makes such a file as it is read, and knows neither its size nor, where one read does
/// not bring all, how much is left.
fn read_whole(file: &File) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut part = [0; 1024];
    loop {
        match file.read_at(&mut part, bytes.len() as u64)? {
            0 => return Ok(bytes),
            count => bytes.extend_from_slice(part.get(..count).unwrap_or_default()),
        }
    }
}

/// Children of `parent`, zombies included.
pub(crate) fn children(parent: u32) -> Vec<u32> {
    let listed = fs::read(format!("/proc/{parent}/task/{parent}/children"));
    match listed {
        // Complete only where the parent has one thread; the guard has, and for others the table is asked.
        Ok(list) if is_single_threaded(parent) => pids(&list),
        _ => all_processes().filter(|process| process.parent == parent).map(|process| process.pid).collect(),
    }
}

fn pids(list: &[u8]) -> Vec<u32> {
    String::from_utf8_lossy(list).split_ascii_whitespace().filter_map(|pid| pid.parse().ok()).collect()
}

/// The beginning of a file of the system that has one short line, by one read.
fn read_line(path: &str) -> Option<String> {
    let mut buffer = [0; 1024];
    let count = File::open(path).and_then(|mut file| file.read(&mut buffer)).ok()?;
    Some(String::from_utf8_lossy(buffer.get(..count)?).into_owned())
}

fn is_single_threaded(pid: u32) -> bool {
    fs::read_dir(format!("/proc/{pid}/task")).is_ok_and(|tasks| tasks.count() == 1)
}

fn all_processes() -> impl Iterator<Item = Process> {
    let pids = fs::read_dir("/proc").into_iter().flatten().flatten();
    pids.filter_map(|entry| process(entry.file_name().to_str()?.parse().ok()?))
}

/// Whether the environment that `pid` was started with carries a token that begins with `token`.
pub(crate) fn carries_token(pid: u32, token: &str) -> bool {
    let Ok(environment) = fs::read(format!("/proc/{pid}/environ")) else { return false };
    environment.split(|byte| *byte == 0).any(|variable| {
        let value = variable.strip_prefix(TOKEN_VARIABLE.as_bytes()).and_then(|rest| rest.strip_prefix(b"="));
        value.is_some_and(|value| value.starts_with(token.as_bytes()))
    })
}

/// Whether this process belongs to an attempt of some run: it carries an attempt's token, or was started by something
/// that does. Where the system tells nothing of other processes, its own environment has to do.
pub(crate) fn belongs_to_an_attempt() -> bool {
    if std::env::var_os(TOKEN_VARIABLE).is_some() {
        return true;
    }
    let parent = |pid: &u32| process(*pid).map(|process| process.parent).filter(|parent| *parent > 1);
    std::iter::successors(parent(&std::process::id()), parent).any(|pid| carries_token(pid, ""))
}

/// Adds the descendants of every process in `pids`.
pub(crate) fn with_descendants(pids: impl IntoIterator<Item = u32>) -> BTreeSet<u32> {
    let mut found = BTreeSet::new();
    let mut next: Vec<u32> = pids.into_iter().collect();
    while let Some(pid) = next.pop() {
        if found.insert(pid) {
            next.extend(children(pid));
        }
    }
    found
}

/// Sends SIGKILL; a process that is gone already is fine.
pub(crate) fn kill(pid: u32) {
    if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
        // The only errors are "gone" and "not ours", and neither can be mended.
        let _ = kill_process(pid, Signal::KILL);
    }
}

/// Kills everything that carries a token beginning with `token`, and the `recorded` processes (pid, start time) with
/// their descendants, until none is left or `patience` is over. Returns those that remain.
pub fn kill_survivors(token: &str, recorded: &[(u32, u64)], patience: Duration) -> Vec<u32> {
    let deadline = Instant::now() + patience;
    loop {
        let alive = survivors(token, recorded);
        if alive.is_empty() || Instant::now() >= deadline {
            return alive.into_iter().collect();
        }
        alive.iter().copied().for_each(kill);
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Whether a process that carries the token lives.
pub(crate) fn has_survivors(token: &str) -> bool {
    !survivors(token, &[]).is_empty()
}

fn survivors(token: &str, recorded: &[(u32, u64)]) -> BTreeSet<u32> {
    let marked = all_processes().filter(|process| !process.zombie && carries_token(process.pid, token));
    let roots =
        recorded.iter().filter(|(pid, start)| process(*pid).is_some_and(|now| now.start_time == *start));
    let roots = roots.map(|(pid, _)| *pid);
    let all = with_descendants(marked.map(|process| process.pid).chain(roots));
    let me = std::process::id();
    all.into_iter().filter(|pid| *pid != me && process(*pid).is_some_and(|process| !process.zombie)).collect()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn the_clock_says_of_a_process_what_the_table_says() {
        let mut times = StartTimes::default();
        for _ in 0..20 {
            let before = ticks_since_boot();
            let mut child = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
            let after = ticks_since_boot();
            let told = start_time(child.id());
            assert!(told > 0 && before.unwrap() <= told && told <= after.unwrap());
            assert_eq!(times.of(child.id(), before, after), told);
            drop(child.stdin.take());
            child.wait().unwrap();
        }
    }

    #[test]
    fn a_clock_that_goes_otherwise_is_not_believed() {
        let mut times = StartTimes::default();
        let me = std::process::id();
        assert_eq!(times.of(me, Some(1), Some(1)), start_time(me));
        assert_eq!(times.of(me, Some(2), Some(2)), start_time(me));
    }
}
