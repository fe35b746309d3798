//! Read-only documents of ours: the graph of a DAG, the log of a node.
//!
//! ```text
//! divisi-graph:/path/of/review.dag.yaml?format=mermaid
//! divisi-log:/home/me/project?run=RUN&node=NODE&attempt=2
//! ```

use std::collections::{BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use divisi_analysis::drawing::Notation;
use tower_lsp_server::gen_lsp_types as lsp;

use crate::uri;

const GRAPH: &str = "divisi-graph";
const LOG: &str = "divisi-log";

/// The schemes of our documents.
pub(crate) const SCHEMES: [&str; 2] = [GRAPH, LOG];

/// What a URI of ours names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Content {
    /// The graph of the DAG at `path`.
    Graph { path: PathBuf, notation: Notation },
    /// What a node's attempt wrote, the latest where none is named, in a run under `root`.
    Log { root: PathBuf, run: String, node: String, attempt: Option<u32> },
}

impl Content {
    /// None where the URI is not one of ours, or lacks a part.
    pub(crate) fn of(uri: &lsp::Uri) -> Option<Self> {
        let (scheme, _) = uri.0.split_once(':')?;
        let query = |name| uri::query(uri, name);
        match scheme {
            GRAPH => {
                let notation = match query("format").as_deref() {
                    None | Some("ascii") => Notation::Ascii,
                    Some("mermaid") => Notation::Mermaid,
                    Some("dot") => Notation::Dot,
                    Some("svg") => Notation::Svg,
                    Some(_) => return None,
                };
                Some(Self::Graph { path: uri::path_in(uri, GRAPH)?, notation })
            }
            LOG => Some(Self::Log {
                root: uri::path_in(uri, LOG)?,
                run: query("run")?,
                node: query("node")?,
                attempt: match query("attempt") {
                    Some(attempt) => Some(attempt.parse().ok()?),
                    None => None,
                },
            }),
            _ => None,
        }
    }
}

/// Documents that were asked for; the client never says when it closes one, so the oldest are forgotten.
#[derive(Debug, Default)]
pub(crate) struct Shown {
    uris: Mutex<VecDeque<lsp::Uri>>,
}

/// More are not kept up to date.
const MOST: usize = 32;

impl Shown {
    pub(crate) fn add(&self, uri: &lsp::Uri) {
        let mut uris = self.lock();
        uris.retain(|known| known != uri);
        uris.push_back(uri.clone());
        if uris.len() > MOST {
            uris.pop_front();
        }
    }

    fn which(&self, is_meant: impl Fn(&Content) -> bool) -> Vec<lsp::Uri> {
        let is_meant = |uri: &&lsp::Uri| Content::of(uri).is_some_and(|content| is_meant(&content));
        self.lock().iter().filter(is_meant).cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<lsp::Uri>> {
        // A list of names: whatever a panic left of it is one.
        self.uris.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long changes are gathered before the client is told.
const QUIET: Duration = Duration::from_millis(300);

/// Documents whose text changed since the client was told.
#[derive(Debug, Default)]
pub(crate) struct Stale {
    uris: BTreeSet<String>,
    tell_at: Option<Instant>,
}

impl Stale {
    /// The text of a DAG's file changed.
    pub(crate) fn edited(&mut self, shown: &Shown, file: &Path) {
        self.add(shown.which(|content| matches!(content, Content::Graph { path, .. } if path == file)));
    }

    /// A run made progress.
    pub(crate) fn went_on(&mut self, shown: &Shown, id: &str) {
        self.add(shown.which(|content| matches!(content, Content::Log { run, .. } if id.starts_with(run))));
    }

    fn add(&mut self, uris: Vec<lsp::Uri>) {
        if !uris.is_empty() {
            self.uris.extend(uris.into_iter().map(|uri| uri.0));
            self.tell_at.get_or_insert_with(|| Instant::now() + QUIET);
        }
    }

    /// When the client is to be told.
    pub(crate) const fn tell_at(&self) -> Option<Instant> {
        self.tell_at
    }

    /// What the client is to be told of by `now`.
    pub(crate) fn due(&mut self, now: Instant) -> Vec<lsp::Uri> {
        if self.tell_at.is_none_or(|at| at > now) {
            return Vec::new();
        }
        self.tell_at = None;
        std::mem::take(&mut self.uris).into_iter().map(lsp::Uri).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(uri: &str) -> Option<Content> {
        Content::of(&lsp::Uri(uri.to_owned()))
    }

    #[test]
    fn a_uri_names_a_graph_or_a_log() {
        let graph = |notation| Some(Content::Graph { path: PathBuf::from("/a b.dag.yaml"), notation });
        assert_eq!(content("divisi-graph:/a%20b.dag.yaml"), graph(Notation::Ascii));
        assert_eq!(content("divisi-graph:///a%20b.dag.yaml?format=svg"), graph(Notation::Svg));
        let log = Content::Log {
            root: PathBuf::from("/w"),
            run: "r1".to_owned(),
            node: "a[x]".to_owned(),
            attempt: Some(2),
        };
        assert_eq!(content("divisi-log:/w?run=r1&node=a%5Bx%5D&attempt=2"), Some(log));
    }

    #[test]
    fn anything_else_is_none() {
        for uri in [
            "",
            "file:///a",
            "divisi-graph:",
            "divisi-graph:a",
            "divisi-graph:/a?format=png",
            "divisi-log:/w",
            "divisi-log:/w?run=r",
            "divisi-log:/w?run=r&node=n&attempt=x",
        ] {
            assert_eq!(content(uri), None, "{uri}");
        }
    }

    #[test]
    fn only_what_was_asked_for_grows_stale() {
        let shown = Shown::default();
        let mut stale = Stale::default();
        stale.edited(&shown, Path::new("/a"));
        assert!(stale.tell_at().is_none());
        let uri = lsp::Uri("divisi-graph:/a".to_owned());
        shown.add(&uri);
        stale.edited(&shown, Path::new("/b"));
        stale.went_on(&shown, "r");
        assert!(stale.tell_at().is_none());
        stale.edited(&shown, Path::new("/a"));
        assert!(stale.due(Instant::now()).is_empty());
        assert_eq!(stale.due(Instant::now() + QUIET), [uri]);
        assert!(stale.tell_at().is_none());
    }
}
