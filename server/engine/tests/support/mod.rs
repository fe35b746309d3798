//! What the tests of the scheduler share: plans in few words, and a run without a host.
#![allow(dead_code, reason = "each test binary uses its part")]

mod outside;

use std::collections::BTreeMap;
use std::sync::Arc;

use divisi_engine::amounts::{Amounts, Unit};
use divisi_engine::core::{
    AttemptKey, AttemptOutcome, Decision, Effect, Evaluate, Input, Outcome, Recovered, RenderError, Rendered,
    RenderedCommand, RequestRow, State, TimerId, apply, decide,
};
use divisi_engine::event::{
    EVENT_VERSION, Event, EventRecord, Evidence, FailKind, NodeState, OutputValue, Request, Usage, Verdict,
};
use divisi_engine::growth::{Item, items};
use divisi_engine::plan::{
    PLAN_FORMAT, PlanBudget, PlanCompensation, PlanExpansion, PlanHold, PlanLimit, PlanLock, PlanNode,
    PlanOutput, PlanRetry, PlanScope, PlanWork, PlanWorktree, StoredPlan,
};
use divisi_engine::view::RunView;
use divisi_model::{Backoff, LockScope, OnFailure, OutputForm, ResumePolicy, TriggerRule};
use divisi_workspace::Settings;
use serde_json::{Map, Value};

pub(crate) use outside::Outside;

/// A node that runs a program, waits for nothing and has no options.
pub(crate) fn node(path: &str) -> PlanNode {
    PlanNode {
        path: path.to_owned(),
        title: None,
        scope: 0,
        expansion: None,
        line: 0,
        group: None,
        dependencies: Vec::new(),
        after: Vec::new(),
        rule: TriggerRule::AllSuccess,
        when: None,
        continue_on_error: false,
        work: PlanWork::Argv { argv: vec![path.to_owned()] },
        inputs: Vec::new(),
        outputs: vec![PlanOutput {
            name: "out".to_owned(),
            form: OutputForm::Any,
            required: false,
            schema: None,
        }],
        retry: None,
        timeout_ms: None,
        idle_timeout_ms: None,
        estimate_ms: 1_000,
        priority: 0,
        env: Vec::new(),
        cwd: None,
        item: None,
        index: None,
        resume: ResumePolicy::Retry,
        compensate: None,
        locks: Vec::new(),
        limits: Vec::new(),
        worktree: None,
        reads: None,
        writes: None,
        cache: None,
        budgets: Vec::new(),
        past: Amounts::default(),
        wall_budget_ms: None,
    }
}

/// Makes a node of the plan an agent's, executed by `runner`.
pub(crate) fn give_to_runner(plan: &mut StoredPlan, node: usize, runner: &str) {
    plan.nodes[node].work = PlanWork::Agent {
        agent: Some(0),
        command: None,
        runner: runner.to_owned(),
        prompt: "go".to_owned(),
        model: None,
        tools: None,
        max_turns: None,
        max_micro_usd: None,
        max_tokens: None,
    };
    let definition = Settings::default().runner("claude").unwrap();
    plan.runners.insert(runner.to_owned(), definition);
}

/// Lets an agent undo a node of the plan, executed by `runner`.
pub(crate) fn give_undoing_to_runner(plan: &mut StoredPlan, node: usize, runner: &str) {
    let own = plan.nodes[node].work.clone();
    give_to_runner(plan, node, runner);
    let work = std::mem::replace(&mut plan.nodes[node].work, own);
    plan.nodes[node].compensate.as_deref_mut().unwrap().work = work;
}

pub(crate) fn plan(nodes: Vec<PlanNode>) -> StoredPlan {
    StoredPlan {
        format: PLAN_FORMAT,
        dag: "test".to_owned(),
        file: "/w/test.dag.yaml".into(),
        workspace: "/w".into(),
        args: Map::new(),
        secret_args: BTreeMap::new(),
        arg_types: BTreeMap::new(),
        max_parallel: 4,
        on_failure: OnFailure::Stop,
        env: Vec::new(),
        pass_env: Vec::new(),
        jobserver: false,
        locks: Vec::new(),
        limits: Vec::new(),
        budgets: Vec::new(),
        writes: None,
        concurrent: false,
        nodes,
        agents: Vec::new(),
        commands: Vec::new(),
        scopes: Vec::new(),
        runners: BTreeMap::new(),
        repository: None,
        sources: Vec::new(),
        reuse: Default::default(),
        context: Default::default(),
        parent: None,
        traces: Default::default(),
        trace_parent: None,
    }
}

/// A plan from lines `path <- dependency dependency: option option`.
///
/// Options: a trigger rule; `tolerant`; `group(child child)`; `when(EXPRESSION)`; `timeout`; `bad-template`;
/// `bad-input`; `retry(ATTEMPTS KIND KIND)`, which doubles a wait of 1 s and does not vary it; `never`; `ask`; `approve`; `copy`; `undo` and `undo(KIND KIND)`; `bad-undo`; `estimate(MS)`; `priority(N)`;
/// `dag(ON_FAILURE child child)`, whose output is its last child's; `late(VALUE)` behind it; `each(ITEMS)` and, with
/// instances that are DAGs of two nodes in a row, `each-dag(ITEMS)`: see [`Words`]; `barrier` and `after(BARRIER)`; `lock(NAME)` and `shared(NAME)`, where the first use may give a capacity, `shared(NAME 2)`; `limit(NAME CAPACITY)`.
pub(crate) fn parse(text: &str) -> StoredPlan {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let head = |line: &str| line.split(['<', ':']).next().unwrap().trim().to_owned();
    let paths: Vec<String> = lines.iter().map(|line| head(line)).collect();
    let index =
        |path: &str| paths.iter().position(|known| known == path).unwrap_or_else(|| panic!("no node {path}"));
    let (mut locks, mut limits) = (Vec::new(), Vec::new());
    let mut scopes = Vec::new();
    let mut nodes: Vec<PlanNode> = paths.iter().map(|path| node(path)).collect();
    for (at, line) in lines.iter().enumerate() {
        let (before, options) = line.split_once(':').unwrap_or((line, ""));
        if let Some((_, dependencies)) = before.split_once("<-") {
            nodes[at].dependencies = dependencies.split_whitespace().map(index).collect();
        }
        for option in options.split(',').map(str::trim).filter(|option| !option.is_empty()) {
            let (name, inner) = option.split_once('(').unwrap_or((option, ""));
            let inner = inner.trim_end_matches(')');
            match name {
                "tolerant" => nodes[at].continue_on_error = true,
                "when" => nodes[at].when = Some(inner.to_owned()),
                "timeout" => nodes[at].timeout_ms = Some(60_000),
                "bad-template" | "bad-input" => {
                    nodes[at].work = PlanWork::Argv { argv: vec![name.to_owned()] }
                }
                "retry" => nodes[at].retry = Some(retry(inner)),
                "approve" => nodes[at].work = PlanWork::Approve { question: "go on?".to_owned() },
                "copy" => nodes[at].worktree = Some(PlanWorktree::default()),
                "undo" => nodes[at].compensate = Some(undoing(&format!("undo {}", paths[at]), inner)),
                "bad-undo" => nodes[at].compensate = Some(undoing("bad-template", "")),
                "never" => nodes[at].resume = ResumePolicy::Never,
                "ask" => nodes[at].resume = ResumePolicy::Ask,
                "estimate" => nodes[at].estimate_ms = inner.parse().unwrap(),
                "priority" => nodes[at].priority = inner.parse().unwrap(),
                "lock" | "shared" => {
                    let lock = place(&mut locks, inner);
                    nodes[at].locks.push(PlanHold { lock, exclusive: name == "lock" });
                }
                "limit" => nodes[at].limits.push(place(&mut limits, inner)),
                "group" => {
                    let children: Vec<usize> = inner.split_whitespace().map(index).collect();
                    for child in &children {
                        nodes[*child].group = Some(at);
                    }
                    nodes[at].work = PlanWork::Group { children };
                }
                "dag" => {
                    let (on_failure, children) = inner.split_once(' ').unwrap_or((inner, ""));
                    let children: Vec<usize> = children.split_whitespace().map(index).collect();
                    for child in &children {
                        nodes[*child].group = Some(at);
                    }
                    scopes.push(scope(&format!("{}/", paths[at]), on_failure));
                    let exports = children.last().map(|last| ("out".to_owned(), *last)).into_iter().collect();
                    nodes[at].work = PlanWork::Dag { children, scope: scopes.len(), exports };
                }
                "barrier" => {
                    nodes[at].work = PlanWork::Group { children: Vec::new() };
                    nodes[at].rule = TriggerRule::AllDone;
                }
                "after" => nodes[at].after.push(index(inner)),
                "late" => {
                    let PlanWork::Dag { scope, .. } = nodes[at].work else {
                        panic!("late needs dag before it")
                    };
                    scopes[scope - 1].late_args.insert("x".to_owned(), inner.into());
                }
                "each" => nodes[at] = growing(nodes[at].clone(), inner, false),
                "each-dag" => nodes[at] = growing(nodes[at].clone(), inner, true),
                rule => nodes[at].rule = self::rule(rule),
            }
        }
    }
    let locks = locks
        .into_iter()
        .map(|(name, capacity)| PlanLock { name, capacity, scope: LockScope::Workspace })
        .collect();
    let limits = limits.into_iter().map(|(name, capacity)| PlanLimit { name, capacity: capacity.unwrap() });
    StoredPlan { locks, limits: limits.collect(), scopes, ..plan(nodes) }
}

/// A DAG that is a node.
pub(crate) fn scope(prefix: &str, on_failure: &str) -> PlanScope {
    PlanScope {
        prefix: prefix.to_owned(),
        file: "/w/inner.dag.yaml".into(),
        on_failure: serde_json::from_value(Value::String(on_failure.to_owned())).unwrap(),
        args: Map::new(),
        late_args: Map::new(),
        secret_args: BTreeMap::new(),
        late_types: BTreeMap::new(),
        env: Vec::new(),
    }
}

/// A `for_each` group whose items are known in the run only.
pub(crate) fn growing(single: PlanNode, items: &str, of_dags: bool) -> PlanNode {
    let mut first = PlanNode { path: String::new(), dependencies: Vec::new(), ..single.clone() };
    let mut instance = Vec::new();
    let mut scopes = Vec::new();
    if of_dags {
        let child = |name: &str| PlanNode { group: Some(0), scope: 1, ..node(name) };
        first.work = PlanWork::Dag {
            children: vec![1, 2],
            scope: 1,
            exports: BTreeMap::from([("out".to_owned(), 2)]),
        };
        instance.push(child("/one"));
        instance.push(PlanNode { dependencies: vec![1], ..child("/two") });
        scopes.push(scope("/", "stop"));
    }
    instance.insert(0, first);
    let expansion = PlanExpansion { expression: items.to_owned(), max_items: 5, instance, scopes };
    PlanNode {
        work: PlanWork::Group { children: Vec::new() },
        when: None,
        continue_on_error: false,
        expansion: Some(Box::new(expansion)),
        ..single
    }
}

/// The place of `NAME` or `NAME CAPACITY` in a list that grows.
fn place(list: &mut Vec<(String, Option<u32>)>, text: &str) -> usize {
    let (name, capacity) = text.split_once(' ').unwrap_or((text, ""));
    let known = list.iter().position(|(known, _)| known == name);
    known.unwrap_or_else(|| {
        list.push((name.to_owned(), capacity.parse().ok()));
        list.len() - 1
    })
}

/// A program that undoes a node, also after failures of these kinds.
pub(crate) fn undoing(program: &str, kinds: &str) -> Box<PlanCompensation> {
    Box::new(PlanCompensation {
        work: PlanWork::Argv { argv: vec![program.to_owned()] },
        on: kinds.split_whitespace().map(kind).collect(),
        retry: None,
        timeout_ms: None,
        idle_timeout_ms: None,
        env: Vec::new(),
        cwd: None,
    })
}

fn kind(word: &str) -> FailKind {
    serde_json::from_value(Value::String(word.to_owned())).unwrap()
}

/// `3`, or `3 exit timed_out`.
pub(crate) fn retry(text: &str) -> PlanRetry {
    let (attempts, kinds) = text.split_once(' ').unwrap_or((text, ""));
    PlanRetry {
        attempts: attempts.parse().unwrap(),
        backoff: Backoff::Exponential,
        initial_ms: 1_000,
        max_ms: 60_000,
        multiplier: 2.0,
        jitter: false,
        on: (!kinds.is_empty()).then(|| kinds.split(' ').map(kind).collect()),
    }
}

pub(crate) fn rule(name: &str) -> TriggerRule {
    serde_json::from_value(Value::String(name.to_owned()))
        .unwrap_or_else(|_| panic!("no trigger rule {name}"))
}

/// Evaluates `true`, `false`, `error`, and `ok N` (node N is ok).
///
/// Items are words: `a b c`; `error` gives none but an error, `attempts N` as many numbers as node N had attempts.
pub(crate) struct Words;

impl Evaluate for Words {
    fn condition(&self, state: &State, _node: usize, expression: &str) -> Result<bool, String> {
        match expression.split_once(' ') {
            Some(("ok", node)) => {
                let at = state.node(node.parse().unwrap()).unwrap().state();
                Ok(matches!(at, NodeState::Succeeded | NodeState::Reused))
            }
            _ => match expression {
                "true" => Ok(true),
                "false" => Ok(false),
                _ => Err(format!("{expression} is not a boolean")),
            },
        }
    }

    fn undoing(&self, state: &State, node: usize) -> Result<Rendered, RenderError> {
        let command = match &state.plan().nodes[node].compensate.as_ref().unwrap().work {
            PlanWork::Argv { argv } if argv[0] == "bad-template" => {
                return Err(RenderError::Template("args.x is undefined".to_owned()));
            }
            PlanWork::Argv { argv } => RenderedCommand::Argv { argv: argv.clone() },
            PlanWork::Agent { prompt, .. } => RenderedCommand::Agent { prompt: prompt.clone() },
            other => panic!("{other:?} undoes nothing"),
        };
        Ok(Rendered { command, inputs: BTreeMap::new() })
    }

    fn question(&self, state: &State, node: usize) -> Result<String, RenderError> {
        match &state.plan().nodes[node].work {
            PlanWork::Approve { question } if question == "bad-template" => {
                Err(RenderError::Template("args.x is undefined".to_owned()))
            }
            PlanWork::Approve { question } => Ok(question.clone()),
            other => panic!("{other:?} asks nothing"),
        }
    }

    fn items(&self, state: &State, node: usize) -> Result<Vec<Item>, String> {
        let expansion = state.plan().nodes[node].expansion.as_ref().unwrap();
        let words: Vec<Value> = match expansion.expression.split_once(' ') {
            _ if expansion.expression == "error" => return Err("no items".to_owned()),
            Some(("attempts", node)) => {
                let attempts = state.node(node.parse().unwrap()).unwrap().attempt();
                (1..=attempts).map(Value::from).collect()
            }
            Some(("latest", node)) => {
                vec![Value::from(state.node(node.parse().unwrap()).unwrap().attempt())]
            }
            _ => expansion.expression.split_whitespace().map(Value::from).collect(),
        };
        items(words, expansion.max_items)
    }

    fn late_args(&self, state: &State, node: usize) -> Result<Map<String, Value>, String> {
        let PlanWork::Dag { scope, .. } = state.plan().nodes[node].work else { panic!("it is no DAG") };
        let late = state.plan().scope(scope).unwrap().late_args.clone();
        if late.values().any(|value| value == "error") {
            Err("the argument x: no".to_owned())
        } else {
            Ok(late)
        }
    }

    fn render(&self, state: &State, node: usize) -> Result<Rendered, RenderError> {
        if let PlanWork::Agent { prompt, .. } = &state.plan().nodes[node].work {
            let command = RenderedCommand::Agent { prompt: prompt.clone() };
            return Ok(Rendered { command, inputs: BTreeMap::new() });
        }
        let PlanWork::Argv { argv } = &state.plan().nodes[node].work else { panic!("a group has no work") };
        match argv[0].as_str() {
            "bad-template" => Err(RenderError::Template("args.x is undefined".to_owned())),
            "bad-input" => Err(RenderError::Input("x has no value".to_owned())),
            _ => Ok(Rendered {
                command: RenderedCommand::Argv { argv: argv.clone() },
                inputs: BTreeMap::new(),
            }),
        }
    }
}

/// A run whose journal is a list.
pub(crate) struct Run {
    pub(crate) state: State,
    pub(crate) records: Vec<EventRecord>,
    pub(crate) effects: Vec<Effect>,
    pub(crate) now: i64,
    pub(crate) requests: u64,
    /// What other runs have.
    pub(crate) outside: Outside,
}

impl Run {
    /// A run that no host has taken.
    pub(crate) fn planned(plan: StoredPlan) -> Self {
        let state = State::new("run", Arc::new(plan)).unwrap();
        Self {
            state,
            records: Vec::new(),
            effects: Vec::new(),
            now: 1_000_000,
            requests: 0,
            outside: Outside::default(),
        }
    }

    /// A run whose first host has started.
    pub(crate) fn started(plan: StoredPlan) -> Self {
        let mut run = Self::planned(plan);
        run.take_over(Vec::new(), &[]);
        run
    }

    pub(crate) fn input(&mut self, input: Input) -> Decision {
        let decision = decide(&self.state, self.now, input, &self.outside);
        for event in &decision.events {
            let record = EventRecord {
                v: EVENT_VERSION,
                run: "run".to_owned(),
                seq: self.state.seq() + 1,
                at: self.now,
                critical: event.is_critical(),
                event: event.clone(),
            };
            apply(&mut self.state, &record);
            self.records.push(record);
        }
        self.effects.extend(decision.effects.iter().cloned());
        decision
    }

    /// A new host; the former one is dead.
    pub(crate) fn take_over(&mut self, recovered: Vec<Recovered>, requests: &[Request]) -> Decision {
        let requests = requests.iter().map(|request| self.row(request.clone())).collect();
        let epoch = self.state.epoch() + 1;
        self.input(Input::HostStarted { epoch, pid: 1, recovered, requests })
    }

    pub(crate) fn resume(&mut self) -> Decision {
        self.take_over(Vec::new(), &[Request::Resume])
    }

    pub(crate) fn row(&mut self, request: Request) -> RequestRow {
        self.requests += 1;
        RequestRow { id: self.requests, request, at: self.now }
    }

    pub(crate) fn request(&mut self, request: Request) -> Decision {
        let row = self.row(request);
        self.input(Input::Request(row))
    }

    pub(crate) fn cancel_node(&mut self, path: &str) -> Decision {
        self.request(Request::CancelNode { node: path.to_owned() })
    }

    pub(crate) fn key(&self, path: &str) -> AttemptKey {
        let node = self.state.index(path).unwrap();
        AttemptKey { node, attempt: self.state.node(node).unwrap().attempt(), epoch: self.state.epoch() }
    }

    /// Path of the first node with a live attempt.
    pub(crate) fn first_live(&self) -> Option<String> {
        let live = self.state.live().next()?;
        Some(self.state.plan().nodes[live.node].path.clone())
    }

    pub(crate) fn spawned(&mut self, path: &str) -> Decision {
        let key = self.key(path);
        self.input(Input::AttemptStarted { key, pid: 7, boot_id: "boot".to_owned(), start_time: 1 })
    }

    pub(crate) fn succeed(&mut self, path: &str) -> Decision {
        self.exit(path, succeeded(path))
    }

    pub(crate) fn fail(&mut self, path: &str) -> Decision {
        self.exit(path, failed())
    }

    /// The node's live attempt ends; its wall time is what went by since it was granted.
    pub(crate) fn exit(&mut self, path: &str, mut outcome: AttemptOutcome) -> Decision {
        let is_grant = |record: &&EventRecord| matches!(&record.event, Event::AttemptGranted { node, .. } if node == path);
        let granted_at = self.records.iter().rfind(is_grant).map_or(self.now, |record| record.at);
        outcome.evidence.wall_ms = u64::try_from(self.now - granted_at).unwrap();
        self.input(Input::AttemptExited { key: self.key(path), outcome })
    }

    /// What people are shown, by the plan and the events.
    pub(crate) fn view(&self) -> RunView {
        let mut view = RunView::new(Some(self.state.plan()));
        self.records.iter().for_each(|record| view.apply(record));
        view
    }

    /// The timer of the node's live attempt fires.
    pub(crate) fn time_out(&mut self, path: &str) -> Decision {
        let key = self.key(path);
        let timer = TimerId::AttemptTimeout { node: key.node };
        self.input(Input::Timer { timer, generation: u64::from(key.attempt) })
    }

    /// Somebody answers the question that the node asks at this moment.
    pub(crate) fn answer(&mut self, path: &str, approved: bool) -> Decision {
        let about = self.state.asked_about(self.state.index(path).unwrap()).unwrap().to_owned();
        self.request(answer_about(path, approved, &about))
    }

    /// The time for an answer to the node's question is over.
    pub(crate) fn expire(&mut self, path: &str) -> Decision {
        let node = self.state.index(path).unwrap();
        let is_its = |effect: &&Effect| matches!(effect, Effect::SetTimer { timer, .. } if *timer == TimerId::Approval { node });
        let Some(Effect::SetTimer { timer, generation, .. }) = self.effects.iter().rfind(is_its).cloned()
        else {
            panic!("{path} has no such timer");
        };
        self.input(Input::Timer { timer, generation })
    }

    /// The time of the node's next try has come.
    pub(crate) fn try_again(&mut self, path: &str) -> Decision {
        let key = self.key(path);
        let timer = TimerId::Retry { node: key.node };
        self.input(Input::Timer { timer, generation: u64::from(key.attempt) })
    }

    pub(crate) fn state_of(&self, path: &str) -> NodeState {
        self.state.node(self.state.index(path).unwrap()).unwrap().state()
    }

    pub(crate) fn verdict(&self) -> Option<Verdict> {
        self.state.verdict()
    }

    /// Every node with its state, in plan order: `a: succeeded`.
    pub(crate) fn states(&self) -> String {
        let nodes = self.state.plan().nodes.iter();
        nodes.map(|node| format!("{}: {}\n", node.path, name(self.state_of(&node.path)))).collect()
    }

    /// Events since `from`, one a line, in few words.
    pub(crate) fn story(&self, from: usize) -> String {
        self.records[from..].iter().map(|record| format!("{}\n", words(&record.event))).collect()
    }
}

pub(crate) fn answer_about(path: &str, approved: bool, about: &str) -> Request {
    let (node, by, about) = (path.to_owned(), "ann".to_owned(), about.to_owned());
    Request::Approve { node, approved, by, comment: None, about }
}

pub(crate) fn succeeded(output: &str) -> AttemptOutcome {
    let outputs = BTreeMap::from([("out".to_owned(), OutputValue::Value(Value::String(output.to_owned())))]);
    AttemptOutcome { outcome: Outcome::Succeeded { outputs }, evidence: Evidence::default() }
}

pub(crate) fn failed() -> AttemptOutcome {
    let outcome = Outcome::Failed { kind: FailKind::Exit, detail: "exit status 1".to_owned() };
    AttemptOutcome { outcome, evidence: Evidence { exit_code: Some(1), ..Evidence::default() } }
}

/// The runner's service gives no more, until `resets_at` where it says so.
pub(crate) fn out_of_quota(resets_at: Option<i64>) -> AttemptOutcome {
    let outcome = Outcome::Interrupted { detail: "limit reached".to_owned(), resets_at };
    AttemptOutcome { outcome, evidence: Evidence::default() }
}

/// `failed(exit)`, `stopping(idle)`, `ready`.
pub(crate) fn name(state: NodeState) -> String {
    let json = serde_json::to_value(state).unwrap();
    let inner = json.get("kind").or_else(|| json.get("cause")).and_then(Value::as_str);
    let is = json["is"].as_str().unwrap();
    inner.map_or_else(|| is.to_owned(), |inner| format!("{is}({inner})"))
}

/// `usd 5 turns 2`.
pub(crate) fn amounts(amounts: &Amounts) -> String {
    let said =
        Unit::ALL.into_iter().filter_map(|unit| Some(format!("{} {}", unit.key(), amounts.get(unit)?)));
    said.collect::<Vec<_>>().join(" ")
}

/// Limits all nodes of the plan together.
pub(crate) fn limit(plan: &mut StoredPlan, limit: Amounts) {
    plan.budgets.push(PlanBudget { scope: String::new(), limit });
    let budget = plan.budgets.len() - 1;
    plan.nodes.iter_mut().for_each(|node| node.budgets.push(budget));
}

/// It succeeded and spent that many millionths of a dollar, tokens and turns.
pub(crate) fn spent(micro_usd: u64, tokens: u64, turns: u32) -> AttemptOutcome {
    let mut outcome = succeeded("done");
    outcome.evidence.usage = Some(Usage {
        output_tokens: tokens,
        turns: Some(turns),
        usd: Some(micro_usd as f64 / 1e6),
        ..Usage::default()
    });
    outcome
}

/// An event in few words.
pub(crate) fn words(event: &Event) -> String {
    match event {
        Event::NodeState { node, state, detail, .. } => {
            let detail = detail.as_ref().map(|detail| format!(": {detail}")).unwrap_or_default();
            format!("{node} → {}{detail}", name(*state))
        }
        Event::AttemptGranted { node, attempt, reserved } if reserved.is_empty() => {
            format!("{node}#{attempt} granted")
        }
        Event::AttemptGranted { node, attempt, reserved } => {
            format!("{node}#{attempt} granted {}", amounts(reserved))
        }
        Event::BudgetExhausted { scope, unit, spent, limit } => {
            format!("budget {scope:?} exhausted: {spent} of {limit} {}", unit.key())
        }
        Event::AttemptStarted { node, attempt, .. } => format!("{node}#{attempt} started"),
        Event::AttemptStopping { node, attempt, cause } => format!("{node}#{attempt} stopping {cause:?}"),
        Event::AttemptEnded { node, attempt, end, .. } => format!("{node}#{attempt} ended {end:?}"),
        Event::HostStarted { epoch, .. } => format!("host {epoch}"),
        Event::Requested { request, .. } => format!("requested {request:?}"),
        Event::RunResumed { .. } => "resumed".to_owned(),
        Event::Withheld { node, what, by } => {
            let by = by.as_ref().map(|holder| format!(" ({holder})")).unwrap_or_default();
            format!("{node} waits for {what}{by}")
        }
        Event::RetryScheduled { node, kind, wait_ms, .. } => {
            format!("{node} tried again after {kind:?} in {wait_ms} ms")
        }
        Event::ApprovalAsked { node, question, .. } => format!("{node} asks {question}"),
        Event::CompensationStarted { nodes } => format!("to be undone: {}", nodes.join(", ")),
        Event::RunEnded { verdict } => format!("run {verdict:?}"),
        other => format!("{other:?}"),
    }
}
