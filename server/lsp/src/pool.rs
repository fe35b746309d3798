//! A few threads for reads. A job that panics is logged and harms nothing else.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use tracing::error;

type Job = Box<dyn FnOnce() + Send>;

/// Dropping it lets the threads end after their queue is empty.
#[derive(Debug)]
pub(crate) struct Pool {
    jobs: crossbeam_channel::Sender<Job>,
}

impl Pool {
    pub(crate) fn new() -> Self {
        let threads = thread::available_parallelism().map_or(2, usize::from).clamp(2, 4);
        let (jobs, queue) = crossbeam_channel::unbounded::<Job>();
        for number in 0..threads {
            let queue = queue.clone();
            let spawned = thread::Builder::new().name(format!("reader {number}")).spawn(move || {
                for job in queue {
                    run(job);
                }
            });
            if let Err(error) = spawned {
                error!("a reader thread could not be started: {error}");
            }
        }
        Self { jobs }
    }

    pub(crate) fn spawn(&self, job: impl FnOnce() + Send + 'static) {
        let _no_reader = self.jobs.send(Box::new(job));
    }
}

fn run(job: Job) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(job)) {
        error!("a job panicked: {}", panic_text(panic.as_ref()));
    }
}

/// What a panic says.
pub(crate) fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_does_not_stop_the_pool() {
        let pool = Pool::new();
        let (sender, receiver) = crossbeam_channel::bounded(16);
        for _ in 0..16 {
            pool.spawn(|| panic!("on purpose"));
        }
        for number in 0..16 {
            let sender = sender.clone();
            pool.spawn(move || sender.send(number).unwrap());
        }
        drop(sender);
        let mut numbers: Vec<i32> = receiver.iter().take(16).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (0..16).collect::<Vec<_>>());
    }
}
