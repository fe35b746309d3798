//! `$/progress` of a run, on a token that the server makes.
//!
//! Clients send no token with `executeCommand`, so one is created first, and
//! nothing is sent on it unless the client accepted it. Tokens are strings:
//! some clients refuse numbers.

use tower_lsp_server::gen_lsp_types as lsp;

use crate::outbox::{Outbox, Purpose};

const PREFIX: &str = "divisi/run/";

/// How far the token has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Progress {
    /// The client has not answered yet.
    Asked,
    /// The client has not answered yet, and the run is over: the last word.
    Over(String),
    /// It is shown.
    Shown,
    /// The client cannot or will not show it, or it is over.
    Closed,
}

/// What is shown.
#[derive(Debug)]
pub(crate) struct View {
    pub(crate) title: String,
    pub(crate) message: String,
    pub(crate) percentage: u32,
}

impl Progress {
    pub(crate) fn ask(outbox: &mut Outbox, run: &str, supported: bool) -> Self {
        if !supported {
            return Self::Closed;
        }
        let params = lsp::WorkDoneProgressCreateParams { token: token(run) };
        outbox.request::<lsp::WorkDoneProgressCreateRequest>(&params, Purpose::Progress(run.to_owned()));
        Self::Asked
    }

    /// The client's answer to the token.
    pub(crate) fn answered(&mut self, accepted: bool, outbox: &Outbox, run: &str, view: &View) {
        let last_word = match std::mem::replace(self, Self::Closed) {
            Self::Asked => None,
            Self::Over(last_word) => Some(last_word),
            other => {
                *self = other;
                return;
            }
        };
        if !accepted {
            return;
        }
        *self = Self::Shown;
        let begin = serde_json::json!({
            "kind": "begin",
            "title": view.title,
            "message": view.message,
            "percentage": view.percentage,
            "cancellable": true,
        });
        send(outbox, run, begin);
        if let Some(last_word) = last_word {
            self.end(outbox, run, &last_word);
        }
    }

    pub(crate) fn report(&self, outbox: &Outbox, run: &str, view: &View) {
        if *self == Self::Shown {
            let report = serde_json::json!({
                "kind": "report",
                "message": view.message,
                "percentage": view.percentage,
                "cancellable": true,
            });
            send(outbox, run, report);
        }
    }

    pub(crate) fn end(&mut self, outbox: &Outbox, run: &str, message: &str) {
        *self = match self {
            Self::Asked => Self::Over(message.to_owned()),
            Self::Shown => {
                send(outbox, run, serde_json::json!({ "kind": "end", "message": message }));
                Self::Closed
            }
            _ => return,
        };
    }

    /// Whether nothing will be sent any more.
    pub(crate) fn is_closed(&self) -> bool {
        *self == Self::Closed
    }
}

/// The run that a token belongs to.
pub(crate) fn run_of(token: &lsp::ProgressToken) -> Option<&str> {
    match token {
        lsp::ProgressToken::String(token) => token.strip_prefix(PREFIX),
        lsp::ProgressToken::Int(_) => None,
    }
}

fn token(run: &str) -> lsp::ProgressToken {
    lsp::ProgressToken::String(format!("{PREFIX}{run}"))
}

fn send(outbox: &Outbox, run: &str, value: serde_json::Value) {
    outbox.notify::<lsp::ProgressNotification>(&lsp::ProgressParams { token: token(run), value });
}
