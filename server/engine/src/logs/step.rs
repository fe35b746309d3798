//! What an agent does at the moment, by the end of its attempt's log: there stands what is told of its stream, masked.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// Bytes from the end of a log in which the latest step is looked for.
const LOOKED_AT: u64 = 16 * 1024;

/// Characters of a step that are shown.
const SHOWN: usize = 80;

/// What begins a line about a call of a tool.
pub(crate) const TOOL_MARK: &str = "→ ";

/// What begins a line about the entry of an agent's todo list that it is at.
pub(crate) const TODO_MARK: &str = "  [>] ";

/// What says most about a call, of all that may stand in its input; the first that is there counts.
const TELLING: [&str; 10] = [
    "file_path",
    "filePath",
    "command",
    "absolute_path",
    "path",
    "pattern",
    "query",
    "url",
    "description",
    "prompt",
];

/// The latest that an agent's stream told.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Step {
    /// The call of a tool: `Edit src/x.rs`.
    pub tool: Option<String>,
    /// The entry of its todo list that it is at.
    pub todo: Option<String>,
}

impl Step {
    /// By the log at `path`; nothing where it says nothing, or cannot be read. `root`: what paths are shown without.
    pub fn read(path: &Path, root: &Path) -> Self {
        let end = end_of(path).unwrap_or_default();
        Self::of(&String::from_utf8_lossy(&end), &format!("{}/", root.display()))
    }

    fn of(log: &str, root: &str) -> Self {
        let lines = || log.lines().rev();
        let calls = lines().filter_map(|line| line.strip_prefix(TOOL_MARK));
        let mut calls = calls.filter(|call| !is_about_todos(call));
        Self {
            tool: calls.next().map(|call| shortened(&told(call).replace(root, ""))),
            todo: lines().find_map(|line| line.strip_prefix(TODO_MARK)).map(shortened),
        }
    }
}

/// The list itself is shown in its place.
fn is_about_todos(call: &str) -> bool {
    call.split(' ').next().is_some_and(|tool| tool.to_ascii_lowercase().contains("todo"))
}

/// `Edit src/x.rs` of `Edit {"file_path":"src/x.rs","old_string":…`, which may be cut off anywhere.
fn told(call: &str) -> String {
    let Some((tool, input)) = call.split_once(" {") else { return call.to_owned() };
    let value = TELLING.iter().find_map(|key| {
        let (_, value) = input.split_once(&format!("\"{key}\":\""))?;
        Some(unquoted(value))
    });
    match value {
        Some(value) => format!("{tool} {value}"),
        None => tool.to_owned(),
    }
}

/// The text of a JSON string up to its end, in one line.
fn unquoted(json: &str) -> String {
    let mut text = String::new();
    let mut characters = json.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => break,
            '\\' => match characters.next() {
                Some('n' | 't' | 'r') => text.push(' '),
                Some(escaped) => text.push(escaped),
                None => break,
            },
            other => text.push(other),
        }
    }
    text
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

fn end_of(path: &Path) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    let from = length.saturating_sub(LOOKED_AT);
    let mut end = vec![0; usize::try_from(length - from).unwrap_or(0)];
    file.read_exact_at(&mut end, from)?;
    Ok(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(log: &str) -> (Option<String>, Option<String>) {
        let Step { tool, todo } = Step::of(log, "/w/");
        (tool, todo)
    }

    fn text(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn the_latest_call_is_told_by_what_says_most() {
        let log = "→ Bash {\"command\":\"ls\"}\nfine\n→ Edit {\"file_path\":\"/w/src/x.rs\",\"old_string\":\"a\\\"b";
        assert_eq!(step(log), (text("Edit src/x.rs"), None));
        assert_eq!(step("→ Bash {\"command\":\"echo \\\"a\\\"\\n"), (text("Bash echo \"a\" "), None));
        assert_eq!(step("→ Think\n"), (text("Think"), None));
        assert_eq!(step("→ Odd {\"x\":1}\n"), (text("Odd"), None));
        assert_eq!(step("it says something\n"), (None, None));
    }

    #[test]
    fn a_todo_list_stands_for_itself() {
        let log =
            "→ Bash {\"command\":\"ls\"}\n→ TodoWrite {\"todos\":[]}\n  [x] look\n  [>] mend\n  [ ] test\n";
        assert_eq!(step(log), (text("Bash ls"), text("mend")));
    }

    #[test]
    fn what_is_shown_is_bounded() {
        let long = step(&format!("→ Bash {{\"command\":\"{}\"}}\n", "ä".repeat(500))).0.unwrap();
        assert_eq!(long.chars().count(), SHOWN + 1);
        assert_eq!(Step::read(Path::new("/nowhere/log"), Path::new("/")), Step::default());
    }
}
