//! What goes to the client. Sending never waits; what is sent first arrives first.
//!
//! A request of ours is noted here with its purpose and a time limit, and its
//! answer comes back to the main loop as an event.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde::Serialize;
use tokio::sync::mpsc;
use tower_lsp_server::gen_lsp_types as lsp;
use tower_lsp_server::jsonrpc::{Id, Request, Response};
use tracing::error;

use crate::runs::{Launch, Question};

/// How long a client may take over a request that no person has to answer.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long a question may stand on the screen.
const QUESTION: Duration = Duration::from_secs(10 * 60);
/// How long the question of a node may: it has a time-out of its own, or none.
const APPROVAL: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// A message to the client.
#[derive(Debug)]
pub(crate) enum Message {
    /// The answer to a request of the client.
    Answer(Response),
    /// A notification or a request of ours.
    Ours(Request),
}

impl Message {
    pub(crate) fn to_json(&self) -> serde_json::Result<Vec<u8>> {
        match self {
            Self::Answer(answer) => serde_json::to_vec(answer),
            Self::Ours(request) => serde_json::to_vec(request),
        }
    }
}

/// What a request of ours was for.
#[derive(Debug)]
pub(crate) enum Purpose {
    /// Nothing depends on the answer.
    Nothing,
    /// The editor's settings.
    Settings,
    /// The progress of this run.
    Progress(String),
    /// Whether this run may start.
    Trust(Box<Launch>),
    /// Whether a person agrees to what a node asks.
    Approval(Question),
}

#[derive(Debug)]
struct Waiting {
    purpose: Purpose,
    until: Instant,
}

#[derive(Debug)]
pub(crate) struct Outbox {
    messages: mpsc::UnboundedSender<Message>,
    waiting: BTreeMap<i64, Waiting>,
    next_id: i64,
}

impl Outbox {
    pub(crate) fn new(messages: mpsc::UnboundedSender<Message>) -> Self {
        Self { messages, waiting: BTreeMap::new(), next_id: 1 }
    }

    pub(crate) fn notify<N: lsp::Notification>(&self, params: &N::Params) {
        self.notify_as(N::METHOD.to_string(), params);
    }

    /// A notification that is not in the protocol.
    pub(crate) fn notify_as(&self, method: String, params: &impl Serialize) {
        match serde_json::to_value(params) {
            Ok(params) => self.send(Request::build(method).params(params).finish()),
            Err(error) => error!("{method}: {error}"),
        }
    }

    pub(crate) fn request<R: lsp::Request>(&mut self, params: &R::Params, purpose: Purpose) {
        let params = match serde_json::to_value(params) {
            Ok(params) => params,
            Err(error) => return error!("{}: {error}", R::METHOD),
        };
        let id = self.next_id;
        self.next_id += 1;
        let request = Request::build(R::METHOD.to_string()).id(id);
        // A request without parameters carries none; `null` is refused by strict clients.
        let request = if params.is_null() { request } else { request.params(params) };
        let patience = match purpose {
            Purpose::Trust(_) => QUESTION,
            Purpose::Approval(_) => APPROVAL,
            Purpose::Nothing | Purpose::Settings | Purpose::Progress(_) => PATIENCE,
        };
        self.waiting.insert(id, Waiting { purpose, until: Instant::now() + patience });
        self.send(request.finish());
    }

    /// What the request was for that this answers; none where it was never made, or is given up.
    pub(crate) fn settle(&mut self, id: &Id) -> Option<Purpose> {
        let Id::Number(id) = id else { return None };
        self.waiting.remove(id).map(|waiting| waiting.purpose)
    }

    /// When the next request is given up.
    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        self.waiting.values().map(|waiting| waiting.until).min()
    }

    /// Requests that were not answered in time.
    pub(crate) fn overdue(&mut self, now: Instant) -> Vec<Purpose> {
        let overdue: Vec<i64> =
            self.waiting.iter().filter(|(_, waiting)| waiting.until <= now).map(|(id, _)| *id).collect();
        overdue.iter().filter_map(|id| self.waiting.remove(id)).map(|waiting| waiting.purpose).collect()
    }

    fn send(&self, request: Request) {
        // A failed send means that the writer is gone, and the loop will hear of it.
        let _disconnected = self.messages.send(Message::Ours(request));
    }
}
