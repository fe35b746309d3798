//! The world around a run: its hosts, its processes, its clock, and what goes wrong.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use divisi_engine::amounts::{Amounts, Unit};
use divisi_engine::core::{
    AttemptKey, AttemptOutcome, Decision, Effect, Found, IdentifyNode, Input, MergeEnd, Outcome, Recovered,
    RequestRow, State, TimerId, advance, apply, decide, replay,
};
use divisi_engine::event::{
    AttemptEnd, ClosedBy, Event, FailKind, LostDecision, Miss, MissKind, NodeState, Request, RunnerFault,
    StopCause, Usage, Verdict,
};
use divisi_engine::growth::Item;
use divisi_engine::plan::{PlanWork, Reuse, StoredPlan};
use divisi_model::{OnFailure, ResumePolicy};

use crate::invariants::Invariants;
use crate::journal::FakeJournal;
use crate::library::Library;
use crate::outside::held_within;
use crate::plans::{add_budgets, random_plan};
use crate::random::Random;
use crate::shapes::{add_phases, let_grow, nest};
use crate::sometimes::Sometimes;
use crate::support::{Outside, answer_about, failed, name, out_of_quota, succeeded, words};

/// When the first host starts, in milliseconds.
const START: i64 = 1_000_000;

/// A run that needs more than this does not end.
const STEPS: usize = 5_000;

/// After this many crashes and resumes nothing goes wrong any more, so that the run can end.
const MISHAPS: usize = 6;

#[derive(Debug, Clone)]
enum Happening {
    Tell(Input),
    /// A process ends by itself.
    Exit(AttemptKey),
    /// A process that was told to stop gives in.
    GiveIn(AttemptKey),
    Timer(TimerId, u64),
    Ask(Request),
    PollRequests,
    Flush,
    /// Another run gets a lock, or gives it back.
    Lock(usize),
    Unlock(usize),
}

struct Process {
    outcome: AttemptOutcome,
    started_at: i64,
    is_stopping: bool,
    ignores_stop: bool,
}

pub(crate) struct World {
    random: Random,
    /// As the run was planned.
    planned: Arc<StoredPlan>,
    /// As it is now: groups may have grown.
    plan: Arc<StoredPlan>,
    pub(crate) journal: FakeJournal,
    state: State,
    epoch: u64,
    now: i64,
    /// What will happen, by time and order.
    agenda: BTreeMap<(i64, u64), Happening>,
    happenings: u64,
    processes: HashMap<AttemptKey, Process>,
    timers: HashMap<TimerId, u64>,
    library: Library,
    /// A die of its own: worlds whose runners work keep their fate.
    breaks: Random,
    /// The same, of worlds in which a node runs alone.
    alone: Random,
    /// The same, of worlds with other runs.
    others: Random,
    /// The same, of worlds with groups that grow.
    regrows: Random,
    outside: Outside,
    /// Until then every runner fails by itself.
    broken_until: i64,
    invariants: Invariants,
    mishaps: usize,
    is_over: bool,
    pub(crate) is_told: bool,
    pub(crate) sometimes: Sometimes,
}

/// Gives a plan what not every world has, each by a die of its own: seeds without it keep their plan.
fn shape(seed: u64, plan: &mut StoredPlan) {
    let mut shapes = [0x00de_e9e5, 0x0096_0375, 0x00fa_5e55].map(|salt| Random::new(seed ^ salt));
    let takes_over = plan.parent.is_some();
    if shapes[0].percent(chance(30)) && !takes_over {
        nest(&mut shapes[0], plan);
    }
    if shapes[1].percent(chance(25)) && !takes_over {
        let_grow(&mut shapes[1], plan);
    }
    if shapes[2].percent(chance(20)) {
        add_phases(&mut shapes[2], plan);
    }
}

/// `percent`, or what `DIVISI_SIM_CHANCE` says of all of them.
fn chance(percent: usize) -> usize {
    std::env::var("DIVISI_SIM_CHANCE").map_or(percent, |chance| chance.parse().unwrap())
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let mut plan = random_plan(&mut random);
        // By a die of its own: seeds without budgets keep their fate.
        let mut budgets = Random::new(!seed);
        if budgets.percent(chance(30)) {
            add_budgets(&mut budgets, &mut plan);
        }
        let mut breaks = Random::new(seed ^ 0x00b0_7e4e);
        let broken_for = if breaks.percent(chance(15)) { breaks.below(9_000_000) as i64 } else { 0 };
        shape(seed, &mut plan);
        let plan = Arc::new(plan);
        let state = State::new("run", plan.clone()).unwrap();
        Self {
            random,
            library: Library::new(plan.clone()),
            invariants: Invariants::new(plan.clone()),
            planned: plan.clone(),
            plan,
            alone: Random::new(seed ^ 0x00a1_04e5),
            others: Random::new(seed ^ 0x0007_4e25),
            regrows: Random::new(seed ^ 0x4e60_0275),
            outside: Outside::default(),
            breaks,
            broken_until: START + broken_for,
            journal: FakeJournal::default(),
            state,
            epoch: 0,
            now: START,
            agenda: BTreeMap::new(),
            happenings: 0,
            processes: HashMap::new(),
            timers: HashMap::new(),
            mishaps: 0,
            is_over: false,
            is_told: false,
            sometimes: Sometimes::default(),
        }
    }

    /// From the first host to the end that nobody resumes.
    pub(crate) fn run(&mut self) {
        self.plan_requests();
        self.plan_other_runs();
        self.start_host(Vec::new());
        for _ in 0..STEPS {
            if self.is_over {
                if !self.resume_after_the_end() {
                    self.invariants.at_the_end(&self.state, self.journal.records());
                    Invariants::check("run", &self.planned, self.journal.records());
                    return;
                }
                continue;
            }
            let Some((&key, _)) = self.agenda.iter().next() else {
                self.unblock();
                continue;
            };
            let happening = self.agenda.remove(&key).unwrap();
            self.now = key.0;
            self.happen(happening);
        }
        panic!("the run does not end: {:?}", self.state.ready().collect::<Vec<_>>());
    }

    fn happens(&mut self, after: i64, happening: Happening) {
        self.happenings += 1;
        self.agenda.insert((self.now + after, self.happenings), happening);
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Tell(input) => self.tell(input),
            Happening::Exit(key) => self.exit(key, false),
            Happening::GiveIn(key) => self.exit(key, true),
            Happening::Timer(timer, generation) => {
                // A timer that was cancelled while it was on its way comes all the same.
                if self.timers.get(&timer) == Some(&generation) {
                    self.timers.remove(&timer);
                } else {
                    self.sometimes.saw("a timer that came too late");
                }
                self.tell(Input::Timer { timer, generation });
            }
            Happening::Ask(request) => {
                self.ask(request);
                self.happens(200, Happening::PollRequests);
            }
            Happening::PollRequests => {
                for row in self.journal.waiting() {
                    if self.is_over {
                        return;
                    }
                    self.note_request(&row.request);
                    self.tell(Input::Request(row));
                }
            }
            Happening::Flush => self.journal.flush(),
            Happening::Lock(lock) => self.lock(lock),
            Happening::Unlock(lock) => self.unlock(lock),
        }
    }

    fn ask(&mut self, request: Request) {
        let id = self.journal.requests.len() as u64 + 1;
        self.journal.requests.push(RequestRow { id, request, at: self.now });
    }

    fn plan_requests(&mut self) {
        if self.random.percent(25) {
            let at = self.random.below(8_000) as i64;
            self.happens(at, Happening::Ask(Request::Pause));
            let later = at + self.random.below(20_000) as i64;
            self.happens(later, Happening::Ask(Request::Unpause));
        }
        if self.random.percent(20) {
            let node = self.random.below(self.plan.nodes.len());
            let at = self.random.below(5_000) as i64;
            self.happens(
                at,
                Happening::Ask(Request::CancelNode { node: self.plan.nodes[node].path.clone() }),
            );
        }
        if self.random.percent(8) {
            let at = self.random.below(10_000) as i64;
            self.happens(at, Happening::Ask(Request::Compensate));
        }
        if self.random.percent(20) {
            let at = self.random.below(10_000) as i64;
            self.happens(at, Happening::Ask(Request::Cancel));
            if self.random.percent(50) {
                let again = at + self.random.below(3_000) as i64;
                self.happens(again, Happening::Ask(Request::Cancel));
            }
        }
    }

    fn plan_other_runs(&mut self) {
        if self.plan.locks.is_empty() || !self.others.percent(chance(40)) {
            return;
        }
        for _ in 0..1 + self.others.below(4) {
            let lock = self.others.below(self.plan.locks.len());
            let at = self.others.pick(&[0, 0, 3, 500, 3_000, 20_000]);
            self.happens(at, Happening::Lock(lock));
        }
    }

    /// Another run gets a lock that nobody has, and gives it back some time.
    fn lock(&mut self, lock: usize) {
        let merges = |node: usize| self.state.node(node).unwrap().state() == NodeState::Merging;
        if held_within(&self.state, merges).contains(&lock) || !self.outside.held.insert(lock) {
            return;
        }
        self.invariants.others_hold(&self.outside.held);
        let after = self.others.pick(&[10, 400, 5_000, 30_000]);
        self.happens(after, Happening::Unlock(lock));
    }

    /// The host asks again some time later.
    fn unlock(&mut self, lock: usize) {
        self.outside.held.remove(&lock);
        self.invariants.others_hold(&self.outside.held);
        let after = self.others.pick(&[1, 200, 1_000]);
        self.happens(after, Happening::Tell(Input::Tick));
    }

    fn decision_about(&mut self, node: usize) -> Request {
        let decisions = [LostDecision::Retry, LostDecision::Succeeded, LostDecision::Failed];
        let node = self.plan.nodes[node].path.clone();
        Request::Decide { node, decision: self.random.pick(&decisions) }
    }

    /// After a crash somebody may be quick with a word about what was lost.
    fn decide_soon(&mut self) {
        for node in 0..self.plan.nodes.len() {
            if self.plan.nodes[node].resume == ResumePolicy::Ask && self.random.percent(50) {
                let request = self.decision_about(node);
                let at = self.random.below(2_000) as i64;
                self.happens(at, Happening::Ask(request));
            }
        }
    }

    fn note_request(&mut self, request: &Request) {
        match request {
            Request::Cancel if self.invariants.undoing().is_on() => {
                self.sometimes.saw("a cancel while a run is undone");
            }
            Request::Compensate => self.sometimes.saw("a cancel that undoes"),
            Request::Cancel if self.is_merging() => self.sometimes.saw("a cancel while a merge is under way"),
            Request::Cancel if self.invariants.cancels() > 0 => self.sometimes.saw("a second cancel"),
            Request::Cancel => self.sometimes.saw("a cancel"),
            Request::CancelNode { .. } => self.sometimes.saw("a node cancelled alone"),
            Request::Only { .. } => self.sometimes.saw("a node is done again alone"),
            Request::Forget { .. } => self.sometimes.saw("a node and what follows it is done again"),
            Request::Decide { .. } => self.sometimes.saw("a person decides"),
            Request::Raise { .. } => self.sometimes.saw("a budget is raised"),
            Request::Pause => self.sometimes.saw("a pause"),
            Request::Approve { node, about, .. } => {
                let index = self.state.index(node).unwrap();
                if self.state.asked_about(index) != Some(about) {
                    self.sometimes.saw("an answer to what is not asked any more");
                }
            }
            Request::Unpause | Request::Resume => {}
        }
    }

    /// One turn of a host: decide, commit, apply, perform; it may die between any two.
    fn tell(&mut self, input: Input) {
        if self.is_over {
            return;
        }
        let may_die = self.mishaps < MISHAPS;
        self.invariants.asks_others(matches!(input, Input::Tick));
        let decision = decide(&self.state, self.now, input.clone(), &self.outside);
        let mut advanced = self.state.clone();
        assert_eq!(decision, advance(&mut advanced, self.now, input, &self.outside), "decide is a function");
        if may_die && self.random.percent(2) {
            self.sometimes.saw("a crash before the commit");
            return self.crash();
        }
        self.commit(&decision);
        assert_eq!(self.state, advanced, "to apply the events is to advance");
        let performed = match may_die && self.random.percent(2) {
            true => self.random.below(decision.effects.len() + 1),
            false => decision.effects.len(),
        };
        let dies = performed < decision.effects.len();
        for effect in decision.effects.into_iter().take(performed) {
            self.perform(effect);
        }
        if dies {
            self.sometimes.saw("a crash after the commit, before its effects");
            self.crash();
        } else if may_die && self.random.percent(3) {
            self.crash();
        }
    }

    fn commit(&mut self, decision: &Decision) {
        if decision.events.is_empty() {
            return;
        }
        let records = self.journal.append(self.epoch, &decision.events, self.now, decision.durability);
        self.happens(50, Happening::Flush);
        for record in &records {
            if self.is_told {
                println!("{:>9} {:>4} {}", self.now, record.seq, words(&record.event));
            }
            self.note(&record.event);
            self.invariants.before(&self.state, &record.event);
            apply(&mut self.state, record);
            self.follow();
        }
        self.invariants.durable(&decision.events, decision.durability);
        self.invariants.after_batch(&self.state);
    }

    /// Looks at the plan as it is now.
    fn follow(&mut self) {
        self.plan = self.state.plan().clone();
        self.library.follow(&self.plan);
    }

    /// Somebody will answer; or nobody will, or only to what was asked before.
    fn answer_later(&mut self, node: &str, about: &str) {
        if self.random.percent(15) {
            return;
        }
        let at = self.random.below(3_000) as i64;
        let request = answer_about(node, self.random.percent(75), about);
        self.happens(at, Happening::Ask(request.clone()));
        if self.random.percent(20) {
            let again = at + self.random.below(9_000) as i64;
            self.happens(again, Happening::Ask(request));
        }
    }

    /// Counts what is interesting about an event, before it is applied.
    fn note(&mut self, event: &Event) {
        match event {
            Event::BudgetExhausted { unit: Unit::Wall, .. } => self.sometimes.saw("no time left"),
            Event::BudgetExhausted { scope, .. } if !scope.is_empty() => {
                self.sometimes.saw("no money left for a part")
            }
            Event::BudgetExhausted { .. } => self.sometimes.saw("no money left"),
            Event::AttemptGranted { reserved, .. } if !reserved.is_empty() => {
                self.sometimes.saw("money is reserved")
            }
            Event::RunnerClosed { by: ClosedBy::Faults, closures: 1, .. } => {
                self.sometimes.saw("a runner fails too often in a row")
            }
            Event::RunnerClosed { by: ClosedBy::Faults, .. } => {
                self.sometimes.saw("a runner fails when it is tried again")
            }
            Event::AttemptEnded { end: AttemptEnd::Interrupted, evidence, .. }
                if evidence.fault.is_some() =>
            {
                self.sometimes.saw("a fault of a closed runner does not count")
            }
            Event::RunnerClosed { is_known: true, .. } => self.sometimes.saw("no quota until a moment"),
            Event::RunnerClosed { .. } => self.sometimes.saw("no quota, nobody says for how long"),
            Event::RunnerOpened { probing: true, .. } => self.sometimes.saw("one node tries for quota"),
            Event::RunnerOpened { .. } => self.sometimes.saw("quota again"),
            Event::AttemptGranted { node, .. } => {
                let index = self.state.index(node).unwrap();
                self.invariants.note_start(index, &mut self.sometimes);
            }
            Event::CompensationStarted { nodes } if nodes.len() > 2 => {
                self.sometimes.saw("three or more nodes are undone");
            }
            Event::RetryScheduled { .. } if self.invariants.undoing().is_on() => {
                self.sometimes.saw("a failed try to undo is tried again");
            }
            Event::ApprovalAsked { node, about, .. } => self.answer_later(node, about),
            Event::Withheld { .. } => self.sometimes.saw("another run has what a node needs"),
            Event::GroupTimedOut { .. } => self.sometimes.saw("the time of a DAG is over"),
            Event::ArgumentsBound { .. } => self.sometimes.saw("arguments are bound in the run"),
            Event::GroupExpanded { node, items } => self.note_growth(node, items),
            _ => {}
        }
        let Event::NodeState { node, state: to, detail, .. } = event else { return };
        let index = self.state.index(node).unwrap();
        let from = self.state.node(index).unwrap().state();
        self.sometimes.saw_transition(&name(from), &name(*to));
        let is_group = !self.plan.nodes[index].path.is_empty() && self.invariants.is_group(index);
        match (from, to) {
            (NodeState::Ready, NodeState::Pending) => {
                self.sometimes.saw("a resume that resets what was ready")
            }
            (NodeState::Lost, NodeState::Succeeded) => self.sometimes.saw("an outcome adopted"),
            (NodeState::Lost, NodeState::WaitingDecision) => {
                self.sometimes.saw("a node waits for a decision")
            }
            (NodeState::Lost, NodeState::Failed { kind: FailKind::Lost }) => {
                match self.plan.nodes[index].resume {
                    ResumePolicy::Never => self.sometimes.saw("resume: never failed a node"),
                    _ => self.sometimes.saw("a node failed as lost, three in a row"),
                };
            }
            (NodeState::Running, NodeState::RetryWait) => self.sometimes.saw("a failure is tried again"),
            (NodeState::Stopping { .. }, NodeState::RetryWait) => {
                self.sometimes.saw("a time-out is tried again")
            }
            (NodeState::Running, NodeState::Succeeded) if self.invariants.tries(index) > 1 => {
                self.sometimes.saw("a node succeeded after a retry")
            }
            (NodeState::Running, NodeState::Failed { .. }) if self.invariants.tries(index) > 1 => {
                self.sometimes.saw("all tries used up")
            }
            (_, NodeState::Reused) if self.plan.parent.is_some() => {
                self.sometimes.saw("a node of the parent is taken over")
            }
            (_, NodeState::Failed { kind: FailKind::Template }) => self.sometimes.saw("a template failed"),
            (_, NodeState::Failed { kind: FailKind::Spawn }) => self.sometimes.saw("a spawn failed"),
            (NodeState::WaitingApproval, NodeState::Succeeded) => self.sometimes.saw("a person agrees"),
            (NodeState::WaitingApproval, NodeState::Failed { kind: FailKind::Rejected }) => {
                self.sometimes.saw("a person says no");
            }
            (NodeState::WaitingApproval, NodeState::Failed { .. }) => {
                self.sometimes.saw("nobody answers in time");
            }
            (_, NodeState::Failed { kind: FailKind::TimedOut }) => self.sometimes.saw("a time-out"),
            (_, NodeState::Failed { kind: FailKind::Idle }) => self.sometimes.saw("an idle time-out"),
            (_, NodeState::Failed { kind: FailKind::Children }) => self.sometimes.saw("a group failed"),
            (_, NodeState::Succeeded)
                if is_group && self.invariants.has_tolerated_child(&self.state, index) =>
            {
                self.sometimes.saw("a group succeeded with a tolerated failure");
            }
            (NodeState::Pending, NodeState::Expanded) if self.plan.dag_around(index).is_some() => {
                let is_dag = matches!(self.plan.nodes[index].work, PlanWork::Dag { .. });
                self.sometimes.saw(if is_dag {
                    "a DAG within a DAG opens"
                } else {
                    "a group within a DAG opens"
                });
            }
            (NodeState::Succeeded, NodeState::Pending) if node.starts_with("phase:") => {
                self.sometimes.saw("a barrier stands again");
            }
            (_, NodeState::Succeeded) if node.starts_with("phase:") => {
                self.sometimes.saw("a barrier opens");
            }
            (_, NodeState::Skipped) if detail.as_deref() == Some("its item is gone") => {
                self.sometimes.saw("an item is gone");
            }
            (NodeState::Ready, NodeState::Running)
                if self.invariants.has_stopped_around(&self.state, index) =>
            {
                self.sometimes.saw("an all_done node runs in a DAG that stops");
            }
            (_, NodeState::Blocked)
                if self.plan.dag_around(index).is_some() && !self.invariants.is_stopping(&self.state) =>
            {
                self.sometimes.saw("a DAG stops, and the run goes on");
            }
            (_, NodeState::Blocked) if self.invariants.is_stopping(&self.state) => {
                self.sometimes.saw("a run stops")
            }
            (NodeState::Ready, NodeState::Running)
                if self.plan.on_failure == OnFailure::Abort && self.invariants.is_stopping(&self.state) =>
            {
                self.sometimes.saw("an abort leaves an all_done node running");
            }
            (_, NodeState::Stopping { cause: StopCause::Cancelled })
                if self.plan.on_failure == OnFailure::Abort && self.invariants.is_stopping(&self.state) =>
            {
                self.sometimes.saw("a run aborts");
            }
            _ => {}
        }
        if self.state.live().count() == self.plan.max_parallel as usize {
            self.sometimes.saw("every slot taken");
        }
    }

    fn note_growth(&mut self, group: &str, items: &[Item]) {
        let known = |item: &Item| self.state.index(&format!("{group}[{}]", item.key)).is_some();
        let had_some = self.plan.nodes.iter().any(|node| node.path.starts_with(&format!("{group}[")));
        self.sometimes.saw(match (items.is_empty(), had_some) {
            (true, _) => "a group has no items",
            (false, true) if !items.iter().all(known) => "a group grows anew, by other items",
            (false, true) => "a group grows anew, by the same items",
            (false, false) => "a group grows",
        });
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Start(start) => self.start_process(start.key, start.undoes),
            Effect::Stop { key, .. } => self.stop_process(key),
            Effect::Kill { key } => {
                self.sometimes.saw("a kill");
                if self.processes.contains_key(&key) {
                    self.happens(0, Happening::GiveIn(key));
                }
            }
            Effect::Merge { key } => self.merge(key),
            Effect::SetTimer { timer, generation, after_ms } => {
                self.timers.insert(timer, generation);
                self.happens(after_ms as i64, Happening::Timer(timer, generation));
            }
            Effect::CancelTimer { timer, .. } => {
                self.timers.remove(&timer);
            }
            Effect::Identify(search) => self.search(&search),
            Effect::Finish { verdict } => self.finish(verdict),
        }
    }

    /// The store, on a thread of its own: what it answers comes whenever it comes.
    fn search(&mut self, search: &IdentifyNode) {
        let found = self.library.find(search, &mut self.random);
        match &found {
            Found::Hit { .. } => self.sometimes.saw("an earlier result is used"),
            Found::Miss { miss: Some(Miss { kind: MissKind::Stale, .. }), .. } => {
                self.sometimes.saw("an earlier result is too old")
            }
            Found::Miss { miss: Some(Miss { kind: MissKind::Edited, .. }), .. } => {
                self.sometimes.saw("an earlier result would be put over somebody's work")
            }
            Found::Miss { miss: None, .. } if self.plan.reuse == Reuse::On => {
                self.sometimes.saw("a node is done again though its result is kept")
            }
            Found::Miss { .. } => {}
            Found::Failed { .. } => self.sometimes.saw("an identity cannot be told"),
        }
        let after = self.random.pick(&[0, 0, 3, 60, 700]);
        self.happens(after, Happening::Tell(Input::Identified { key: search.key, found }));
    }

    fn start_process(&mut self, key: AttemptKey, undoes: bool) {
        self.invariants.process_starts(key, &self.processes.keys().copied().collect::<Vec<_>>());
        if self.random.percent(4) {
            return self
                .happens(1, Happening::Tell(Input::SpawnFailed { key, detail: "no such file".to_owned() }));
        }
        let planned = self.plan.nodes[key.node].executed(undoes).into_owned();
        let (timeout, idle) = (planned.timeout_ms, planned.idle_timeout_ms);
        let is_ok = self.random.percent(75);
        let mut outcome = if is_ok { succeeded(&format!("{key:?}")) } else { failed() };
        let is_agent = matches!(planned.work, PlanWork::Agent { .. });
        if is_agent && self.random.percent(25) {
            let known = self.random.percent(40);
            let resets_at = known.then(|| self.now + self.random.below(20_000) as i64);
            outcome = out_of_quota(resets_at);
        }
        if is_agent && self.now < self.broken_until {
            let detail = "no service".to_owned();
            outcome.outcome = Outcome::Failed { kind: FailKind::Runner, detail };
            let fault = self.breaks.pick(&[RunnerFault::Auth, RunnerFault::Service, RunnerFault::BrokeOff]);
            outcome.evidence.fault = Some(fault);
        }
        let hangs = (timeout.is_some() || idle.is_some()) && self.random.percent(20);
        let takes = self.random.pick(&[1, 5, 40, 300, 999, 1_000, 2_500, 9_000]);
        outcome.evidence.wall_ms = takes as u64;
        if is_agent && !self.plan.budgets.is_empty() {
            outcome.evidence.usage = self.random_usage(key.node);
        }
        let ignores_stop = self.random.percent(20);
        let process = Process { outcome, started_at: self.now, is_stopping: false, ignores_stop };
        self.processes.insert(key, process);
        let input = Input::AttemptStarted { key, pid: 100, boot_id: "boot".to_owned(), start_time: 1 };
        self.happens(0, Happening::Tell(input));
        if hangs {
            if let Some(idle) = idle.filter(|_| timeout.is_none() || self.random.percent(50)) {
                self.happens(idle as i64, Happening::Tell(Input::IdleElapsed { key }));
            }
        } else {
            self.happens(takes, Happening::Exit(key));
        }
    }

    fn merge(&mut self, key: AttemptKey) {
        assert!(self.state.needs_copy(key.node, key.attempt), "a merge without a copy");
        self.sometimes.saw("a merge");
        let end = match self.random.percent(75) {
            true => MergeEnd::Merged { outputs: Default::default() },
            false => MergeEnd::Refused { detail: "f (the same lines changed on both sides)".to_owned() },
        };
        let takes = self.random.pick(&[0, 5, 800, 6_000]);
        self.happens(takes, Happening::Tell(Input::Merged { key, end }));
    }

    fn is_merging(&self) -> bool {
        let merges = |node: usize| self.state.node(node).unwrap().state() == NodeState::Merging;
        (0..self.plan.nodes.len()).any(merges)
    }

    /// What an agent reports: nothing, a part, within its cap, beyond it.
    fn random_usage(&mut self, node: usize) -> Option<Usage> {
        if self.random.percent(20) {
            self.sometimes.saw("an unknown cost");
            return None;
        }
        let held = self.invariants.books().held(&self.plan.nodes[node].path);
        let overshoots = self.random.percent(10);
        let mut spend = |cap: Option<u64>| {
            let cap = cap.unwrap_or(100_000);
            self.random.below(1 + cap as usize) as u64 + if overshoots { cap } else { 0 }
        };
        let (usd, tokens, turns) = (spend(held.micro_usd), spend(held.tokens), spend(held.turns));
        if overshoots && !held.is_empty() {
            self.sometimes.saw("a runner spends more than its cap");
        }
        Some(Usage {
            output_tokens: tokens,
            turns: self.random.percent(80).then_some(turns as u32),
            usd: self.random.percent(80).then_some(usd as f64 / 1e6),
            ..Usage::default()
        })
    }

    /// The runner's stop sequence ends in a kill of the tree, so even who ignores it is gone at last.
    fn stop_process(&mut self, key: AttemptKey) {
        let Some(process) = self.processes.get_mut(&key) else { return };
        process.is_stopping = true;
        let patience = if process.ignores_stop { 10_000 } else { 100 };
        if process.ignores_stop {
            self.sometimes.saw("a process ignores its stop");
        }
        self.happens(patience, Happening::GiveIn(key));
    }

    fn exit(&mut self, key: AttemptKey, by_force: bool) {
        let Some(mut process) = self.processes.remove(&key) else { return };
        if by_force && self.random.percent(50) {
            process.outcome = failed();
        }
        process.outcome.evidence.wall_ms = (self.now - process.started_at) as u64;
        let is_kept = self.plan.nodes[key.node].cache.is_some() && self.plan.reuse != Reuse::Off;
        if !is_kept || !matches!(process.outcome.outcome, Outcome::Succeeded { .. }) {
            return self.tell(Input::AttemptExited { key, outcome: process.outcome });
        }
        let result = self.library.keep(key.node, &mut self.random);
        if !result.not_kept.is_empty() {
            self.sometimes.saw("what a node reads changed while it ran");
        }
        process.outcome.evidence.result = Some(result);
        let after = self.random.pick(&[0, 1, 30]);
        self.happens(after, Happening::Tell(Input::AttemptExited { key, outcome: process.outcome }));
    }

    /// The host dies; the guard kills what lives, and outcomes of attempts that ended just before are on the disk. A
    /// crash of the whole machine may take the journal's tail that was not flushed, too.
    fn crash(&mut self) {
        self.mishaps += 1;
        if self.processes.values().any(|process| process.is_stopping) {
            self.sometimes.saw("a crash while an attempt is stopped");
        }
        if self.state.unidentified().next().is_some() {
            self.sometimes.saw("a crash while a node is looked for");
        }
        self.library.forget_what_is_open();
        let waits = |node: usize| self.state.node(node).unwrap().state() == NodeState::RetryWait;
        if (0..self.plan.nodes.len()).any(waits) {
            self.sometimes.saw("a crash while a node waits for its next try");
        }
        if self.invariants.undoing().turn().is_some() {
            self.sometimes.saw("a crash while a run is undone");
        }
        if self.invariants.is_asking(&self.state) {
            self.sometimes.saw("a crash while a person is asked");
        }
        if self.is_merging() {
            self.sometimes.saw("a crash while a merge is under way");
        }
        let is_power_cut = self.random.percent(30);
        if is_power_cut && self.journal.cut_power(&mut self.random) > 0 {
            self.sometimes.saw("a crash of the whole machine that lost a tail");
        }
        let mut keys: Vec<AttemptKey> = self.processes.keys().copied().collect();
        keys.sort();
        let mut recovered = Vec::new();
        for key in keys {
            let process = self.processes.remove(&key).unwrap();
            if !is_power_cut && self.random.percent(30) {
                recovered.push(Recovered { node: key.node, attempt: key.attempt, outcome: process.outcome });
            }
            if self.random.percent(20) {
                let input = Input::AttemptExited { key, outcome: succeeded("from the past") };
                self.sometimes.saw("a report from a former epoch");
                self.happens(5_000, Happening::Tell(input));
            }
        }
        self.timers.clear();
        self.agenda.retain(|_, happening| {
            matches!(
                happening,
                Happening::Ask(_)
                    | Happening::Lock(_)
                    | Happening::Unlock(_)
                    | Happening::Tell(Input::AttemptExited { .. } | Input::Identified { .. })
            )
        });
        self.now += self.random.below(10_000) as i64;
        self.agenda = std::mem::take(&mut self.agenda)
            .into_iter()
            .map(|((at, order), happening)| ((at.max(self.now), order), happening))
            .collect();
        let replayed = replay("run", self.planned.clone(), self.journal.records()).unwrap();
        if self.journal.records().len() as u64 == self.state.seq() {
            assert_eq!(replayed, self.state, "replay gives the live state");
        }
        self.state = replayed;
        self.follow();
        self.invariants.rewind(self.journal.records());
        if self.random.percent(60) {
            self.sometimes.saw("a resume of an orphan");
            self.ask(Request::Resume);
            self.ask_for_one_alone(8);
        }
        self.decide_soon();
        self.start_host(recovered);
    }

    fn start_host(&mut self, recovered: Vec<Recovered>) {
        self.invariants.resume_twice_is_once(&self.state, self.now);
        self.epoch = self.journal.take_over();
        self.is_over = false;
        let requests = self.journal.waiting();
        for row in &requests {
            self.note_request(&row.request);
        }
        let input = Input::HostStarted { epoch: self.epoch, pid: 1, recovered, requests };
        self.tell(input);
    }

    fn finish(&mut self, verdict: Verdict) {
        self.is_over = true;
        assert!(self.processes.is_empty(), "nothing is left when a run is over");
        assert!(!self.is_merging(), "no merge is under way when a run is over");
        assert_eq!(self.timers, HashMap::new(), "no timer is left when a run is over");
        self.sometimes.saw(match verdict {
            Verdict::Cancelled => "verdict cancelled",
            Verdict::Failed => "verdict failed",
            Verdict::Halted => "verdict halted",
            Verdict::Compensated => "verdict compensated",
            Verdict::CompensationFailed => "verdict compensation_failed",
            Verdict::Succeeded => "verdict succeeded",
        });
        if verdict == Verdict::Succeeded && self.invariants.has_resumed() {
            self.sometimes.saw("verdict succeeded after a resume");
        }
    }

    fn resume_after_the_end(&mut self) -> bool {
        let verdict = self.state.verdict();
        let has_succeeded = verdict == Some(Verdict::Succeeded);
        let forgets = self.random.percent(if has_succeeded { 40 } else { 20 });
        if self.mishaps >= MISHAPS || (has_succeeded && !forgets) || self.random.percent(40) {
            return false;
        }
        self.mishaps += 1;
        self.sometimes.saw("a resume of a run that ended");
        self.agenda.clear();
        self.outside.held.clear();
        self.invariants.others_hold(&self.outside.held);
        self.now += 60_000;
        let may_be_undone = matches!(verdict, Some(Verdict::Failed | Verdict::Cancelled));
        if may_be_undone && self.random.percent(30) {
            self.sometimes.saw("a run is undone on request after its end");
            self.ask(Request::Compensate);
            let replayed = replay("run", self.planned.clone(), self.journal.records()).unwrap();
            assert_eq!(replayed, self.state, "replay gives the live state");
            self.start_host(Vec::new());
            return true;
        }
        self.ask(Request::Resume);
        if !self.ask_for_one_alone(20) {
            let drawn = forgets.then(|| self.random.below(self.plan.nodes.len()));
            if let Some(node) = self.source_of_a_group().or(drawn) {
                self.ask(Request::Forget { node: self.plan.nodes[node].path.clone() });
            }
        }
        let replayed = replay("run", self.planned.clone(), self.journal.records()).unwrap();
        assert_eq!(replayed, self.state, "replay gives the live state");
        self.start_host(Vec::new());
        true
    }

    /// In some worlds: a node of whose attempts a group has made its items.
    fn source_of_a_group(&mut self) -> Option<usize> {
        let expansions = self.plan.nodes.iter().filter_map(|node| node.expansion.as_ref());
        let sources = expansions.filter_map(|expansion| expansion.expression.split_once(' ')?.1.parse().ok());
        let sources: Vec<usize> = sources.collect();
        (!sources.is_empty() && self.regrows.percent(chance(40))).then(|| self.regrows.pick(&sources))
    }

    /// Whether a node is to run alone, in so many of a hundred cases.
    fn ask_for_one_alone(&mut self, percent: usize) -> bool {
        let asks = self.alone.percent(chance(percent));
        if asks {
            let node = self.alone.below(self.plan.nodes.len());
            self.ask(Request::Only { node: self.plan.nodes[node].path.clone() });
        }
        asks
    }

    /// Nothing is on the agenda: only a pause or a decision of a person may hold a run.
    fn unblock(&mut self) {
        if self.invariants.waits_for_another_run() && self.outside.held.is_empty() {
            self.happens(200, Happening::Tell(Input::Tick));
        } else {
            assert!(self.invariants.waits_for_a_person(&self.state), "a run hangs");
        }
        assert!(self.state.live().next().is_none(), "a live attempt of which nobody will tell");
        self.happens(1, Happening::Ask(Request::Unpause));
        for (scope, unit) in self.invariants.books().exhausted() {
            if self.mishaps < MISHAPS && self.random.percent(10) {
                return self.happens(1, Happening::Ask(Request::Cancel));
            }
            let mut more = Amounts::default();
            more.set(unit, Some(self.random.pick(&[1_000, 10_000_000, 100_000_000])));
            self.happens(1, Happening::Ask(Request::Raise { scope, more }));
        }
        if self.invariants.is_undecided(&self.state) && self.mishaps < MISHAPS && self.random.percent(40) {
            return self.crash();
        }
        for node in 0..self.plan.nodes.len() {
            if let Some(about) = self.state.asked_about(node) {
                let request = answer_about(&self.plan.nodes[node].path, self.random.percent(75), about);
                self.happens(2, Happening::Ask(request));
            }
            if self.state.node(node).unwrap().state() != NodeState::WaitingDecision {
                continue;
            }
            let request = match self.random.percent(20) {
                true => Request::Cancel,
                false => self.decision_about(node),
            };
            self.happens(2, Happening::Ask(request));
        }
    }
}
