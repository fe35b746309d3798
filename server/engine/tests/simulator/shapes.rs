//! Shapes that a plan gets after it was drawn, each by a die of its own: DAGs among the nodes and within each other,
//! groups that grow in the run, phases. Plans of worlds without them stay as they were.

use std::collections::BTreeSet;

use divisi_engine::plan::{PlanNode, PlanWork, StoredPlan};
use divisi_model::ResumePolicy;

use crate::random::Random;
use crate::support::{growing, node, rule, scope};

/// Puts neighbours among the outermost nodes into a DAG that is a node, several times: DAGs come to stand in DAGs.
pub(crate) fn nest(random: &mut Random, plan: &mut StoredPlan) {
    for number in 0..1 + random.below(3) {
        let outer = outermost(plan);
        let first = random.below(outer.len());
        let last = (first + random.below(4)).min(outer.len() - 1);
        let (from, count) = (outer[first], last - first + 1);
        make_room(plan, from);
        let members: Vec<usize> = outermost(plan).into_iter().filter(|at| *at > from).take(count).collect();
        enclose(random, plan, from, &members, &format!("d{number}"));
    }
}

fn outermost(plan: &StoredPlan) -> Vec<usize> {
    (0..plan.nodes.len()).filter(|at| plan.nodes[*at].group.is_none()).collect()
}

/// An empty node at `place`; all that stood there and behind it moves.
fn make_room(plan: &mut StoredPlan, place: usize) {
    let moved = |at: &mut usize| *at += usize::from(*at >= place);
    for node in &mut plan.nodes {
        node.dependencies.iter_mut().for_each(moved);
        node.group.iter_mut().for_each(moved);
        match &mut node.work {
            PlanWork::Group { children } => children.iter_mut().for_each(moved),
            PlanWork::Dag { children, exports, .. } => {
                children.iter_mut().chain(exports.values_mut()).for_each(moved);
            }
            _ => {}
        }
        let named = node.when.as_deref().and_then(|when| when.strip_prefix("ok ")?.parse().ok());
        if let Some(mut named) = named {
            moved(&mut named);
            node.when = Some(format!("ok {named}"));
        }
    }
    plan.nodes.insert(place, node("to be a DAG"));
}

/// Members wait for each other alone; for all else, and instead of them, others wait for the DAG.
fn enclose(random: &mut Random, plan: &mut StoredPlan, dag: usize, members: &[usize], path: &str) {
    let is_inside = |plan: &StoredPlan, node: usize| {
        let outermost = std::iter::successors(Some(node), |at| plan.nodes[*at].group).last().unwrap();
        members.contains(&outermost)
    };
    let inside: Vec<usize> = (0..plan.nodes.len()).filter(|at| is_inside(plan, *at)).collect();
    let mut before = BTreeSet::new();
    for at in 0..plan.nodes.len() {
        let dependencies = std::mem::take(&mut plan.nodes[at].dependencies);
        for dependency in dependencies {
            match (inside.contains(&at), inside.contains(&dependency)) {
                (true, false) => drop(before.insert(dependency)),
                (false, true) if plan.nodes[at].dependencies.contains(&dag) => {}
                (false, true) => plan.nodes[at].dependencies.push(dag),
                _ => plan.nodes[at].dependencies.push(dependency),
            }
        }
    }
    let on_failure = random.pick(&["stop", "stop", "abort", "continue"]);
    plan.scopes.push(scope(&format!("{path}/"), on_failure));
    let place = plan.scopes.len();
    if random.percent(15) {
        let value = random.pick(&["src", "src", "src", "error"]);
        plan.scopes[place - 1].late_args.insert("x".to_owned(), value.into());
    }
    for at in inside {
        let node = &mut plan.nodes[at];
        node.scope = if node.scope == 0 { place } else { node.scope };
    }
    for member in members {
        plan.nodes[*member].group = Some(dag);
    }
    let rules = ["all_success", "all_success", "all_done", "one_success", "none_failed"];
    let exports = [("out".to_owned(), *members.last().unwrap())].into();
    plan.nodes[dag] = PlanNode {
        dependencies: before.into_iter().collect(),
        rule: rule(random.pick(&rules)),
        when: random.percent(10).then(|| random.pick(&["true", "false", "error"]).to_owned()),
        continue_on_error: random.percent(20),
        timeout_ms: random.percent(30).then(|| random.pick(&[500, 2_000, 30_000])),
        work: PlanWork::Dag { children: members.to_vec(), scope: place, exports },
        ..node(path)
    };
}

/// Some nodes become groups whose items are known in the run only, and may be others after a node was done again.
pub(crate) fn let_grow(random: &mut Random, plan: &mut StoredPlan) {
    let may_grow = |plan: &StoredPlan, at: usize| {
        let in_for_each = plan.nodes[at].group.is_some_and(|group| plan.nodes[group].index.is_some())
            || plan.nodes[at].index.is_some();
        !in_for_each && matches!(plan.nodes[at].work, PlanWork::Argv { .. } | PlanWork::Agent { .. })
    };
    for at in 0..plan.nodes.len() {
        if !may_grow(plan, at) || random.percent(60) {
            continue;
        }
        let single = plan.nodes[at].clone();
        let items = match random.below(8) {
            0 => String::new(),
            1 => "a a".to_owned(),
            2 => "error".to_owned(),
            drawn @ (3 | 4) if !single.dependencies.is_empty() => {
                let items = if drawn == 3 { "attempts" } else { "latest" };
                format!("{items} {}", random.pick(&single.dependencies))
            }
            count => ["a", "b", "c", "d", "e"][..count - 2].join(" "),
        };
        let of_dags = random.percent(30);
        let mut group = without_work(growing(single, &items, of_dags));
        if let Some(expansion) = group.expansion.as_mut().filter(|_| of_dags) {
            let dag = expansion.instance.remove(0);
            let (locks, budgets) = (dag.locks.clone(), dag.budgets.clone());
            expansion.instance.iter_mut().for_each(|child| {
                (child.locks, child.budgets) = (locks.clone(), budgets.clone());
            });
            expansion.instance.insert(0, without_work(dag));
        }
        plan.nodes[at] = group;
    }
}

/// Less all that only an attempt of the node needs.
fn without_work(group: PlanNode) -> PlanNode {
    PlanNode {
        retry: None,
        timeout_ms: None,
        idle_timeout_ms: None,
        resume: ResumePolicy::Retry,
        locks: Vec::new(),
        limits: Vec::new(),
        worktree: None,
        cache: None,
        compensate: None,
        budgets: Vec::new(),
        wall_budget_ms: None,
        ..group
    }
}

/// One or two barriers: what stands behind one starts when all that stands before it is over, however.
pub(crate) fn add_phases(random: &mut Random, plan: &mut StoredPlan) {
    let outer = outermost(plan);
    let mut previous = None;
    let mut from = 0;
    for number in 0..1 + random.below(2) {
        let until = from + 1 + random.below(outer.len());
        if until >= outer.len() {
            return;
        }
        let barrier = plan.nodes.len();
        plan.nodes.push(PlanNode {
            dependencies: outer[from..until].iter().copied().chain(previous).collect(),
            rule: rule("all_done"),
            work: PlanWork::Group { children: Vec::new() },
            outputs: Vec::new(),
            ..node(&format!("phase:{number}"))
        });
        for at in &outer[until..] {
            plan.nodes[*at].after = vec![barrier];
        }
        (previous, from) = (Some(barrier), until);
    }
}
