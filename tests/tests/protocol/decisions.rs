//! A person's word on attempts that were lost with their host.

use std::process::Command;

use divisi_tests::World;
use serde_json::{Value, json};

use super::client::Client;
use super::{open, run, verdict, wait_for, world};

/// The first attempt goes on until its host is killed; a further one ends at once.
const FRAGILE: &str = "\
nodes:
  - id: deploy
    resume: ask
    run: [sh, -c, 'if [ -e started ]; then exit 0; fi; touch started; sleep 600']
  - id: after
    depends_on: [deploy]
    run: [touch, deployed]
";

/// A run whose host is dead, and whose first node was under way.
fn lost(world: &World) -> (Client, String) {
    let mut client = Client::start(world, json!({ "trusted": true }));
    open(&mut client, world, FRAGILE);
    let run = run(&mut client, world);
    wait_for(&world.workspace().join("started"));
    let started = client.expect("divisi/runEvent", |event| event["type"] == "host_started");
    let pid = started["pid"].as_u64().expect("a process").to_string();
    assert!(Command::new("kill").args(["-9", &pid]).status().expect("kill").success());
    client.expect("window/showMessage", |it| {
        it["message"].as_str().is_some_and(|it| it.contains("interrupted"))
    });
    (client, run)
}

fn decide(client: &mut Client, run: &str, node: &str, decision: &str) -> Value {
    let argument = json!({ "run": run, "node": node, "decision": decision });
    let id = client.command("divisi.server.decide", argument);
    client.answer(id)
}

fn message(answer: &Value) -> &str {
    answer["error"]["message"].as_str().unwrap_or_else(|| panic!("{answer}"))
}

fn ran_again(events: &[Value]) -> bool {
    events
        .iter()
        .any(|event| event["type"] == "attempt_started" && event["node"] == "deploy" && event["attempt"] == 2)
}

#[test]
fn a_run_without_a_host_goes_on_with_the_decision() {
    let world = world(FRAGILE);
    let (mut client, run) = lost(&world);
    assert_eq!(decide(&mut client, &run, "deploy", "retry")["result"]["run"], json!(run));
    let events = client.events(&run);
    assert_eq!(verdict(&events), "succeeded");
    assert!(ran_again(&events), "{events:#?}");
    assert!(world.workspace().join("deployed").exists());
    client.stop();
}

#[test]
fn a_run_that_waits_for_the_decision_hears_it() {
    let world = world(FRAGILE);
    let (mut client, run) = lost(&world);
    let id = client.command("divisi.server.resume", json!({ "run": run }));
    assert_eq!(client.answer(id)["result"]["run"], json!(run));
    client.expect("divisi/runEvent", |event| event["state"]["is"] == "waiting_decision");

    let refused = decide(&mut client, &run, "after", "retry");
    assert!(message(&refused).contains("the node after lost no attempt"), "{refused}");
    let refused = decide(&mut client, &run, "deploy", "perhaps");
    assert!(message(&refused).contains("decision: retry|succeeded|failed"), "{refused}");

    assert_eq!(decide(&mut client, &run, "deploy", "succeeded")["result"]["run"], json!(run));
    let events = client.events(&run);
    assert_eq!(verdict(&events), "succeeded");
    assert!(!ran_again(&events), "it counts as done: {events:#?}");
    assert!(world.workspace().join("deployed").exists());
    client.stop();
}

/// What runs under a host is not lost.
#[test]
fn nothing_is_decided_about_an_attempt_that_goes_on() {
    let world = world(FRAGILE);
    let mut client = Client::start(&world, json!({ "trusted": true }));
    open(&mut client, &world, FRAGILE);
    let run = run(&mut client, &world);
    wait_for(&world.workspace().join("started"));
    let refused = decide(&mut client, &run, "deploy", "failed");
    assert!(message(&refused).contains("the node deploy lost no attempt"), "{refused}");
    let id = client.command("divisi.server.cancel", json!({ "run": run }));
    assert!(client.answer(id).get("error").is_none());
    assert_eq!(verdict(&client.events(&run)), "cancelled");
    client.stop();
}

#[test]
fn a_decision_starts_no_host_where_the_editor_does_not_trust_the_workspace() {
    let world = world(FRAGILE);
    let (client, run) = lost(&world);
    client.stop();
    let mut client = Client::start(&world, json!({ "trusted": false }));
    let refused = decide(&mut client, &run, "deploy", "retry");
    assert!(message(&refused).contains("does not trust this workspace"), "{refused}");
    client.stop();
}
