//! `divisi import`

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use divisi_edit::import::{self, Imported, NothingToDo};
use divisi_model::Tool;
use divisi_model::registry::{Resolution, normalise};
use divisi_workspace::Snapshot;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Output, count};
use crate::{arguments, rewrite, root, workspace};

/// Write a DAG from a Markdown tracker.
///
/// Reads phases, `AGENT n:` sections with status, priority and estimate, tasks with boxes or marks, a coordination
/// matrix, sync points, and `After A → B`. Each agent's section, or the tasks under one heading, becomes a node with
/// the open tasks in its prompt; what is done already stays as a comment. What could not be read is listed with its
/// lines; nothing is invented. The tracker is left as it is.
///
/// A section called like an agent of this workspace goes to that agent, any other to `claude`, unless --agents says
/// who is meant.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  divisi import TRACKER.md                           to standard output
  divisi import TRACKER.md --out plan.dag.yaml
  divisi import TRACKER.md --agents 'System Architect=architect' --out plan.dag.yaml")]
pub(crate) struct Import {
    /// The tracker.
    file: PathBuf,

    /// Which agent the name of an agent's section means.
    #[arg(long, value_name = "LABEL=AGENT", value_delimiter = ',', value_parser = arguments::label_and_agent)]
    agents: Vec<(String, String)>,

    /// Write to this file.
    #[arg(long, value_name = "PATH")]
    out: Option<PathBuf>,

    /// Write over a file that exists.
    #[arg(long, requires = "out")]
    force: bool,
}

impl Import {
    pub(crate) fn run(self, output: &mut Output) -> Result<Exit, Failure> {
        let shown = root::shown(&self.file);
        let bytes =
            fs::read(&self.file).map_err(|error| Failure::new(format!("{shown} cannot be read: {error}")))?;
        let path = root::absolute(&self.file)?;
        let snapshot = workspace::read(&root::root_of(&path));
        let agents: BTreeMap<String, String> =
            self.agents.iter().map(|(label, agent)| (normalise(label), agent.clone())).collect();
        let agent_of =
            |label: &str| agents.get(&normalise(label)).cloned().or_else(|| known_agent(&snapshot, label));
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let imported = import::tracker(&String::from_utf8_lossy(&bytes), &name, &agent_of)
            .map_err(|nothing| nothing_to_do(&shown, &nothing))?;
        tell(&self.file, &imported, output);
        match &self.out {
            Some(path) => {
                rewrite::create(path, &imported.text, self.force)?;
                output.note(format!("wrote {}", root::shown(path)));
            }
            None => output.text(imported.text.as_bytes()),
        }
        Ok(Exit::Good)
    }
}

/// The agent of that very name, case and separators apart.
fn known_agent(snapshot: &Snapshot, label: &str) -> Option<String> {
    match snapshot.registry().resolve(Tool::ClaudeCode, label) {
        Resolution::Found(agent) => Some(agent.name.clone()),
        _ => None,
    }
}

fn nothing_to_do(shown: &str, nothing: &NothingToDo) -> Failure {
    let failure = Failure::new(format!("{shown} has no task that is left to do"));
    if nothing.done_tasks > 0 {
        return failure.help(format!("{} done already", count(nothing.done_tasks, "task")));
    }
    failure.help("tasks are items of lists with a box or a mark: `- [ ] …`, `- [x] …`, `- 🔄 …`")
}

fn tell(tracker: &Path, imported: &Imported, output: &mut Output) {
    let shown = root::shown(tracker);
    for notice in &imported.notices {
        let lines = match notice.last - notice.first {
            0 => notice.first.to_string(),
            _ => format!("{}-{}", notice.first, notice.last),
        };
        output.note(format!("{shown}:{lines}: {}", notice.message));
    }
    for label in &imported.labels {
        output.note(format!(
            "no agent is called `{label}`: its work goes to claude; to change: --agents '{label}=AGENT'"
        ));
    }
    output.note(format!(
        "{}: {}, {} to do, {} done",
        shown,
        count(imported.nodes, "node"),
        count(imported.open_tasks, "task"),
        imported.done_tasks
    ));
}
