//! Copies of the workspace are made, merged and removed beside the host's loop, one after the other: each may take
//! seconds, and none may see half of another.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use divisi_model::OutputForm;
use tokio::sync::mpsc;

use super::prepare::{Workshop, below_workspace};
use crate::core::{AttemptKey, MergeEnd, StartAttempt};
use crate::crash_point::crash_point;
use crate::event::OutputValue;
use crate::outputs::file_value;
use crate::run_folder::RunFolder;
use crate::worktree::{Copies, CopyJob, Merge, Step};

/// What is to be done.
enum Job {
    Make {
        start: Box<StartAttempt>,
        copy: CopyJob,
    },
    Merge {
        key: AttemptKey,
        copy: CopyJob,
        outputs: BTreeMap<String, OutputValue>,
    },
    /// Removes all copies but these.
    Tidy {
        kept: Vec<PathBuf>,
    },
}

/// What was done.
pub(super) enum Done {
    /// A copy is there, or text for people.
    Made { start: Box<StartAttempt>, result: Result<(), String> },
    /// A merge came to its end.
    Merged { key: AttemptKey, end: MergeEnd },
}

/// The thread that does it.
pub(super) struct CopyWorker {
    jobs: Option<std::sync::mpsc::Sender<Job>>,
    done: mpsc::UnboundedReceiver<Done>,
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl CopyWorker {
    /// None where no node of the plan works on a copy.
    pub(super) fn start(workshop: &Workshop<'_>) -> Option<Self> {
        let repository = workshop.plan.repository.as_ref()?;
        let folder = workshop.folder.clone();
        let copies = Copies::new(repository, folder.worktrees(), folder.scratch(), &folder.token());
        // A git that was killed with a former host leaves the lock of an index there, which would refuse every other.
        let _ = std::fs::remove_dir_all(folder.scratch());
        let (jobs, orders) = std::sync::mpsc::channel();
        let (telling, done) = mpsc::unbounded_channel();
        let is_over = Arc::new(AtomicBool::new(false));
        let worker =
            Worker { copies, folder, top: repository.top.clone(), telling, is_over: is_over.clone() };
        let thread = std::thread::spawn(move || worker.work(&orders));
        Some(Self { jobs: Some(jobs), done, is_over, thread: Some(thread) })
    }

    pub(super) fn make(&self, copy: CopyJob, start: &StartAttempt) {
        self.order(Job::Make { start: Box::new(start.clone()), copy });
    }

    pub(super) fn merge(&self, key: AttemptKey, copy: CopyJob, outputs: BTreeMap<String, OutputValue>) {
        self.order(Job::Merge { key, copy, outputs });
    }

    pub(super) fn tidy(&self, kept: Vec<PathBuf>) {
        self.order(Job::Tidy { kept });
    }

    /// The next thing that was done. Safe to drop and to call again.
    pub(super) async fn next(&mut self) -> Option<Done> {
        self.done.recv().await
    }

    /// Waits until all that was ordered is done.
    pub(super) fn end(mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }

    fn order(&self, job: Job) {
        if let Some(jobs) = &self.jobs {
            // The thread lives until this end of the channel is gone.
            let _ = jobs.send(job);
        }
    }
}

/// A tenure that ends in another way than by the end of its run leaves what it ordered to its successor, which must not
/// meet this thread still at work.
impl Drop for CopyWorker {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Release);
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// What the thread holds.
struct Worker {
    copies: Copies,
    folder: RunFolder,
    top: PathBuf,
    telling: mpsc::UnboundedSender<Done>,
    is_over: Arc<AtomicBool>,
}

impl Worker {
    fn work(&self, orders: &std::sync::mpsc::Receiver<Job>) {
        while let Ok(job) = orders.recv() {
            if self.is_over.load(Ordering::Acquire) {
                continue;
            }
            let done = match job {
                Job::Tidy { kept } => {
                    crash_point("host tidies", ["the copies"]);
                    self.copies.remove_others(&kept, &self.folder);
                    continue;
                }
                Job::Make { start, copy } => {
                    crash_point("host copies", [start.key.node]);
                    let result = self.copies.make(&copy);
                    crash_point("host copied", [start.key.node]);
                    let result = result.map_err(|error| format!("its copy of the workspace: {error}"));
                    Done::Made { start, result }
                }
                Job::Merge { key, copy, outputs } => {
                    Done::Merged { key, end: self.merge(key, &copy, outputs) }
                }
            };
            // Nobody hears it where the tenure is over.
            let _ = self.telling.send(done);
        }
    }

    fn merge(&self, key: AttemptKey, copy: &CopyJob, outputs: BTreeMap<String, OutputValue>) -> MergeEnd {
        let refused = |reasons: &[String]| MergeEnd::Refused { detail: Merge::explain(reasons, &copy.path) };
        let watch = |step: Step| {
            crash_point("host merges", [format!("{step:?} {}", key.node)]);
            Ok(())
        };
        match self.copies.merge(copy, &watch) {
            Ok(Merge::Refused(reasons)) => refused(&reasons),
            Err(error) => refused(&[error.to_string()]),
            Ok(Merge::Done) => MergeEnd::Merged {
                outputs: outputs
                    .into_iter()
                    .map(|(name, value)| (name, self.come_back(copy, value)))
                    .collect(),
            },
        }
    }

    /// A file of the copy is one of the workspace now, with what the merge made of it.
    fn come_back(&self, copy: &CopyJob, value: OutputValue) -> OutputValue {
        let OutputValue::File { path, digest, text } = value else { return value };
        let Ok(below) = Path::new(&path).strip_prefix(&copy.path) else {
            return OutputValue::File { path, digest, text };
        };
        let merged = self.top.join(below);
        let moved = merged.to_string_lossy().into_owned();
        file_value(&merged).unwrap_or(OutputValue::File { path: moved, digest, text })
    }
}

impl Workshop<'_> {
    /// What is to be known of the copy of an attempt; none where it works on the workspace itself.
    pub(super) fn copy_job(&self, node: usize, attempt: u32) -> Option<CopyJob> {
        let planned = self.plan.nodes.get(node)?;
        let extras = planned.worktree.clone()?;
        let repository = self.plan.repository.as_ref()?;
        let folder = self.attempt_folder(node, attempt);
        let workspace = repository.prefix.join(planned.cwd.as_deref().unwrap_or_default());
        let files = planned.outputs.iter().filter_map(|output| match &output.form {
            OutputForm::File(path) => below_workspace(&workspace, path),
            _ => None,
        });
        Some(CopyJob {
            path: self.folder.worktree(&folder),
            extras,
            forced: files.collect(),
            name: format!("{}, attempt {attempt},", planned.path),
            folder,
        })
    }
}
