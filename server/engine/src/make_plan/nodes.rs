//! What one node of a DAG is in the plan, by itself.

use std::time::Duration;

use divisi_analysis::plan::DEFAULT_ESTIMATE;
use divisi_model::variables::arg_variable;
use divisi_model::{CommandWork, Dag, Node, Program, ResumePolicy, Retry, RunWork, Text, Work};
use divisi_syntax::{Spanned, template};
use serde_json::Value;

use super::agents::{Agents, Handed};
use super::commands::Commands;
use super::{Faults, declared_env, worktree};
use crate::amounts::Amounts;
use crate::plan::{PlanCompensation, PlanHold, PlanNode, PlanOutput, PlanRetry, PlanWork};
use crate::words;

pub(super) fn plain_node(node: &Node, work: PlanWork) -> PlanNode {
    let outputs = node.outputs.iter().map(|output| PlanOutput {
        name: output.name.value.clone(),
        form: output.form.clone(),
        required: output.required,
        schema: output
            .schema
            .clone()
            .filter(|schema| schema.as_object().is_some_and(|keys| !keys.is_empty())),
    });
    PlanNode {
        path: node.id.value.clone(),
        scope: 0,
        expansion: None,
        title: node.title.as_ref().map(|title| title.value.clone()),
        line: 0,
        group: None,
        dependencies: Vec::new(),
        after: Vec::new(),
        rule: node.trigger_rule.as_ref().map(|rule| rule.value).unwrap_or_default(),
        when: node.when.as_ref().map(|when| when.value.clone()),
        continue_on_error: node.continue_on_error,
        work,
        inputs: Vec::new(),
        outputs: outputs.collect(),
        retry: node.retry.as_ref().filter(|retry| retry.attempts > 1).map(plan_retry),
        timeout_ms: node.timeout.as_ref().map(|timeout| millis(timeout.value)),
        idle_timeout_ms: node.idle_timeout.as_ref().map(|timeout| millis(timeout.value)),
        estimate_ms: millis(node.estimate.as_ref().map_or(DEFAULT_ESTIMATE, |estimate| estimate.value)),
        priority: node.priority,
        env: Vec::new(),
        cwd: node.cwd.as_ref().map(|cwd| cwd.value.clone()),
        item: None,
        index: None,
        resume: ResumePolicy::default(),
        compensate: None,
        locks: Vec::new(),
        limits: Vec::new(),
        worktree: node.in_worktree.then(|| worktree::plan_worktree(node)),
        reads: node.reads.as_deref().map(globs),
        writes: node.writes.as_deref().map(globs),
        cache: None,
        budgets: Vec::new(),
        past: Amounts::default(),
        wall_budget_ms: wall_budget(node).map(millis),
    }
}

fn wall_budget(node: &Node) -> Option<Duration> {
    match &node.work {
        Some(Work::Agent(work)) => work.budget.as_ref()?.value.wall,
        Some(Work::Command(work)) => work.budget.as_ref()?.value.wall,
        _ => None,
    }
}

/// What somebody holds alone may be half changed when the attempt is lost: then a person decides.
pub(super) fn resume_policy(node: &Node, locks: &[PlanHold]) -> ResumePolicy {
    let is_delicate = node.has_compensation || locks.iter().any(|hold| hold.exclusive);
    let default = if is_delicate { ResumePolicy::Ask } else { ResumePolicy::Retry };
    node.resume.as_ref().map_or(default, |resume| resume.value)
}

fn globs(written: &[Spanned<String>]) -> Vec<String> {
    written.iter().map(|glob| glob.value.clone()).collect()
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Words that are no kind of failure were refused with the file.
fn plan_retry(retry: &Retry) -> PlanRetry {
    let kind = |word: &String| serde_json::from_value(Value::String(word.clone())).ok();
    PlanRetry {
        attempts: retry.attempts,
        backoff: retry.backoff,
        initial_ms: millis(retry.initial),
        max_ms: millis(retry.max),
        multiplier: retry.multiplier,
        jitter: retry.jitter,
        on: retry.on.as_ref().map(|words| words.iter().filter_map(kind).collect()),
    }
}

/// What undoes the node, or each of its instances. A cancel before any attempt leaves nothing, and one after it is undone
/// anyway: as a kind of failure it says nothing.
pub(super) fn plan_compensation(
    node: &Node,
    agents: &mut Agents<'_>,
    commands: &mut Commands<'_>,
    faults: &mut Faults,
) -> Option<Box<PlanCompensation>> {
    let Some(undoing) = node.compensation.as_deref() else {
        if node.has_compensation {
            faults.add(node.id.span, format!("`compensate` of {} does nothing", node.id.value));
        }
        return None;
    };
    let kind = |word: &String| serde_json::from_value(Value::String(word.clone())).ok();
    Some(Box::new(PlanCompensation {
        work: plan_some_work(node, &undoing.work, agents, commands, faults)?,
        on: undoing.on.iter().filter_map(kind).collect(),
        retry: undoing.retry.as_ref().filter(|retry| retry.attempts > 1).map(plan_retry),
        timeout_ms: undoing.timeout.as_ref().map(|timeout| millis(timeout.value)),
        idle_timeout_ms: undoing.idle_timeout.as_ref().map(|timeout| millis(timeout.value)),
        env: declared_env(&undoing.env, faults),
        cwd: undoing.cwd.as_ref().map(|cwd| cwd.value.clone()),
    }))
}

/// A DAG that is a node: what it waits for and how long it may take. What it does is its own nodes' affair.
pub(super) fn dag_node(node: &Node) -> PlanNode {
    let nothing = PlanWork::Group { children: Vec::new() };
    PlanNode {
        retry: None,
        idle_timeout_ms: None,
        wall_budget_ms: None,
        outputs: Vec::new(),
        worktree: None,
        compensate: None,
        ..plain_node(node, nothing)
    }
}

pub(super) fn plan_work(
    node: &Node,
    agents: &mut Agents<'_>,
    commands: &mut Commands<'_>,
    faults: &mut Faults,
) -> Option<PlanWork> {
    let Some(work) = &node.work else {
        faults.add(node.id.span, format!("the node {} has nothing to do", node.id.value));
        return None;
    };
    plan_some_work(node, work, agents, commands, faults)
}

/// The node's own work, or what undoes it.
fn plan_some_work(
    node: &Node,
    work: &Work,
    agents: &mut Agents<'_>,
    commands: &mut Commands<'_>,
    faults: &mut Faults,
) -> Option<PlanWork> {
    match work {
        Work::Run(run) => plan_run(node, run, faults),
        Work::Agent(work) => {
            let (runner, agent) = agents.resolve(work, faults)?;
            agents.check_keys(&runner, agent, node, work.agent.span, faults);
            let budget = work.budget.as_ref().map(|budget| budget.value).unwrap_or_default();
            let max_turns = work.max_turns.as_ref().map(|turns| turns.value);
            let max_turns = max_turns.or_else(|| agents.turns(agent));
            let tools: Option<Vec<String>> =
                work.tools.as_ref().map(|tools| tools.iter().map(|tool| tool.value.clone()).collect());
            let held = tools.as_deref().or_else(|| agents.files.get(agent)?.tools.as_deref());
            agents.check_tools(&runner, held.unwrap_or_default(), work.agent.span, faults);
            Some(PlanWork::Agent {
                agent: Some(agent),
                runner,
                command: None,
                prompt: work.prompt.as_ref().map(|prompt| prompt.value.clone()).unwrap_or_default(),
                model: work.model.as_ref().map(|model| model.value.clone()),
                tools,
                max_turns: max_turns.into_iter().chain(budget.turns).min(),
                max_micro_usd: budget.micro_usd,
                max_tokens: budget.tokens,
            })
        }
        Work::Command(work) => {
            let runner = agents.runner(&Handed::command(work), faults);
            let called = commands.call(work, faults)?;
            let runner = runner?;
            let agent = match &called.agent {
                Some(name) => Some(agents.agent(&runner, name, faults, work.name.span)?),
                None => None,
            };
            if let Some(agent) = agent {
                agents.check_keys(&runner, agent, node, work.name.span, faults);
            }
            let budget = work.budget.as_ref().map(|budget| budget.value).unwrap_or_default();
            let max_turns = work.max_turns.as_ref().map(|turns| turns.value);
            let max_turns = max_turns.or_else(|| agents.turns(agent?));
            let names = |tools: &Vec<Spanned<String>>| tools.iter().map(|tool| tool.value.clone()).collect();
            let tools: Option<Vec<String>> = work.tools.as_ref().map(names).or(called.tools);
            let held = tools.as_deref().or_else(|| agents.files.get(agent?)?.tools.as_deref());
            agents.check_tools(&runner, held.unwrap_or_default(), work.name.span, faults);
            Some(PlanWork::Agent {
                agent,
                runner,
                prompt: String::new(),
                command: Some(called.call),
                model: work.model.as_ref().map(|model| model.value.clone()).or(called.model),
                tools,
                max_turns: max_turns.into_iter().chain(budget.turns).min(),
                max_micro_usd: budget.micro_usd,
                max_tokens: budget.tokens,
            })
        }
        // What it holds was planned.
        Work::Dag { .. } => None,
        Work::Approve { question } => Some(PlanWork::Approve { question: question.value.clone() }),
        Work::Foreign(work) => {
            faults.add(work.key.span, format!("`{}` can be run by its own tool only", work.key.value));
            None
        }
    }
}

fn plan_run(node: &Node, run: &RunWork, faults: &mut Faults) -> Option<PlanWork> {
    match &run.program {
        Program::Argv(argv) if argv.is_empty() => {
            faults.add(node.id.span, format!("`run` of {} is an empty list", node.id.value));
            None
        }
        Program::Argv(argv) => {
            Some(PlanWork::Argv { argv: argv.iter().map(|text| text.value.clone()).collect() })
        }
        Program::Line(text) if text.value.trim().is_empty() => {
            faults.add(text.span, format!("`run` of {} is empty", node.id.value));
            None
        }
        Program::Line(text) => {
            let needs_shell = words::split(&text.value).is_none();
            let chosen =
                run.shell.as_ref().map(|shell| shell.value.clone()).filter(|shell| !shell.is_empty());
            let shell = needs_shell.then(|| chosen.unwrap_or_else(|| vec!["sh".to_owned(), "-c".to_owned()]));
            Some(PlanWork::Line { line: text.value.clone(), shell })
        }
    }
}

/// A secret argument in a template would be stored with the prompt, or be seen by every process as an argument.
pub(super) fn refuse_secrets(dag: &Dag, node: &Node, faults: &mut Faults) {
    let secret = |name: &str| dag.args.iter().any(|arg| arg.secret && arg.name.value == name);
    if !dag.args.iter().any(|arg| arg.secret) {
        return;
    }
    let texts = templates(node).into_iter().map(|text| (text, template::scan(&text.value)));
    let conditions = node.when.iter().map(|text| (text, template::scan_expression(&text.value)));
    for (text, scanned) in texts.chain(conditions) {
        for reference in scanned.references {
            let [first, name, ..] = reference.segments.as_slice() else { continue };
            if first.name == "args" && secret(name.name) {
                let variable = arg_variable(name.name);
                faults.add(
                    text.span,
                    format!("the argument {} is secret: programs read it as ${variable}", name.name),
                );
            }
        }
    }
}

fn templates(node: &Node) -> Vec<&Text> {
    let works = node.work.iter().chain(node.undoing());
    let texts = works.flat_map(|work| match work {
        Work::Agent(work) => work.prompt.iter().collect(),
        Work::Command(CommandWork { args, .. }) | Work::Dag { args, .. } => args.texts.iter().collect(),
        Work::Run(RunWork { program: Program::Argv(argv), .. }) => argv.iter().collect(),
        Work::Approve { question } => vec![question],
        _ => Vec::new(),
    });
    texts.collect()
}
