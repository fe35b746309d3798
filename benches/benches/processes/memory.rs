//! How much memory a run's host and guard take.

use std::fs;
use std::process::Child;
use std::time::Duration;

/// Kilobytes, at the most.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Peak {
    pub(crate) host: u64,
    pub(crate) guard: u64,
}

/// Waits for the end of the host. The system keeps the highest mark of each process; it is read until they are gone.
pub(crate) fn peak_memory(mut host: Child) -> Peak {
    let mut peak = Peak::default();
    let pid = host.id();
    while host.try_wait().expect("it is ours").is_none() {
        let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
        let child: Option<u32> = children.split_whitespace().next().and_then(|pid| pid.parse().ok());
        let guard = child.filter(|pid| is_guard(*pid));
        peak.host = peak.host.max(high_water_mark(pid));
        peak.guard = peak.guard.max(guard.map_or(0, high_water_mark));
        std::thread::sleep(Duration::from_millis(5));
    }
    peak
}

/// Until a child executes its program, it has the memory of its parent.
fn is_guard(pid: u32) -> bool {
    fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| line.ends_with(b"\0guard\0"))
}

fn high_water_mark(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
