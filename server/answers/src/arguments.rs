//! Arguments of a DAG.

use divisi_analysis::did_you_mean::nearest;
use divisi_model::Dag;

use crate::failure::Failure;

/// Refuses names that `dag` does not declare.
///
/// # Errors
/// The first such name, with what was probably meant.
pub fn check_names<'a>(names: impl IntoIterator<Item = &'a str>, dag: &Dag) -> Result<(), Failure> {
    let declared = || dag.args.iter().map(|arg| arg.name.value.as_str());
    for name in names {
        if declared().any(|known| known == name) {
            continue;
        }
        let failure = Failure::new(format!("the DAG declares no argument {name}"));
        return Err(match nearest(name, declared()) {
            Some(near) => failure.help(format!("did you mean {near}?")),
            None if dag.args.is_empty() => failure.help("it has no `args`"),
            None => failure.help(format!("it declares: {}", declared().collect::<Vec<_>>().join(", "))),
        });
    }
    Ok(())
}
