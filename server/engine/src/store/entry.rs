//! One result as it is kept.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::identity::{Part, digest_of_parts};
use super::manifest::{Content, WrittenPath};

/// Version of [`Entry`].
pub(crate) const ENTRY_FORMAT: u32 = 1;

/// The result of a node.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// [`ENTRY_FORMAT`].
    pub(crate) format: u32,
    /// Names what it follows from: the digest of `parts`.
    pub(crate) identity: String,
    /// `DAG/NODE`: entries of one node can be compared.
    pub(crate) node: String,
    /// The run that made it.
    pub(crate) run: String,
    /// Milliseconds since the epoch.
    pub(crate) created_at: i64,
    /// What it follows from.
    pub(crate) parts: Vec<Part>,
    /// Outputs, by name.
    pub(crate) outputs: BTreeMap<String, StoredOutput>,
    /// What it did to files.
    pub(crate) written: Vec<WrittenPath>,
    /// How long its making took.
    pub(crate) wall_ms: u64,
    /// What it cost, in US dollars.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) usd: Option<f64>,
    /// Bytes of outputs and files.
    pub(crate) bytes: u64,
}

/// An output as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StoredOutput {
    /// Text or JSON.
    Value(Value),
    /// A file, by its path from the workspace's root; it is among those that were written.
    File {
        /// The path.
        path: String,
        /// BLAKE3 of its bytes, hex.
        digest: String,
        /// Whether its contents are known as a text.
        is_text: bool,
    },
    /// A large text, kept as a body.
    Blob {
        /// BLAKE3 of its bytes, hex.
        digest: String,
    },
}

impl Entry {
    /// Names the result: the same for equal outputs and files of equal descent.
    pub(crate) fn result_id(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        let mut add = |part: &[u8]| {
            hasher.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes()).update(part);
        };
        add(self.identity.as_bytes());
        for (name, output) in &self.outputs {
            add(name.as_bytes());
            match output {
                StoredOutput::Value(value) => add(value.to_string().as_bytes()),
                StoredOutput::File { path, digest, .. } => {
                    add(path.as_bytes());
                    add(digest.as_bytes());
                }
                StoredOutput::Blob { digest } => add(digest.as_bytes()),
            }
        }
        for written in &self.written {
            add(written.path.as_bytes());
            add(format!("{:?}", written.content).as_bytes());
        }
        hasher.finalize().to_hex().to_string()
    }

    /// Digests of everything that is kept as a body.
    pub(crate) fn bodies(&self) -> Vec<&str> {
        let outputs = self.outputs.values().filter_map(|output| match output {
            StoredOutput::Blob { digest } => Some(digest.as_str()),
            StoredOutput::Value(_) | StoredOutput::File { .. } => None,
        });
        let files = self.written.iter().filter_map(|written| match &written.content {
            Content::File { digest, .. } => Some(digest.as_str()),
            Content::Link { .. } | Content::Deleted => None,
        });
        let lists = self
            .parts
            .iter()
            .filter(|part| part.name == super::identity::READS)
            .map(|part| part.digest.as_str());
        let mut all: Vec<&str> = outputs.chain(files).chain(lists).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Whether it can be what it says: its name follows from its parts, and no path leads out of the workspace.
    pub(crate) fn is_sound(&self) -> bool {
        self.format == ENTRY_FORMAT
            && digest_of_parts(&self.parts) == self.identity
            && self.written.iter().all(|written| super::manifest::is_inside(&written.path))
            && self.outputs.values().all(|output| match output {
                StoredOutput::File { path, .. } => super::manifest::is_inside(path),
                StoredOutput::Value(_) | StoredOutput::Blob { .. } => true,
            })
            && self.bodies().iter().all(|digest| super::bodies::is_digest(digest))
    }
}
