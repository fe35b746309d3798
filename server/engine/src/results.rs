//! What one run finds in the store of results, and what it adds to it (ENGINE, section 5).

use std::cell::OnceCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use divisi_model::OutputForm;

use crate::core::{AttemptKey, AttemptOutcome, Found, IdentifyNode, Outcome};
use crate::environment;
use crate::event::{KeptResult, Miss, MissKind, OutputValue, ReusedResult};
use crate::host::now_ms;
use crate::logs::Masker;
use crate::outputs::{INLINE_LIMIT, store_blob};
use crate::plan::{PlanNode, PlanWork, StoredPlan};
use crate::runner;
use crate::store::digests::Digests;
use crate::store::entry::ENTRY_FORMAT;
use crate::store::identity::{self, Circumstances, Part};
use crate::store::manifest::{self, Before, Content, Unrestorable};
use crate::store::reads::{self, Files};
use crate::store::{ContextStore, Entry, StoreError, StoredOutput};

/// What is known of a node that was looked for and may start.
#[derive(Debug)]
struct Open {
    identity: String,
    parts: Vec<Part>,
    reads: Files,
    writes: Files,
    before: Before,
}

/// The store, as one run uses it.
#[derive(Debug)]
pub struct RunResults {
    plan: Arc<StoredPlan>,
    run: String,
    /// Large texts of this run.
    blobs: PathBuf,
    environment: BTreeMap<String, String>,
    store: Result<ContextStore, String>,
    digests: Digests,
    open: HashMap<usize, Open>,
    /// What runners say of their versions, by name.
    versions: BTreeMap<String, String>,
}

impl RunResults {
    /// Of a run that keeps large texts in `blobs` and whose host has this environment. A store that cannot be opened
    /// holds nothing, and keeps nothing.
    pub fn open(
        plan: Arc<StoredPlan>,
        run: String,
        blobs: PathBuf,
        environment: BTreeMap<String, String>,
    ) -> Self {
        let mut store = ContextStore::open(&plan.workspace).map_err(|error| error.to_string());
        let digests = match &mut store {
            Ok(store) => {
                store.limit(plan.context.max_bytes);
                store.digests(&plan.workspace)
            }
            Err(error) => {
                tracing::warn!("no results are used or kept: {error}");
                Digests::new(&plan.workspace, [])
            }
        };
        Self {
            plan,
            run,
            blobs,
            environment,
            store,
            digests,
            open: HashMap::new(),
            versions: BTreeMap::new(),
        }
    }

    /// Goes by the plan as the run has grown it until now: groups were expanded, arguments were bound.
    pub fn follow(&mut self, plan: Arc<StoredPlan>) {
        self.plan = plan;
    }

    /// The end of an attempt, with what became of its result.
    pub fn take_end(
        &mut self,
        key: AttemptKey,
        mut outcome: AttemptOutcome,
        secrets: &[String],
    ) -> AttemptOutcome {
        let open = self.open.remove(&key.node);
        if let (Outcome::Succeeded { outputs }, Some(open)) = (&outcome.outcome, open) {
            let kept = self.keep(key, outputs, &outcome, open, secrets);
            let not_kept = |why| KeptResult { not_kept: why, ..KeptResult::default() };
            outcome.evidence.result = Some(kept.unwrap_or_else(not_kept));
        }
        outcome
    }

    /// The run is over, and well: nothing that it used is held any longer.
    pub fn let_go(&mut self) {
        if let Ok(store) = &mut self.store
            && let Err(error) = store.unpin(&self.run)
        {
            tracing::warn!("the results of this run stay pinned: {error}");
        }
    }

    /// Finds the identity of a ready node, and puts an earlier result in its place.
    ///
    /// # Errors
    /// Text for people: the identity cannot be told.
    pub fn identify(&mut self, search: &IdentifyNode) -> Result<Found, String> {
        let node = search.key.node;
        let plan = Arc::clone(&self.plan);
        let planned = plan.nodes.get(node).ok_or("the node is not in the plan")?;
        let reads = readable(&plan, planned)?;
        let writes = writable(&plan, planned)?;
        let list = self.list(&reads).map_err(|error| format!("what it reads cannot be read: {error}"))?;
        let runner_version = self.runner_version(planned)?;
        let reads_digest = blake3::hash(list.as_bytes()).to_hex().to_string();
        let parts = identity::identity(
            &plan,
            &Circumstances {
                search,
                reads: &reads_digest,
                environment: &self.environment,
                runner_version: &runner_version,
            },
        );
        let identity = identity::digest_of_parts(&parts);
        let miss = match self.look_up(search, planned, &identity, &parts, &list) {
            Ok(Ok(hit)) => return Ok(hit),
            Ok(Err(miss)) => miss,
            Err(error) => Some(Miss { kind: MissKind::Lost, detail: error }),
        };
        let before = self.look(&writes)?;
        self.open.insert(node, Open { identity: identity.clone(), parts, reads, writes, before });
        Ok(Found::Miss { identity, miss })
    }

    /// Looks once more at what a node may write, for one that had to wait since it was looked for: what others wrote
    /// meanwhile is not its own.
    ///
    /// # Errors
    /// Text for people: that cannot be read.
    pub fn look_again(&mut self, node: usize) -> Result<(), String> {
        let Some(mut open) = self.open.remove(&node) else { return Ok(()) };
        open.before = self.look(&open.writes)?;
        self.open.insert(node, open);
        Ok(())
    }

    fn look(&mut self, writes: &Files) -> Result<Before, String> {
        manifest::look(&self.plan.workspace, writes, &mut self.digests)
            .map_err(|error| format!("what it writes cannot be read: {error}"))
    }

    fn list(&mut self, reads: &Files) -> io::Result<String> {
        let plan = Arc::clone(&self.plan);
        reads::list(&reads.find(&plan.workspace)?, &mut self.digests)
    }

    fn runner_version(&mut self, planned: &PlanNode) -> Result<String, String> {
        let PlanWork::Agent { runner: name, .. } = &planned.work else { return Ok(String::new()) };
        if let Some(version) = self.versions.get(name) {
            return Ok(version.clone());
        }
        let definition =
            self.plan.runners.get(name).ok_or_else(|| format!("the runner {name} is not in the plan"))?;
        let nothing = BTreeMap::new();
        let given = environment::build(&self.plan, planned, &nothing, &[], &self.environment)?.variables;
        let version = runner::version(definition, &given)?;
        self.versions.insert(name.clone(), version.clone());
        Ok(version)
    }

    /// The earlier result, in its place; else why there is none.
    fn look_up(
        &mut self,
        search: &IdentifyNode,
        planned: &PlanNode,
        identity: &str,
        parts: &[Part],
        list: &str,
    ) -> Result<Result<Found, Option<Miss>>, String> {
        let store = self.store.as_mut().map_err(|error| error.clone())?;
        let shown = |error: StoreError| error.to_string();
        if let Err(error) = store.remember(&mut self.digests) {
            tracing::warn!("digests of files are not remembered: {error}");
        }
        store.keep(list.as_bytes()).map_err(shown)?;
        if !search.looks_up {
            return Ok(Err(None));
        }
        let ttl_ms = planned.cache.as_ref().and_then(|cache| cache.ttl_ms);
        let miss = |kind, detail: String| Ok(Err(Some(Miss { kind, detail })));
        let entry = match store.find(identity, &self.run, ttl_ms, now_ms()).map_err(shown)? {
            Ok(entry) => entry,
            Err(MissKind::New) => {
                let key = identity::key_of(&self.plan, planned);
                return Ok(Err(Some(store.explain(&key, parts, list).map_err(shown)?)));
            }
            Err(kind) => return miss(kind, "its result is older than its ttl".to_owned()),
        };
        match store.restore(&self.plan.workspace, &self.run, &entry, &mut self.digests).map_err(shown)? {
            Ok(()) => {}
            Err(Unrestorable::Edited(path)) => {
                return miss(MissKind::Edited, format!("output edited: {path}"));
            }
            Err(Unrestorable::Lost(path)) => {
                return miss(MissKind::Lost, format!("{path} is no longer kept"));
            }
        }
        let outputs = match outputs_of(store, &self.plan.workspace, &self.blobs, &entry) {
            Ok(outputs) => outputs,
            Err(error) => return miss(MissKind::Lost, error),
        };
        store.note_use(identity, &self.run, now_ms()).map_err(shown)?;
        let source = ReusedResult {
            identity: identity.to_owned(),
            result_id: entry.result_id(),
            run: entry.run.clone(),
            saved_ms: entry.wall_ms,
            saved_usd: entry.usd,
            bytes: entry.bytes,
        };
        Ok(Ok(Found::Hit { source, outputs }))
    }

    /// Keeps what an attempt made; an error is why it is not kept, for people.
    fn keep(
        &mut self,
        key: AttemptKey,
        outputs: &BTreeMap<String, OutputValue>,
        outcome: &AttemptOutcome,
        open: Open,
        secrets: &[String],
    ) -> Result<KeptResult, String> {
        if !outcome.evidence.denied.is_empty() {
            return Err("tools were refused to it".to_owned());
        }
        let list =
            self.list(&open.reads).map_err(|error| format!("what it reads cannot be read: {error}"))?;
        let reads_digest = blake3::hash(list.as_bytes()).to_hex();
        if !open.parts.iter().any(|part| part.name == identity::READS && part.digest == reads_digest.as_str())
        {
            return Err("what it reads changed while it ran".to_owned());
        }
        let plan = Arc::clone(&self.plan);
        let planned = plan.nodes.get(key.node).ok_or("the node is not in the plan")?;
        let root = &plan.workspace;
        let after = manifest::look(root, &open.writes, &mut self.digests)
            .map_err(|error| format!("what it wrote cannot be read: {error}"))?;
        let store = self.store.as_mut().map_err(|error| error.clone())?;
        // Of two nodes that write into one folder, neither has what the other put there.
        let all_others = OnceCell::new();
        let others = || {
            let others = plan.nodes.iter().filter(|node| node.path != planned.path);
            others.map(|node| identity::key_of(&plan, node)).collect::<HashSet<_>>()
        };
        let written = manifest::changes(&open.before, &after, |path| {
            store.has_written(path, |node| !all_others.get_or_init(others).contains(node))
        });
        let mut bytes = 0;
        for path in &written {
            let Content::File { digest, .. } = &path.content else { continue };
            let file = root.join(&path.path);
            refuse_secrets(&file, secrets)?;
            bytes += store.keep_file(&file, digest).map_err(|error| error.to_string())?;
        }
        let mut stored = BTreeMap::new();
        for (name, value) in outputs {
            let (output, size) = stored_output(store, root, value)?;
            bytes += size;
            stored.insert(name.clone(), output);
        }
        let entry = Entry {
            format: ENTRY_FORMAT,
            identity: open.identity,
            node: identity::key_of(&plan, planned),
            run: self.run.clone(),
            created_at: now_ms(),
            parts: open.parts,
            outputs: stored,
            written,
            wall_ms: outcome.evidence.wall_ms,
            usd: outcome.evidence.usage.as_ref().and_then(|usage| usage.usd),
            bytes,
        };
        let evicted = store.put(&entry, entry.created_at).map_err(|error| error.to_string())?;
        Ok(KeptResult { result_id: entry.result_id(), bytes, evicted, not_kept: String::new() })
    }
}

/// What a node reads. All of the workspace is less what the DAG itself writes: its own results change nothing.
pub(crate) fn readable(plan: &StoredPlan, planned: &PlanNode) -> Result<Files, String> {
    let own = planned.reads.as_deref().unwrap_or_default();
    let mut globs: Vec<String> = own.to_vec();
    if own.iter().any(|glob| glob == "workspace") {
        for node in &plan.nodes {
            globs.extend(written_globs(plan, node).into_iter().map(|glob| format!("!{glob}")));
        }
    }
    Files::new(globs.iter().map(String::as_str)).map_err(|error| format!("`reads`: {error}"))
}

/// What a node may write: `writes`, and the files that are its outputs.
fn writable(plan: &StoredPlan, planned: &PlanNode) -> Result<Files, String> {
    let globs = written_globs(plan, planned);
    Files::new(globs.iter().map(String::as_str)).map_err(|error| format!("`writes`: {error}"))
}

fn written_globs(plan: &StoredPlan, planned: &PlanNode) -> Vec<String> {
    let writes = planned.writes.iter().flatten().filter(|glob| !glob.starts_with('!')).cloned();
    let cwd = planned.cwd.as_ref().map_or_else(|| plan.workspace.clone(), |cwd| plan.workspace.join(cwd));
    let files = planned.outputs.iter().filter_map(|output| match &output.form {
        OutputForm::File(path) => inside(&plan.workspace, &cwd.join(path)),
        _ => None,
    });
    writes.chain(files.map(|path| globset::escape(&path))).collect()
}

/// The path from the workspace's root; none where it stands outside.
fn inside(root: &Path, path: &Path) -> Option<String> {
    let relative = path.strip_prefix(root).ok()?.to_str()?;
    reads::normal(relative).filter(|path| !path.is_empty())
}

fn refuse_secrets(file: &Path, secrets: &[String]) -> Result<(), String> {
    if secrets.is_empty() {
        return Ok(());
    }
    let bytes = std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
    match Masker::finds(secrets, &bytes) {
        true => Err(format!("a secret stands in {}", file.display())),
        false => Ok(()),
    }
}

/// An output as it is kept, and its bytes beyond those of files.
fn stored_output(
    store: &ContextStore,
    root: &Path,
    value: &OutputValue,
) -> Result<(StoredOutput, u64), String> {
    match value {
        OutputValue::Value(value) => {
            let size = u64::try_from(value.to_string().len()).unwrap_or(u64::MAX);
            Ok((StoredOutput::Value(value.clone()), size))
        }
        OutputValue::File { path, digest, text } => {
            let path = inside(root, Path::new(path))
                .ok_or_else(|| format!("{path} stands outside of the workspace"))?;
            Ok((StoredOutput::File { path, digest: digest.clone(), is_text: text.is_some() }, 0))
        }
        OutputValue::Blob { path, digest } => {
            let size = store.keep_file(Path::new(path), digest).map_err(|error| error.to_string())?;
            Ok((StoredOutput::Blob { digest: digest.clone() }, size))
        }
    }
}

/// The outputs of a result whose files stand in their places.
fn outputs_of(
    store: &ContextStore,
    root: &Path,
    blobs: &Path,
    entry: &Entry,
) -> Result<BTreeMap<String, OutputValue>, String> {
    let value = |output: &StoredOutput| match output {
        StoredOutput::Value(value) => Ok(OutputValue::Value(value.clone())),
        StoredOutput::File { path, digest, is_text } => {
            let path = root.join(path);
            let text = if *is_text { text_of(&path) } else { None };
            Ok(OutputValue::File { path: path.to_string_lossy().into_owned(), digest: digest.clone(), text })
        }
        StoredOutput::Blob { digest } => {
            let bytes = store.bytes_of(digest).map_err(|error| error.to_string())?;
            let text = String::from_utf8(bytes).map_err(|_| "an output is no text".to_owned())?;
            store_blob(blobs, &text).map_err(|error| format!("{}: {error}", blobs.display()))
        }
    };
    entry.outputs.iter().map(|(name, output)| Ok((name.clone(), value(output)?))).collect()
}

pub(crate) fn text_of(path: &Path) -> Option<String> {
    let bytes = std::fs::read(path).ok().filter(|bytes| bytes.len() <= INLINE_LIMIT)?;
    String::from_utf8(bytes).ok()
}
