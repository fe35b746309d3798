//! `--arg NAME=VALUE`

use std::str::FromStr;

use divisi_model::Dag;

use crate::failure::Failure;

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

/// Refuses names that `dag` does not declare.
pub(crate) fn check_names(arguments: &[Argument], dag: &Dag) -> Result<(), Failure> {
    let declared = || dag.args.iter().map(|arg| arg.name.value.as_str());
    for argument in arguments {
        if declared().any(|name| name == argument.name) {
            continue;
        }
        let failure = Failure::new(format!("the DAG declares no argument {}", argument.name));
        return Err(match divisi_analysis::did_you_mean::nearest(&argument.name, declared()) {
            Some(near) => failure.help(format!("did you mean {near}?")),
            None => failure.help(format!("it declares: {}", declared().collect::<Vec<_>>().join(", "))),
        });
    }
    Ok(())
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
