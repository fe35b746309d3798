//! Ctrl-C and the polite kill, counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// How often the user asked this process to stop.
#[derive(Clone)]
pub(crate) struct Interrupts(Arc<AtomicUsize>);

impl Interrupts {
    /// Takes the signals over from here on; from now on they end nothing by themselves. Where that is not possible
    /// they keep their usual effect, which leaves the run to its host.
    pub(crate) fn listen() -> Self {
        let interrupts = Self(Arc::default());
        let counter = Arc::clone(&interrupts.0);
        thread::spawn(move || count_signals(&counter));
        interrupts
    }

    /// Signals so far.
    pub(crate) fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

fn count_signals(counter: &AtomicUsize) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
    runtime.block_on(async {
        while next_signal().await.is_ok() {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    });
}

#[cfg(unix)]
async fn next_signal() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        result = tokio::signal::ctrl_c() => result,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn next_signal() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
