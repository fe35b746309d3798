//! What a node and its attempts are called in a trace: OpenTelemetry's names where it has any (those for pipelines and
//! for generative AI), `divisi.…` for the rest.

use divisi_workspace::settings::RunnerKind;
use serde::Serialize;
use serde_json::Value;

use super::span::AttributeValue;
use crate::event::{AttemptEnd, Evidence, FailKind, NodeState, StopCause, Verdict};
use crate::plan::{PlanNode, PlanWork, StoredPlan};

/// Attributes in the making.
pub(super) type Attributes = Vec<(&'static str, AttributeValue)>;

/// What a node does, in one word.
pub(super) const fn kind(node: &PlanNode) -> &'static str {
    match &node.work {
        PlanWork::Argv { .. } | PlanWork::Line { .. } => "program",
        PlanWork::Agent { .. } => "agent",
        PlanWork::Approve { .. } => "approval",
        PlanWork::Group { .. } => "for_each",
        PlanWork::Dag { .. } => "dag",
    }
}

/// What is known of an attempt of a node before it begins: who does the work.
pub(super) fn worker(plan: &StoredPlan, node: &PlanNode, undoes: bool) -> (String, Attributes) {
    let executed = node.executed(undoes);
    let PlanWork::Agent { agent, runner, model, .. } = &executed.work else {
        return ("attempt".to_owned(), Vec::new());
    };
    let agent = agent.and_then(|agent| plan.agents.get(agent));
    let name = agent.map_or(runner.as_str(), |agent| agent.name.as_str());
    let mut attributes: Attributes = vec![
        ("gen_ai.operation.name", "invoke_agent".into()),
        ("gen_ai.agent.name", name.into()),
        ("divisi.runner", runner.as_str().into()),
    ];
    let provider = plan.runners.get(runner).and_then(|runner| provider(runner.kind));
    attributes.extend(provider.map(|provider| ("gen_ai.provider.name", provider.into())));
    let model = model.as_deref().or_else(|| agent?.model.as_deref()).filter(|model| *model != "inherit");
    attributes.extend(model.map(|model| ("gen_ai.request.model", model.into())));
    (format!("invoke_agent {name}"), attributes)
}

/// Whose models a runner's program speaks to, where it speaks to one house alone.
const fn provider(kind: RunnerKind) -> Option<&'static str> {
    match kind {
        RunnerKind::Claude => Some("anthropic"),
        RunnerKind::Codex => Some("openai"),
        RunnerKind::Gemini => Some("gcp.gemini"),
        RunnerKind::Exec | RunnerKind::Opencode | RunnerKind::Acp => None,
    }
}

/// How an attempt ended, and what it used.
pub(super) fn end(end: AttemptEnd, evidence: &Evidence) -> Attributes {
    let mut attributes: Attributes = vec![("divisi.attempt.end", word(&end).into())];
    attributes.extend(evidence.exit_code.map(|code| ("process.exit.code", code.into())));
    attributes.extend(evidence.signal.map(|signal| ("divisi.signal", signal.into())));
    attributes.extend(evidence.session.as_deref().map(|session| ("gen_ai.conversation.id", session.into())));
    if !evidence.denied.is_empty() {
        attributes.push(("divisi.tools.refused", evidence.denied.join(", ").into()));
    }
    if let Some(usage) = &evidence.usage {
        attributes.push(("gen_ai.usage.input_tokens", usage.input_tokens.into()));
        attributes.push(("gen_ai.usage.output_tokens", usage.output_tokens.into()));
        attributes.push(("gen_ai.usage.cache_read.input_tokens", usage.cached_tokens.into()));
        attributes.extend(usage.usd.map(|usd| ("divisi.cost.usd", usd.into())));
        attributes.extend(usage.turns.map(|turns| ("divisi.turns", turns.into())));
    }
    attributes
}

/// What went wrong with an attempt, in one word; none where nothing did.
pub(super) fn fault_of_attempt(end: AttemptEnd, evidence: &Evidence) -> Option<String> {
    match end {
        AttemptEnd::Succeeded | AttemptEnd::Cancelled => None,
        AttemptEnd::Failed { kind } => Some(evidence.fault.as_ref().map_or_else(|| word(&kind), word)),
        AttemptEnd::TimedOut | AttemptEnd::Idle | AttemptEnd::Interrupted | AttemptEnd::Lost => {
            Some(word(&end))
        }
    }
}

/// How a node ended, as a pipeline's task does.
pub(super) const fn result(state: NodeState) -> &'static str {
    match state {
        NodeState::Failed { kind: FailKind::TimedOut | FailKind::Idle } => "timeout",
        NodeState::Failed { .. } | NodeState::CompensationFailed => "failure",
        NodeState::Skipped | NodeState::Blocked => "skip",
        NodeState::Cancelled | NodeState::Stopping { cause: StopCause::Cancelled } => "cancellation",
        _ => "success",
    }
}

/// What went wrong with a node, in one word; none where nothing did.
pub(super) fn fault_of_node(state: NodeState) -> Option<String> {
    match state {
        NodeState::Failed { kind } => Some(word(&kind)),
        NodeState::CompensationFailed => Some(word(&state)),
        _ => None,
    }
}

/// How a run ended, as a pipeline does.
pub(super) const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Succeeded | Verdict::Halted => "success",
        Verdict::Failed | Verdict::Compensated | Verdict::CompensationFailed => "failure",
        Verdict::Cancelled => "cancellation",
    }
}

/// The word by which the journal has it.
pub(super) fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => word,
        Ok(Value::Object(entries)) => {
            entries.get("is").and_then(Value::as_str).unwrap_or_default().to_owned()
        }
        _ => String::new(),
    }
}
