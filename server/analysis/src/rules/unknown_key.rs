//! `unknown-key`: a key that nobody reads.

use divisi_model::keys::{self, Object, native};
use divisi_syntax::Kind;
use divisi_workspace::Class;

use super::shape::{Entry, MERGE_KEY, Mapping, name_of};
use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::context::Context;
use crate::did_you_mean;
use crate::edits;
use crate::finding::Finding;
use crate::markdown::MarkdownContext;

pub(super) static CODE: Code = Code {
    name: "unknown-key",
    severity: Severity::Warning,
    extent: Extent::Node,
    summary: "A key is not one that Divisi reads in this place.",
    silent: "For keys that begin with `x-`, which are yours. In dialects, agents, commands and skills for everything \
             but a slip of one letter in a known key.",
    fix: "Correct the key, or give it a name that begins with `x-`.",
    explanation: "A misspelt key does nothing, and nothing tells: a time limit that is not read limits nothing.",
    example: Example::dag(
        "nodes:\n  - id: tests\n    run: cargo test\n    timout: 10m\n",
        "nodes:\n  - id: tests\n    run: cargo test\n    timeout: 10m\n    x-owner: platform\n",
    ),
};

pub(super) fn check(context: &Context<'_>, mapping: &Mapping<'_>, findings: &mut Vec<Finding>) {
    let Some(object) = mapping.object else {
        return;
    };
    for entry in mapping.entries.iter().filter(|entry| entry.row.is_none() && !is_exempt(context, entry)) {
        let span = context.tree.span(entry.key);
        let meant = if object.open {
            near_miss(mapping, object, entry)
        } else {
            suggestion(context, mapping, object, entry)
        };
        match meant {
            Some(meant) => {
                let message =
                    format!("unknown {} key `{}`; did you mean `{meant}`?", name_of(object), entry.name);
                let fix = edits::change_to(context.text(), span, meant);
                findings.push(Finding::new(&CODE, span, message).fix(fix));
            }
            None if object.open => {}
            None => {
                let message = format!("unknown {} key `{}`: it does nothing", name_of(object), entry.name);
                findings.push(Finding::new(&CODE, span, message));
            }
        }
    }
}

/// Keys in the front matter of agents, commands and skills.
pub(super) fn check_front_matter(context: &MarkdownContext<'_>, findings: &mut Vec<Finding>) {
    let object = match (context.agent(), context.document.class) {
        (Some(agent), _) => keys::of_agent(agent.tool),
        (None, Class::Command | Class::Skill) => &keys::command::FRONT_MATTER,
        _ => return,
    };
    let Some((tree, root)) = context.front() else { return };
    let is_ignored = |name: &str| keys::agent::WITHOUT_EFFECT.iter().any(|(key, _)| *key == name);
    for entry in
        context.entries().filter(|entry| object.key(&entry.name).is_none() && !is_ignored(&entry.name))
    {
        let absent = object.keys.iter().map(|key| key.name).filter(|name| tree.get(root, name).is_none());
        let Some(meant) = did_you_mean::one_slip(&entry.name, absent) else { continue };
        // A list where one word belongs, as in `agents: [a, b]`, is something else.
        let kind = tree.kind(entry.value);
        let takes = object
            .key(meant)
            .is_some_and(|key| kind == Kind::Scalar || key.ty.for_collection(kind).is_some());
        if takes {
            let span = tree.span(entry.key);
            let message = format!("unknown {} key `{}`; did you mean `{meant}`?", object.name, entry.name);
            findings.push(Finding::new(&CODE, span, message).fix(edits::change_to(
                context.text(),
                span,
                meant,
            )));
        }
    }
}

fn is_exempt(context: &Context<'_>, entry: &Entry<'_>) -> bool {
    context.tree.is_missing(entry.key) || entry.name.starts_with("x-") || entry.name == MERGE_KEY
}

fn suggestion(
    context: &Context<'_>,
    mapping: &Mapping<'_>,
    object: &'static Object,
    entry: &Entry<'_>,
) -> Option<&'static str> {
    if std::ptr::eq(object, &native::DAG)
        && is_nodes_elsewhere(&entry.name)
        && mapping.entry("nodes").is_none()
    {
        return Some("nodes");
    }
    let names = object.keys.iter().flat_map(|key| std::iter::once(&key.name).chain(key.aliases));
    let meant = context.suggest(&entry.name, names.copied())?;
    object.key(meant).map(|key| key.name)
}

/// What other tools call `nodes`.
fn is_nodes_elsewhere(key: &str) -> bool {
    matches!(key, "steps" | "tasks" | "jobs")
}

/// In a dialect other keys are none of our business: only one slip in a key that is not there as well.
fn near_miss(mapping: &Mapping<'_>, object: &'static Object, entry: &Entry<'_>) -> Option<&'static str> {
    let absent = object.keys.iter().map(|key| key.name).filter(|name| mapping.entry(name).is_none());
    did_you_mean::one_slip(&entry.name, absent)
}
