//! Ctrl-C and the polite kill, counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
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
        let (ready, is_ready) = mpsc::channel();
        thread::spawn(move || count_signals(&counter, ready));
        // Before the handler stands a signal would end this process. Where it cannot, the sender is dropped.
        let _no_handler = is_ready.recv();
        interrupts
    }

    /// Signals so far.
    pub(crate) fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

fn count_signals(counter: &AtomicUsize, ready: mpsc::Sender<()>) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
    runtime.block_on(async {
        let Ok(mut signals) = Signals::listen() else { return };
        let _nobody_waits = ready.send(());
        while signals.next().await.is_some() {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    });
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) -> Option<()> {
        tokio::select! {
            signal = self.interrupt.recv() => signal,
            signal = self.terminate.recv() => signal,
        }
    }
}

#[cfg(windows)]
struct Signals(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Signals {
    fn listen() -> std::io::Result<Self> {
        tokio::signal::windows::ctrl_c().map(Self)
    }

    async fn next(&mut self) -> Option<()> {
        self.0.recv().await
    }
}
