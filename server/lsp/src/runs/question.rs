//! The question of a node to the person at the editor.

use std::collections::HashMap;
use std::path::PathBuf;

use tower_lsp_server::gen_lsp_types as lsp;

use crate::outbox::{Outbox, Purpose};

/// What is asked.
#[derive(Debug)]
pub(crate) struct Question {
    pub(crate) root: PathBuf,
    pub(crate) run: String,
    pub(crate) node: String,
    /// An answer counts for this alone.
    pub(crate) about: String,
}

const YES: &str = "Approve";
const NO: &str = "Reject";

impl Question {
    /// What a chosen action means; none for one that was not offered.
    pub(crate) fn answer(title: &str) -> Option<bool> {
        match title {
            YES => Some(true),
            NO => Some(false),
            _ => None,
        }
    }

    pub(super) fn ask(self, text: String, outbox: &mut Outbox) {
        let action =
            |title: &str| lsp::MessageActionItem { title: title.to_owned(), properties: HashMap::default() };
        let params = lsp::ShowMessageRequestParams {
            kind: lsp::MessageType::Info,
            message: text,
            actions: Some(vec![action(YES), action(NO)]),
        };
        outbox.request::<lsp::ShowMessageRequest>(&params, Purpose::Approval(self));
    }
}
