//! Lines → tracker.

use super::Notice;
use super::line::{Kind, Line, lines, undecorated};
use super::marks::{self, Progress};
use super::tracker::{Group, Later, MatrixRow, Order, Part, Phase, SyncPoint, Tracker};
use super::wording::{self, Field, Heading};

/// Arrows between what comes first and what follows.
const ARROWS: &[&str] = &["→", "->", "=>", "➡", "➜"];

/// Texts that stand where there is nothing.
const NOTHING: &[&str] = &["none", "none currently", "n/a", "nothing", "tbd", "-", "—", "–", ""];

/// Whether a text says that there is nothing.
pub(super) fn is_nothing(text: &str) -> bool {
    NOTHING.contains(&undecorated(text).to_lowercase().as_str())
}

/// Reads a tracker; names are not looked up yet.
pub(super) fn read(text: &str) -> Tracker {
    let mut reader = Reader::default();
    for line in lines(text) {
        reader.take(&line);
    }
    reader.close_to(0);
    reader.tracker.notices.sort();
    reader.tracker
}

#[derive(Default)]
struct Reader {
    tracker: Tracker,
    /// Open sections, the innermost last; levels only grow.
    sections: Vec<Section>,
    /// Where the cells of a coordination matrix stand, while its rows come.
    matrix: Option<Matrix>,
}

struct Section {
    level: usize,
    title: String,
    kind: SectionKind,
    /// Lines that nothing has used so far.
    unused: Vec<(usize, String)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum SectionKind {
    Title,
    Phase(usize),
    Agent(usize),
    /// A heading inside of an agent's section.
    Part,
    Criteria,
    Priority(i64),
    Progress(Progress),
    SyncPoints,
    /// Its tasks, once there are some, are a group.
    Other(Option<usize>),
}

struct Matrix {
    dependencies: usize,
    outputs: Option<usize>,
}

impl Reader {
    fn take(&mut self, line: &Line<'_>) {
        if !matches!(line.kind, Kind::Row(_)) {
            self.matrix = None;
        }
        match &line.kind {
            Kind::Heading(level, title) => self.heading(line.number, *level, title),
            Kind::Item { indent, mark: Some(mark), text } => self.task(line.number, *indent, *mark, text),
            Kind::Item { indent, mark: None, text } => {
                let pad = " ".repeat(*indent);
                self.statement(line.number, text, &format!("{pad}- {text}"));
            }
            Kind::Row(cells) => self.row(line.number, cells),
            Kind::Text(text) => self.statement(line.number, text, text),
        }
    }

    fn heading(&mut self, line: usize, level: usize, title: &str) {
        self.close_to(level);
        let kind = self.kind_of(line, title);
        let title = match wording::heading(title) {
            Heading::Other(title) | Heading::Phase { title, .. } | Heading::Agent { title, .. } => title,
            Heading::Criteria | Heading::Priority(_) | Heading::SyncPoints => title.to_owned(),
        };
        if kind == SectionKind::Part
            && let Some(group) = self.agent()
            && !wording::is_head_of_tasks(&title)
        {
            self.say(group, Part::Head(title.clone()));
        }
        self.sections.push(Section { level, title, kind, unused: Vec::new() });
    }

    fn kind_of(&mut self, line: usize, title: &str) -> SectionKind {
        let is_first =
            self.tracker.title.is_none() && self.sections.is_empty() && self.tracker.groups.is_empty();
        match wording::heading(title) {
            Heading::Phase { number, title } => {
                self.tracker.phases.push(Phase { number, title, is_barrier: false });
                SectionKind::Phase(self.tracker.phases.len() - 1)
            }
            Heading::Agent { number, title } => {
                let mut group = Group::new(line, title, self.phase(), self.priority());
                group.agent = Some(number);
                self.tracker.groups.push(group);
                SectionKind::Agent(self.tracker.groups.len() - 1)
            }
            Heading::Criteria => SectionKind::Criteria,
            Heading::SyncPoints => SectionKind::SyncPoints,
            Heading::Priority(priority) => SectionKind::Priority(priority),
            Heading::Other(title) => {
                if is_first {
                    self.tracker.title = Some(title);
                    return SectionKind::Title;
                }
                if self.agent().is_some() {
                    return SectionKind::Part;
                }
                marks::of_heading(&title).map_or(SectionKind::Other(None), SectionKind::Progress)
            }
        }
    }

    fn task(&mut self, line: usize, indent: usize, progress: Progress, text: &str) {
        if self.find(|kind| (kind == SectionKind::Criteria).then_some(())).is_some() {
            self.tracker.criteria.push((line, text.to_owned()));
            return;
        }
        if is_nothing(text) {
            return;
        }
        let task = Part::Task { line, indent, progress, text: text.to_owned() };
        let group = match self.sections.last().map(|section| section.kind) {
            Some(SectionKind::Progress(_)) if indent == 0 => self.open_group(line, undecorated(text)),
            // What is indented belongs to the group above, where there is one.
            Some(SectionKind::Progress(_)) => match self.tracker.groups.len().checked_sub(1) {
                Some(last) => last,
                None => self.open_group(line, undecorated(text)),
            },
            _ => self.group_here(line),
        };
        self.say(group, task);
    }

    /// A line that is no task: a field, an order, a point where all wait, or a text.
    fn statement(&mut self, line: usize, text: &str, written: &str) {
        let plain = text.replace(['*', '`'], "");
        let plain = plain.trim_start_matches(|c: char| !c.is_alphanumeric());
        if let Some((earlier, later)) = order_in(plain) {
            self.tracker.orders.push(Order { line, earlier, later: Later::Named(later) });
            return;
        }
        let is_in_sync_points = self.find(|kind| (kind == SectionKind::SyncPoints).then_some(())).is_some();
        let field = wording::field(plain);
        if is_in_sync_points || matches!(field, Some((Field::SyncPoint, _))) {
            let inside =
                self.phase().and_then(|phase| self.tracker.phases.get(phase)).map(|phase| phase.number);
            self.tracker.sync_points.push(SyncPoint { line, text: plain.to_owned(), inside });
            return;
        }
        if let (Some((field, value)), Some(group)) = (field, self.agent())
            && self.field(line, group, field, value)
        {
            return;
        }
        match self.sections.last().map(|section| section.kind) {
            Some(SectionKind::Agent(group) | SectionKind::Other(Some(group))) => {
                self.say(group, Part::Text(written.to_owned()));
            }
            Some(SectionKind::Part) if let Some(group) = self.agent() => {
                self.say(group, Part::Text(written.to_owned()));
            }
            Some(SectionKind::Progress(progress)) if written.starts_with('-') => {
                self.task(line, 0, progress, text);
            }
            _ => self.unused(line, written),
        }
    }

    /// Whether the value could be read.
    fn field(&mut self, line: usize, group: usize, field: Field, value: &str) -> bool {
        let notices = &mut self.tracker.notices;
        let Some(group_said) = self.tracker.groups.get_mut(group) else { return false };
        match field {
            Field::Status => group_said.status = marks::of_status(value),
            Field::Priority => group_said.priority = wording::priority(value),
            Field::Estimate => group_said.estimate = wording::estimate(value),
            Field::Outputs => group_said.outputs = Some(value.to_owned()),
            Field::Dependencies => {
                let later = || Later::Group(group);
                let orders = named(value).map(|earlier| Order { line, earlier, later: later() });
                self.tracker.orders.extend(orders);
            }
            Field::SyncPoint => return false,
        }
        let is_read = match field {
            Field::Status => group_said.status.is_some(),
            Field::Priority => group_said.priority.is_some(),
            Field::Estimate => group_said.estimate.is_some(),
            Field::Outputs | Field::Dependencies | Field::SyncPoint => true,
        };
        if !is_read {
            notices.push(Notice::at(line, format!("`{value}` is not understood and left out")));
        }
        true
    }

    fn row(&mut self, line: usize, cells: &[&str]) {
        let Some(matrix) = &self.matrix else {
            self.matrix = matrix_of(cells);
            if self.matrix.is_none() {
                self.statement(line, &cells.join(" | "), &format!("| {} |", cells.join(" | ")));
            }
            return;
        };
        let cell = |at: usize| cells.get(at).copied().unwrap_or_default();
        let outputs = matrix.outputs.map(cell).filter(|outputs| !is_nothing(outputs));
        self.tracker.matrix.push(MatrixRow {
            line,
            agent: undecorated(cell(0)),
            dependencies: named(cell(matrix.dependencies)).collect(),
            outputs: outputs.map(str::to_owned),
        });
    }

    /// The group to which a task at this place belongs.
    fn group_here(&mut self, line: usize) -> usize {
        if let Some(agent) = self.agent() {
            return agent;
        }
        let Some(section) = self.sections.last() else {
            // Tasks before any heading.
            return match self.tracker.groups.first() {
                Some(_) => 0,
                None => self.open_group(line, "Tasks".to_owned()),
            };
        };
        if let SectionKind::Other(Some(group)) = section.kind {
            return group;
        }
        let group = self.open_group(line, section.title.clone());
        let mut unused = Vec::new();
        if let Some(section) = self.sections.last_mut() {
            section.kind = SectionKind::Other(Some(group));
            unused = std::mem::take(&mut section.unused);
        }
        for (_, text) in unused {
            self.say(group, Part::Text(text));
        }
        group
    }

    fn open_group(&mut self, line: usize, title: String) -> usize {
        self.tracker.groups.push(Group::new(line, title, self.phase(), self.priority()));
        self.tracker.groups.len() - 1
    }

    fn say(&mut self, group: usize, part: Part) {
        if let Some(group) = self.tracker.groups.get_mut(group) {
            group.parts.push(part);
        }
    }

    fn unused(&mut self, line: usize, text: &str) {
        match self.sections.last_mut() {
            Some(section) => section.unused.push((line, text.to_owned())),
            None => self.tracker.notices.push(Notice::at(line, "text without a task: not read")),
        }
    }

    /// Ends the sections whose heading is of `level` or below, and tells what nothing has used of them.
    fn close_to(&mut self, level: usize) {
        while let Some(section) = self.sections.pop_if(|section| section.level >= level) {
            let (Some((first, _)), Some((last, _))) = (section.unused.first(), section.unused.last()) else {
                continue;
            };
            let message = format!("“{}”: text without a task: not read", section.title);
            self.tracker.notices.push(Notice { first: *first, last: *last, message });
        }
    }

    fn agent(&self) -> Option<usize> {
        self.find(|kind| match kind {
            SectionKind::Agent(group) => Some(group),
            _ => None,
        })
    }

    fn phase(&self) -> Option<usize> {
        self.find(|kind| match kind {
            SectionKind::Phase(phase) => Some(phase),
            _ => None,
        })
    }

    fn priority(&self) -> Option<i64> {
        self.find(|kind| match kind {
            SectionKind::Priority(priority) => Some(priority),
            _ => None,
        })
    }

    /// In the innermost section that has an answer.
    fn find<T>(&self, answer: impl Fn(SectionKind) -> Option<T>) -> Option<T> {
        self.sections.iter().rev().find_map(|section| answer(section.kind))
    }
}

/// `After A → B`.
fn order_in(plain: &str) -> Option<(String, String)> {
    let rest = plain.get(..6).filter(|word| word.eq_ignore_ascii_case("after ")).and(plain.get(6..))?;
    let (earlier, later) = ARROWS.iter().find_map(|arrow| rest.split_once(arrow))?;
    Some((undecorated(earlier), undecorated(later)))
}

/// The names in a list such as `Agent 1, Agent 2 and Tests`.
fn named(list: &str) -> impl Iterator<Item = String> + '_ {
    let names = list.split([',', ';', '+', '&']).flat_map(|part| part.split(" and "));
    names.map(undecorated).filter(|name| !is_nothing(name))
}

/// Where the columns stand, if this is the head of a coordination matrix.
fn matrix_of(cells: &[&str]) -> Option<Matrix> {
    let is = |cell: &&str, words: &[&str]| {
        let cell = undecorated(cell).to_lowercase();
        words.iter().any(|word| cell.starts_with(word))
    };
    cells.first().filter(|first| is(first, &["agent"]))?;
    let dependencies = cells.iter().position(|cell| is(cell, &["dependencies", "depends on"]))?;
    let outputs = cells.iter().position(|cell| is(cell, &["output", "deliverable"]));
    Some(Matrix { dependencies, outputs })
}
