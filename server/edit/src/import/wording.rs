//! What headings and fields of trackers are called. From published trackers; names that differ in case, emphasis and
//! emoji are the same.

use std::time::Duration;

/// What a heading says of its section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Heading {
    /// `Phase 2: Tests`
    Phase { number: u32, title: String },
    /// `AGENT 3: Architect`
    Agent { number: u32, title: String },
    /// Goals by which the whole is judged; no work.
    Criteria,
    /// `High Priority Tasks`
    Priority(i64),
    /// `Sync Points`
    SyncPoints,
    /// Anything else.
    Other(String),
}

const PHASES: &[&str] = &["phase", "stage", "wave", "sprint", "milestone"];

const AGENTS: &[&str] = &["agent"];

/// Beginnings or ends of headings over goals.
const CRITERIA: &[&str] = &[
    "success criteria",
    "success metrics",
    "acceptance criteria",
    "exit criteria",
    "definition of done",
    "quality gates",
];

/// Words for urgency, with our `priority`.
const PRIORITIES: &[(&str, i64)] =
    &[("critical", 20), ("urgent", 20), ("high", 10), ("medium", 0), ("normal", 0), ("low", -10)];

/// A field such as `**Status**: done`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Status,
    Priority,
    Estimate,
    Dependencies,
    Outputs,
    SyncPoint,
}

const FIELDS: &[(&str, Field)] = &[
    ("status", Field::Status),
    ("priority", Field::Priority),
    ("estimated", Field::Estimate),
    ("estimate", Field::Estimate),
    ("estimated time", Field::Estimate),
    ("estimated duration", Field::Estimate),
    ("duration", Field::Estimate),
    ("dependencies", Field::Dependencies),
    ("depends on", Field::Dependencies),
    ("outputs", Field::Outputs),
    ("output", Field::Outputs),
    ("deliverables", Field::Outputs),
    ("sync point", Field::SyncPoint),
    ("synchronization point", Field::SyncPoint),
];

/// Heads of a list of tasks, which name nothing that its tasks would not say.
const TASKS: &[&str] = &["tasks", "task", "task list", "todo", "to do", "checklist"];

/// Units of time as people write them.
const UNITS: &[(&str, u64)] = &[
    ("s", 1),
    ("sec", 1),
    ("secs", 1),
    ("second", 1),
    ("seconds", 1),
    ("m", 60),
    ("min", 60),
    ("mins", 60),
    ("minute", 60),
    ("minutes", 60),
    ("h", 3600),
    ("hr", 3600),
    ("hrs", 3600),
    ("hour", 3600),
    ("hours", 3600),
];

/// What a heading's cleaned text means.
pub(super) fn heading(title: &str) -> Heading {
    if let Some((number, title)) = numbered(title, AGENTS) {
        return Heading::Agent { number, title };
    }
    if let Some((number, title)) = numbered(title, PHASES) {
        return Heading::Phase { number, title };
    }
    let lower = title.to_lowercase();
    if CRITERIA.iter().any(|words| lower.starts_with(words)) {
        return Heading::Criteria;
    }
    if ["sync points", "synchronization points"].iter().any(|words| lower.starts_with(words)) {
        return Heading::SyncPoints;
    }
    let urgency = lower.split_once(" priority").and_then(|(word, _)| priority(word));
    urgency.map_or_else(|| Heading::Other(without_number(title).to_owned()), Heading::Priority)
}

/// `Phase 2: Tests` → 2 and `Tests`; the whole where nothing comes after the number.
fn numbered(title: &str, words: &[&str]) -> Option<(u32, String)> {
    let (word, rest) = title.split_once(' ')?;
    if !words.contains(&word.to_lowercase().as_str()) {
        return None;
    }
    let rest = rest.trim_start();
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (number, name) = rest.split_at(end);
    let name = name.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '(');
    let name = if name.is_empty() { title } else { name };
    Some((number.parse().ok()?, name.to_owned()))
}

/// The number of the first phase that a text names.
pub(super) fn phase_in(text: &str) -> Option<u32> {
    let lower = text.to_lowercase();
    let words: Vec<&str> =
        lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.windows(2).find_map(|pair| match pair {
        [word, number] if PHASES.contains(word) => number.parse().ok(),
        _ => None,
    })
}

/// The number where a text is nothing but `Agent 2`.
pub(super) fn only_agent(text: &str) -> Option<u32> {
    only(text, AGENTS)
}

/// The number where a text is nothing but `Phase 1`.
pub(super) fn only_phase(text: &str) -> Option<u32> {
    only(text, PHASES)
}

fn only(text: &str, words: &[&str]) -> Option<u32> {
    let (word, number) = text.trim().split_once(' ')?;
    if words.contains(&word.to_lowercase().as_str()) { number.trim().parse().ok() } else { None }
}

/// `1.2 Caches` and `3) Caches` → `Caches`.
fn without_number(title: &str) -> &str {
    let Some((number, name)) = title.split_once(' ') else { return title };
    let is_digit = |c: char| c.is_ascii_digit();
    let is_number = number.starts_with(is_digit)
        && number.contains(['.', ')'])
        && number.chars().all(|c| is_digit(c) || matches!(c, '.' | ')'));
    if is_number && !name.trim().is_empty() { name.trim_start() } else { title }
}

/// The word for urgency that a text begins with.
pub(super) fn priority(text: &str) -> Option<i64> {
    let plain = text.trim_start_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let word = plain.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    PRIORITIES.iter().find(|(name, _)| *name == word).map(|(_, priority)| *priority)
}

/// `**Status**: done` → the field and its value.
pub(super) fn field(plain: &str) -> Option<(Field, &str)> {
    let (name, value) = plain.split_once(':')?;
    let name = name.trim().to_lowercase();
    let (_, field) = FIELDS.iter().find(|(known, _)| *known == name)?;
    Some((*field, value.trim()))
}

pub(super) fn is_head_of_tasks(title: &str) -> bool {
    TASKS.contains(&title.to_lowercase().as_str())
}

/// `2h`, `~1.5 hours`, `1h 30min`. A day of work has no length that everybody agrees on, and a range is not one time:
/// neither is read.
pub(super) fn estimate(text: &str) -> Option<Duration> {
    let mut rest = text.trim_start_matches(['~', '≈', ' ']).trim_end();
    let mut seconds = 0.0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, after) = rest.split_at(end);
        let after = after.trim_start();
        let end = after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len());
        let (unit, tail) = after.split_at(end);
        let unit = unit.to_lowercase();
        let (_, length) = UNITS.iter().find(|(name, _)| *name == unit)?;
        seconds += number.parse::<f64>().ok()? * (*length as f64);
        rest = tail.trim_start();
    }
    let is_sensible = seconds >= 1.0 && seconds < divisi_model::duration::LONGEST.as_secs_f64();
    is_sensible.then(|| Duration::from_secs(seconds.round() as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_times_as_people_write_them() {
        for (text, seconds) in [("2h", 7200), ("~1.5 hours", 5400), ("1h 30min", 5400), ("45 Minutes", 2700)]
        {
            assert_eq!(estimate(text), Some(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["2-3h", "1 day", "soon", "", "2", "h", "999999999999999999999h"] {
            assert_eq!(estimate(text), None, "{text}");
        }
    }

    #[test]
    fn tells_headings_apart() {
        let phase = |number, title: &str| Heading::Phase { number, title: title.to_owned() };
        assert_eq!(heading("Phase 2: Tests (45 → 100)"), phase(2, "Tests (45 → 100)"));
        assert_eq!(heading("PHASE 3"), phase(3, "PHASE 3"));
        assert_eq!(
            heading("Agent 1 - Architect"),
            Heading::Agent { number: 1, title: "Architect".to_owned() }
        );
        assert_eq!(heading("High Priority Tasks"), Heading::Priority(10));
        assert_eq!(heading("1.2 Caches"), Heading::Other("Caches".to_owned()));
        assert_eq!(
            heading("Agent Prompt Enhancement"),
            Heading::Other("Agent Prompt Enhancement".to_owned())
        );
        assert_eq!(heading("404 pages"), Heading::Other("404 pages".to_owned()));
    }
}
