//! `budget-not-enforceable`: a limit that its runner can neither hold nor count.

use divisi_model::{Budget, Node, Unit, Work};
use divisi_syntax::{Span, Spanned};
use divisi_workspace::settings::RunnerKind;

use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::context::Context;
use crate::finding::Finding;

pub(super) static CODE: Code = Code {
    name: "budget-not-enforceable",
    severity: Severity::Error,
    extent: Extent::Node,
    summary: "A limit on an agent that its runner has no way to hold, or one on the whole run that a runner does not \
              report.",
    silent: "For runners that are not known; for `wall`, which is always held.",
    fix: "Take the limit away, or let a runner do it that can hold it. `claude` holds `usd` and turns, `gemini` and \
          `opencode` hold turns; all of them can be limited by `timeout`. For the run's own `budget`, all report \
          `tokens`; `claude` and `opencode` report `usd` and `turns`, too, and agents of `acp` may report `usd`.",
    explanation: "A limit that does nothing is worse than none: one relies on it. What a node may spend has to be held \
                  by its runner while it works. What the whole run may spend is reserved before an agent starts, and \
                  settled by what its runner reports.",
    example: Example::dag(
        "nodes:\n  - id: review\n    agent: code-reviewer\n    runner: gemini\n    prompt: Review the code\n    budget: { usd: 1 }\n",
        "nodes:\n  - id: review\n    agent: code-reviewer\n    runner: claude\n    prompt: Review the code\n    budget: { usd: 1 }\n",
    ),
};

/// What a node hands to a runner, as far as it is limited.
struct Handed<'a> {
    /// Where the agent or the command is named.
    span: Span,
    runner: Option<&'a str>,
    max_turns: Option<&'a Spanned<u32>>,
    budget: Option<&'a Spanned<Budget>>,
}

fn handed(node: &Node) -> Option<Handed<'_>> {
    let (span, runner, max_turns, budget) = match node.work.as_ref()? {
        Work::Agent(work) => (work.agent.span, &work.runner, &work.max_turns, &work.budget),
        Work::Command(work) => (work.name.span, &work.runner, &work.max_turns, &work.budget),
        _ => return None,
    };
    let runner = runner.as_ref().map(|runner| runner.value.as_str());
    Some(Handed { span, runner, max_turns: max_turns.as_ref(), budget: budget.as_ref() })
}

/// A limit of the node, or one that it has from `defaults`.
pub(super) fn check_nodes(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (_, node) in context.nodes() {
        let Some(work) = handed(node) else { continue };
        let Some((name, kind)) = runner(context, &work) else { continue };
        for (unit, span) in limits(node, &work).into_iter().filter(|(unit, _)| !kind.holds(*unit)) {
            let what = match unit {
                Unit::Usd => "a budget in US dollars",
                Unit::Tokens => "a budget in tokens",
                Unit::Turns => "a limit on turns",
                Unit::Wall => "a limit on time",
            };
            let message = format!("the runner `{name}` has no way to hold {what}");
            findings.push(Finding::new(&CODE, span, message));
        }
    }
}

/// What each attempt may spend at most, and where that is said: a default is told of at the name of the agent.
fn limits(node: &Node, work: &Handed<'_>) -> Vec<(Unit, Span)> {
    let place = |span: Span| if node.span.contains(span) { span } else { work.span };
    let turns = work.max_turns.map(|turns| (Unit::Turns, turns.span));
    let budget = work.budget.into_iter().flat_map(|budget| {
        let limited = Unit::ALL.into_iter().filter(|unit| budget.value.limits(*unit));
        limited.filter(|unit| *unit != Unit::Turns || turns.is_none()).map(|unit| (unit, place(budget.span)))
    });
    turns.into_iter().chain(budget).collect()
}

/// A limit of the whole run.
pub(super) fn check_run(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let Some(budget) = &context.dag.budget else { return };
    for unit in Unit::ALL.into_iter().filter(|unit| budget.value.limits(*unit)) {
        let silent: Vec<(&str, &str)> = with_runners(context)
            .filter(|(_, _, kind)| !kind.reports(unit))
            .map(|(node, runner, _)| (node.id.value.as_str(), runner))
            .collect();
        let Some((node, runner)) = silent.first() else { continue };
        let others = match silent.len() {
            1 => String::new(),
            2 => " and one more node".to_owned(),
            count => format!(" and {} more nodes", count - 1),
        };
        let message = format!(
            "the budget's `{}` cannot be enforced: the runner `{runner}` of `{node}`{others} does not report it",
            unit.key()
        );
        findings.push(Finding::new(&CODE, budget.span, message));
    }
}

/// Nodes whose runner is known, and that runner.
fn with_runners<'c>(context: &'c Context<'_>) -> impl Iterator<Item = (&'c Node, &'c str, RunnerKind)> {
    context.dag.nodes.iter().filter_map(|node| {
        let (name, kind) = runner(context, &handed(node)?)?;
        Some((node, name, kind))
    })
}

fn runner<'c>(context: &'c Context<'_>, work: &Handed<'c>) -> Option<(&'c str, RunnerKind)> {
    let settings = context.snapshot.settings();
    let name = work.runner.or(settings.run.runner.as_deref())?;
    Some((name, settings.runner(name)?.kind))
}
