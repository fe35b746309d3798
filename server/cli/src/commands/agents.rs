//! `divisi agents`

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use divisi_analysis::occurrences::{Entity, occurrences};
use divisi_model::{Agent, Load, Scope, Tool};
use divisi_workspace::Snapshot;
use serde::Serialize;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{ERROR, FAINT, GOOD, Output, STRONG, WARNING, count, paint};
use crate::{root, workspace};

/// List the agents that are known here, and whether their tool loads them.
///
/// An agent that --unused lists may still be chosen by a model, which goes by the description.
#[derive(Debug, Args)]
pub(crate) struct Agents {
    /// How the list is printed.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Only the agents of this tool.
    #[arg(long, value_enum)]
    tool: Option<ToolName>,
    /// Only the project's own agents that nothing names: no DAG, command, skill, other agent or CLAUDE.md.
    #[arg(long)]
    unused: bool,
}

/// [`Tool`] on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ToolName {
    ClaudeCode,
    #[value(name = "opencode")]
    OpenCode,
    Codex,
    Copilot,
    Gemini,
    Cursor,
}

impl From<ToolName> for Tool {
    fn from(name: ToolName) -> Self {
        match name {
            ToolName::ClaudeCode => Self::ClaudeCode,
            ToolName::OpenCode => Self::OpenCode,
            ToolName::Codex => Self::Codex,
            ToolName::Copilot => Self::Copilot,
            ToolName::Gemini => Self::Gemini,
            ToolName::Cursor => Self::Cursor,
        }
    }
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
        if let Some(tool) = self.tool.map(Tool::from) {
            agents.retain(|agent| agent.tool == tool);
        }
        if self.unused {
            let users = users(&snapshot);
            agents.retain(|agent| is_own(agent) && !is_used(&users, agent));
        }
        agents.sort_by(|a, b| (a.tool, a.scope, &a.name, &a.path).cmp(&(b.tool, b.scope, &b.name, &b.path)));
        match self.format {
            Format::Json => output.json(&agents.iter().map(|agent| entry(agent)).collect::<Vec<_>>())?,
            Format::Human if self.unused && agents.is_empty() => {
                output.line("every agent of this workspace is named somewhere");
            }
            Format::Human => print(&agents, output),
        }
        Ok(Exit::Good)
    }
}

/// Whether the agent belongs to this workspace: users and plugins keep agents for other projects, too.
const fn is_own(agent: &Agent) -> bool {
    matches!(agent.scope, Scope::Project(_) | Scope::Configured)
}

/// For each agent the files that name it; one that only speaks of it in prose counts, too. A model may still choose an
/// agent by its description without being told its name.
fn users(snapshot: &Snapshot) -> HashMap<Entity, HashSet<&Path>> {
    let mut users: HashMap<Entity, HashSet<&Path>> = HashMap::new();
    for document in snapshot.documents() {
        let named = occurrences(snapshot, document).into_iter().map(|occurrence| occurrence.entity);
        for entity in named.filter(|entity| matches!(entity, Entity::Agent { .. })) {
            users.entry(entity).or_default().insert(&document.path);
        }
    }
    users
}

fn is_used(users: &HashMap<Entity, HashSet<&Path>>, agent: &Agent) -> bool {
    let of_agent = users.get(&Entity::of_agent(agent));
    of_agent.is_some_and(|users| users.iter().any(|user| Some(*user) != agent.path.as_deref()))
}

fn entry(agent: &Agent) -> Entry<'_> {
    let (load, reason) = load(agent);
    Entry {
        name: &agent.name,
        tool: agent.tool,
        scope: agent.scope.word(),
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
        output.line("no agents are known here; Claude Code, for one, reads them from .claude/agents/*.md");
        output.line("agents in other folders: name these in divisi.toml, [agents] paths = [\"folder\"]");
        return;
    }
    let widest = |text: fn(&Agent) -> &str| agents.iter().map(|agent| text(agent).chars().count()).max();
    let widths = Widths {
        name: widest(|agent| &agent.name).unwrap_or(0),
        tool: widest(|agent| agent.tool.slug()).unwrap_or(0),
    };
    for agent in agents {
        for line in lines(agent, &widths) {
            output.line(line);
        }
    }
    output.line(format!("\n{}", tally(agents.iter().map(|agent| agent.as_ref()))));
}

/// Columns of the table.
struct Widths {
    name: usize,
    tool: usize,
}

fn lines(agent: &Agent, widths: &Widths) -> Vec<String> {
    let file = agent.path.as_deref().map(root::shown).unwrap_or_default();
    let name = paint(STRONG, format!("{:width$}", agent.name, width = widths.name));
    let tool = format!("{:width$}", agent.tool.slug(), width = widths.tool);
    let (style, mark) = match agent.load {
        Load::Loaded => (GOOD, "loads    "),
        Load::Tolerated { .. } => (WARNING, "tolerated"),
        Load::Dropped { .. } => (ERROR, "dropped  "),
    };
    let mark = paint(style, mark);
    let mut lines =
        vec![format!("{name}  {mark}  {tool}  {:10}  {}", agent.scope.word(), paint(FAINT, file))];
    if let (_, Some(reason)) = load(agent) {
        lines.push(format!("{:width$}  {reason}", "", width = widths.name));
    }
    lines
}

/// How many there are and how many will not load; by tool where there are several.
pub(crate) fn tally<'a>(agents: impl Iterator<Item = &'a Agent>) -> String {
    let mut of_tools: BTreeMap<Tool, (usize, usize)> = BTreeMap::new();
    for agent in agents {
        let (all, dropped) = of_tools.entry(agent.tool).or_default();
        *all += 1;
        *dropped += usize::from(is_dropped(agent));
    }
    let sum = |number: fn(&(usize, usize)) -> usize| of_tools.values().map(number).sum::<usize>();
    let listed = |number: fn(&(usize, usize)) -> usize| {
        let numbers = of_tools.iter().map(|(tool, numbers)| (tool.title(), number(numbers)));
        let numbers: Vec<String> = numbers
            .filter(|(_, number)| *number > 0)
            .map(|(title, number)| format!("{number} {title}"))
            .collect();
        if of_tools.len() > 1 { format!(" ({})", numbers.join(", ")) } else { String::new() }
    };
    let (all, dropped) = (sum(|(all, _)| *all), sum(|(_, dropped)| *dropped));
    let mut text = format!("{}{}", count(all, "agent"), listed(|(all, _)| *all));
    if dropped > 0 {
        let by_tool = listed(|(_, dropped)| *dropped);
        text.push_str(&paint(ERROR, format!(", {dropped} will not load{by_tool}")));
    }
    text
}

/// Whether its tool drops it.
fn is_dropped(agent: &Agent) -> bool {
    matches!(agent.load, Load::Dropped { .. })
}

fn load(agent: &Agent) -> (&'static str, Option<&str>) {
    match &agent.load {
        Load::Loaded => ("loaded", None),
        Load::Tolerated { reason, .. } => ("tolerated", Some(reason)),
        Load::Dropped { reason, .. } => ("dropped", Some(reason)),
    }
}
