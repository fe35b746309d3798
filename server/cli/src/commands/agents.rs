//! `divisi agents`

use std::sync::Arc;

use clap::{Args, ValueEnum};
use divisi_model::{Agent, Load, Scope};
use serde::Serialize;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{ERROR, FAINT, GOOD, Output, STRONG, WARNING, count, paint};
use crate::{root, workspace};

/// List the agents that are known here, and whether their tool loads them.
#[derive(Debug, Args)]
pub(crate) struct Agents {
    /// How the list is printed.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A table, for people.
    Human,
    /// A JSON array.
    Json,
}

/// An agent, for programs.
#[derive(Serialize)]
struct Entry<'a> {
    name: &'a str,
    tool: divisi_model::Tool,
    scope: &'static str,
    file: Option<String>,
    description: Option<&'a str>,
    tools: Option<&'a [String]>,
    model: Option<&'a str>,
    /// `loaded`, `tolerated` (loads there, breaks in strict readers), `dropped` (not loaded, without a word).
    load: &'static str,
    reason: Option<&'a str>,
}

impl Agents {
    pub(crate) fn run(self, output: &mut Output) -> Result<Exit, Failure> {
        let snapshot = workspace::read(&root::absolute(&root::current()?)?);
        let mut agents: Vec<&Arc<Agent>> = snapshot.registry().agents().iter().collect();
        agents.sort_by(|a, b| (a.scope, &a.name, &a.path).cmp(&(b.scope, &b.name, &b.path)));
        match self.format {
            Format::Json => output.json(&agents.iter().map(|agent| entry(agent)).collect::<Vec<_>>())?,
            Format::Human => print(&agents, output),
        }
        Ok(Exit::Good)
    }
}

fn entry(agent: &Agent) -> Entry<'_> {
    let (load, reason) = load(agent);
    Entry {
        name: &agent.name,
        tool: agent.tool,
        scope: scope(agent.scope),
        file: agent.path.as_deref().map(root::shown),
        description: agent.description.as_deref(),
        tools: agent.tools.as_deref(),
        model: agent.model.as_deref(),
        load,
        reason,
    }
}

fn print(agents: &[&Arc<Agent>], output: &mut Output) {
    if agents.is_empty() {
        output.line("no agents are known here; Claude Code reads them from .claude/agents/*.md");
        return;
    }
    let width = agents.iter().map(|agent| agent.name.chars().count()).max().unwrap_or(0);
    for agent in agents {
        for line in lines(agent, width) {
            output.line(line);
        }
    }
    let dropped = agents.iter().filter(|agent| is_dropped(agent)).count();
    let dropped = if dropped == 0 { String::new() } else { format!(", {dropped} will not load") };
    output.line(format!("\n{}{dropped}", count(agents.len(), "agent")));
}

fn lines(agent: &Agent, width: usize) -> Vec<String> {
    let file = agent.path.as_deref().map(root::shown).unwrap_or_default();
    let name = paint(STRONG, format!("{:width$}", agent.name));
    let (style, mark) = match agent.load {
        Load::Loaded => (GOOD, "loads    "),
        Load::Tolerated { .. } => (WARNING, "tolerated"),
        Load::Dropped { .. } => (ERROR, "dropped  "),
    };
    let mut lines =
        vec![format!("{name}  {}  {:10}  {}", paint(style, mark), scope(agent.scope), paint(FAINT, file))];
    if let (_, Some(reason)) = load(agent) {
        lines.push(format!("{:width$}  {reason}", ""));
    }
    lines
}

/// Whether its tool drops it.
pub(crate) fn is_dropped(agent: &Agent) -> bool {
    matches!(agent.load, Load::Dropped { .. })
}

fn load(agent: &Agent) -> (&'static str, Option<&str>) {
    match &agent.load {
        Load::Loaded => ("loaded", None),
        Load::Tolerated { reason, .. } => ("tolerated", Some(reason)),
        Load::Dropped { reason, .. } => ("dropped", Some(reason)),
    }
}

fn scope(scope: Scope) -> &'static str {
    match scope {
        Scope::Managed => "managed",
        Scope::Project(_) => "project",
        Scope::Configured => "configured",
        Scope::User => "user",
        Scope::Plugin => "plugin",
        Scope::BuiltIn => "built-in",
    }
}
