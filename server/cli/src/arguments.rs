//! `--arg NAME=VALUE`

use std::str::FromStr;

/// One argument as given; the DAG's declarations give it a type.
#[derive(Debug, Clone)]
pub(crate) struct Argument {
    /// Before the first `=`.
    pub(crate) name: String,
    /// After it.
    pub(crate) value: String,
}

impl FromStr for Argument {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some((name, value)) if !name.is_empty() => {
                Ok(Self { name: name.to_owned(), value: value.to_owned() })
            }
            _ => Err("write it as NAME=VALUE".to_owned()),
        }
    }
}

/// `LABEL=AGENT`: which agent a name in a file of another tool means.
pub(crate) fn label_and_agent(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((label, agent)) if !label.is_empty() && !agent.is_empty() => {
            Ok((label.to_owned(), agent.to_owned()))
        }
        _ => Err("write LABEL=AGENT".to_owned()),
    }
}
