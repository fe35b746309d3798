//! One item of `tasks`.

use divisi_syntax::{Kind, NodeId, Span, Spanned};

use super::unit;
use crate::dag::{AgentWork, ForeignReference, Naming, Node, Output, OutputForm, Retry, Work};
use crate::foreign::{self, Language};
use crate::keys::claude_flow as keys;
use crate::reader::{Field, Fields, MOST_NODES, Reader};

/// Keys that name the agents; the first that is written counts.
const ASSIGNED: &[&str] = &["assignTo", "agentId"];

/// All tasks, in file order; items that are no mappings are left out.
pub(super) fn lower_all(reader: &Reader<'_>, tasks: NodeId) -> Vec<Node> {
    let mappings = reader.items(tasks).filter(|item| reader.kind(*item) == Kind::Mapping);
    reader.at_most(MOST_NODES, mappings, |item| lower(reader, item))
}

fn lower(reader: &Reader<'_>, item: NodeId) -> Node {
    let fields = &reader.fields(item, &keys::TASK);
    let span = reader.span(item);
    let id = fields.get("id").and_then(|value| reader.spanned(value));
    let dependencies = fields.field("depends").or_else(|| fields.field("dependencies"));
    let assigned = ASSIGNED.iter().find_map(|key| fields.field(key));
    let names = assigned.map(|field| reader.names(field.value)).unwrap_or_default();
    Node {
        id: id.unwrap_or_else(|| Spanned::new(String::new(), Span::at(span.start))),
        title: fields.get("name").and_then(|value| reader.spanned(value)),
        work: Some(Work::Agent(work(reader, fields, assigned, &names))),
        work_keys: assigned
            .map(|field| Spanned::new(field.key.name, reader.span(field.key_node)))
            .into_iter()
            .collect(),
        assigned: names,
        depends_on: dependencies.map(|field| reader.names(field.value)).unwrap_or_default(),
        depends_on_key: dependencies.map(|field| reader.key(field.key_node)),
        foreign_condition: fields.field("condition").filter(|field| !reader.is_null(field.value)).map(
            |field| {
                let condition = reader.string(field.value).unwrap_or_default();
                Spanned::new(condition, reader.span(field.key_node))
            },
        ),
        references: references(reader, fields),
        outputs: fields.get("output").map(|value| outputs(reader, value)).unwrap_or_default(),
        retry: fields.field("retries").and_then(|field| retry(reader, field)),
        timeout: unit::timeout(reader, fields),
        ..Node::empty(reader.tree.resolve(item), span)
    }
}

/// The prompt is `claudePrompt`, else the description, else the name.
fn work(
    reader: &Reader<'_>,
    fields: &Fields,
    assigned: Option<&Field>,
    names: &[Spanned<String>],
) -> AgentWork {
    let unnamed = || {
        let at = assigned.map_or_else(Span::default, |field| reader.span(field.value));
        Spanned::new(String::new(), at)
    };
    let prompt = ["claudePrompt", "description", "name"].iter().find_map(|key| fields.get(key));
    AgentWork {
        agent: names.first().cloned().unwrap_or_else(unnamed),
        naming: Naming::Label,
        prompt: prompt.and_then(|value| reader.text(value)),
        runner: None,
        model: None,
        tools: None,
        max_turns: None,
        budget: None,
    }
}

/// What its texts and its inputs name; inputs may be lists of texts.
fn references(reader: &Reader<'_>, fields: &Fields) -> Vec<ForeignReference> {
    let mut texts: Vec<NodeId> =
        ["description", "claudePrompt"].iter().filter_map(|key| fields.get(key)).collect();
    if let Some(input) = fields.get("input") {
        let values: Vec<NodeId> = reader.entries(input).map(|(_, value)| value).collect();
        for value in values {
            match reader.kind(value) {
                Kind::Sequence => texts.extend(reader.items(value)),
                _ => texts.push(value),
            }
        }
    }
    let mut found: Vec<ForeignReference> =
        texts.into_iter().flat_map(|text| foreign::references(reader, Language::ClaudeFlow, text)).collect();
    found.sort_unstable_by_key(|reference| reference.span);
    found
}

/// Names, or a mapping from names.
fn outputs(reader: &Reader<'_>, value: NodeId) -> Vec<Output> {
    let names = match reader.kind(value) {
        Kind::Mapping => reader.entries(value).map(|(name, _)| reader.key(name)).collect(),
        _ => reader.names(value),
    };
    names
        .into_iter()
        .map(|name| Output { name, form: OutputForm::Any, required: true, schema: None, ttl: None })
        .collect()
}

/// `retries` counts what comes after the first attempt.
fn retry(reader: &Reader<'_>, field: &Field) -> Option<Retry> {
    let again = u32::try_from(reader.integer(field.value)?).ok()?;
    Some(Retry::new(reader.span(field.key_node), again.saturating_add(1)))
}
