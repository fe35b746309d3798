//! Tracker → `*.dag.yaml`.

use std::collections::HashSet;

use divisi_model::duration::written;

use super::line::undecorated;
use super::marks::Progress;
use super::tracker::{Group, Part, Tracker};
use super::{DEFAULT_AGENT, Imported, NothingToDo};
use crate::convert::template::escaped;
use crate::convert::yaml;

/// The longest id that is made of a title; it ends at a word.
const ID_LENGTH: usize = 40;

pub(super) fn write(
    tracker: Tracker,
    source: &str,
    agent_of: &dyn Fn(&str) -> Option<String>,
) -> Result<Imported, NothingToDo> {
    let done_tasks = tracker.groups.iter().map(Group::done_tasks).sum();
    if tracker.groups.iter().all(Group::is_done) {
        return Err(NothingToDo { done_tasks });
    }
    let writer = Writer { ids: ids(&tracker), tracker: &tracker, source };
    let mut lines = writer.head();
    let mut labels = Vec::new();
    for (index, group) in tracker.groups.iter().enumerate().filter(|(_, group)| !group.is_done()) {
        // Only a section called AGENT says whose work it is.
        let agent = group.agent.and_then(|_| agent_of(&group.title));
        if agent.is_none() && group.agent.is_some() {
            labels.push(group.title.clone());
        }
        writer.node(index, group, agent.as_deref().unwrap_or(DEFAULT_AGENT), &mut lines);
    }
    writer.foot(&mut lines);
    Ok(Imported {
        text: lines.join("\n") + "\n",
        nodes: tracker.groups.iter().filter(|group| !group.is_done()).count(),
        open_tasks: tracker.groups.iter().map(Group::open_tasks).sum(),
        done_tasks,
        labels,
        notices: tracker.notices,
    })
}

struct Writer<'a> {
    tracker: &'a Tracker,
    source: &'a str,
    /// Ids of the groups.
    ids: Vec<String>,
}

impl Writer<'_> {
    fn head(&self) -> Vec<String> {
        let mut lines = vec![format!("# Imported from {}.", yaml_comment(self.source))];
        let used = |index: usize| {
            self.tracker.groups.iter().any(|group| group.phase == Some(index) && !group.is_done())
        };
        let phases = self.tracker.phases.iter().enumerate().filter(|(index, _)| used(*index));
        let phases: Vec<String> = phases
            .map(|(index, phase)| {
                let barrier = if phase.is_barrier { ", barrier: true" } else { "" };
                format!(
                    "  - {{ id: {}, title: {}{barrier} }}",
                    self.phase_id(index),
                    yaml::scalar(&phase.title)
                )
            })
            .collect();
        if phases.len() > 1 && !self.tracker.phases.iter().any(|phase| phase.is_barrier) {
            lines.push(
                "# Phases order nothing by themselves: where one must wait for those before it, add"
                    .to_owned(),
            );
            lines.push("# `barrier: true` to it, or `depends_on` to its nodes.".to_owned());
        }
        if let Some(title) = &self.tracker.title {
            lines.push(format!(
                "name: {}",
                yaml::scalar(&slug(title).unwrap_or_else(|| "tracker".to_owned()))
            ));
            lines.push(format!("description: {}", yaml::scalar(title)));
        }
        if !phases.is_empty() {
            lines.push("phases:".to_owned());
            lines.extend(phases);
        }
        lines.push("nodes:".to_owned());
        lines
    }

    fn node(&self, index: usize, group: &Group, agent: &str, lines: &mut Vec<String>) {
        lines.push(format!("  # {}:{}{}", yaml_comment(self.source), group.line, status(group)));
        lines.extend(done_tasks(group).map(|task| format!("  # done: {task}")));
        let waits_for = || group.waits_for.iter().filter_map(|index| self.named(*index));
        lines.extend(
            waits_for().filter(|(_, is_done)| *is_done).map(|(id, _)| format!("  # waited for {id}: done")),
        );
        lines.push(format!("  - id: {}", yaml::scalar(self.id(index))));
        lines.push(format!("    title: {}", yaml::scalar(&group.title)));
        if let Some(phase) = group.phase {
            lines.push(format!("    phase: {}", self.phase_id(phase)));
        }
        lines.push(format!("    agent: {}", yaml::scalar(agent)));
        lines.push(format!("    prompt: {}", yaml::text(&escaped(&self.prompt(group)), 6)));
        let depends_on: Vec<&str> = waits_for().filter(|(_, is_done)| !is_done).map(|(id, _)| id).collect();
        if !depends_on.is_empty() {
            lines.push(format!("    depends_on: {}", yaml::list(depends_on)));
        }
        if let Some(estimate) = group.estimate {
            lines.push(format!("    estimate: {}", written(estimate)));
        }
        if let Some(priority) = group.priority.filter(|priority| *priority != 0) {
            lines.push(format!("    priority: {priority}"));
        }
    }

    /// The id of a group, and whether it is done.
    fn named(&self, index: usize) -> Option<(&str, bool)> {
        let group = self.tracker.groups.get(index)?;
        Some((self.id(index), group.is_done()))
    }

    fn id(&self, index: usize) -> &str {
        self.ids.get(index).map(String::as_str).unwrap_or_default()
    }

    /// `phase-2`; where a number came before, the place in the list is added.
    fn phase_id(&self, index: usize) -> String {
        let phases = &self.tracker.phases;
        let number = phases.get(index).map_or(0, |phase| phase.number);
        let is_again = phases.iter().take(index).any(|phase| phase.number == number);
        if is_again { format!("phase-{number}-{}", index + 1) } else { format!("phase-{number}") }
    }

    /// What the agent is asked: what the section says, without what is done.
    fn prompt(&self, group: &Group) -> String {
        let mut lines = vec![group.title.clone()];
        if let Some(phase) = group.phase.and_then(|phase| self.tracker.phases.get(phase)) {
            lines.push(format!("Phase {}: {}", phase.number, phase.title));
        }
        lines.push(String::new());
        let mut parts = group.parts.iter().filter(|part| !is_done(part)).peekable();
        while let Some(part) = parts.next() {
            match part {
                // A head whose tasks are all done stands over nothing.
                Part::Head(_) if matches!(parts.peek(), None | Some(Part::Head(_))) => {}
                Part::Head(head) => lines.extend([String::new(), format!("{head}:")]),
                Part::Task { indent, progress, text, .. } => {
                    let pad = " ".repeat(*indent);
                    lines.push(format!("{pad}- {}{}", text.replace("**", ""), progress.remark()));
                }
                Part::Text(text) => lines.push(text.replace("**", "")),
            }
        }
        if let Some(outputs) = &group.outputs {
            lines.extend([String::new(), format!("Hand over: {outputs}")]);
        }
        lines.dedup_by(|line, before| line.is_empty() && before.is_empty());
        lines.join("\n").trim_end().to_owned()
    }

    /// What is done, and what no node does.
    fn foot(&self, lines: &mut Vec<String>) {
        let done: Vec<&Group> = self.tracker.groups.iter().filter(|group| group.is_done()).collect();
        if !done.is_empty() {
            lines.push("# Done already:".to_owned());
        }
        for group in done {
            lines.push(format!(
                "#   {} ({}:{})",
                yaml_comment(&group.title),
                yaml_comment(self.source),
                group.line
            ));
            if group.agent.is_some() || all_tasks(group).count() > 1 {
                lines.extend(all_tasks(group).map(|(_, task)| format!("#     {task}")));
            }
        }
        if !self.tracker.criteria.is_empty() {
            lines.push("# Goals of the whole, which no node checks:".to_owned());
        }
        for (line, text) in &self.tracker.criteria {
            lines.push(format!("#   {} ({}:{line})", yaml_comment(text), yaml_comment(self.source)));
        }
    }
}

fn status(group: &Group) -> String {
    let status = group.status.filter(|status| *status != Progress::Pending);
    status.map(|status| format!(", {}", status.word())).unwrap_or_default()
}

fn is_done(part: &Part) -> bool {
    matches!(part, Part::Task { progress: Progress::Done, .. })
}

fn done_tasks(group: &Group) -> impl Iterator<Item = String> + '_ {
    all_tasks(group).filter(|(progress, _)| *progress == Progress::Done).map(|(_, task)| task)
}

/// How far each task is, and its text with its line.
fn all_tasks(group: &Group) -> impl Iterator<Item = (Progress, String)> + '_ {
    group.parts.iter().filter_map(|part| match part {
        Part::Task { line, progress, text, .. } => {
            Some((*progress, format!("{} (line {line})", yaml_comment(&text.replace("**", "")))))
        }
        Part::Head(_) | Part::Text(_) => None,
    })
}

/// A text that ends no comment.
fn yaml_comment(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{FEFF}')).collect()
}

/// Each group's id: of its title, of its agent's number where the title has no Latin letters; each once.
fn ids(tracker: &Tracker) -> Vec<String> {
    let mut taken: HashSet<String> = HashSet::new();
    let ids = tracker.groups.iter().enumerate().map(|(index, group)| {
        let number = || group.agent.map_or_else(|| format!("group-{}", index + 1), |n| format!("agent-{n}"));
        let wanted = slug(&group.title).unwrap_or_else(number);
        let mut id = wanted.clone();
        let mut count = 1;
        while !taken.insert(id.clone()) {
            count += 1;
            id = format!("{wanted}-{count}");
        }
        id
    });
    ids.collect()
}

/// A title in lower case with hyphens, without what is in parentheses; none where no letter of it can stand in an id.
fn slug(title: &str) -> Option<String> {
    let bare = title.split_once('(').map_or(title, |(before, _)| before);
    let bare = if undecorated(bare).is_empty() { title } else { bare };
    let lower = bare.to_ascii_lowercase();
    let mut id = String::new();
    for word in lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        if !id.is_empty() && id.len() + word.len() >= ID_LENGTH {
            break;
        }
        if !id.is_empty() {
            id.push('-');
        }
        id.extend(word.chars().take(ID_LENGTH));
    }
    if id.starts_with(|c: char| c.is_ascii_digit()) {
        id.insert_str(0, "n-");
    }
    (!id.is_empty()).then_some(id)
}
