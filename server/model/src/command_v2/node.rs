//! One item of a phase's `agents`.

use divisi_syntax::{Kind, NodeId, Span, Spanned};

use super::resources;
use super::unit::Units;
use crate::dag::{AgentWork, Input, Naming, Node, Output, OutputForm, Retry, Work};
use crate::json;
use crate::keys::command_v2 as keys;
use crate::reader::{Field, Fields, Reader};

/// Keys that name the agent; the first that is written counts.
const AGENT: &[&str] = &[AGENT_ID, "type", "name"];
/// The key that names an agent and nothing else.
const AGENT_ID: &str = "agentId";

/// What the phase says for all its nodes.
pub(super) struct InPhase {
    id: Option<Spanned<String>>,
    condition: Option<Spanned<String>>,
    continue_on_error: bool,
    units: Units,
}

impl InPhase {
    pub(super) fn of(reader: &Reader<'_>, phase: &Fields, units: Units) -> Self {
        let text = |key: &str| phase.get(key).and_then(|value| reader.spanned(value));
        let tolerant = phase.get("continueOnError").and_then(|value| reader.boolean(value));
        Self {
            id: text("id").or_else(|| text("name")),
            condition: condition(reader, phase),
            continue_on_error: tolerant.unwrap_or(false),
            units,
        }
    }
}

pub(super) fn lower(reader: &Reader<'_>, item: NodeId, phase: &InPhase) -> Node {
    let fields = &reader.fields(item, &keys::NODE);
    let span = reader.span(item);
    let id = fields.get("id").and_then(|value| reader.spanned(value));
    let agent = AGENT.iter().find_map(|key| fields.field(key));
    let dependencies = fields.field("dependencies");
    Node {
        id: id.unwrap_or_else(|| Spanned::new(String::new(), Span::at(span.start))),
        work: agent.map(|field| work(reader, fields, field)),
        work_keys: agent
            .map(|field| Spanned::new(field.key.name, reader.span(field.key_node)))
            .into_iter()
            .collect(),
        depends_on: dependencies.map(|field| reader.names(field.value)).unwrap_or_default(),
        depends_on_key: dependencies.map(|field| reader.key(field.key_node)),
        foreign_condition: condition(reader, fields).or_else(|| phase.condition.clone()),
        inputs: context(reader, fields, "inputs")
            .into_iter()
            .filter_map(|item| input(reader, item))
            .collect(),
        outputs: outputs(reader, fields),
        locks: fields.get("resources").map(|value| resources::held(reader, value)).unwrap_or_default(),
        retry: fields
            .field("retryPolicy")
            .or_else(|| fields.field("retry"))
            .map(|field| retry(reader, field)),
        timeout: phase.units.timeout(reader, fields),
        estimate: phase.units.estimate(reader, fields),
        phase: phase.id.clone(),
        listed_in: phase.id.clone().into_iter().collect(),
        continue_on_error: phase.continue_on_error,
        has_compensation: fields.get("compensation").is_some_and(|value| compensates(reader, value)),
        ..Node::empty(reader.tree.resolve(item), span)
    }
}

fn work(reader: &Reader<'_>, fields: &Fields, agent: &Field) -> Work {
    let name = reader.spanned(agent.value);
    let task = fields.get("task").or_else(|| fields.get("description"));
    Work::Agent(AgentWork {
        agent: name.unwrap_or_else(|| Spanned::new(String::new(), reader.span(agent.value))),
        naming: if agent.key.name == AGENT_ID { Naming::Reference } else { Naming::Unsure },
        prompt: task.and_then(|value| reader.text(value)),
        runner: None,
        model: None,
        tools: None,
        max_turns: None,
        budget: None,
    })
}

/// `skipCondition` or `conditional`: its expression, at its key. One that says `enabled: false` is none.
fn condition(reader: &Reader<'_>, fields: &Fields) -> Option<Spanned<String>> {
    let field = fields.field("skipCondition").or_else(|| fields.field("conditional"))?;
    let enabled = reader.member(field.value, "enabled").and_then(|value| reader.boolean(value));
    if enabled == Some(false) || reader.is_null(field.value) {
        return None;
    }
    let expression = ["condition", "expression"].iter().find_map(|key| reader.member(field.value, key));
    let expression = expression.and_then(|value| reader.string(value)).unwrap_or_default();
    Some(Spanned::new(expression, reader.span(field.key_node)))
}

/// Items of `context.inputs` or `context.outputs`.
fn context(reader: &Reader<'_>, fields: &Fields, key: &str) -> Vec<NodeId> {
    let list = fields.get("context").and_then(|context| reader.member(context, key));
    list.map(|list| reader.items(list).collect()).unwrap_or_default()
}

/// A name, or `{key, …}`.
fn context_key(reader: &Reader<'_>, item: NodeId) -> Option<Spanned<String>> {
    match reader.kind(item) {
        Kind::Mapping => reader.spanned(reader.member(item, "key")?),
        _ => reader.spanned(item),
    }
}

fn input(reader: &Reader<'_>, item: NodeId) -> Option<Input> {
    let name = context_key(reader, item)?;
    let fields = reader.fields(item, &keys::CONTEXT_KEY);
    Some(Input {
        from: Some(name.clone()),
        name,
        required: fields.get("required").and_then(|value| reader.boolean(value)).unwrap_or(true),
        default: fields.get("default").map(|value| json::value(reader, value)),
    })
}

/// `context.outputs`, and the names under `outputs` (a map or a list).
fn outputs(reader: &Reader<'_>, fields: &Fields) -> Vec<Output> {
    let shared = context(reader, fields, "outputs").into_iter().filter_map(|item| context_key(reader, item));
    let own = fields.get("outputs").map(|value| match reader.kind(value) {
        Kind::Mapping => reader.entries(value).map(|(name, _)| reader.key(name)).collect(),
        _ => reader.names(value),
    });
    let names = shared.chain(own.unwrap_or_default());
    names
        .map(|name| Output { name, form: OutputForm::Any, required: true, schema: None, ttl: None })
        .collect()
}

fn retry(reader: &Reader<'_>, field: &Field) -> Retry {
    let inner = reader.fields(field.value, &keys::RETRY);
    let (span, attempts) = inner
        .field("maxAttempts")
        .and_then(|field| Some((reader.span(field.key_node), reader.positive(field.value)?.value)))
        .unwrap_or((reader.span(field.key_node), 1));
    let base = Retry::new(span, attempts);
    let wait = |key: &str| Some(reader.milliseconds(inner.get(key)?)?.value);
    Retry {
        backoff: inner
            .get("strategy")
            .and_then(|value| reader.word(value))
            .map_or(base.backoff, |word| word.value),
        initial: wait("initialDelay").unwrap_or(base.initial),
        max: wait("maxDelay").unwrap_or(base.max),
        multiplier: inner
            .get("backoffMultiplier")
            .and_then(|value| reader.number(value))
            .unwrap_or(base.multiplier),
        ..base
    }
}

/// `compensation` that does something.
fn compensates(reader: &Reader<'_>, value: NodeId) -> bool {
    let kind = reader.member(value, "type").and_then(|value| reader.string(value));
    let enabled = reader.member(value, "enabled").and_then(|value| reader.boolean(value));
    reader.kind(value) == Kind::Mapping && kind.as_deref() != Some("none") && enabled != Some(false)
}
