//! Questions of a run to the person at the editor.

use serde_json::{Value, json};

use super::client::Client;
use super::{open, run, verdict, world};

/// What is after the question happens only with a yes.
const GATED: &str = "\
nodes:
  - id: ship
    approve: Ship it?
  - id: after
    depends_on: [ship]
    run: [touch, shipped]
";

/// One question after the other.
const TWO: &str = "\
nodes:
  - id: ship
    approve: Ship it?
  - id: tell
    depends_on: [ship]
    approve: Tell everybody?
";

fn state<'a>(events: &'a [Value], node: &str) -> &'a str {
    let of_node = |event: &&Value| event["type"] == "node_state" && event["node"] == node;
    let last = events.iter().rev().find(of_node);
    last.and_then(|event| event["state"]["is"].as_str()).unwrap_or_else(|| panic!("{node}: {events:#?}"))
}

#[test]
fn a_yes_lets_the_run_go_on() {
    let world = world(GATED);
    let mut client = Client::start(&world, json!({ "trusted": true }));
    open(&mut client, &world, GATED);
    let run = run(&mut client, &world);
    let question = client.decide("Approve");
    assert!(question.contains("Ship it?"), "{question}");
    let events = client.events(&run);
    assert_eq!((verdict(&events), state(&events, "ship")), ("succeeded", "succeeded"));
    assert!(world.workspace().join("shipped").exists());
    client.stop();
}

#[test]
fn a_no_fails_the_node() {
    let world = world(GATED);
    let mut client = Client::start(&world, json!({ "trusted": true }));
    open(&mut client, &world, GATED);
    let run = run(&mut client, &world);
    client.decide("Reject");
    let events = client.events(&run);
    assert_eq!((verdict(&events), state(&events, "ship")), ("failed", "failed"));
    assert!(!world.workspace().join("shipped").exists());
    client.stop();
}

/// The same question was answered elsewhere, and the run is at another one: the late answer is not taken for it.
#[test]
fn an_answer_to_a_question_that_is_no_longer_open_is_told_and_changes_nothing() {
    let world = world(TWO);
    let mut client = Client::start(&world, json!({ "trusted": true }));
    open(&mut client, &world, TWO);
    let run = run(&mut client, &world);
    let old = client.question();
    assert_eq!(buttons(&old), ["Approve", "Reject"]);
    let id = client.command("divisi.server.approve", json!({ "run": run, "node": "ship" }));
    let answer = client.answer(id);
    assert!(answer.get("error").is_none(), "{answer}");
    let new = client.question();
    assert!(new["params"]["message"].as_str().expect("a text").contains("Tell everybody?"), "{new}");

    client.choose(&old, "Reject");
    let told = client.expect("window/showMessage", |message| message["type"] == 2);
    assert!(told["message"].as_str().expect("a text").contains("ship"), "{told}");

    client.choose(&new, "Approve");
    let events = client.events(&run);
    assert_eq!((verdict(&events), state(&events, "ship")), ("succeeded", "succeeded"));
    client.stop();
}

fn buttons(question: &Value) -> Vec<&str> {
    let actions = question["params"]["actions"].as_array().expect("buttons");
    actions.iter().filter_map(|action| action["title"].as_str()).collect()
}
