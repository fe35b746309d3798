//! `divisi.server.resume`: an unfinished run goes on under a new host, or is done again from a node on; the answer is
//! the run's id.

use std::path::{Path, PathBuf};

use divisi_engine::client::{EngineError, RunSummary, Runs};
use divisi_engine::event::LostDecision;
use divisi_engine::view::RunView;
use serde::Deserialize;

use super::{Outcome, failed};
use crate::event::{Event, Reply};
use crate::main_loop::Server;
use crate::runs::{Origin, engine_error};
use crate::trust::{self, Subject};

#[derive(Debug, Deserialize)]
pub(super) struct Argument {
    run: String,
    /// Nodes that are done again, with everything that waits for them.
    #[serde(default)]
    from: Vec<String>,
    /// The editor's own word that the workspace is trusted, for this call.
    #[serde(default)]
    trust: bool,
}

/// How a run is to go on.
#[derive(Debug)]
pub(super) struct GoingOn {
    pub(super) run: String,
    /// Nodes that are done again, with everything that waits for them.
    pub(super) from: Vec<String>,
    /// What becomes of nodes that lost an attempt. A run that a host owns hears it, and goes on by itself.
    pub(super) decisions: Vec<(String, LostDecision)>,
    pub(super) trust: bool,
}

/// A run whose new host is up.
#[derive(Debug)]
pub(crate) struct Resumed {
    reply: Reply<Outcome>,
    root: PathBuf,
    summary: RunSummary,
    /// What was known of it before it went on.
    known: RunView,
}

pub(super) fn resume(server: &Server, argument: Argument, reply: Reply<Outcome>) {
    let Argument { run, from, trust } = argument;
    go_on(server, GoingOn { run, from, decisions: Vec::new(), trust }, reply);
}

pub(super) fn go_on(server: &Server, going_on: GoingOn, reply: Reply<Outcome>) {
    let snapshot = server.workspace.snapshot();
    let roots = crate::runs::place::roots(&snapshot, &server.options.places);
    let is_vouched_for = going_on.trust || server.client.trusted == Some(true);
    let is_refused = server.client.trusted == Some(false) && !going_on.trust;
    if is_refused {
        let message = "the editor does not trust this workspace, so nothing was run: trust it there first";
        return reply.send(Err(failed(message)));
    }
    let (places, divisi) = (server.options.places.clone(), server.options.divisi.clone());
    let (mode, events) = (snapshot.settings().run.trust, server.events.clone());
    server.pool.spawn(move || {
        let mut refusal = failed(format!("there is no run `{}`", going_on.run));
        for root in roots {
            let Ok(runs) = Runs::open(&root) else { continue };
            let Ok(summary) = runs.summary(&going_on.run) else { continue };
            if !going_on.decisions.is_empty() && summary.status.is_live() {
                match runs.decide_lost(&going_on.run, &going_on.decisions) {
                    Ok(()) => return reply.send(Ok(Some(serde_json::json!({ "run": summary.run })))),
                    Err(error) => refusal = engine_error(&error, None),
                }
                continue;
            }
            let subject = Subject { root: &root, file: &summary.file, mode };
            if !is_vouched_for && !trust::is_trusted(&places, subject) {
                let root = root.display();
                refusal =
                    failed(format!("{root} is not trusted, so nothing was run: run `divisi trust {root}`"));
                continue;
            }
            match start_again(&runs, &going_on, &divisi) {
                Ok((summary, known)) => {
                    let resumed = Resumed { reply, root, summary, known };
                    return drop(events.send(Event::Resumed(Box::new(resumed))));
                }
                Err(error) => refusal = engine_error(&error, None),
            }
        }
        reply.send(Err(refusal));
    });
}

fn start_again(runs: &Runs, going_on: &GoingOn, divisi: &Path) -> Result<(RunSummary, RunView), EngineError> {
    let GoingOn { run, from, decisions, .. } = going_on;
    let (known, _) = runs.view(run)?;
    runs.check_lost(run, decisions)?;
    runs.prepare_resume_from(run, from)?;
    runs.decide_lost(run, decisions)?;
    runs.start_host(run, divisi)?;
    Ok((runs.summary(run)?, known))
}

pub(crate) fn resumed(server: &mut Server, resumed: Resumed) {
    let Resumed { reply, root, summary, known } = resumed;
    reply.send(Ok(Some(serde_json::json!({ "run": summary.run }))));
    let document = server.workspace.snapshot().document(&summary.file).cloned();
    server.follow(&root, summary, known, Origin::Found(document));
}
