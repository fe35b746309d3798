//! Names in the languages of other tools' texts, along the path that is typed: `$scan.output.count`,
//! `${build.output.binary}`.

use divisi_analysis::{Graph, describe};
use divisi_model::Dialect;
use divisi_model::archon::language::{PREVIOUS_ROUND, VARIABLES};
use divisi_model::foreign::Language;
use divisi_model::keys::Ty;
use divisi_syntax::Span;

use super::context::Context;
use super::{Completion, CompletionKind};
use crate::card;
use crate::cursor::{Cursor, MARK, word_after};
use crate::scope::Reach;

/// Ranks: nodes that are there when the text is read, then variables, then nodes that are not.
const VARIABLE: usize = 5000;
const OUT_OF_REACH: usize = 9000;

/// A path that is being typed.
pub(super) struct Path {
    language: Language,
    /// The names before the one at the cursor.
    before: Vec<String>,
    /// The name at the cursor, in the text with the mark.
    name: Span,
}

/// The path at the cursor, where the text is in a language that has any.
pub(super) fn path_at(cursor: &Cursor) -> Option<Path> {
    let language = cursor.place.ty.scalar_alternatives().find_map(|ty| match ty {
        Ty::Foreign(language) => Some(language),
        _ => None,
    })?;
    let text = cursor.parsed.tree.text();
    let start = cursor.parsed.tree.span(cursor.scalar).start;
    let begun = text.get(start as usize..cursor.mark.start as usize)?;
    let (_, path) = begun.rsplit_once('$')?;
    let path = match language {
        Language::ClaudeFlow => path.strip_prefix('{')?,
        _ => path,
    };
    let is_path = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if !path.chars().all(is_path) {
        return None;
    }
    let mut before: Vec<String> = path.split('.').map(str::to_owned).collect();
    let name = before.pop().unwrap_or_default();
    let rest = word_after(text.get(cursor.mark.end as usize..)?);
    let name = Span::new(cursor.mark.start - name.len() as u32, cursor.mark.end + rest.len() as u32);
    Some(Path { language, before, name })
}

pub(super) fn complete(context: &Context<'_>, path: &Path) -> Vec<Completion> {
    let names: Vec<&str> = path.before.iter().map(String::as_str).collect();
    let is_archon = path.language != Language::ClaudeFlow;
    let proposals = match names.as_slice() {
        [] => nodes(context).into_iter().chain(variables(context, is_archon)).collect(),
        [PREVIOUS_ROUND] if is_archon => repeated(context),
        ["INPUTS"] if is_archon => entries(context, "inputs", "what the caller gave by `with`"),
        [PREVIOUS_ROUND, _] if is_archon => vec![output()],
        [PREVIOUS_ROUND, id, "output"] if is_archon => fields(context, id),
        [id] if path.language == Language::ArchonCondition => {
            std::iter::once(output()).chain(fields(context, id)).collect()
        }
        [_] => vec![output()],
        [id, "output"] => fields(context, id),
        _ => Vec::new(),
    };
    let replace = Span::new(path.name.start, path.name.end - context.cursor.mark.len());
    proposals.into_iter().map(|completion| Completion { replace, ..completion }).collect()
}

fn output() -> Completion {
    variable("output", "what the node made", 0)
}

fn variable(name: &str, detail: &str, rank: usize) -> Completion {
    let mut completion = Completion::new(CompletionKind::Variable, name, Span::default(), rank);
    completion.detail = Some(detail.replace('`', ""));
    completion
}

/// The nodes of all graphs in reach. A name hides those of the graphs around its own.
fn nodes(context: &Context<'_>) -> Vec<Completion> {
    let mut found: Vec<Completion> = Vec::new();
    for reach in context.scope.iter().flat_map(|scope| scope.in_reach()) {
        let known = found.len();
        for completion in nodes_of(&reach) {
            if found.iter().take(known).all(|other| other.label != completion.label) {
                found.push(completion);
            }
        }
    }
    found
}

fn nodes_of(reach: &Reach<'_>) -> Vec<Completion> {
    let ancestors = reach.node.map(|node| Graph::new(reach.dag).ancestors(node as u32));
    let mut found = Vec::new();
    for (at, node) in reach.dag.nodes.iter().enumerate() {
        let id = node.id.value.as_str();
        if Some(at) == reach.node || id.is_empty() || id.contains(MARK) {
            continue;
        }
        let is_there = ancestors.as_ref().is_none_or(|all| all.binary_search(&(at as u32)).is_ok());
        let rank = if is_there { at.min(VARIABLE - 1) } else { OUT_OF_REACH };
        let mut completion = Completion::new(CompletionKind::Node, id, Span::default(), rank);
        // The node of the cursor is among those of the round before, with the mark in its text.
        completion.detail = Some(describe::work(node).replace(MARK, ""));
        if !is_there {
            completion.note = Some("not upstream".to_owned());
        }
        found.push(completion);
    }
    found
}

/// The nodes of the round before.
fn repeated(context: &Context<'_>) -> Vec<Completion> {
    let Some(scope) = context.scope.as_ref().filter(|scope| scope.is_repeated()) else { return Vec::new() };
    let body = scope.in_reach().next().map(|reach| Reach { dag: reach.dag, node: None });
    body.iter().flat_map(nodes_of).collect()
}

fn variables(context: &Context<'_>, is_archon: bool) -> Vec<Completion> {
    if !is_archon {
        return entries(context, "variables", "variable of the workflow");
    }
    let is_repeated = context.scope.as_ref().is_some_and(|scope| scope.is_repeated());
    let known = VARIABLES.iter().filter(|(name, _)| is_repeated || *name != PREVIOUS_ROUND);
    known.map(|(name, meaning)| variable(name, meaning, VARIABLE)).collect()
}

/// The names under a key of the root.
fn entries(context: &Context<'_>, key: &str, detail: &str) -> Vec<Completion> {
    let tree = &context.cursor.parsed.tree;
    let map = context.scope.as_ref().and_then(|scope| tree.get(scope.outermost().root, key));
    let entries = map.into_iter().flat_map(|map| tree.entries(tree.resolve(map)));
    entries.filter_map(|(name, _)| Some(variable(&tree.str(name)?, detail, VARIABLE))).collect()
}

/// The parts of what the node called `id` makes, as far as the file says.
fn fields(context: &Context<'_>, id: &str) -> Vec<Completion> {
    let reach = context.scope.iter().flat_map(|scope| scope.in_reach());
    let mut named = reach.filter_map(|reach| reach.dag.nodes.iter().find(|node| node.id.value == id));
    let outputs = named.next().map(|node| node.outputs.as_slice()).unwrap_or_default();
    let completion = |output: &divisi_model::Output| {
        let mut completion = Completion::new(CompletionKind::Output, &output.name.value, Span::default(), 1);
        completion.detail = Some(match context.dialect() {
            Some(Dialect::Archon) => "field of the output".to_owned(),
            _ => card::output(output),
        });
        completion
    };
    outputs.iter().filter(|output| !output.name.value.contains(MARK)).map(completion).collect()
}
