//! Questions of a run to the person at the terminal, without a halt of whoever follows the run.

use std::io::{self, BufRead};
use std::sync::mpsc::{self, Receiver, TryRecvError};
use std::thread;

use divisi_engine::client::GivenAnswer;
use divisi_engine::view::{NodeView, RunView};

use crate::output::{NOTE, Output, STRONG, paint};

/// The question that stands on the screen, and the lines that the person types.
#[derive(Default)]
pub(crate) struct Questions {
    lines: Option<Receiver<String>>,
    shown: Option<Shown>,
    /// What was answered last: the run needs a moment to take it in.
    answered: Option<String>,
}

struct Shown {
    node: String,
    about: String,
}

/// What became of the question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Asked {
    /// None is to be asked.
    Nothing,
    /// It waits for an answer.
    Open,
    /// The person answered.
    Answered { node: String, answer: GivenAnswer },
    /// Nobody types any more.
    Nobody,
}

impl Questions {
    /// Whether a question stands on the screen.
    pub(crate) fn is_open(&self) -> bool {
        self.shown.is_some()
    }

    /// Asks the first question that waits, and looks whether somebody has answered.
    pub(crate) fn look(&mut self, run: &RunView, output: &mut Output) -> Asked {
        let waiting =
            run.asking().find(|node| node.asked_about.is_some() && node.asked_about != self.answered);
        let Some((node, about)) = waiting.and_then(|node| Some((node, node.asked_about.clone()?))) else {
            self.shown = None;
            return Asked::Nothing;
        };
        if self.shown.as_ref().is_none_or(|shown| shown.about != about) {
            self.show(node, about, output);
        }
        loop {
            match self.lines.as_ref().map(Receiver::try_recv) {
                Some(Ok(line)) => match self.understand(&line) {
                    Some(answered) => return answered,
                    None => output.note(HINT),
                },
                None | Some(Err(TryRecvError::Empty)) => return Asked::Open,
                Some(Err(TryRecvError::Disconnected)) => return Asked::Nobody,
            }
        }
    }

    /// What was typed before the question stood there is no answer to it.
    fn show(&mut self, node: &NodeView, about: String, output: &mut Output) {
        let lines = self.lines.get_or_insert_with(read_lines);
        while lines.try_recv().is_ok() {}
        let question = node.detail.as_deref().unwrap_or_default();
        output.note(format!("{} {}: {question}", paint(NOTE, "asked by"), paint(STRONG, &node.path)));
        output.note(HINT);
        self.shown = Some(Shown { node: node.path.clone(), about });
    }

    fn understand(&mut self, line: &str) -> Option<Asked> {
        let (approved, comment) = answer(line)?;
        let Shown { node, about } = self.shown.take()?;
        self.answered = Some(about.clone());
        Some(Asked::Answered { node, answer: GivenAnswer { approved, comment, about: Some(about) } })
    }
}

const HINT: &str = "Agree? [y] yes  [n] no; what stands behind it is kept as a comment";

/// `y`, `no`, `no not on a Friday`.
fn answer(line: &str) -> Option<(bool, Option<String>)> {
    let line = line.trim();
    let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let approved = match word.to_lowercase().as_str() {
        "y" | "yes" => true,
        "n" | "no" => false,
        _ => return None,
    };
    let comment = rest.trim();
    Some((approved, (!comment.is_empty()).then(|| comment.to_owned())))
}

/// The lines of standard input. The thread waits in its read until the process ends; the channel closes where the
/// input does.
fn read_lines() -> Receiver<String> {
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        for line in io::stdin().lock().lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    lines
}

#[cfg(test)]
mod tests {
    use super::answer;

    #[test]
    fn answers_are_short_and_may_say_why() {
        assert_eq!(answer("y"), Some((true, None)));
        assert_eq!(answer(" YES \n"), Some((true, None)));
        assert_eq!(answer("no  not on a Friday"), Some((false, Some("not on a Friday".to_owned()))));
        assert_eq!(answer(""), None);
        assert_eq!(answer("maybe"), None);
    }
}
