//! Random plans: rules, conditions, tolerance, groups, time-outs, policies.

use divisi_engine::amounts::Amounts;
use divisi_engine::event::FailKind;
use divisi_engine::plan::{
    AdoptedResult, PlanBudget, PlanCache, PlanHold, PlanLimit, PlanLock, PlanNode, PlanParent, PlanRetry,
    PlanWork, PlanWorktree, Reuse, StoredPlan,
};
use divisi_model::{Backoff, LockScope, OnFailure, ResumePolicy};

use crate::random::Random;
use crate::support::{give_to_runner, give_undoing_to_runner, node, plan, rule, undoing};

pub(crate) fn random_plan(random: &mut Random) -> StoredPlan {
    let mut nodes: Vec<PlanNode> = Vec::new();
    // What a later node may wait for: everything but instances of groups.
    let mut outer: Vec<usize> = Vec::new();
    for number in 0..1 + random.below(12) {
        let at = nodes.len();
        let mut made = random_node(random, &format!("n{number}"));
        for _ in 0..random.below(4) {
            if outer.is_empty() {
                break;
            }
            let dependency = random.pick(&outer);
            if !made.dependencies.contains(&dependency) {
                made.dependencies.push(dependency);
            }
        }
        if random.percent(15) {
            nodes.push(made);
            add_instances(random, &mut nodes, at);
        } else {
            made.when = condition(random, &made.dependencies);
            nodes.push(made);
        }
        outer.push(at);
    }
    let mut plan = plan(nodes);
    for node in 0..plan.nodes.len() {
        let is_work = matches!(plan.nodes[node].work, PlanWork::Argv { .. });
        plan.nodes[node].worktree = (is_work && random.percent(15)).then(PlanWorktree::default);
        if is_work && random.percent(15) {
            give_to_runner(&mut plan, node, random.pick(&["one", "two"]));
        }
    }
    for node in 0..plan.nodes.len() {
        add_undoing(random, &mut plan, node);
    }
    add_locks(random, &mut plan);
    add_limits(random, &mut plan);
    reuse_results(random, &mut plan);
    plan.max_parallel = 1 + random.below(4) as u32;
    plan.on_failure = random.pick(&[
        OnFailure::Stop,
        OnFailure::Stop,
        OnFailure::Abort,
        OnFailure::Continue,
        OnFailure::Compensate,
    ]);
    plan
}

fn add_undoing(random: &mut Random, plan: &mut StoredPlan, node: usize) {
    let does_work = matches!(plan.nodes[node].work, PlanWork::Argv { .. } | PlanWork::Agent { .. });
    if !does_work || random.percent(60) {
        return;
    }
    let program = if random.percent(5) { "bad-template" } else { "undo" };
    let mut made = undoing(program, random.pick(&["", "", "exit", "spawn template"]));
    made.timeout_ms = random.percent(40).then(|| random.pick(&[500, 2_000]));
    made.idle_timeout_ms = random.percent(20).then_some(1_000);
    made.retry = random.percent(50).then(|| random_retry(random));
    plan.nodes[node].compensate = Some(made);
    if random.percent(20) {
        give_undoing_to_runner(plan, node, random.pick(&["one", "two"]));
    }
}

fn random_node(random: &mut Random, path: &str) -> PlanNode {
    let mut made = node(path);
    if random.percent(40) {
        let rules = ["all_success", "none_failed", "none_failed_min_one_success", "one_success", "all_done"];
        made.rule = rule(random.pick(&rules));
    }
    made.continue_on_error = random.percent(20);
    made.priority = random.pick(&[0, 0, 0, 1, -1]);
    made.estimate_ms = random.pick(&[100, 1_000, 60_000]);
    made.timeout_ms = random.percent(40).then(|| random.pick(&[500, 2_000, 30_000]));
    made.idle_timeout_ms = random.percent(20).then_some(1_000);
    made.resume = match random.below(20) {
        0 => ResumePolicy::Never,
        1 | 2 => ResumePolicy::Ask,
        _ => ResumePolicy::Retry,
    };
    made.retry = random.percent(30).then(|| random_retry(random));
    if random.percent(3) {
        made.work = PlanWork::Argv { argv: vec![random.pick(&["bad-template", "bad-input"]).to_owned()] };
    }
    if random.percent(8) {
        let question = random.pick(&["go on?", "go on?", "go on?", "bad-template"]).to_owned();
        made.work = PlanWork::Approve { question };
        made.retry = None;
    }
    made
}

fn add_locks(random: &mut Random, plan: &mut StoredPlan) {
    if random.percent(40) {
        return;
    }
    for lock in 0..1 + random.below(3) {
        let capacity = random.percent(50).then(|| 1 + random.below(3) as u32);
        plan.locks.push(PlanLock { name: format!("lock{lock}"), capacity, scope: LockScope::Workspace });
        for node in working(plan) {
            if random.percent(35) {
                let exclusive = random.percent(50);
                plan.nodes[node].locks.push(PlanHold { lock, exclusive });
            }
        }
    }
}

fn add_limits(random: &mut Random, plan: &mut StoredPlan) {
    for limit in 0..random.below(3) {
        let capacity = 1 + random.below(2) as u32;
        plan.limits.push(PlanLimit { name: format!("limit{limit}"), capacity });
        for node in working(plan) {
            if random.percent(40) {
                plan.nodes[node].limits.push(limit);
            }
        }
    }
}

fn working(plan: &StoredPlan) -> Vec<usize> {
    let is_group = |node: &usize| matches!(plan.nodes[*node].work, PlanWork::Group { .. });
    (0..plan.nodes.len()).filter(|node| !is_group(node)).collect()
}

fn random_retry(random: &mut Random) -> PlanRetry {
    PlanRetry {
        attempts: 1 + random.below(4) as u32,
        backoff: random.pick(&[
            Backoff::Immediate,
            Backoff::Linear,
            Backoff::Exponential,
            Backoff::Fibonacci,
        ]),
        initial_ms: random.pick(&[0, 10, 1_000, 20_000]),
        max_ms: random.pick(&[500, 60_000]),
        multiplier: random.pick(&[1.0, 2.0, 10.0]),
        jitter: random.percent(50),
        on: random.percent(30).then(|| vec![FailKind::Exit, FailKind::TimedOut]),
    }
}

/// A budget of the whole, sometimes one of a part within it; nodes with a past and with limits of their own.
pub(crate) fn add_budgets(random: &mut Random, plan: &mut StoredPlan) {
    let mut scopes = vec![String::new()];
    scopes.extend(random.percent(40).then(|| "part".to_owned()));
    for (budget, scope) in scopes.into_iter().enumerate() {
        let limit = Amounts {
            micro_usd: random.percent(60).then(|| random.pick(&[50_000, 500_000, 5_000_000])),
            tokens: random.percent(30).then(|| random.pick(&[3_000, 100_000])),
            turns: random.percent(30).then(|| random.pick(&[2, 10, 100])),
            wall_ms: random.percent(20).then(|| random.pick(&[100, 5_000, 60_000])),
        };
        plan.budgets.push(PlanBudget { scope, limit });
        for node in &mut plan.nodes {
            let is_group = matches!(node.work, PlanWork::Group { .. });
            if !is_group && (budget == 0 || random.percent(50)) {
                node.budgets.push(budget);
            }
        }
    }
    for node in &mut plan.nodes {
        if let PlanWork::Agent { max_micro_usd, max_turns, .. } = &mut node.work {
            *max_micro_usd = random.percent(20).then(|| random.pick(&[20_000, 1_000_000]));
            *max_turns = random.percent(20).then_some(5);
        }
        node.past.micro_usd = random.percent(30).then(|| random.pick(&[30_000, 700_000]));
        node.wall_budget_ms = random.percent(5).then_some(2_000);
    }
}

fn add_instances(random: &mut Random, nodes: &mut Vec<PlanNode>, group: usize) {
    let count = random.below(4);
    for item in 0..count {
        let mut made = random_node(random, &format!("{}[{item}]", nodes[group].path));
        made.group = Some(group);
        made.index = Some(item);
        made.when = condition(random, &[]);
        // Instances may repeat what their group waits for.
        if random.percent(30) {
            made.dependencies = nodes[group].dependencies.clone();
            made.rule = nodes[group].rule;
        } else {
            made.rule = rule("all_success");
        }
        nodes.push(made);
    }
    let children = (group + 1..=group + count).collect();
    nodes[group].work = PlanWork::Group { children };
}

fn condition(random: &mut Random, dependencies: &[usize]) -> Option<String> {
    match random.below(20) {
        0 => Some("false".to_owned()),
        1 => Some("true".to_owned()),
        2 => Some("error".to_owned()),
        3 | 4 if !dependencies.is_empty() => Some(format!("ok {}", random.pick(dependencies))),
        _ => None,
    }
}

/// Some nodes may be used again, and some were done by a parent.
fn reuse_results(random: &mut Random, plan: &mut StoredPlan) {
    plan.reuse = random.pick(&[Reuse::On, Reuse::On, Reuse::On, Reuse::Refresh, Reuse::Off]);
    let share = random.pick(&[0, 0, 40, 90]);
    for node in &mut plan.nodes {
        if matches!(node.work, PlanWork::Argv { .. } | PlanWork::Agent { .. }) && random.percent(share) {
            node.cache = Some(PlanCache::default());
        }
    }
    if !random.percent(10) {
        return;
    }
    let mut parent = PlanParent { run: "parent".to_owned(), ..PlanParent::default() };
    for (index, node) in plan.nodes.iter().enumerate() {
        let of_group = node.group.map(|group| plan.nodes[group].dependencies.as_slice());
        let mut before = node.dependencies.iter().chain(of_group.unwrap_or_default());
        let may_be_adopted = !matches!(node.work, PlanWork::Group { .. })
            && before.all(|before| parent.adopted.contains_key(before));
        if may_be_adopted && random.percent(60) {
            let result = AdoptedResult { result_id: format!("parent {index}"), outputs: Default::default() };
            parent.adopted.insert(index, result);
        }
    }
    plan.parent = Some(parent);
}
