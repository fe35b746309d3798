//! Budgets of DAGs, and what their nodes spent in the past.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use divisi_model::{Budget, Dag};

use crate::amounts::{Amounts, Unit};
use crate::client::Runs;
use crate::plan::{PlanBudget, PlanNode};
use crate::view::RunView;

/// How many earlier runs tell what a node spends.
const PAST_RUNS: usize = 20;

/// The budget of a DAG, whose nodes `scope` names; none where it has no limit.
pub(super) fn budget_of(dag: &Dag, scope: &str) -> Option<PlanBudget> {
    let limit = limits(&dag.budget.as_ref()?.value);
    (!limit.is_empty()).then(|| PlanBudget { scope: scope.to_owned(), limit })
}

/// Lets nodes of a budget know what they spent in earlier runs of `file`. Where there is none, nothing is reserved, and
/// the past does not matter.
pub(super) fn recall(root: &Path, file: &Path, nodes: &mut [PlanNode]) {
    if nodes.iter().all(|node| node.budgets.is_empty()) {
        return;
    }
    // Runs that cannot be read tell nothing.
    let past = Runs::open(root).and_then(|runs| runs.past(file, PAST_RUNS)).unwrap_or_default();
    let past = past_amounts(&past);
    for node in nodes.iter_mut().filter(|node| !node.budgets.is_empty()) {
        node.past = past.get(&node.path).copied().unwrap_or_default();
    }
}

fn limits(budget: &Budget) -> Amounts {
    let millis = |wall: Duration| u64::try_from(wall.as_millis()).unwrap_or(u64::MAX);
    Amounts {
        micro_usd: budget.micro_usd,
        tokens: budget.tokens,
        turns: budget.turns.map(u64::from),
        wall_ms: budget.wall.map(millis),
    }
}

/// What each node spent in `runs`, by its path: nine of ten times no more.
fn past_amounts(runs: &[RunView]) -> HashMap<String, Amounts> {
    let mut spent: HashMap<&str, Vec<Amounts>> = HashMap::new();
    for node in runs.iter().flat_map(RunView::nodes) {
        if let Some(usage) = &node.usage {
            spent.entry(&node.path).or_default().push(Amounts::of_usage(usage));
        }
    }
    let high = |(path, amounts): (&str, Vec<Amounts>)| {
        let mut high = Amounts::default();
        for unit in Unit::ALL {
            high.set(unit, ninetieth(amounts.iter().filter_map(|amounts| amounts.get(unit)).collect()));
        }
        (path.to_owned(), high)
    };
    spent.into_iter().map(high).collect()
}

/// The least of the values that nine of ten do not exceed; a past of nothing says nothing.
fn ninetieth(mut values: Vec<u64>) -> Option<u64> {
    values.sort_unstable();
    let place = (values.len() * 9).div_ceil(10).checked_sub(1)?;
    values.get(place).copied().filter(|value| *value > 0)
}

#[cfg(test)]
mod tests {
    use super::ninetieth;

    #[test]
    fn nine_of_ten_values_are_no_greater() {
        assert_eq!(ninetieth(vec![]), None);
        assert_eq!(ninetieth(vec![0]), None);
        assert_eq!(ninetieth(vec![7]), Some(7));
        assert_eq!(ninetieth((1..=10).collect()), Some(9));
        assert_eq!(ninetieth((1..=20).rev().collect()), Some(18));
    }
}
