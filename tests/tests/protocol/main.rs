//! Runs from an editor, over the protocol: trust, progress, messages, failed nodes, cancel, and what survives.

#![expect(clippy::expect_used, clippy::panic, reason = "what goes wrong here fails a test")]

mod approvals;
mod client;
mod decisions;

use std::path::Path;
use std::time::{Duration, Instant};

use divisi_tests::World;
use serde_json::{Value, json};

use client::Client;

/// Two nodes; the second fails while the file `allowed` is missing.
const PIPELINE: &str = "\
name: pipeline
args:
  word: { default: hello }
nodes:
  - id: first
    run: [touch, \"{{ args.word }}\"]
  - id: second
    depends_on: [first]
    run: [cat, allowed]
";

/// Goes on until the file `go` is there.
const WAITING: &str = "\
nodes:
  - id: wait
    run: [sh, -c, 'echo waiting; touch started; while [ ! -e go ]; do sleep 0.05; done']
";

fn world(dag: &str) -> World {
    let world = World::new();
    world.write("divisi.toml", "");
    world.write("a.dag.yaml", dag);
    world
}

fn uri(world: &World) -> String {
    format!("file://{}", world.workspace().join("a.dag.yaml").display())
}

fn open(client: &mut Client, world: &World, text: &str) {
    let document = json!({ "uri": uri(world), "languageId": "yaml", "version": 1, "text": text });
    client.notify("textDocument/didOpen", json!({ "textDocument": document }));
}

/// Starts a run of a workspace that is trusted; its id.
fn run(client: &mut Client, world: &World) -> String {
    let id = client.command("divisi.server.run", json!({ "uri": uri(world), "args": {} }));
    let answer = client.answer(id);
    answer["result"]["run"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

/// Waits for a file that a node makes.
fn wait_for(path: &Path) {
    let start = Instant::now();
    while !path.exists() {
        assert!(start.elapsed() < Duration::from_secs(60), "{} does not come", path.display());
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn verdict(events: &[Value]) -> &str {
    events.last().and_then(|event| event["verdict"].as_str()).expect("an end")
}

#[test]
fn without_trust_nothing_runs_and_the_refusal_says_how() {
    let world = world(PIPELINE);
    let mut client = Client::start(&world, json!({}));
    open(&mut client, &world, PIPELINE);
    let id = client.command("divisi.server.run", json!({ "uri": uri(&world) }));
    let question = client.decide("Cancel");
    assert!(question.contains("first   touch '{{ args.word }}'"), "{question}");
    assert!(question.contains("second  cat allowed"), "{question}");
    let answer = client.answer(id);
    let message = answer["error"]["message"].as_str().expect("an error");
    assert!(message.contains("divisi trust"), "{message}");
    assert!(!world.workspace().join("hello").exists());
    assert!(!world.workspace().join(".divisi").exists());
    client.stop();
}

#[test]
fn what_the_editor_does_not_trust_is_refused_without_a_question() {
    let world = world(PIPELINE);
    let mut client = Client::start(&world, json!({ "trusted": false }));
    open(&mut client, &world, PIPELINE);
    client.expect_codes(&[]);
    let id = client.command("divisi.server.run", json!({ "uri": uri(&world) }));
    let answer = client.answer(id);
    let message = answer["error"]["message"].as_str().expect("an error");
    assert!(message.contains("the editor does not trust this workspace"), "{message}");
    assert!(!world.workspace().join(".divisi").exists());
    client.stop();
}

#[test]
fn a_run_that_fails_and_one_that_succeeds() {
    let world = world(PIPELINE);
    let mut client = Client::start(&world, json!({}));
    open(&mut client, &world, PIPELINE);
    client.expect_codes(&[]);

    let id =
        client.command("divisi.server.run", json!({ "uri": uri(&world), "args": { "word": "bonjour" } }));
    client.decide("Trust and run");
    let answer = client.answer(id);
    let first = answer["result"]["run"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned();

    let events = client.events(&first);
    assert_eq!(verdict(&events), "failed");
    let numbers: Vec<u64> = events.iter().filter_map(|event| event["seq"].as_u64()).collect();
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>(), "gapless and in order");
    assert!(world.workspace().join("bonjour").exists());

    let progress = client.progress(&first);
    assert_eq!((&progress[0]["kind"], &progress[0]["title"]), (&json!("begin"), &json!("pipeline")));
    assert_eq!(progress[0]["cancellable"], true);
    let end = progress.last().and_then(|it| it["message"].as_str()).expect("a last word");
    assert!(end.contains("`second`"), "{end}");

    let started = client.expect("window/showMessage", |_| true);
    assert!(started["message"].as_str().expect("a text").contains("2 nodes"), "{started}");
    let ended = client.expect("window/showMessage", |_| true);
    assert_eq!(ended["type"], 1);
    assert!(ended["message"].as_str().expect("a text").contains("`second`"), "{ended}");

    let failed = client.expect_codes(&["node-failed"]);
    assert_eq!(failed[0]["range"]["start"], json!({ "line": 6, "character": 8 }));

    // Mended, it runs without another question, and the finding goes.
    world.write("allowed", "");
    let second = run(&mut client, &world);
    client.expect_codes(&[]);
    assert_eq!(verdict(&client.events(&second)), "succeeded");
    client.progress(&second);
    assert!(!client.has("window/showMessageRequest"), "asked once only");
    client.stop();
}

#[test]
fn a_failure_is_shown_until_the_node_is_edited_or_it_is_dismissed() {
    let world = world(PIPELINE);
    let mut client = Client::start(&world, json!({ "trusted": true }));
    open(&mut client, &world, PIPELINE);
    let run = run(&mut client, &world);
    client.events(&run);
    client.expect_codes(&["node-failed"]);

    let edit = |client: &mut Client, version: i32, text: &str| {
        let document = json!({ "uri": uri(&world), "version": version });
        let params = json!({ "textDocument": document, "contentChanges": [{ "text": text }] });
        client.notify("textDocument/didChange", params);
    };
    edit(&mut client, 2, &PIPELINE.replace("hello", "hallo"));
    client.expect("textDocument/publishDiagnostics", |it| {
        it["version"] == 2 && it["diagnostics"][0]["code"] == "node-failed"
    });
    edit(&mut client, 3, &PIPELINE.replace("[cat, allowed]", "[cat, other]"));
    client
        .expect("textDocument/publishDiagnostics", |it| it["version"] == 3 && it["diagnostics"] == json!([]));
    edit(&mut client, 4, PIPELINE);
    client
        .expect("textDocument/publishDiagnostics", |it| it["version"] == 4 && it["diagnostics"] != json!([]));

    let params = json!({
        "textDocument": { "uri": uri(&world) },
        "range": { "start": { "line": 6, "character": 9 }, "end": { "line": 6, "character": 9 } },
        "context": { "diagnostics": [] },
    });
    let actions = client.request("textDocument/codeAction", params);
    let dismiss = &actions[0]["command"];
    let id = client.command("divisi.server.dismiss", dismiss["arguments"][0].clone());
    assert!(client.answer(id).get("error").is_none());
    client.expect_codes(&[]);
    client.stop();
}

#[test]
fn a_dag_with_errors_is_refused_with_their_places() {
    let text = "nodes:\n  - {id: a, run: [\"true\"], depends_on: [nobody]}\n";
    let world = world(text);
    let mut client = Client::start(&world, json!({ "trusted": true }));
    open(&mut client, &world, text);
    let id = client.command("divisi.server.run", json!({ "uri": uri(&world) }));
    let error = client.answer(id)["error"].clone();
    assert_eq!(error["code"], -32803);
    assert_eq!(
        error["data"]["places"][0]["range"]["start"],
        json!({ "line": 1, "character": 40 }),
        "{error}"
    );
    client.stop();
}

#[test]
fn cancelled_by_the_button_of_the_progress() {
    let world = world(WAITING);
    let mut client = Client::start(&world, json!({ "trusted": true }));
    open(&mut client, &world, WAITING);
    let run = run(&mut client, &world);
    let begin = client.expect("$/progress", |it| it["value"]["kind"] == "begin");
    wait_for(&world.workspace().join("started"));
    client.notify("window/workDoneProgress/cancel", json!({ "token": begin["token"] }));
    assert_eq!(verdict(&client.events(&run)), "cancelled");
    client.stop();
}

#[test]
fn what_stands_beside_a_dag_follows_its_runs() {
    let world = world(WAITING);
    let mut client = Client::start(&world, json!({ "trusted": true }));
    open(&mut client, &world, WAITING);
    let document = json!({ "uri": uri(&world) });
    let lens = |client: &mut Client| {
        let lenses = client.request("textDocument/codeLens", json!({ "textDocument": document }));
        lenses[0]["command"].clone()
    };
    let hint = |client: &mut Client| {
        let range = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 9, "character": 0 } });
        let hints =
            client.request("textDocument/inlayHint", json!({ "textDocument": document, "range": range }));
        hints[0]["label"].as_str().expect("a label").to_owned()
    };
    assert_eq!(lens(&mut client)["title"], "Run");
    assert_eq!(hint(&mut client), "level 1/1 · critical");

    let run = run(&mut client, &world);
    wait_for(&world.workspace().join("started"));
    assert_eq!(
        lens(&mut client),
        json!({ "title": "Cancel", "command": "divisi.server.cancel", "arguments": [{ "run": run }] })
    );
    let lenses = client.request("textDocument/codeLens", json!({ "textDocument": document }));
    assert_eq!(lenses.as_array().map(Vec::len), Some(1), "its nodes offer nothing meanwhile");
    let log = json!({
        "uri": format!("divisi-log:{}?run={run}&node=wait", world.workspace().display())
    });
    // What a node writes is in its log a moment later.
    let start = Instant::now();
    while client.request("workspace/textDocumentContent", log.clone())["text"] != "waiting\n" {
        assert!(start.elapsed() < Duration::from_secs(60), "the log stays empty");
        std::thread::sleep(Duration::from_millis(20));
    }

    world.write("go", "");
    assert_eq!(verdict(&client.events(&run)), "succeeded");
    assert_eq!(lens(&mut client)["title"], "Run");
    let lenses = client.request("textDocument/codeLens", json!({ "textDocument": document }));
    assert_eq!(lenses[1]["command"]["title"], "Run to here");
    assert_eq!(
        lenses[2]["command"],
        json!({
            "title": "Run from here",
            "command": "divisi.server.resume",
            "arguments": [{ "run": run, "from": ["wait"] }],
        })
    );
    let seen = hint(&mut client);
    assert!(seen.starts_with("level 1/1 · critical · took "), "{seen}");
    client.progress(&run);
    client.stop();

    // The next server reads it from the journal.
    let mut client = Client::start(&world, json!({}));
    open(&mut client, &world, WAITING);
    let start = Instant::now();
    while hint(&mut client) != seen {
        assert!(start.elapsed() < Duration::from_secs(60), "the last run is not found");
        std::thread::sleep(Duration::from_millis(20));
    }
    client.stop();
}

#[test]
fn cancelled_by_the_command() {
    let world = world(WAITING);
    let mut client = Client::start(&world, json!({ "trusted": true }));
    client.takes_progress = false;
    open(&mut client, &world, WAITING);
    let run = run(&mut client, &world);
    wait_for(&world.workspace().join("started"));
    let id = client.command("divisi.server.cancel", json!({ "run": run }));
    assert!(client.answer(id).get("error").is_none());
    assert_eq!(verdict(&client.events(&run)), "cancelled");
    assert!(!client.has("$/progress"), "a client that refused the token hears nothing on it");
    let id = client.command("divisi.server.cancel", json!({ "run": run }));
    assert!(client.answer(id).get("error").is_some(), "it is over");
    client.stop();
}

#[test]
fn a_server_that_is_killed_leaves_the_run_going_and_the_next_one_shows_it() {
    let world = world(WAITING);
    let mut client = Client::start(&world, json!({ "trusted": true }));
    open(&mut client, &world, WAITING);
    let run = run(&mut client, &world);
    wait_for(&world.workspace().join("started"));
    client.kill();

    let mut client = Client::start(&world, json!({}));
    let begin = client.expect("$/progress", |it| it["value"]["kind"] == "begin");
    assert!(begin["token"].as_str().expect("a text").contains(&run));
    world.write("go", "");
    assert_eq!(verdict(&client.events(&run)), "succeeded");
    client.progress(&run);
    client.stop();
}

#[test]
fn a_run_goes_on_without_its_editor_or_ends_with_it() {
    for (setting, verdict) in [("continue", "succeeded"), ("cancel", "cancelled")] {
        let world = world(WAITING);
        world.write("divisi.toml", &format!("[run]\non_editor_exit = \"{setting}\"\n"));
        let mut client = Client::start(&world, json!({ "trusted": true }));
        open(&mut client, &world, WAITING);
        let run = run(&mut client, &world);
        wait_for(&world.workspace().join("started"));
        assert_eq!(client.cut(), Some(1), "an end without a word is abrupt");
        if setting == "continue" {
            world.write("go", "");
        }
        let runs = divisi_engine::client::Runs::open(&world.workspace()).expect("it has runs");
        let start = Instant::now();
        let ended = loop {
            let events = runs.events(&run, 0).expect("readable");
            if let Some(divisi_engine::event::Event::RunEnded { verdict }) = events.last().map(|it| &it.event)
            {
                break serde_json::to_value(verdict).expect("a word");
            }
            assert!(start.elapsed() < Duration::from_secs(60), "the run does not end");
            std::thread::sleep(Duration::from_millis(20));
        };
        assert_eq!(ended, verdict);
    }
}

#[test]
fn logs_never_reach_the_protocol_and_settings_can_silence_the_messages() {
    let world = world(WAITING);
    world.write("divisi.toml", "[run]\nmessages = false\n");
    world.write("go", "");
    let mut client = Client::start(&world, json!({ "trusted": true }));
    // The setting counts once the disk was walked, which the findings of an unknown agent tell.
    open(&mut client, &world, WAITING);
    client.expect_codes(&[]);
    let run = run(&mut client, &world);
    client.events(&run);
    client.progress(&run);
    client.stop();
}

/// An example or a package within the opened folder has settings of its own, and its runs lie with it, as they do
/// for the command line.
#[test]
fn a_dag_in_a_folder_of_its_own_runs_there_with_its_settings() {
    let world = World::new();
    world.write("divisi.toml", "");
    world.write("package/divisi.toml", "[runners.echo]\nkind = \"exec\"\ncommand = [\"cat\"]\n");
    world.write("package/.claude/agents/helper.md", "---\nname: helper\ndescription: Helps\n---\nHelp.\n");
    let text = "nodes:\n- {id: a, agent: helper, prompt: hello, runner: echo, outputs: [x]}\n";
    let path = world.write("package/b.dag.yaml", text);
    let uri = format!("file://{}", path.display());
    let mut client = Client::start(&world, json!({}));
    let document = json!({ "uri": uri, "languageId": "yaml", "version": 1, "text": text });
    client.notify("textDocument/didOpen", json!({ "textDocument": document }));
    client.expect("textDocument/publishDiagnostics", |_| true);

    let id = client.command("divisi.server.run", json!({ "uri": uri, "trust": true }));
    let answer = client.answer(id);
    let run = answer["result"]["run"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned();
    assert_eq!(verdict(&client.events(&run)), "succeeded");
    client.progress(&run);
    assert!(world.workspace().join("package/.divisi/runs").join(&run).is_dir());
    assert!(!world.workspace().join(".divisi").exists());
    client.stop();
}

#[test]
fn runs_are_listed_known_and_gone_on_with() {
    let world = world(PIPELINE);
    let mut client = Client::start(&world, json!({ "trusted": true }));
    open(&mut client, &world, PIPELINE);
    let run = run(&mut client, &world);
    client.events(&run);
    client.expect_codes(&["node-failed"]);

    let listed = client.request("divisi/runs", json!({}));
    let first = &listed["runs"][0];
    assert_eq!((&first["run"], &first["status"]), (&json!(run), &json!("failed")));
    assert_eq!(
        (&first["uri"], &first["isLive"], &first["failed"]),
        (&json!(uri(&world)), &json!(false), &json!(1))
    );

    let root = first["root"].clone();
    let known = client.request("divisi/run", json!({ "root": root, "run": run }));
    assert_eq!(known["args"], json!({ "word": "hello" }));
    assert_eq!(known["nodes"][0]["state"], json!({ "is": "succeeded" }));
    assert_eq!(known["nodes"][0]["attempts"].as_array().map(Vec::len), Some(1));
    assert_eq!(known["nodes"][1]["state"], json!({ "is": "failed", "kind": "exit" }));
    assert_eq!(known["nodes"][1]["text"], "cat\nallowed");

    // Mended, it goes on with what is left; only what is new is told.
    world.write("allowed", "");
    let id = client.command("divisi.server.resume", json!({ "run": run }));
    assert_eq!(client.answer(id)["result"]["run"], json!(run));
    let events = client.events(&run);
    assert_eq!(verdict(&events), "succeeded");
    assert_eq!(events[0]["seq"], json!(known["seq"].as_u64().expect("a number") + 1));
    assert!(!events.iter().any(|event| event["node"] == "first"), "what was done is not done again");

    // From its first node on all of it is done again.
    let id = client.command("divisi.server.resume", json!({ "run": run, "from": ["first"] }));
    assert_eq!(client.answer(id)["result"]["run"], json!(run));
    let events = client.events(&run);
    assert_eq!(verdict(&events), "succeeded");
    assert!(events.iter().any(|event| event["type"] == "attempt_started" && event["node"] == "first"));
    client.stop();
}
