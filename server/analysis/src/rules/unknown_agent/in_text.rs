//! Unknown agents in Markdown and in prompts.

use std::cell::{Cell, OnceCell};

use divisi_model::{Agent, Pattern, Registry, Resolution, Tool};

use super::CODE;
use crate::Severity;
use crate::context::Context;
use crate::did_you_mean;
use crate::edits;
use crate::finding::Finding;
use crate::markdown::MarkdownContext;
use crate::mentions::NamedAgent;

/// Look-ups of a likely name in one document.
const MOST_SUGGESTIONS: u32 = 200;

pub(in crate::rules) fn check_markdown(context: &MarkdownContext<'_>, findings: &mut Vec<Finding>) {
    let names = Names::new(context.snapshot.registry(), context.text());
    findings.extend(context.named_agents().iter().filter_map(|named| names.finding(named)));
}

pub(in crate::rules) fn check_prompts(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let names = Names::new(context.snapshot.registry(), context.text());
    findings.extend(context.named_agents().iter().filter_map(|named| names.finding(named)));
}

struct Names<'a> {
    registry: &'a Registry,
    text: &'a str,
    /// All names that can be meant, by the tool that was asked last.
    known: OnceCell<(Tool, Vec<&'a Agent>)>,
    suggestions_left: Cell<u32>,
}

impl<'a> Names<'a> {
    const fn new(registry: &'a Registry, text: &'a str) -> Self {
        Self { registry, text, known: OnceCell::new(), suggestions_left: Cell::new(MOST_SUGGESTIONS) }
    }

    fn finding(&self, named: &NamedAgent<'_>) -> Option<Finding> {
        let name = named.mention.name.as_str();
        if !matches!(named.resolution, Resolution::Unknown) || self.is_known_elsewhere(name) {
            return None;
        }
        if !named.is_reference() {
            let meant = self.nearest(named, did_you_mean::one_slip)?;
            return Some(self.told(named, &[meant]));
        }
        let scoped: Vec<&str> = self.registry.scoped(name).map(|agent| agent.name.as_str()).collect();
        if !scoped.is_empty() {
            return Some(self.told(named, &scoped));
        }
        let meant = self.nearest(named, did_you_mean::nearest);
        Some(self.told(named, meant.as_slice()))
    }

    /// Repositories mirror their agents for several tools, and texts are shared among these.
    fn is_known_elsewhere(&self, name: &str) -> bool {
        Tool::ALL.into_iter().any(|tool| !matches!(self.registry.resolve(tool, name), Resolution::Unknown))
    }

    fn nearest(
        &self,
        named: &NamedAgent<'_>,
        search: impl Fn(&str, Vec<&'a str>) -> Option<&'a str>,
    ) -> Option<&'a str> {
        let left = self.suggestions_left.get().checked_sub(1)?;
        self.suggestions_left.set(left);
        if named.mention.pattern == Pattern::AgentPath {
            return search(&named.mention.name, self.file_names());
        }
        let (tool, agents) = self.known.get_or_init(|| (named.tool, self.registry.names(named.tool)));
        let names = |agents: &[&'a Agent]| agents.iter().map(|agent| agent.name.as_str()).collect();
        if *tool == named.tool {
            return search(&named.mention.name, names(agents));
        }
        search(&named.mention.name, names(&self.registry.names(named.tool)))
    }

    /// The names of all agents' files, without their endings.
    fn file_names(&self) -> Vec<&'a str> {
        let paths = self.registry.agents().iter().filter_map(|agent| agent.path.as_deref());
        paths.filter_map(|path| path.file_stem()?.to_str()).collect()
    }

    fn told(&self, named: &NamedAgent<'_>, meant: &[&str]) -> Finding {
        let span = named.mention.span;
        let finding = Finding::new(&CODE, span, super::message(self.registry, &named.mention.name, meant));
        let fixes = meant.iter().map(|name| edits::change_to(self.text, span, name)).collect();
        // The agents that a text counts on may lie where nobody told us to look.
        let severity = if self.registry.is_empty() { Severity::Information } else { Severity::Warning };
        Finding { fixes, severity, ..finding }
    }
}
