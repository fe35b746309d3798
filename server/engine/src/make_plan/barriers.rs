//! Barriers of phases (docs/decisions/0012-graph-of-a-dag.md).

use divisi_model::{Phase, ResumePolicy, TriggerRule};

use crate::amounts::Amounts;
use crate::plan::{PlanNode, PlanWork};

/// The barrier of a phase: a group that holds nothing, and is over as soon as all that it waits for is over, however.
pub(super) fn barrier(phase: &Phase, line: u32) -> PlanNode {
    PlanNode {
        path: id(phase),
        scope: 0,
        expansion: None,
        title: None,
        line,
        group: None,
        dependencies: Vec::new(),
        after: Vec::new(),
        rule: TriggerRule::AllDone,
        when: None,
        continue_on_error: false,
        work: PlanWork::Group { children: Vec::new() },
        inputs: Vec::new(),
        outputs: Vec::new(),
        retry: None,
        timeout_ms: None,
        idle_timeout_ms: None,
        estimate_ms: 0,
        priority: 0,
        env: Vec::new(),
        cwd: None,
        item: None,
        index: None,
        resume: ResumePolicy::default(),
        locks: Vec::new(),
        limits: Vec::new(),
        worktree: None,
        reads: None,
        writes: None,
        cache: None,
        compensate: None,
        budgets: Vec::new(),
        past: Amounts::default(),
        wall_budget_ms: None,
    }
}

/// What a barrier is called. No node's id holds a colon.
pub(super) fn id(phase: &Phase) -> String {
    format!("phase:{}", phase.id.value)
}
