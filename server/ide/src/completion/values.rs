//! Values that the table of keys allows at a place.

use divisi_model::keys::Ty;
use divisi_syntax::{Spanned, Style};
use divisi_workspace::settings::BUILT_IN_RUNNERS;

use super::context::Context;
use super::{Completion, CompletionKind, agents, commands, nodes};
use crate::card;

/// What people write most.
const DURATIONS: &[&str] = &["30s", "1m", "5m", "10m", "30m", "1h"];

pub(super) fn complete(context: &Context<'_>) -> Vec<Completion> {
    let alternatives = context.cursor.place.ty.scalar_alternatives();
    let mut completions: Vec<Completion> = alternatives.flat_map(|ty| of_type(context, ty)).collect();
    if context.cursor.parsed.tree.is_json() && context.cursor.style() == Style::Plain {
        completions.iter_mut().for_each(quote);
    }
    completions
}

fn of_type(context: &Context<'_>, ty: Ty) -> Vec<Completion> {
    match ty {
        Ty::Enum(words) => words_of(context, words.iter().copied()),
        Ty::Bool => words_of(context, ["true", "false"]),
        Ty::Duration => words_of(context, DURATIONS.iter().copied()),
        Ty::AgentRef => agents::complete(context),
        Ty::CommandRef => commands::all(context.snapshot, context.cursor.replaced()),
        Ty::SkillRef => commands::skills(context.snapshot, context.cursor.replaced()),
        Ty::NodeRef => nodes::complete(context),
        Ty::OutputRef => nodes::outputs(context),
        Ty::RunnerRef => runners(context),
        Ty::PhaseRef => phases(context),
        Ty::LockRef => locks(context),
        Ty::Model => models(context),
        Ty::OwnAgentRef => own_agents(context),
        _ => Vec::new(),
    }
}

fn words_of<'a>(context: &Context<'_>, words: impl IntoIterator<Item = &'a str>) -> Vec<Completion> {
    let replace = context.cursor.replaced();
    let default = context.cursor.place.key.and_then(|key| key.default);
    let completion = |(rank, word): (usize, &str)| {
        let mut completion = Completion::new(CompletionKind::Value, word, replace, rank);
        completion.note = (default == Some(word)).then(|| "default".to_owned());
        completion
    };
    words.into_iter().enumerate().map(completion).collect()
}

fn runners(context: &Context<'_>) -> Vec<Completion> {
    let replace = context.cursor.replaced();
    let settings = context.snapshot.settings();
    let defined = settings.runners.iter().map(|(name, runner)| {
        let mut completion = Completion::new(CompletionKind::Value, name, replace, 0);
        completion.detail = Some(runner.command.join(" "));
        completion
    });
    let built_in = BUILT_IN_RUNNERS.iter().filter(|name| !settings.runners.contains_key(**name));
    let built_in = built_in.map(|name| {
        let mut completion = Completion::new(CompletionKind::Value, *name, replace, 1);
        completion.note = Some("built in".to_owned());
        completion
    });
    defined.chain(built_in).collect()
}

fn phases(context: &Context<'_>) -> Vec<Completion> {
    let phases = context.dag().into_iter().flat_map(|dag| &dag.phases);
    let completion = |(rank, phase): (usize, &divisi_model::Phase)| {
        let replace = context.cursor.replaced();
        let mut completion = Completion::new(CompletionKind::Value, &phase.id.value, replace, rank);
        completion.detail.clone_from(&phase.title);
        completion
    };
    phases.enumerate().map(completion).collect()
}

/// The agents that the file defines for itself.
fn own_agents(context: &Context<'_>) -> Vec<Completion> {
    let Some(dag) = context.dag() else { return Vec::new() };
    let completion = |(rank, agent): (usize, &Spanned<String>)| {
        let replace = context.cursor.replaced();
        let mut completion = Completion::new(CompletionKind::Agent, &agent.value, replace, rank);
        completion.detail = card::own_agent_kind(&context.cursor.parsed.tree, dag, &agent.value);
        completion
    };
    dag.own_agents.iter().enumerate().map(completion).collect()
}

/// Locks that are listed, and those that nodes use without.
fn locks(context: &Context<'_>) -> Vec<Completion> {
    let listed = context.dag().into_iter().flat_map(|dag| &dag.locks).map(|lock| &lock.name);
    let used = context
        .dag()
        .into_iter()
        .flat_map(|dag| &dag.nodes)
        .flat_map(|node| &node.locks)
        .map(|lock| &lock.name);
    names(context, listed.chain(used).map(|name| name.value.as_str()))
}

/// Models that the agents and the DAG name. Models come and go, so there is no list of them here.
fn models(context: &Context<'_>) -> Vec<Completion> {
    let agents = context.snapshot.registry().agents().iter().filter_map(|agent| agent.model.as_deref());
    let defaults = context.dag().into_iter().filter_map(|dag| dag.defaults.model.as_ref());
    names(context, defaults.map(|model| model.value.as_str()).chain(agents))
}

/// Each name once, the mark left out.
fn names<'a>(context: &Context<'_>, names: impl Iterator<Item = &'a str>) -> Vec<Completion> {
    let mut seen: Vec<&str> = Vec::new();
    for name in names {
        if !seen.contains(&name) && !name.contains(crate::cursor::MARK) {
            seen.push(name);
        }
    }
    words_of(context, seen)
}

/// Text in JSON needs quotes; `true` and `false` do not.
fn quote(completion: &mut Completion) {
    if !matches!(completion.insert.as_str(), "true" | "false") {
        completion.filter = Some(completion.label.clone());
        completion.insert = format!("\"{}\"", completion.insert);
    }
}
