//! A store of results that other runs may have filled, and files that change while nobody looks.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use divisi_engine::core::{Found, IdentifyNode};
use divisi_engine::event::{KeptResult, Miss, MissKind, OutputValue, ReusedResult};
use divisi_engine::plan::StoredPlan;

use crate::random::Random;

/// Marks the name of a result that follows from its identity alone: any run may have made it.
const SHARED: &str = "shared ";

pub(crate) struct Library {
    plan: Arc<StoredPlan>,
    /// Version of what each node reads.
    reads: HashMap<usize, usize>,
    /// What was told of nodes that may start: identity, and the version of what they read.
    open: HashMap<usize, (String, usize)>,
}

impl Library {
    pub(crate) fn new(plan: Arc<StoredPlan>) -> Self {
        Self { plan, reads: HashMap::new(), open: HashMap::new() }
    }

    /// Groups may have grown.
    pub(crate) fn follow(&mut self, plan: &Arc<StoredPlan>) {
        self.plan = plan.clone();
    }

    /// A dead host's knowledge of nodes that were to start.
    pub(crate) fn forget_what_is_open(&mut self) {
        self.open.clear();
    }

    pub(crate) fn find(&mut self, search: &IdentifyNode, random: &mut Random) -> Found {
        if random.percent(3) {
            return Found::Failed { detail: "what it reads cannot be read".to_owned() };
        }
        let node = search.key.node;
        let version = *self.reads.entry(node).or_default();
        let results: Vec<&str> = search.results.iter().map(|(_, result)| result.as_str()).collect();
        let identity = format!("{} {version} {}", self.plan.nodes[node].path, results.join(","));
        // Nobody else can have made what follows from something that only this run knows.
        let may_be_kept = !results.iter().any(|result| result.contains("run/"));
        let is_kept = may_be_kept && search.looks_up && random.percent(60);
        let kind = match random.below(10) {
            _ if !is_kept => MissKind::New,
            0 => MissKind::Stale,
            1 => MissKind::Edited,
            _ => {
                let result_id = format!("{SHARED}{}", blake(&identity));
                let source =
                    ReusedResult { identity, result_id, run: "other".to_owned(), ..Default::default() };
                let value = OutputValue::Value("kept".into());
                return Found::Hit { source, outputs: BTreeMap::from([("out".to_owned(), value)]) };
            }
        };
        self.open.insert(node, (identity.clone(), version));
        let miss = search.looks_up.then(|| Miss { kind, detail: String::new() });
        Found::Miss { identity, miss }
    }

    /// What becomes of the result of an attempt that ended well.
    pub(crate) fn keep(&mut self, node: usize, random: &mut Random) -> KeptResult {
        let version = self.reads.entry(node).or_default();
        *version += usize::from(random.percent(15));
        match self.open.remove(&node) {
            Some((identity, read)) if read == *version => {
                KeptResult { result_id: format!("{SHARED}{}", blake(&identity)), ..Default::default() }
            }
            _ => KeptResult { not_kept: "what it reads changed".to_owned(), ..Default::default() },
        }
    }
}

/// Short enough to be read, long enough to differ.
fn blake(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
