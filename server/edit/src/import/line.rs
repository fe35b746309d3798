//! What each line of a tracker is. Line by line, since trackers are written by people who bend Markdown: a box may
//! hold an emoji, and a list may begin without a blank line.

use super::marks::{self, Progress};

/// A line that says something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// From 1.
    pub(super) number: usize,
    pub(super) kind: Kind<'a>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind<'a> {
    /// Its level, and its text without decoration.
    Heading(usize, String),
    /// An item of a list.
    Item {
        /// Columns before it.
        indent: usize,
        mark: Option<Progress>,
        text: &'a str,
    },
    /// The cells of a table's row.
    Row(Vec<&'a str>),
    /// Anything else, as it is written.
    Text(&'a str),
}

/// The lines that say something: no blank ones, no rules, no rows that only draw a table.
pub(super) fn lines(text: &str) -> Vec<Line<'_>> {
    let mut fence: Option<&str> = None;
    let mut found = Vec::new();
    for (index, raw) in text.trim_start_matches('\u{FEFF}').lines().enumerate() {
        let line = raw.trim_end();
        let body = line.trim_start();
        let is_fence = ["```", "~~~"].into_iter().find(|fence| body.starts_with(fence));
        let kind = match (fence, is_fence) {
            (Some(open), Some(close)) if open == close => {
                fence = None;
                Some(Kind::Text(line))
            }
            (Some(_), _) => Some(Kind::Text(line)),
            (None, Some(_)) => {
                fence = is_fence;
                Some(Kind::Text(line))
            }
            (None, None) => kind(line, body),
        };
        let number = index + 1;
        found.extend(kind.map(|kind| Line { number, kind }));
    }
    found
}

fn kind<'a>(line: &'a str, body: &'a str) -> Option<Kind<'a>> {
    if is_rule(body) {
        return None;
    }
    if let Some(heading) = heading(body) {
        return Some(heading);
    }
    if body.starts_with('|') {
        let cells: Vec<&str> = body.trim_matches('|').split('|').map(str::trim).collect();
        let draws = cells.iter().all(|cell| !cell.is_empty() && cell.chars().all(|c| matches!(c, '-' | ':')));
        return (!draws).then_some(Kind::Row(cells));
    }
    Some(item(line, body).unwrap_or(Kind::Text(line)))
}

/// Nothing, or a thematic break.
fn is_rule(body: &str) -> bool {
    let marks: Vec<char> = body.chars().filter(|c| !c.is_whitespace()).collect();
    let first = marks.first();
    marks.is_empty()
        || (marks.len() >= 3
            && first.is_some_and(|c| matches!(c, '-' | '*' | '_'))
            && marks.iter().all(|c| Some(c) == first))
}

fn heading<'a>(body: &str) -> Option<Kind<'a>> {
    let rest = body.trim_start_matches('#');
    let level = body.len() - rest.len();
    if !(1..=6).contains(&level) || !(rest.is_empty() || rest.starts_with([' ', '\t'])) {
        return None;
    }
    Some(Kind::Heading(level, undecorated(rest.trim_end_matches('#'))))
}

fn item<'a>(line: &'a str, body: &'a str) -> Option<Kind<'a>> {
    let rest = match body.strip_prefix(['-', '*', '+']) {
        Some(rest) => rest,
        None => {
            let rest = body.trim_start_matches(|c: char| c.is_ascii_digit());
            let is_number = (1..=9).contains(&(body.len() - rest.len()));
            rest.strip_prefix(['.', ')']).filter(|_| is_number)?
        }
    };
    let rest = rest.strip_prefix([' ', '\t'])?.trim_start();
    let indent = line.chars().take_while(|c| c.is_whitespace()).map(|c| if c == '\t' { 4 } else { 1 }).sum();
    let (mark, text) = marked(rest).map_or((None, rest), |(mark, text)| (Some(mark), text));
    Some(Kind::Item { indent, mark, text })
}

/// `[x] text`, `[🔄] text` or `✅ text`.
fn marked(rest: &str) -> Option<(Progress, &str)> {
    if let Some((inside, after)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        // `[text](target)` is a link.
        let progress = marks::of_box(inside).filter(|_| after.starts_with([' ', '\t']))?;
        return Some((progress, after.trim_start()));
    }
    marks::leading(rest)
}

/// A text without emphasis, and without emoji and blanks around it.
pub(super) fn undecorated(text: &str) -> String {
    let plain = text.replace(['*', '`'], "");
    let is_decoration = |c: char| !c.is_alphanumeric() && !matches!(c, '(' | ')' | '"' | '\'' | '%' | '+');
    let start = plain.trim_start_matches(|c: char| is_decoration(c) && c != '.' && c != '/');
    start.trim_end_matches(is_decoration).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(text: &str) -> Kind<'_> {
        lines(text).into_iter().next().expect("a line").kind
    }

    #[test]
    fn marks_are_boxes_or_emoji() {
        let item = |mark, text| Kind::Item { indent: 0, mark, text };
        assert_eq!(only("- [ ] a"), item(Some(Progress::Pending), "a"));
        assert_eq!(only("* [X] a"), item(Some(Progress::Done), "a"));
        assert_eq!(only("1. [🔄] a"), item(Some(Progress::Going), "a"));
        assert_eq!(only("- ⏸️ a"), item(Some(Progress::Paused), "a"));
        assert_eq!(only("- [a](b.md)"), item(None, "[a](b.md)"));
        assert_eq!(only("- [?] a"), item(None, "[?] a"));
        assert_eq!(only("**a**: b"), Kind::Text("**a**: b"));
        assert_eq!(only("-5 degrees"), Kind::Text("-5 degrees"));
    }

    #[test]
    fn what_only_draws_says_nothing() {
        assert!(lines("---\n\n* * *\n|---|:--:|\n").is_empty());
        assert_eq!(only("| a | b |"), Kind::Row(vec!["a", "b"]));
        assert_eq!(only("## 🚀 **Phase 1**: Go! ##"), Kind::Heading(2, "Phase 1: Go".to_owned()));
        assert_eq!(only("```\n# no heading\n```"), Kind::Text("```"));
        assert_eq!(lines("```\n# no heading\n```")[1].kind, Kind::Text("# no heading"));
    }
}
