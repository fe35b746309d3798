//! Looks for earlier results as a run does, and leaves everything as it is.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use crate::core::{Found, IdentifyNode};
use crate::environment::own_environment;
use crate::event::{Miss, MissKind, OutputValue, ReusedResult};
use crate::host::now_ms;
use crate::outputs::INLINE_LIMIT;
use crate::plan::{PlanNode, PlanWork, StoredPlan};
use crate::results::{readable, text_of};
use crate::store::digests::Digests;
use crate::store::identity::{self, Circumstances, Part};
use crate::store::manifest::{Content, Unrestorable};
use crate::store::reads::{self, Files};
use crate::store::{ContextStore, Entry, StoredOutput};

/// No run is called so: what is found is always another run's.
const NOBODY: &str = "";

/// The store, and the workspace as it would be.
pub(super) struct Library {
    store: Option<ContextStore>,
    digests: Digests,
    environment: BTreeMap<String, String>,
}

impl Library {
    /// Of the workspace at `root`. A store that cannot be read holds nothing: a run would say the same.
    pub(super) fn open(root: &Path) -> Self {
        let store = ContextStore::open_to_look(root).unwrap_or_default();
        let digests = store.as_ref().map_or_else(|| Digests::new(root, []), |store| store.digests(root));
        Self { store, digests, environment: own_environment() }
    }

    /// What a run would find of a node. The version of an agent's program is taken to be that of its latest result:
    /// asking the program would start it.
    ///
    /// # Errors
    /// Text for people: the identity cannot be told.
    pub(super) fn look_for(&mut self, plan: &StoredPlan, search: &IdentifyNode) -> Result<Found, String> {
        let planned = plan.nodes.get(search.key.node).ok_or("the node is not in the plan")?;
        let files = readable(plan, planned)?;
        let list = self
            .list(&files, &plan.workspace)
            .map_err(|error| format!("what it reads cannot be read: {error}"))?;
        let Some(store) = &mut self.store else {
            let miss = Miss { kind: MissKind::New, detail: String::new() };
            return Ok(Found::Miss { identity: String::new(), miss: Some(miss) });
        };
        let parts = parts(plan, planned, search, &list, &self.environment, store);
        let identity = identity::digest_of_parts(&parts);
        let miss = |kind, detail: String| {
            Ok(Found::Miss { identity: identity.clone(), miss: Some(Miss { kind, detail }) })
        };
        let ttl_ms = planned.cache.as_ref().and_then(|cache| cache.ttl_ms);
        let entry = match store.find(&identity, NOBODY, ttl_ms, now_ms()) {
            Ok(Ok(entry)) => entry,
            Ok(Err(MissKind::New)) => {
                let why = store.explain(&identity::key_of(plan, planned), &parts, &list);
                let why = why.map(|why| why.detail).unwrap_or_default();
                return miss(MissKind::New, why);
            }
            Ok(Err(kind)) => return miss(kind, "its result is older than its ttl".to_owned()),
            Err(error) => return miss(MissKind::Lost, error.to_string()),
        };
        match store.missing(&plan.workspace, &entry, &mut self.digests) {
            Ok(Ok(to_write)) => {
                for written in to_write {
                    self.digests.foresee(&written.path, written.content.clone());
                }
            }
            Ok(Err(Unrestorable::Edited(path))) => {
                return miss(MissKind::Edited, format!("output edited: {path}"));
            }
            Ok(Err(Unrestorable::Lost(path))) => {
                return miss(MissKind::Lost, format!("{path} is no longer kept"));
            }
            Err(error) => return miss(MissKind::Lost, error.to_string()),
        }
        let outputs = outputs_of(store, &plan.workspace, &entry);
        let source = ReusedResult {
            identity: identity.clone(),
            result_id: entry.result_id(),
            run: entry.run.clone(),
            saved_ms: entry.wall_ms,
            saved_usd: entry.usd,
            bytes: entry.bytes,
        };
        Ok(Found::Hit { source, outputs })
    }

    /// What a node would read, with what would be put back before it.
    fn list(&mut self, files: &Files, root: &Path) -> io::Result<String> {
        let mut paths = files.find(root)?;
        let put_back = self
            .digests
            .foreseen()
            .filter(|(path, content)| **content != Content::Deleted && files.holds(path));
        paths.extend(put_back.map(|(path, _)| path.to_owned()));
        reads::list(&paths, &mut self.digests)
    }
}

fn parts(
    plan: &StoredPlan,
    planned: &PlanNode,
    search: &IdentifyNode,
    list: &str,
    environment: &BTreeMap<String, String>,
    store: &ContextStore,
) -> Vec<Part> {
    let is_agent = matches!(planned.work, PlanWork::Agent { .. });
    let reads = blake3::hash(list.as_bytes()).to_hex();
    let circumstances = Circumstances {
        search,
        reads: reads.as_str(),
        environment,
        runner_version: if is_agent { "unknown" } else { "" },
    };
    let mut parts = identity::identity(plan, &circumstances);
    let key = identity::key_of(plan, planned);
    let latest = store.latest_part(&key, identity::RUNNER_VERSION).ok().flatten();
    if let (Some(digest), Some(part)) =
        (latest, parts.iter_mut().find(|part| part.name == identity::RUNNER_VERSION))
    {
        part.digest = digest;
    }
    parts
}

/// The outputs of a result as they would be; large ones stand where the store has them.
fn outputs_of(store: &ContextStore, root: &Path, entry: &Entry) -> BTreeMap<String, OutputValue> {
    let value = |output: &StoredOutput| match output {
        StoredOutput::Value(value) => OutputValue::Value(value.clone()),
        StoredOutput::File { path, digest, is_text } => {
            let path = root.join(path);
            let text = is_text.then(|| kept_text(store, digest).or_else(|| text_of(&path))).flatten();
            OutputValue::File { path: path.to_string_lossy().into_owned(), digest: digest.clone(), text }
        }
        StoredOutput::Blob { digest } => OutputValue::Blob {
            path: store.body(digest).to_string_lossy().into_owned(),
            digest: digest.clone(),
        },
    };
    entry.outputs.iter().map(|(name, output)| (name.clone(), value(output))).collect()
}

fn kept_text(store: &ContextStore, digest: &str) -> Option<String> {
    let bytes = store.bytes_of(digest).ok().filter(|bytes| bytes.len() <= INLINE_LIMIT)?;
    String::from_utf8(bytes).ok()
}
