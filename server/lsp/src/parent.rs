//! Watches the process that started the server: an editor that crashed says no goodbye.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

/// How often one looks.
const INTERVAL: Duration = Duration::from_secs(2);

/// Notifies `gone` once the process `pid` is no more. Ends by itself with the session's channel `alive`.
pub(crate) fn watch(pid: u32, gone: Arc<Notify>, alive: crossbeam_channel::Receiver<()>) {
    let watching = move || {
        loop {
            match alive.recv_timeout(INTERVAL) {
                Err(crossbeam_channel::RecvTimeoutError::Timeout) if is_alive(pid) => {}
                Err(crossbeam_channel::RecvTimeoutError::Timeout) => {
                    tracing::warn!("the process {pid} that started the server is gone");
                    gone.notify_one();
                    return;
                }
                _ => return,
            }
        }
    };
    if let Err(error) = std::thread::Builder::new().name("parent".to_owned()).spawn(watching) {
        tracing::warn!("the parent process is not watched: {error}");
    }
}

#[cfg(unix)]
fn is_alive(pid: u32) -> bool {
    let pid = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw);
    let Some(pid) = pid else { return true };
    // Another user's process may not be signalled, and is there all the same.
    !matches!(rustix::process::test_kill_process(pid), Err(rustix::io::Errno::SRCH))
}

#[cfg(not(unix))]
fn is_alive(_pid: u32) -> bool {
    true
}
