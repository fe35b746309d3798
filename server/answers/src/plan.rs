//! What running a DAG would do: when, by the estimates, and what of earlier runs would be used again.

mod details;

use divisi_analysis::plan::{Plan as Schedule, Slot, estimate_ms, plan_by};
use divisi_engine::client::{EngineError, RunOptions, plan};
use divisi_model::Node;
use serde::Serialize;

use crate::slots;
use crate::workspace::Target;
use details::Details;
pub use details::Held;

/// A DAG as it would run.
#[derive(Debug)]
pub struct Planned {
    /// How many nodes run at a time.
    pub max_parallel: u32,
    /// When each node would run.
    pub schedule: Schedule,
    /// Why it cannot be run as it is, although nothing is found in it.
    pub obstacle: Option<EngineError>,
    details: Details,
}

/// The DAG in `target`'s document, as it would run with `options`; none where its nodes wait for each other in a ring, or
/// there is no DAG. Where `has_errors` says that it cannot be run, the schedule is all that is known.
pub fn planned(target: &Target, options: &RunOptions, has_errors: bool) -> Option<Planned> {
    let (_, dag) = target.document.dag()?;
    let max_parallel = slots::for_dag(options.max_parallel, dag, target.snapshot.settings());
    let options = RunOptions { starts_nothing: true, ..options.clone() };
    let (details, obstacle) = match (!has_errors).then(|| plan(&target.snapshot, &target.document, &options))
    {
        None => (Details::default(), None),
        Some(Ok(plan)) => (Details::new(&plan), None),
        Some(Err(error)) => (Details::default(), Some(error)),
    };
    let takes = |node: &Node| match node.estimate {
        Some(_) => estimate_ms(node),
        None => details.takes_ms(&node.id.value).unwrap_or_else(|| estimate_ms(node)),
    };
    let mut schedule = plan_by(dag, max_parallel, takes)?;
    for slot in &mut schedule.schedule {
        slot.reuse = details.is_reused(&slot.id);
    }
    Some(Planned { max_parallel, schedule, obstacle, details })
}

impl Planned {
    /// Why an earlier result of a node would be used or not, for people; none where that is nothing to tell.
    pub fn why(&self, id: &str) -> Option<String> {
        self.details.why(id)
    }

    /// What a node holds; nothing where it is no DAG.
    pub fn holds(&self, id: &str) -> &[Held] {
        self.details.holds(id)
    }

    /// When something runs that the node of `around` holds.
    pub fn slot_within(&self, around: &Slot, held: &Held) -> Slot {
        let reuse = self.details.is_reused(held.path());
        held.slot(around, reuse)
    }

    /// For programs: `most` nodes at most, and those within them.
    pub fn told(&self, most: usize) -> Told<'_> {
        let plan = &self.schedule;
        let told = |slot| ToldSlot {
            slot,
            why: self.why(&slot.id),
            holds: self.holds(&slot.id).iter().map(|held| self.slot_within(slot, held)).collect(),
        };
        Told {
            nodes: plan.nodes,
            edges: plan.edges,
            levels: plan.levels,
            makespan_ms: plan.makespan_ms,
            total_ms: plan.total_ms,
            critical_path: &plan.critical_path,
            schedule: plan.schedule.iter().take(most).map(told).collect(),
        }
    }
}

/// A plan in JSON.
#[derive(Debug, Serialize)]
pub struct Told<'a> {
    nodes: usize,
    edges: usize,
    levels: usize,
    makespan_ms: u64,
    total_ms: u64,
    critical_path: &'a [String],
    schedule: Vec<ToldSlot<'a>>,
}

#[derive(Debug, Serialize)]
struct ToldSlot<'a> {
    #[serde(flatten)]
    slot: &'a Slot,
    /// Why an earlier result would be used or not, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    /// What a DAG that is a node holds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    holds: Vec<Slot>,
}
