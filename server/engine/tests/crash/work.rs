//! What is run: 200 nodes in layers, some of which fail at first, hold locks or take their time. Each appends to a
//! witness file when it begins and when it has done its work.

use divisi_engine::plan::{PlanHold, PlanLock, PlanNode, PlanRetry, StoredPlan};
use divisi_model::{Backoff, LockScope, ResumePolicy};

use crate::bench::sh;

pub(crate) const NODES: usize = 200;
const WIDTH: usize = 10;

pub(crate) fn nodes() -> Vec<PlanNode> {
    (0..NODES).map(node).collect()
}

fn node(index: usize) -> PlanNode {
    let mut work = String::new();
    if index % 7 == 3 {
        work.push_str("[ $DIVISI_ATTEMPT -gt 1 ] || exit 7; ");
    }
    if index % 5 == 1 {
        work.push_str("sleep 0.02; ");
    }
    let line = format!(
        "echo begin $DIVISI_NODE $DIVISI_ATTEMPT >> witness; {work}echo end $DIVISI_NODE $DIVISI_ATTEMPT >> witness"
    );
    let above = index.checked_sub(WIDTH);
    let beside = above.map(|above| above - above % WIDTH + (above + 1) % WIDTH);
    let lock = |lock, exclusive| PlanHold { lock, exclusive };
    PlanNode {
        dependencies: above.into_iter().chain(beside).collect(),
        retry: (index % 7 == 3).then(retry),
        resume: if index % 20 == 19 { ResumePolicy::Never } else { ResumePolicy::Retry },
        locks: match index % 6 {
            0 => vec![lock(0, true)],
            1 => vec![lock(0, false)],
            2 => vec![lock(1, false)],
            _ => Vec::new(),
        },
        ..sh(&format!("n{index}"), &line)
    }
}

fn retry() -> PlanRetry {
    PlanRetry {
        attempts: 3,
        backoff: Backoff::Linear,
        initial_ms: 5,
        max_ms: 5,
        multiplier: 1.0,
        jitter: false,
        on: None,
    }
}

pub(crate) fn options(plan: &mut StoredPlan) {
    plan.max_parallel = 3;
    plan.locks = vec![
        PlanLock { name: "tree".to_owned(), capacity: None, scope: LockScope::Workspace },
        PlanLock { name: "seats".to_owned(), capacity: Some(2), scope: LockScope::Workspace },
    ];
}
