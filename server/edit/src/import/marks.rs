//! Boxes, emoji and words for how far something is.

/// How far something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    Pending,
    Going,
    Paused,
    Done,
}

/// Marks as the three published trackers and Markdown's own check boxes use them.
const MARKS: &[(&str, Progress)] = &[
    (" ", Progress::Pending),
    ("", Progress::Pending),
    ("⏳", Progress::Pending),
    ("⬜", Progress::Pending),
    ("🔲", Progress::Pending),
    ("☐", Progress::Pending),
    ("📋", Progress::Pending),
    ("x", Progress::Done),
    ("X", Progress::Done),
    ("✅", Progress::Done),
    ("☑", Progress::Done),
    ("✔", Progress::Done),
    ("✓", Progress::Done),
    ("~", Progress::Going),
    ("/", Progress::Going),
    ("🔄", Progress::Going),
    ("🚧", Progress::Going),
    ("⏸", Progress::Paused),
    ("🛑", Progress::Paused),
    ("⛔", Progress::Paused),
    ("🚫", Progress::Paused),
];

/// Words for it, in headings such as "In Progress" and in a status.
const WORDS: &[(&str, Progress)] = &[
    ("in progress", Progress::Going),
    ("not started", Progress::Pending),
    ("ongoing", Progress::Going),
    ("active", Progress::Going),
    ("started", Progress::Going),
    ("completed", Progress::Done),
    ("complete", Progress::Done),
    ("done", Progress::Done),
    ("finished", Progress::Done),
    ("pending", Progress::Pending),
    ("todo", Progress::Pending),
    ("to do", Progress::Pending),
    ("waiting", Progress::Pending),
    ("queued", Progress::Pending),
    ("paused", Progress::Paused),
    ("blocked", Progress::Paused),
    ("on hold", Progress::Paused),
];

/// What stands after the words in headings: "Blocked Tasks".
const THINGS: &[&str] = &["tasks", "task", "items", "work"];

/// Says that an emoji is to be drawn in colour; means nothing.
const VARIATION_SELECTOR: char = '\u{FE0F}';

impl Progress {
    /// How it stands behind a task in a prompt.
    pub(super) const fn remark(self) -> &'static str {
        match self {
            Self::Pending | Self::Done => "",
            Self::Going => " (in progress)",
            Self::Paused => " (paused)",
        }
    }

    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Going => "in progress",
            Self::Paused => "paused",
            Self::Done => "done",
        }
    }
}

/// The meaning of what stands in a box.
pub(super) fn of_box(inside: &str) -> Option<Progress> {
    let inside = inside.replace(VARIATION_SELECTOR, "");
    let known = |mark: &str| MARKS.iter().find(|(text, _)| *text == mark).map(|(_, progress)| *progress);
    known(&inside).or_else(|| known(inside.trim()))
}

/// The mark that a text begins with, and the rest of the text.
pub(super) fn leading(text: &str) -> Option<(Progress, &str)> {
    MARKS.iter().filter(|(mark, _)| !mark.is_ascii()).find_map(|(mark, progress)| {
        let rest = text.strip_prefix(mark)?.trim_start_matches(VARIATION_SELECTOR);
        Some((*progress, rest.trim_start()))
    })
}

/// The meaning of a heading that says nothing else, such as "Completed Tasks".
pub(super) fn of_heading(title: &str) -> Option<Progress> {
    let title = title.to_lowercase();
    let words = THINGS.iter().find_map(|thing| title.strip_suffix(thing)).unwrap_or(&title).trim();
    WORDS.iter().find(|(word, _)| *word == words).map(|(_, progress)| *progress)
}

/// The meaning of a status such as "🔄 IN PROGRESS (60 %)".
pub(super) fn of_status(status: &str) -> Option<Progress> {
    let plain = status.trim_start_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let word = WORDS.iter().find(|(word, _)| plain.starts_with(word)).map(|(_, progress)| *progress);
    word.or_else(|| leading(status.trim()).map(|(progress, _)| progress))
}
