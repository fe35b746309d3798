//! What a node does, in few words.

use divisi_model::{Naming, Node, Program, Work};

/// The most characters of a program or a question that are shown.
const MOST: usize = 60;

/// What a node does, in one short line: `agent reviewer`, `run make test`.
pub fn work(node: &Node) -> String {
    match &node.work {
        // A role that is only the node's own name says nothing.
        Some(Work::Agent(work)) if work.naming == Naming::Label && work.agent.span == node.id.span => {
            let prompt = work.prompt.as_ref().map_or("", |prompt| first_line(&prompt.value));
            format!("prompt {}", cut(prompt, MOST)).trim_end().to_owned()
        }
        Some(Work::Agent(work)) => format!("agent {}", work.agent.value),
        Some(Work::Run(work)) => match &work.program {
            Program::Line(line) => format!("run {}", cut(first_line(&line.value), MOST)),
            Program::Argv(argv) => {
                let words: Vec<&str> = argv.iter().map(|word| word.value.as_str()).collect();
                format!("run {}", cut(first_line(&words.join(" ")), MOST))
            }
        },
        Some(Work::Command(work)) => format!("command /{}", work.name.value),
        Some(Work::Dag { path, .. }) => format!("dag {}", path.value),
        Some(Work::Approve { question }) => format!("approve {}", cut(first_line(&question.value), MOST)),
        Some(Work::Foreign(work)) => {
            let text = work.text.as_ref().map_or("", |text| first_line(&text.value));
            format!("{} {}", work.key.value, cut(text, 60)).trim_end().to_owned()
        }
        None => "no work yet".to_owned(),
    }
}

/// The first line that says something.
pub fn first_line(text: &str) -> &str {
    text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default()
}

/// At most `length` characters, with a mark where something is missing.
pub fn cut(text: &str, length: usize) -> String {
    match text.char_indices().nth(length) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default().trim_end()),
        None => text.to_owned(),
    }
}
