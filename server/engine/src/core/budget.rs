//! Budgets (ENGINE, section 7): who starts holds what it may spend, and pays what it did spend when it ends.
//!
//! Money, tokens and turns are spent by agents and reserved. Time is neither shared out nor cut off: it runs while
//! anything of the budget does, and when it is over nothing more starts.

use super::draft::Draft;
use super::state::State;
use crate::amounts::{Amounts, Unit};
use crate::event::{AttemptEnd, Event, Evidence, FailKind};
use crate::plan::{PlanNode, PlanWork};

/// The least share that is worth a start: with less, an agent is paid for giving up. A limit below it is its own least.
const LEAST: Amounts =
    Amounts { micro_usd: Some(10_000), tokens: Some(1_000), turns: Some(1), wall_ms: Some(1) };

/// What agents spend, and therefore reserve.
const SPENT: [Unit; 3] = [Unit::Usd, Unit::Tokens, Unit::Turns];

/// What decides how much a node reserves: nodes that agree in it reserve the same at any moment.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Spending {
    /// Budgets in which it counts.
    budgets: Vec<usize>,
    /// Whether it spends more than time.
    is_agent: bool,
    /// What it needs, by its own limit or by its past; none of a unit of which neither is known.
    wanted: Amounts,
}

impl Spending {
    /// Of what has no budget.
    pub(super) const NOTHING: Self = Self {
        budgets: Vec::new(),
        is_agent: false,
        wanted: Amounts { micro_usd: None, tokens: None, turns: None, wall_ms: None },
    };

    pub(super) fn of(node: &PlanNode) -> Self {
        if node.budgets.is_empty() {
            return Self::NOTHING;
        }
        let is_agent = matches!(node.work, PlanWork::Agent { .. });
        let mut wanted = Amounts::default();
        for unit in SPENT.into_iter().filter(|_| is_agent) {
            wanted.set(unit, own_limit(node, unit).or(node.past.get(unit)));
        }
        Self { budgets: node.budgets.clone(), is_agent, wanted }
    }
}

/// What the events so far say of a budget.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct BudgetStanding {
    /// What people gave it beyond its limit.
    pub(crate) raised: Amounts,
    /// What attempts that are over spent; of time, what was counted so far.
    pub(crate) spent: Amounts,
    /// Attempts of it that live.
    pub(crate) live: usize,
    /// Agents of it that are not over.
    pub(crate) unfinished_agents: usize,
    /// From when on the time of those that live is not counted yet, milliseconds since the epoch.
    pub(crate) counted_until: i64,
    /// Whether people were told that there is too little of it.
    pub(crate) is_exhausted: bool,
}

/// A budget that lets a node not start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shortage {
    budget: usize,
    unit: Unit,
}

impl BudgetStanding {
    /// An attempt of it was granted.
    fn begin(&mut self, at: i64) {
        if self.live == 0 {
            self.counted_until = at;
        }
        self.live += 1;
    }

    /// An attempt of it is over, which was awake for `wall_ms`: the time that a machine slept is in the clock, and not
    /// in that.
    fn end(&mut self, at: i64, wall_ms: u64) {
        let by_clock = u64::try_from(at.saturating_sub(self.counted_until)).unwrap_or(0);
        self.spent.add(Unit::Wall, by_clock.min(wall_ms));
        self.counted_until = self.counted_until.max(at);
        self.live = self.live.saturating_sub(1);
    }
}

/// An attempt of `node` was granted.
pub(super) fn begin_attempt(state: &mut State, node: usize, reserved: Amounts, at: i64) {
    if let Some(standing) = state.nodes.get_mut(node) {
        standing.reserved = reserved;
    }
    for budget in state.plan.clone().nodes.get(node).map_or(&[][..], |node| &node.budgets) {
        if let Some(standing) = state.budgets.get_mut(*budget) {
            standing.begin(at);
        }
    }
}

/// The live attempt of `node` is over: what it held is given back, what it spent is paid. Where its runner does not tell
/// what that is, it is all that was held.
pub(super) fn end_attempt(state: &mut State, node: usize, end: AttemptEnd, evidence: &Evidence, at: i64) {
    let Some(standing) = state.nodes.get_mut(node) else { return };
    let reserved = std::mem::take(&mut standing.reserved);
    let never_ran = end == AttemptEnd::Failed { kind: FailKind::Spawn };
    let reported = evidence.usage.as_ref().map(Amounts::of_usage).unwrap_or_default();
    for budget in state.plan.clone().nodes.get(node).map_or(&[][..], |node| &node.budgets) {
        let Some(standing) = state.budgets.get_mut(*budget) else { continue };
        standing.end(at, evidence.wall_ms);
        for unit in SPENT {
            let unknown = if never_ran { None } else { reserved.get(unit) };
            standing.spent.add(unit, reported.get(unit).or(unknown).unwrap_or(0));
        }
    }
}

/// A node joined the plan, ended, or is to be done again.
pub(super) fn count_unfinished(state: &mut State, node: usize, change: isize) {
    let graph = std::sync::Arc::clone(&state.graph);
    let spending = &graph.demand(node).spending;
    for budget in spending.budgets.iter().filter(|_| spending.is_agent) {
        if let Some(standing) = state.budgets.get_mut(*budget) {
            standing.unfinished_agents = standing.unfinished_agents.saturating_add_signed(change);
        }
    }
}

/// A person lets a budget have more.
pub(super) fn raise(state: &mut State, scope: &str, more: &Amounts) {
    let Some(budget) = state.plan.budgets.iter().position(|budget| budget.scope == scope) else { return };
    let Some(standing) = state.budgets.get_mut(budget) else { return };
    for unit in Unit::ALL {
        standing.raised.add(unit, more.get(unit).unwrap_or(0));
    }
    standing.is_exhausted = false;
}

/// People are told that a budget has too little.
pub(super) fn exhaust(state: &mut State, scope: &str) {
    let budget = state.plan.budgets.iter().position(|budget| budget.scope == scope);
    if let Some(standing) = budget.and_then(|budget| state.budgets.get_mut(budget)) {
        standing.is_exhausted = true;
    }
}

impl State {
    /// What an attempt of `node` would hold of its budgets if it started now, or the budget that has too little.
    pub(crate) fn reservation(&self, node: usize, now_ms: i64) -> Result<Amounts, Shortage> {
        let spending = &self.graph.demand(node).spending;
        let mut reservation = Amounts::default();
        for budget in spending.budgets.iter().copied() {
            let short = |unit| Shortage { budget, unit };
            if self.limit(budget, Unit::Wall).is_some_and(|limit| self.awake(budget, now_ms) >= limit) {
                return Err(short(Unit::Wall));
            }
            for unit in SPENT.into_iter().filter(|_| spending.is_agent) {
                let Some(limit) = self.limit(budget, unit) else { continue };
                let wanted = spending.wanted.get(unit);
                let share = self.share(wanted, budget, unit, limit).ok_or(short(unit))?;
                let least = reservation.get(unit).map_or(share, |other| other.min(share));
                reservation.set(unit, Some(least));
            }
        }
        Ok(reservation)
    }

    /// What a node may hold of a budget, by what it is known to need; none where too little is left.
    fn share(&self, wanted: Option<u64>, budget: usize, unit: Unit, limit: u64) -> Option<u64> {
        let spent = self.budgets.get(budget)?.spent.get(unit).unwrap_or(0);
        let left = limit.saturating_sub(spent).saturating_sub(self.held(budget, unit));
        match wanted.map(|wanted| wanted.min(limit)) {
            Some(wanted) => (wanted <= left && left > 0).then_some(wanted),
            None => {
                let share = left / self.open_agent_slots(budget);
                let least = LEAST.get(unit).unwrap_or(1).min(limit);
                (share >= least).then_some(share)
            }
        }
    }

    /// What may be spent; none where that is not limited.
    fn limit(&self, budget: usize, unit: Unit) -> Option<u64> {
        let limit = self.plan.budgets.get(budget)?.limit.get(unit)?;
        Some(limit.saturating_add(self.budgets.get(budget)?.raised.get(unit).unwrap_or(0)))
    }

    /// What live attempts hold.
    fn held(&self, budget: usize, unit: Unit) -> u64 {
        let members = self.live.iter().filter(|node| self.is_member(**node, budget));
        let held = members.filter_map(|node| self.nodes.get(*node)?.reserved.get(unit));
        held.fold(0, u64::saturating_add)
    }

    /// How many agents could live at once beside those that do: free slots, and no more than there are agents left.
    fn open_agent_slots(&self, budget: usize) -> u64 {
        let slots = usize::try_from(self.plan.max_parallel.max(1)).unwrap_or(usize::MAX);
        let free = slots.saturating_sub(self.live.size());
        let unfinished = self.budgets.get(budget).map_or(0, |standing| standing.unfinished_agents);
        let is_live_agent = |node: &&usize| {
            let spending = &self.graph.demand(**node).spending;
            spending.is_agent && spending.budgets.contains(&budget)
        };
        let left = unfinished.saturating_sub(self.live.iter().filter(is_live_agent).count());
        u64::try_from(left.min(free).max(1)).unwrap_or(u64::MAX)
    }

    /// Time of the budget that went by, in milliseconds, with that of what still lives.
    fn awake(&self, budget: usize, now_ms: i64) -> u64 {
        let Some(standing) = self.budgets.get(budget) else { return 0 };
        let counted = standing.spent.get(Unit::Wall).unwrap_or(0);
        let uncounted = if standing.live > 0 { now_ms.saturating_sub(standing.counted_until) } else { 0 };
        counted.saturating_add(u64::try_from(uncounted).unwrap_or(0))
    }

    fn is_member(&self, node: usize, budget: usize) -> bool {
        self.graph.demand(node).spending.budgets.contains(&budget)
    }
}

/// What the node itself says that an attempt may spend.
fn own_limit(node: &PlanNode, unit: Unit) -> Option<u64> {
    let PlanWork::Agent { max_micro_usd, max_turns, max_tokens, .. } = &node.work else { return None };
    match unit {
        Unit::Usd => *max_micro_usd,
        Unit::Turns => max_turns.map(u64::from),
        Unit::Tokens => *max_tokens,
        Unit::Wall => None,
    }
}

impl Draft<'_> {
    /// Tells of budgets that keep something from starting and to which nothing that is live will give any back.
    pub(super) fn tell_exhausted(&mut self) {
        if self.state().plan.budgets.is_empty() || !self.state().has_a_free_slot() {
            return;
        }
        let state = self.state();
        let foremost = state.foremost_that_may();
        let short: Vec<Shortage> =
            foremost.filter_map(|node| state.reservation(node, self.now_ms()).err()).collect();
        for Shortage { budget, unit } in short {
            self.tell_shortage(budget, unit);
        }
    }

    fn tell_shortage(&mut self, budget: usize, unit: Unit) {
        let state = self.state();
        let Some(standing) = state.budgets.get(budget) else { return };
        let may_get_some_back = unit != Unit::Wall && state.held(budget, unit) > 0;
        if standing.is_exhausted || may_get_some_back {
            return;
        }
        let spent = match unit {
            Unit::Wall => state.awake(budget, self.now_ms()),
            _ => standing.spent.get(unit).unwrap_or(0),
        };
        let limit = state.limit(budget, unit).unwrap_or(0);
        let scope = state.plan.budgets.get(budget).map(|budget| budget.scope.clone()).unwrap_or_default();
        self.emit(Event::BudgetExhausted { scope, unit, spent, limit });
    }
}
