//! `inputs`: local names to (node, output).

use std::collections::BTreeSet;

use divisi_model::{Dag, Input};

use super::Faults;
use crate::plan::PlanInput;

/// Resolves the inputs of one node. `ancestors`: its ancestors in the DAG; `gives`: whether a DAG node
/// has an output; `planned`: the plan's index of one.
pub(super) fn resolve(
    dag: &Dag,
    inputs: &[Input],
    ancestors: &BTreeSet<usize>,
    gives: impl Fn(usize, &str) -> bool,
    planned: impl Fn(usize) -> Option<usize>,
    faults: &mut Faults,
) -> Vec<PlanInput> {
    let mut resolved = Vec::new();
    for input in inputs {
        let (from, span) = match &input.from {
            Some(from) => (from.value.as_str(), from.span),
            None => (input.name.value.as_str(), input.name.span),
        };
        let source = match find(dag, from, ancestors, &gives) {
            Ok(source) => source,
            Err(message) => {
                faults.add(span, message);
                continue;
            }
        };
        let has_value = source.is_some() || input.default.is_some();
        if input.required && !has_value {
            faults
                .add(span, format!("the input {} has no source: no ancestor gives {from}", input.name.value));
            continue;
        }
        resolved.push(PlanInput {
            name: input.name.value.clone(),
            from: source.and_then(|(node, output)| Some((planned(node)?, output))),
            required: input.required,
            default: input.default.clone(),
        });
    }
    resolved
}

/// `node.output`, or a bare output name that exactly one ancestor gives. None where nobody does.
fn find(
    dag: &Dag,
    from: &str,
    ancestors: &BTreeSet<usize>,
    gives: impl Fn(usize, &str) -> bool,
) -> Result<Option<(usize, String)>, String> {
    if let Some((id, output)) = from.split_once('.') {
        let node = ancestors
            .iter()
            .copied()
            .find(|index| dag.nodes.get(*index).is_some_and(|node| node.id.value == id));
        return Ok(node.filter(|index| gives(*index, output)).map(|index| (index, output.to_owned())));
    }
    let producers: Vec<usize> = ancestors.iter().copied().filter(|index| gives(*index, from)).collect();
    match producers.as_slice() {
        [] => Ok(None),
        [only] => Ok(Some((*only, from.to_owned()))),
        several => {
            let ids: Vec<String> = several
                .iter()
                .filter_map(|index| dag.nodes.get(*index))
                .map(|node| format!("{}.{from}", node.id.value))
                .collect();
            Err(format!("several ancestors give {from}: write one of {}", ids.join(", ")))
        }
    }
}
