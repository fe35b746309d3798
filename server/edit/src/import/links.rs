//! Who is meant by a name, and what waits for what. A name counts where it can mean one section only.

use super::Notice;
use super::tracker::{Later, MatrixRow, Order, SyncPoint, Tracker};
use super::wording;

/// Words that tell sections apart in no tracker.
const FILLERS: &[&str] = &["agent", "the", "a", "all", "tasks", "task", "phase"];

/// Turns points where all wait into barriers and orders into dependencies; what cannot be is told.
pub(super) fn link(tracker: &mut Tracker) {
    for point in std::mem::take(&mut tracker.sync_points) {
        if let Err(message) = set_barrier(tracker, &point) {
            tracker.notices.push(Notice::at(point.line, message));
        }
    }
    for row in std::mem::take(&mut tracker.matrix) {
        take_row(tracker, row);
    }
    for order in std::mem::take(&mut tracker.orders) {
        if let Err(message) = add(tracker, &order) {
            tracker.notices.push(Notice::at(order.line, message));
        }
    }
    tracker.notices.sort();
}

fn take_row(tracker: &mut Tracker, row: MatrixRow) {
    let line = row.line;
    let Some(group) = find(tracker, &row.agent) else {
        let message =
            format!("the matrix names `{}`, which is none of the sections with tasks, or several", row.agent);
        tracker.notices.push(Notice::at(line, message));
        return;
    };
    let orders = row.dependencies.into_iter();
    tracker.orders.extend(orders.map(|earlier| Order { line, earlier, later: Later::Group(group) }));
    if let (Some(outputs), Some(group)) = (row.outputs, tracker.groups.get_mut(group)) {
        group.outputs = Some(outputs);
    }
}

/// A point where all wait holds up the phase that it names, or the one after that in whose section it stands.
fn set_barrier(tracker: &mut Tracker, point: &SyncPoint) -> Result<(), String> {
    let named = wording::phase_in(&point.text);
    let lower = point.text.to_lowercase();
    let is_before = lower.contains("before");
    let number = match (named, point.inside) {
        (Some(number), _) if is_before => Some(number),
        (Some(number), _) => Some(number.saturating_add(1)),
        (None, inside) => inside.map(|number| number.saturating_add(1)),
    };
    let Some(number) = number else { return Err("the sync point names no phase: not read".to_owned()) };
    let phase = tracker.phases.iter_mut().find(|phase| phase.number == number);
    let missing = || format!("the sync point holds up phase {number}, which is not described here: left out");
    phase.ok_or_else(missing)?.is_barrier = true;
    Ok(())
}

fn add(tracker: &mut Tracker, order: &Order) -> Result<(), String> {
    let unknown =
        |name: &str| format!("`{name}` names none of the sections with tasks, or several: left out");
    let later = match &order.later {
        Later::Group(group) => *group,
        Later::Named(name) => find(tracker, name).ok_or_else(|| unknown(name))?,
    };
    let earlier = match wording::only_phase(&order.earlier) {
        Some(number) => in_phase(tracker, number),
        None => find(tracker, &order.earlier).into_iter().collect(),
    };
    if earlier.is_empty() {
        return Err(unknown(&order.earlier));
    }
    for earlier in earlier {
        if waits(tracker, earlier, later) {
            return Err(format!("waiting for `{}` would close a ring: left out", order.earlier));
        }
        let Some(group) = tracker.groups.get_mut(later) else { continue };
        if !group.waits_for.contains(&earlier) {
            group.waits_for.push(earlier);
        }
    }
    Ok(())
}

fn in_phase(tracker: &Tracker, number: u32) -> Vec<usize> {
    let phase = tracker.phases.iter().position(|phase| phase.number == number);
    let groups = tracker.groups.iter().enumerate();
    groups.filter(|(_, group)| phase.is_some() && group.phase == phase).map(|(index, _)| index).collect()
}

/// Whether `from` is `target` or waits for it, barriers included.
fn waits(tracker: &Tracker, from: usize, target: usize) -> bool {
    let mut seen = vec![false; tracker.groups.len()];
    let mut open = vec![from];
    while let Some(index) = open.pop() {
        if index == target {
            return true;
        }
        let Some(group) = tracker.groups.get(index) else { continue };
        match seen.get_mut(index) {
            Some(seen) if !*seen => *seen = true,
            _ => continue,
        }
        open.extend(&group.waits_for);
        let held_by =
            group.phase.filter(|phase| tracker.phases.get(*phase).is_some_and(|phase| phase.is_barrier));
        if let Some(phase) = held_by {
            let groups = tracker.groups.iter().enumerate();
            let before = groups.filter(|(_, other)| other.phase.is_some_and(|other| other < phase));
            open.extend(before.map(|(index, _)| index));
        }
    }
    false
}

/// The one group that a name means: by its agent's number, by its whole title, or as the only one that has all of the
/// name's words.
fn find(tracker: &Tracker, name: &str) -> Option<usize> {
    let name = super::line::undecorated(name);
    if let Some(number) = wording::only_agent(&name) {
        return only(tracker, |group| group.agent == Some(number));
    }
    let wanted = words(&name);
    if wanted.is_empty() {
        return None;
    }
    let whole = only(tracker, |group| words(&group.title) == wanted);
    whole.or_else(|| {
        only(tracker, |group| {
            let title = words(&group.title);
            wanted.iter().all(|word| title.contains(word))
        })
    })
}

fn only(tracker: &Tracker, is_meant: impl Fn(&super::tracker::Group) -> bool) -> Option<usize> {
    let mut meant = tracker.groups.iter().enumerate().filter(|(_, group)| is_meant(group));
    match (meant.next(), meant.next()) {
        (Some((index, _)), None) => Some(index),
        _ => None,
    }
}

fn words(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric());
    words.filter(|word| !word.is_empty() && !FILLERS.contains(word)).map(str::to_owned).collect()
}
