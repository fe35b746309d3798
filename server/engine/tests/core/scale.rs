//! DESIGN, section 8: the core's own time for a node is far below a millisecond, and does not grow with the run.

use std::time::Instant;

use divisi_engine::event::{Request, Verdict};
use divisi_engine::plan::{LockScope, PlanHold, PlanLimit, PlanLock, StoredPlan};

use crate::support::{Run, node, plan};

fn chain(length: usize) -> StoredPlan {
    let mut nodes: Vec<_> = (0..length).map(|at| node(&format!("n{at}"))).collect();
    for (at, node) in nodes.iter_mut().enumerate().skip(1) {
        node.dependencies = vec![at - 1];
    }
    plan(nodes)
}

/// One root, `width` nodes that wait for it, one node that waits for all of them.
fn fan(width: usize) -> StoredPlan {
    let mut nodes: Vec<_> = (0..width + 2).map(|at| node(&format!("n{at}"))).collect();
    for node in &mut nodes[1..=width] {
        node.dependencies = vec![0];
    }
    nodes[width + 1].dependencies = (1..=width).collect();
    plan(nodes)
}

/// Runs to the end; the steps that grow with the size of the run.
fn steps(name: &str, plan: StoredPlan) -> u64 {
    let count = plan.nodes.len();
    let started = Instant::now();
    let mut run = Run::started(plan);
    run.records.clear();
    while let Some(path) = run.first_live() {
        run.succeed(&path);
        run.effects.clear();
    }
    let took = started.elapsed();
    assert_eq!(run.verdict(), Some(Verdict::Succeeded));
    println!(
        "{name} of {count}: {took:.2?}, {:.1?} a node, {} steps",
        took / count as u32,
        run.state.steps()
    );
    run.state.steps()
}

#[test]
fn the_work_is_linear_in_nodes_and_edges() {
    for size in [1_000, 10_000] {
        assert_eq!(
            steps("chain", chain(size)),
            (3 * size - 1) as u64,
            "two changes of the queue and an edge a node"
        );
        assert_eq!(steps("fan", fan(size)), (4 * size + 4) as u64);
    }
}

/// No stack grows with depth, and no scan with width.
#[test]
fn a_hundred_thousand_nodes_are_fine() {
    steps("chain", chain(100_000));
    steps("fan", fan(100_000));
}

#[test]
fn a_long_cascade_neither_recurses_nor_rescans() {
    let mut run = Run::started(chain(100_000));
    run.fail("n0");
    assert_eq!(run.verdict(), Some(Verdict::Failed));
    assert_eq!(run.state.steps(), 2 + 99_999);
    run.resume();
    run.request(Request::Cancel);
    run.fail("n0");
    assert_eq!(run.verdict(), Some(Verdict::Cancelled));
}

/// However many wait for one lock, or for a place in a phase, none of them is looked at again and again.
#[test]
fn ten_thousand_that_wait_for_one_lock_or_one_phase_are_not_rescanned() {
    for size in [1_000, 10_000] {
        let mut held = fan(size);
        held.locks = vec![PlanLock { name: "db".to_owned(), capacity: None, scope: LockScope::Workspace }];
        held.nodes.iter_mut().for_each(|node| node.locks = vec![PlanHold { lock: 0, exclusive: true }]);
        // Two changes of the queue, an edge or two, into the line, out of it, and the lock back.
        assert!(steps("fan with a lock", held) <= 8 * size as u64 + 20);
        let mut limited = fan(size);
        limited.limits = vec![PlanLimit { name: "phase".to_owned(), capacity: 1 }];
        limited.nodes.iter_mut().for_each(|node| node.limits = vec![0]);
        assert_eq!(steps("fan with a limit", limited), 4 * size as u64 + 4);
    }
}
