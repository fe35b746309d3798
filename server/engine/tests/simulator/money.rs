//! Invariant 8, with books kept apart from the core's: no budget is exceeded by more than what was reserved for work in
//! flight.

use std::collections::HashMap;

use divisi_engine::amounts::{Amounts, Unit};
use divisi_engine::event::{AttemptEnd, Event, FailKind, Request};
use divisi_engine::plan::{PlanWork, StoredPlan};

const SPENT: [Unit; 3] = [Unit::Usd, Unit::Tokens, Unit::Turns];

/// What the journal says of money.
#[derive(Default)]
pub(crate) struct Books {
    held: HashMap<String, Amounts>,
    spent: HashMap<usize, Amounts>,
    raised: HashMap<String, Amounts>,
    /// Budgets of which it was said that they have too little.
    exhausted: HashMap<String, Unit>,
}

impl Books {
    pub(crate) fn take(&mut self, plan: &StoredPlan, event: &Event) {
        match event {
            Event::AttemptGranted { node, reserved, .. } => {
                self.held.insert(node.clone(), *reserved);
                self.grant_is_covered(plan, node);
            }
            Event::AttemptEnded { node, end, evidence, .. } => {
                let held = self.held.remove(node).unwrap();
                let reported = evidence.usage.as_ref().map(Amounts::of_usage).unwrap_or_default();
                let never_ran = *end == AttemptEnd::Failed { kind: FailKind::Spawn };
                let planned = plan.nodes.iter().find(|planned| planned.path == *node).unwrap();
                for unit in SPENT {
                    let held = held.get(unit).unwrap_or(0);
                    let spent = reported.get(unit).unwrap_or(if never_ran { 0 } else { held });
                    for budget in &planned.budgets {
                        self.spent.entry(*budget).or_default().add(unit, spent);
                    }
                }
            }
            Event::Requested { request: Request::Raise { scope, more }, .. } => {
                for unit in Unit::ALL {
                    self.raised.entry(scope.clone()).or_default().add(unit, more.get(unit).unwrap_or(0));
                }
                self.exhausted.remove(scope);
            }
            Event::RunResumed { .. } => self.exhausted.clear(),
            Event::BudgetExhausted { scope, unit, limit, .. } => {
                assert_eq!(self.exhausted.insert(scope.clone(), *unit), None, "it is told once");
                let budget = plan.budgets.iter().position(|budget| budget.scope == *scope).unwrap();
                assert_eq!(self.limit(plan, budget, *unit), Some(*limit));
                let is_held = *unit != Unit::Wall && self.held_of(plan, budget, *unit) > 0;
                assert!(!is_held, "what is held may come back");
            }
            _ => {}
        }
    }

    /// With what lives, a grant fits into each of its budgets: what goes beyond one is what runners spend beyond their
    /// caps.
    fn grant_is_covered(&self, plan: &StoredPlan, node: &str) {
        let planned = plan.nodes.iter().find(|planned| planned.path == node).unwrap();
        let is_agent = matches!(planned.work, PlanWork::Agent { .. });
        for (budget, unit) in planned.budgets.iter().flat_map(|budget| SPENT.map(|unit| (*budget, unit))) {
            let Some(limit) = self.limit(plan, budget, unit) else { continue };
            let held = self.held[node].get(unit);
            assert_eq!(held.is_some(), is_agent, "agents hold something of {unit:?}, programs nothing");
            assert_ne!(held, Some(0), "a share of nothing is none");
            let spent = self.spent.get(&budget).and_then(|spent| spent.get(unit)).unwrap_or(0);
            let all_held = self.held_of(plan, budget, unit);
            assert!(!is_agent || spent + all_held <= limit, "{node} is granted beyond the budget");
        }
    }

    fn held_of(&self, plan: &StoredPlan, budget: usize, unit: Unit) -> u64 {
        let is_member = |node: &str| {
            plan.nodes.iter().any(|planned| planned.path == node && planned.budgets.contains(&budget))
        };
        let members = self.held.iter().filter(|(node, _)| is_member(node));
        members.filter_map(|(_, held)| held.get(unit)).sum()
    }

    fn limit(&self, plan: &StoredPlan, budget: usize, unit: Unit) -> Option<u64> {
        let budget = &plan.budgets[budget];
        let raised = self.raised.get(&budget.scope).and_then(|raised| raised.get(unit)).unwrap_or(0);
        Some(budget.limit.get(unit)? + raised)
    }

    /// What live attempts hold, by node.
    pub(crate) fn held(&self, node: &str) -> Amounts {
        self.held.get(node).copied().unwrap_or_default()
    }

    /// Budgets of which it was said that they have too little.
    pub(crate) fn exhausted(&self) -> Vec<(String, Unit)> {
        let mut exhausted: Vec<_> =
            self.exhausted.iter().map(|(scope, unit)| (scope.clone(), *unit)).collect();
        exhausted.sort();
        exhausted
    }

    /// Whether one of the node's budgets is known to have too little.
    pub(crate) fn is_short(&self, plan: &StoredPlan, node: usize) -> bool {
        let mut budgets = plan.nodes[node].budgets.iter();
        budgets.any(|budget| self.exhausted.contains_key(&plan.budgets[*budget].scope))
    }
}
