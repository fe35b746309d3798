//! `unreachable-node`: a node that no run can ever start.

use divisi_model::{ForEach, Node, TriggerRule};
use divisi_syntax::Span;

use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::context::Context;
use crate::edits;
use crate::finding::{Finding, Fix};

pub(super) static CODE: Code = Code {
    name: "unreachable-node",
    severity: Severity::Warning,
    extent: Extent::Document,
    summary: "A node can never start: it waits for one that is always skipped and its rule then skips it, or its \
              `when` asks for a status that its rule does not let through. A node that is switched off by \
              `when: false`, or has an empty `for_each`, is only shown faded.",
    silent: "Wherever a run could decide otherwise; while the DAG has a cycle; in dialects.",
    fix: "Choose another `trigger_rule`: `all_done` for a node that looks at failures, `none_failed` for one that \
          goes on after skipped ones.",
    explanation: "The rule comes before the condition. With `all_success`, which holds where nothing is written, a \
                  node starts only when everything that it waits for has succeeded, so that it never sees a failure.",
    example: Example::dag(
        "nodes:\n  - id: tests\n    run: cargo test\n  - id: alarm\n    depends_on: [tests]\n    run: ./alarm.sh\n    when: nodes.tests.status == \"failed\"\n",
        "nodes:\n  - id: tests\n    run: cargo test\n  - id: alarm\n    depends_on: [tests]\n    trigger_rule: all_done\n    run: ./alarm.sh\n    when: nodes.tests.status == \"failed\"\n",
    ),
};

/// Ways in which a node may have ended, as those that wait for it see them (ENGINE, section 2): a bit each.
type Classes = u8;

const OK: Classes = 1;
const SKIP: Classes = 2;
const BAD: Classes = 4;
/// Any combination of the three is a number under this.
const COMBINATIONS: u8 = 8;

/// Why a node never starts.
enum Cause<'a> {
    /// `when: false`.
    Off(Span),
    /// `for_each: []`.
    Empty(Span),
    /// `when` asks for a status of a node that the rule does not let through.
    Status { when: Span, id: &'a str, status: &'a str },
    /// A dependency is always skipped.
    Skipped(u32),
}

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let Some(order) = context.graph.order.as_ref().filter(|_| context.is_native()) else {
        return;
    };
    if !context.nodes().any(|(_, node)| own_cause(context, node).is_some()) {
        return;
    }
    let mut classes = vec![OK | SKIP | BAD; context.dag.nodes.len()];
    for index in order {
        let node = context.node(*index);
        if node.depends_on.iter().any(|id| !context.ids.contains_key(id.value.as_str())) {
            continue;
        }
        let dependencies = context.graph.dependencies.get(*index as usize).map_or(&[][..], Vec::as_slice);
        let rule = node.trigger_rule.as_ref().map_or(TriggerRule::AllSuccess, |rule| rule.value);
        let outcomes = outcomes(rule, dependencies.iter().map(|dependency| class(&classes, *dependency)));
        let own = own_cause(context, node);
        let cause = if outcomes.may_run {
            own
        } else {
            let skipped = dependencies.iter().find(|dependency| class(&classes, **dependency) == SKIP);
            skipped.map(|dependency| Cause::Skipped(*dependency))
        };
        if let Some(place) = classes.get_mut(*index as usize) {
            *place = outcomes.classes(node, cause.as_ref());
        }
        findings.extend(cause.map(|cause| finding(context, node, &cause)));
    }
}

fn class(classes: &[Classes], node: u32) -> Classes {
    classes.get(node as usize).copied().unwrap_or(OK | SKIP | BAD)
}

/// What may come of a node's rule.
#[derive(Default)]
struct Outcomes {
    may_run: bool,
    may_be_skipped: bool,
    may_be_blocked: bool,
}

impl Outcomes {
    fn classes(&self, node: &Node, cause: Option<&Cause<'_>>) -> Classes {
        let skipped = if self.may_be_skipped { SKIP } else { 0 };
        let blocked = if self.may_be_blocked { BAD } else { 0 };
        let run = match cause {
            _ if !self.may_run => 0,
            // An empty `for_each` has succeeded.
            Some(Cause::Empty(_)) => OK,
            Some(_) => SKIP,
            None if node.when.is_some() => OK | SKIP | BAD,
            None => OK | BAD,
        };
        skipped | blocked | run
    }
}

/// The truth table of ENGINE, section 2, over all combinations that the dependencies allow.
fn outcomes(rule: TriggerRule, dependencies: impl Iterator<Item = Classes>) -> Outcomes {
    // Which combinations of classes can occur among the dependencies: a bit for each number under 8.
    let mut possible: u8 = 1;
    for classes in dependencies {
        let joined = (0..COMBINATIONS).filter(|seen| possible >> seen & 1 == 1).flat_map(|seen| {
            [OK, SKIP, BAD]
                .into_iter()
                .filter(move |class| classes & class != 0)
                .map(move |class| seen | class)
        });
        possible = joined.fold(0, |set, combination| set | 1 << combination);
    }
    let mut outcomes = Outcomes::default();
    for seen in (0..COMBINATIONS).filter(|seen| possible >> seen & 1 == 1) {
        let (ok, skip, bad) = (seen & OK != 0, seen & SKIP != 0, seen & BAD != 0);
        let any = ok || skip || bad;
        match rule {
            TriggerRule::AllDone => outcomes.may_run = true,
            _ if !any => outcomes.may_run = true,
            TriggerRule::OneSuccess if ok => outcomes.may_run = true,
            _ if bad => outcomes.may_be_blocked = true,
            TriggerRule::AllSuccess | TriggerRule::OneSuccess if skip => outcomes.may_be_skipped = true,
            TriggerRule::NoneFailedMinOneSuccess if !ok => outcomes.may_be_skipped = true,
            _ => outcomes.may_run = true,
        }
    }
    outcomes
}

/// What keeps the node from starting whatever it waits for.
fn own_cause<'a>(context: &Context<'_>, node: &'a Node) -> Option<Cause<'a>> {
    if let Some(when) = &node.when {
        if matches!(when.value.trim(), "false" | "False") {
            return Some(Cause::Off(when.span));
        }
        let (id, status) = shut_out(context, node, &when.value)?;
        return Some(Cause::Status { when: when.span, id, status });
    }
    match &node.for_each {
        Some(ForEach::List { items, span }) if items.is_empty() => Some(Cause::Empty(*span)),
        _ => None,
    }
}

/// A comparison that makes the whole expression false once the node's rule has let it start.
fn shut_out<'a>(context: &Context<'_>, node: &'a Node, expression: &'a str) -> Option<(&'a str, &'a str)> {
    if !expression.contains(".status") || expression.contains(['(', '{']) || expression.contains(" if ") {
        return None;
    }
    let mut first = None;
    for alternative in expression.split(" or ") {
        let mut comparisons = alternative.split(" and ").filter_map(comparison);
        let impossible = comparisons.find(|(id, status)| is_shut_out(context, node, id, status))?;
        first = first.or(Some(impossible));
    }
    first
}

/// `nodes.ID.status == "STATUS"`, and nothing else.
fn comparison(text: &str) -> Option<(&str, &str)> {
    let (path, status) = text.split_once("==")?;
    let path = path.trim().strip_prefix("nodes")?.strip_suffix(".status")?;
    let bracketed = || path.strip_prefix('[')?.strip_suffix(']').and_then(unquoted);
    let id = path.strip_prefix('.').or_else(bracketed)?;
    Some((id, unquoted(status.trim())?))
}

fn unquoted(text: &str) -> Option<&str> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let inner = text.strip_prefix(quote)?.strip_suffix(quote)?;
    (!inner.contains(['"', '\'', '\\'])).then_some(inner)
}

/// Whether the node does not start where one that it waits for has ended so.
fn is_shut_out(context: &Context<'_>, node: &Node, id: &str, status: &str) -> bool {
    let is_awaited = node.depends_on.iter().any(|dependency| dependency.value == id);
    let other = context.ids.get(id).map(|index| context.node(*index));
    // A failure that is tolerated counts as a success.
    if !is_awaited || other.is_none_or(|other| other.continue_on_error) {
        return false;
    }
    let is_bad = matches!(status, "failed" | "blocked" | "cancelled");
    match node.trigger_rule.as_ref().map_or(TriggerRule::AllSuccess, |rule| rule.value) {
        TriggerRule::AllSuccess => is_bad || status == "skipped",
        TriggerRule::NoneFailed | TriggerRule::NoneFailedMinOneSuccess => is_bad,
        TriggerRule::OneSuccess | TriggerRule::AllDone => false,
    }
}

fn finding(context: &Context<'_>, node: &Node, cause: &Cause<'_>) -> Finding {
    let name = &node.id.value;
    match cause {
        Cause::Off(span) => {
            let message = format!("`{name}` is switched off: it is always skipped");
            Finding::new(&CODE, *span, message).severity(Severity::Hint).unnecessary()
        }
        Cause::Empty(span) => {
            let message = format!("`{name}` is never started: the list is empty");
            Finding::new(&CODE, *span, message).severity(Severity::Hint).unnecessary()
        }
        Cause::Status { when, id, status } => {
            let message = format!(
                "`{name}` never starts: its rule, `{}`, does not let it start where `{id}` is {status}",
                rule_name(node)
            );
            Finding::new(&CODE, *when, message).fix(look_at_all(context, node))
        }
        Cause::Skipped(dependency) => {
            let other = context.node(*dependency);
            let entry = node.depends_on.iter().find(|entry| entry.value == other.id.value);
            let span = entry.map_or(node.id.span, |entry| entry.span);
            let message = format!(
                "`{name}` never starts: `{}` is always skipped, and then the rule `{}` skips this one, too",
                other.id.value,
                rule_name(node)
            );
            Finding::new(&CODE, span, message).related(other.id.span, "always skipped")
        }
    }
}

const fn rule_name(node: &Node) -> &'static str {
    match &node.trigger_rule {
        None => "all_success",
        Some(rule) => match rule.value {
            TriggerRule::AllSuccess => "all_success",
            TriggerRule::NoneFailed => "none_failed",
            TriggerRule::NoneFailedMinOneSuccess => "none_failed_min_one_success",
            TriggerRule::OneSuccess => "one_success",
            TriggerRule::AllDone => "all_done",
        },
    }
}

/// `trigger_rule: all_done`.
fn look_at_all(context: &Context<'_>, node: &Node) -> Option<Fix> {
    let title = "Start however they ended: `trigger_rule: all_done`".to_owned();
    if let Some(rule) = &node.trigger_rule {
        let change = edits::change_to(context.text(), rule.span, "all_done");
        return Some(Fix { title, ..change });
    }
    let edit =
        edits::add_entry(context.tree, &context.document.lines, node.tree, "trigger_rule", "all_done")?;
    Some(Fix { title, edits: vec![edit], safe: false })
}
