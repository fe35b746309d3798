//! A proposal whose explanation is not sent with it.

use divisi_ide::Documentation;
use divisi_model::Tool;
use serde::{Deserialize, Serialize};

/// What a proposal is about whose explanation was not sent with it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Unexplained {
    Agent { tool: String, name: String },
    Command { name: String },
}

impl Unexplained {
    /// The text where it is there anyway, else what to ask for.
    pub(crate) fn split(documentation: Documentation) -> std::result::Result<Self, String> {
        match documentation {
            Documentation::Text(text) => Err(text),
            Documentation::Agent { tool, name } => Ok(Self::Agent { tool: tool.slug().to_owned(), name }),
            Documentation::Command { name } => Ok(Self::Command { name }),
        }
    }

    /// None where the client sends back what we never sent.
    pub(crate) fn documentation(self) -> Option<Documentation> {
        Some(match self {
            Self::Agent { tool, name } => {
                let tool = Tool::ALL.into_iter().find(|known| known.slug() == tool)?;
                Documentation::Agent { tool, name }
            }
            Self::Command { name } => Documentation::Command { name },
        })
    }
}
