//! The words that checks know for the states of a node are those that the engine says.

use std::collections::BTreeSet;

use divisi_analysis::states::{ENDED, OTHERS};
use divisi_engine::event::NodeState;
use serde_json::json;

#[test]
fn checks_know_the_states_of_the_engine() {
    // The fault of a word that is none names all that are.
    let fault = serde_json::from_value::<NodeState>(json!({ "is": "" })).unwrap_err().to_string();
    let (_, expected) = fault.split_once("expected").unwrap();
    let of_engine: BTreeSet<&str> = expected.split('`').skip(1).step_by(2).collect();
    let of_checks: BTreeSet<&str> = ENDED.iter().chain(OTHERS).copied().collect();
    assert_eq!(of_engine, of_checks);
}

#[test]
fn what_has_ended_is_terminal() {
    for word in ENDED {
        let state: NodeState = serde_json::from_value(json!({ "is": word, "kind": "exit" })).unwrap();
        assert!(state.is_terminal(), "{word}");
    }
}
