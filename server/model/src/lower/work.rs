//! What a node does.

use divisi_syntax::{Kind, NodeId, Spanned};

use super::defaults::Merge;
use crate::dag::{AgentWork, CallArgs, CommandWork, Given, Naming, Program, RunWork, Text, Work};
use crate::json;
use crate::keys::WorkKind;
use crate::keys::native::WORK_KEYS;
use crate::reader::{Field, Fields, Reader};

/// Every work key that is written, in file order.
pub(super) fn keys(reader: &Reader<'_>, fields: &Fields) -> Vec<Spanned<&'static str>> {
    let work = fields.iter().filter(|field| WORK_KEYS.contains(&field.key.name));
    work.map(|field| Spanned::new(field.key.name, reader.span(field.key_node))).collect()
}

/// The work key that counts: the first in the order of the table.
fn counting(fields: &Fields) -> Option<&Field> {
    WORK_KEYS.iter().find_map(|key| fields.field(key))
}

/// The kind of work, before it is read.
pub(super) fn kind(reader: &Reader<'_>, fields: &Fields) -> Option<WorkKind> {
    let field = counting(fields)?;
    Some(match field.key.name {
        "agent" => WorkKind::Agent,
        "run" if reader.kind(field.value) == Kind::Scalar => WorkKind::RunLine,
        "run" => WorkKind::RunArgv,
        "command" => WorkKind::Command,
        "dag" => WorkKind::Dag,
        _ => WorkKind::Approve,
    })
}

/// The work under the work key that counts.
pub(super) fn lower(merge: &Merge<'_>) -> Option<Work> {
    let value = counting(merge.fields)?.value;
    let reader = merge.reader;
    Some(match merge.kind? {
        WorkKind::Agent => Work::Agent(agent(merge, value)),
        WorkKind::RunLine => {
            let program = Program::Line(template_or_empty(reader, value));
            Work::Run(RunWork { program, shell: merge.shell() })
        }
        WorkKind::RunArgv => {
            let argv = reader.items(value).filter_map(|item| reader.text(item)).collect();
            Work::Run(RunWork { program: Program::Argv(argv), shell: None })
        }
        WorkKind::Command => Work::Command(command(merge, value)),
        WorkKind::Dag => Work::Dag { path: text_or_empty(reader, value), args: args(merge) },
        WorkKind::Approve => Work::Approve { question: template_or_empty(reader, value) },
    })
}

fn agent(merge: &Merge<'_>, value: NodeId) -> AgentWork {
    let Merge { reader, fields, defaults, .. } = merge;
    AgentWork {
        agent: text_or_empty(reader, value),
        naming: Naming::Reference,
        prompt: fields.get("prompt").and_then(|value| reader.text(value)),
        runner: merge.text("runner", defaults.runner.as_ref()),
        model: merge.text("model", defaults.model.as_ref()),
        tools: tools(merge),
        max_turns: fields.get("max_turns").and_then(|value| reader.positive(value)),
        budget: merge.budget(),
    }
}

fn command(merge: &Merge<'_>, value: NodeId) -> CommandWork {
    let Merge { reader, fields, defaults, .. } = merge;
    CommandWork {
        name: text_or_empty(reader, value).map(|name| name.trim_start_matches('/').to_owned()),
        args: args(merge),
        runner: merge.text("runner", defaults.runner.as_ref()),
        model: merge.text("model", defaults.model.as_ref()),
        tools: tools(merge),
        max_turns: fields.get("max_turns").and_then(|value| reader.positive(value)),
        budget: merge.budget(),
    }
}

fn tools(merge: &Merge<'_>) -> Option<Vec<Spanned<String>>> {
    let list = merge.fields.get("tools").filter(|value| merge.reader.kind(*value) == Kind::Sequence)?;
    Some(merge.reader.names(list))
}

fn args(merge: &Merge<'_>) -> CallArgs {
    let Some(value) = merge.fields.get("args") else { return CallArgs::default() };
    CallArgs { texts: texts(merge.reader, value), given: given(merge.reader, value) }
}

fn given(reader: &Reader<'_>, value: NodeId) -> Given {
    match reader.kind(value) {
        Kind::Mapping => {
            let named =
                reader.entries(value).map(|(name, item)| (reader.key(name), json::value(reader, item)));
            Given::Named(named.collect())
        }
        Kind::Sequence => Given::List(reader.items(value).map(|item| json::value(reader, item)).collect()),
        Kind::Scalar | Kind::Alias => reader.string(value).map_or(Given::Nothing, Given::Text),
    }
}

/// The texts in `args`, whatever its form, in file order.
fn texts(reader: &Reader<'_>, args: NodeId) -> Vec<Text> {
    let mut texts = Vec::new();
    let mut open = vec![args];
    while let Some(value) = open.pop() {
        let before = open.len();
        match reader.kind(value) {
            Kind::Mapping => open.extend(reader.entries(value).map(|(_, value)| value)),
            Kind::Sequence => open.extend(reader.items(value)),
            Kind::Scalar | Kind::Alias => texts.extend(reader.text(value)),
        }
        // The last one put is the first one taken.
        open.get_mut(before..).unwrap_or_default().reverse();
    }
    texts
}

/// A name; empty where it is not written yet, so that the kind of the node is known all the same.
fn text_or_empty(reader: &Reader<'_>, value: NodeId) -> Spanned<String> {
    reader.spanned(value).unwrap_or_else(|| Spanned::new(String::new(), reader.span(value)))
}

fn template_or_empty(reader: &Reader<'_>, value: NodeId) -> Text {
    let empty = || Text { value: String::new(), tree: reader.tree.resolve(value), span: reader.span(value) };
    reader.text(value).unwrap_or_else(empty)
}
