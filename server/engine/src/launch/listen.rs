//! Hearing an agent's program: what it prints on its standard output is a stream of JSON values, one a line.

use std::fmt::Debug;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::event::{RunnerFault, Usage};

/// How long a program may stay after its last word. Claude Code can hang there.
pub(crate) const AFTER_THE_END: Duration = Duration::from_secs(10);

/// Understands the stream of one attempt. Pure: the same lines give the same answers.
///
/// Values that are not understood are passed over: programs add to their streams with every version.
pub trait Listener: Debug {
    /// What is written to the program's standard input before it says anything; none where it has read its input
    /// from a file.
    fn greeting(&mut self) -> Vec<Value> {
        Vec::new()
    }

    /// Takes in one value.
    fn hear(&mut self, value: &Value) -> Heard;

    /// What is written to its standard input to ask it to stop.
    fn farewell(&mut self) -> Vec<Value> {
        Vec::new()
    }

    /// Whether a tool is at work: then silence says nothing.
    fn is_in_a_tool(&self) -> bool;

    /// Whether the program has said what it had to say, and should end.
    fn is_over(&self) -> bool;

    /// How long it may stay after that.
    fn patience(&self) -> Duration {
        AFTER_THE_END
    }

    /// What was heard so far, as a whole.
    fn report(&self) -> AgentReport;
}

/// What one value of the stream amounts to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Heard {
    /// Lines for the log: what the agent says and does.
    pub log: Vec<String>,
    /// Whether it shows that the agent gets on; keep-alives and tries to reach a service do not.
    pub is_progress: bool,
    /// Answers for its standard input.
    pub replies: Vec<Value>,
}

/// What an agent's program reported of its attempt. It is part of the attempt's outcome on disk, so that a new host
/// judges by it as well; secrets in its texts are masked.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AgentReport {
    /// Whether it came to its last word. Without one the program broke off.
    pub is_complete: bool,
    /// The program's own name for the conversation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// Tokens, cost, turns: of this attempt alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// Tools that were asked for and refused, each time they were.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub denied: Vec<String>,
    /// The agent's last text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<String>,
    /// What it gave by the schema it was asked to fill.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub structured: Option<Value>,
    /// Why it failed, as the program says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<AgentFailure>,
    /// Whether a secret stood in its result.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub holds_secret: bool,
}

/// A failure that a program reported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentFailure {
    /// Its kind, by a structured field.
    pub fault: RunnerFault,
    /// For people.
    pub detail: String,
    /// Of `quota`: when there will be some again, milliseconds since the epoch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resets_at: Option<i64>,
}

impl AgentReport {
    /// The report as it may be stored: no text of it holds one of the secrets that `mask` takes out.
    pub(crate) fn masked(mut self, mask: impl Fn(&str) -> String) -> Self {
        let before = (self.result.clone(), self.structured.clone());
        let text = |text: &mut String| *text = mask(text);
        self.result.iter_mut().for_each(text);
        self.structured.iter_mut().for_each(|value| mask_value(value, &mask));
        self.holds_secret = before != (self.result.clone(), self.structured.clone());
        self.session.iter_mut().for_each(text);
        self.denied.iter_mut().for_each(text);
        self.failure.iter_mut().for_each(|failure| text(&mut failure.detail));
        self
    }
}

fn mask_value(value: &mut Value, mask: &impl Fn(&str) -> String) {
    match value {
        Value::String(text) => *text = mask(text),
        Value::Array(items) => items.iter_mut().for_each(|item| mask_value(item, mask)),
        Value::Object(entries) => {
            let masked: Map<String, Value> = std::mem::take(entries)
                .into_iter()
                .map(|(name, mut value)| {
                    mask_value(&mut value, mask);
                    (mask(&name), value)
                })
                .collect();
            *entries = masked;
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
