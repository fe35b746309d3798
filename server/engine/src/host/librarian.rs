//! Looks for earlier results and keeps new ones (ENGINE, section 5), on a thread of its own: hashing files never holds
//! up the core, and a node that is looked up holds no slot.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc as jobs;
use std::thread::JoinHandle;

use tokio::sync::mpsc as answers;

use crate::core::{AttemptKey, AttemptOutcome, Found, IdentifyNode, Input, StartAttempt};
use crate::crash_point::crash_point;
use crate::plan::{PlanNode, Reuse, StoredPlan};
use crate::results::RunResults;

/// The thread, as the host holds it.
#[derive(Debug)]
pub(super) struct Librarian {
    jobs: jobs::Sender<Job>,
    answers: answers::UnboundedReceiver<Answer>,
    thread: JoinHandle<()>,
}

/// What the thread says.
#[derive(Debug)]
pub(super) enum Answer {
    /// What was found or kept.
    Input(Box<Input>),
    /// What a node may write was looked at, or text for people.
    Looked { start: Box<StartAttempt>, result: Result<(), String> },
}

#[derive(Debug)]
enum Job {
    Identify {
        search: Box<IdentifyNode>,
        /// The plan as the run has grown it until now.
        plan: Arc<StoredPlan>,
    },
    Keep {
        key: AttemptKey,
        plan: Arc<StoredPlan>,
        outcome: Box<AttemptOutcome>,
        secrets: Vec<String>,
    },
    /// Looks once more at what a node may write.
    Look {
        start: Box<StartAttempt>,
    },
    /// The run is over, and well: nothing that it used is held any longer.
    LetGo,
}

impl Librarian {
    /// None where no node of the plan could use it.
    pub(super) fn start(
        plan: &Arc<StoredPlan>,
        run: &str,
        blobs: PathBuf,
        environment: &BTreeMap<String, String>,
    ) -> io::Result<Option<Self>> {
        if plan.reuse == Reuse::Off || !plan.nodes.iter().any(may_use_it) {
            return Ok(None);
        }
        let (jobs, to_do) = jobs::channel();
        let (tell, answers) = answers::unbounded_channel();
        let (plan, run, environment) = (Arc::clone(plan), run.to_owned(), environment.clone());
        let thread = std::thread::Builder::new().name("divisi-librarian".to_owned()).spawn(move || {
            let mut results = RunResults::open(plan, run, blobs, environment);
            for job in to_do {
                let Some(answer) = work(&mut results, job) else { continue };
                if tell.send(answer).is_err() {
                    return;
                }
            }
        })?;
        Ok(Some(Self { jobs, answers, thread }))
    }

    /// Asks for the identity of a ready node of the plan as it is now, and for an earlier result.
    pub(super) fn identify(&self, search: Box<IdentifyNode>, plan: &Arc<StoredPlan>) {
        // It ends only with us.
        let _ = self.jobs.send(Job::Identify { search, plan: Arc::clone(plan) });
    }

    /// Has the result of an attempt kept; the attempt's end is told after that.
    pub(super) fn keep(
        &self,
        key: AttemptKey,
        outcome: AttemptOutcome,
        secrets: Vec<String>,
        plan: &Arc<StoredPlan>,
    ) {
        let (plan, outcome) = (Arc::clone(plan), Box::new(outcome));
        let _ = self.jobs.send(Job::Keep { key, plan, outcome, secrets });
    }

    /// Looks at what a node may write, just before its attempt: it had to wait since it was looked for.
    pub(super) fn look_again(&self, start: &StartAttempt) {
        let _ = self.jobs.send(Job::Look { start: Box::new(start.clone()) });
    }

    /// The next answer. Safe to drop and to call again.
    pub(super) async fn next(&mut self) -> Option<Answer> {
        self.answers.recv().await
    }

    /// Ends it after all that it was asked.
    pub(super) fn end(self, has_succeeded: bool) {
        if has_succeeded {
            let _ = self.jobs.send(Job::LetGo);
        }
        drop(self.jobs);
        if self.thread.join().is_err() {
            tracing::error!("the librarian panicked");
        }
    }
}

/// Whether results of a node, or of what it becomes in the run, may be used again.
fn may_use_it(node: &PlanNode) -> bool {
    let to_come = node.expansion.iter().flat_map(|expansion| &expansion.instance);
    to_come.chain([node]).any(|node| node.cache.is_some())
}

fn work(results: &mut RunResults, job: Job) -> Option<Answer> {
    match job {
        Job::Look { start } => {
            let result = results.look_again(start.key.node);
            Some(Answer::Looked { start, result })
        }
        Job::Identify { search, plan } => {
            results.follow(plan);
            crash_point("host looks up", [search.key.node]);
            let found = results.identify(&search).unwrap_or_else(|detail| Found::Failed { detail });
            crash_point("host looked up", [search.key.node]);
            Some(Answer::Input(Box::new(Input::Identified { key: search.key, found })))
        }
        Job::Keep { key, plan, outcome, secrets } => {
            results.follow(plan);
            crash_point("host keeps", [key.node]);
            let outcome = results.take_end(key, *outcome, &secrets);
            crash_point("host kept", [key.node]);
            Some(Answer::Input(Box::new(Input::AttemptExited { key, outcome })))
        }
        Job::LetGo => {
            results.let_go();
            None
        }
    }
}
