//! Findings: pushed or pulled, never both.

use serde_json::{Value, json};

use crate::client::{Client, able, range};

const CYCLE: &str = "\
nodes:
  - {id: a, run: [\"true\"], depends_on: [b]}
  - {id: b, run: [\"true\"], depends_on: [a]}
";

fn codes(diagnostics: &[Value]) -> Vec<&str> {
    diagnostics.iter().filter_map(|it| it["code"].as_str()).collect()
}

#[tokio::test]
async fn they_are_pushed_and_withdrawn() {
    let mut client = Client::start(able()).await;
    client.open("a.dag.yaml", CYCLE).await;
    let diagnostics = client.published("a.dag.yaml", 1).await;
    assert_eq!(codes(&diagnostics), ["cycle"]);
    let [cycle] = diagnostics.as_slice() else { panic!("{diagnostics:#?}") };
    assert_eq!(cycle["severity"], 1);
    assert_eq!(cycle["source"], "divisi");
    assert!(!cycle["relatedInformation"].as_array().unwrap().is_empty());

    client.edit("a.dag.yaml", 2, range((1, 39), (1, 42)), "[]").await;
    assert_eq!(codes(&client.published("a.dag.yaml", 2).await), [""; 0]);

    let document = json!({ "uri": client.uri("a.dag.yaml") });
    client.notify("textDocument/didClose", json!({ "textDocument": document })).await;
    loop {
        let closed = client.expect("textDocument/publishDiagnostics").await;
        if closed.get("version").is_none() {
            assert_eq!(closed["diagnostics"], json!([]));
            break;
        }
    }
    client.stop().await;
}

#[tokio::test]
async fn a_client_gets_no_more_than_it_can_take() {
    let mut client = Client::start(json!({})).await;
    client.open("a.dag.yaml", CYCLE).await;
    let published = client.expect("textDocument/publishDiagnostics").await;
    assert!(published.get("version").is_none());
    let cycle = &published["diagnostics"][0];
    for field in ["relatedInformation", "codeDescription", "data", "tags"] {
        assert!(cycle.get(field).is_none(), "{field}: {cycle}");
    }
    client.ignore_published();
    client.stop().await;
}

#[tokio::test]
async fn they_are_pulled_and_then_never_pushed() {
    let mut capabilities = able();
    capabilities["textDocument"]["diagnostic"] = json!({});
    capabilities["workspace"]["diagnostics"] = json!({ "refreshSupport": true });
    let mut client = Client::start(capabilities).await;
    // The disk is walked: from now on there is something to ask for.
    client.serve("workspace/diagnostic/refresh", json!(null)).await;
    client.open("a.dag.yaml", CYCLE).await;
    let document = json!({ "uri": client.uri("a.dag.yaml") });

    let report = client.request("textDocument/diagnostic", json!({ "textDocument": document })).await;
    assert_eq!(report["kind"], "full");
    assert_eq!(codes(report["items"].as_array().unwrap()), ["cycle"]);

    let again = json!({ "textDocument": document, "previousResultId": report["resultId"] });
    let unchanged = client.request("textDocument/diagnostic", again.clone()).await;
    assert_eq!(unchanged["kind"], "unchanged");

    client.edit("a.dag.yaml", 2, range((1, 39), (1, 42)), "[]").await;
    let report = client.request("textDocument/diagnostic", again).await;
    assert_eq!((report["kind"].clone(), report["items"].clone()), (json!("full"), json!([])));
    // Nothing was pushed: a message left over fails the test.
    client.stop().await;
}

/// Neovim 0.11 asks when its own text changes, and never again: it would not hear of a new agent file.
#[tokio::test]
async fn they_are_pushed_to_a_client_that_cannot_be_told_to_ask_again() {
    let mut capabilities = able();
    capabilities["textDocument"]["diagnostic"] = json!({});
    let mut client = Client::start(capabilities).await;
    client.open("a.dag.yaml", CYCLE).await;
    assert_eq!(codes(&client.published("a.dag.yaml", 1).await), ["cycle"]);
    client.stop().await;
}

#[tokio::test]
async fn an_agent_that_appears_on_disk_is_known_at_once() {
    let mut client = Client::start(able()).await;
    client.open("a.dag.yaml", "nodes:\n  - {id: a, agent: helper-x, prompt: Help}\n").await;
    assert_eq!(codes(&client.published("a.dag.yaml", 1).await), ["unknown-agent"]);

    let agent = client.path(".claude/agents/helper-x.md");
    std::fs::create_dir_all(agent.parent().unwrap()).unwrap();
    std::fs::write(&agent, "---\nname: helper-x\ndescription: Helps\n---\nHelp.\n").unwrap();
    let change = json!({ "uri": client.uri(".claude/agents/helper-x.md"), "type": 1 });
    client.notify("workspace/didChangeWatchedFiles", json!({ "changes": [change] })).await;
    loop {
        let published = client.expect("textDocument/publishDiagnostics").await;
        if published["diagnostics"] == json!([]) {
            break;
        }
    }
    client.ignore_published();
    client.stop().await;
}

#[tokio::test]
async fn what_is_not_ours_is_not_talked_about() {
    let mut client = Client::start(able()).await;
    for name in ["values.yaml", "package.json", "notes.md"] {
        client.open(name, "a: [\n").await;
        let place =
            json!({ "textDocument": { "uri": client.uri(name) }, "position": { "line": 0, "character": 0 } });
        assert_eq!(client.request("textDocument/hover", place).await, Value::Null);
        let document = json!({ "uri": client.uri(name) });
        client.notify("textDocument/didClose", json!({ "textDocument": document })).await;
    }
    // A message left over fails the test.
    client.stop().await;
}

#[tokio::test]
async fn mends_are_offered() {
    let mut client = Client::start(able()).await;
    client
        .open(
            "a.dag.yaml",
            "nodes:\n  - {id: build, run: [\"true\"]}\n  - {id: b, run: [\"true\"], depends_on: [biuld]}\n",
        )
        .await;
    let diagnostics = client.published("a.dag.yaml", 1).await;
    assert_eq!(codes(&diagnostics), ["missing-dependency"]);
    let params = json!({
        "textDocument": { "uri": client.uri("a.dag.yaml") },
        "range": diagnostics[0]["range"],
        "context": { "diagnostics": diagnostics },
    });
    let actions = client.request("textDocument/codeAction", params).await;
    let edit = &actions[0]["edit"]["documentChanges"][0]["edits"][0];
    assert_eq!(edit["newText"], "build");
    assert_eq!(edit["range"], diagnostics[0]["range"]);
    client.ignore_published();
    client.stop().await;
}

#[tokio::test]
async fn the_whole_workspace_is_pulled() {
    let mut capabilities = able();
    capabilities["textDocument"]["diagnostic"] = json!({});
    capabilities["workspace"] = json!({ "diagnostics": { "refreshSupport": true } });
    let mut client = Client::connect();
    std::fs::write(client.path("ring.dag.yaml"), CYCLE).unwrap();
    std::fs::write(client.path("fine.dag.yaml"), CYCLE.replace("depends_on: [a]", "title: x")).unwrap();
    let params = json!({ "capabilities": capabilities, "rootUri": client.uri("") });
    let answer = client.request("initialize", params).await;
    assert_eq!(answer["capabilities"]["diagnosticProvider"]["workspaceDiagnostics"], true);
    client.notify("initialized", json!({})).await;
    client.serve("workspace/diagnostic/refresh", Value::Null).await;

    let method = "workspace/diagnostic";
    let pulled = client.request(method, json!({ "previousResultIds": [] })).await;
    let [ring] = pulled["items"].as_array().unwrap().as_slice() else { panic!("{pulled:#}") };
    assert_eq!(ring["uri"], client.uri("ring.dag.yaml"));
    assert_eq!(ring["kind"], "full");
    assert_eq!(ring["items"][0]["code"], "cycle");

    // Nothing changed, so there is nothing to say.
    let known = json!({ "uri": ring["uri"], "value": ring["resultId"] });
    let again = client.request(method, json!({ "previousResultIds": [known] })).await;
    assert_eq!(again["items"], json!([]));
    // The same from the document alone.
    let document = json!({
        "textDocument": { "uri": ring["uri"] },
        "previousResultId": ring["resultId"],
    });
    assert_eq!(client.request("textDocument/diagnostic", document).await["kind"], "unchanged");

    // Something changed elsewhere.
    client.open("fine.dag.yaml", "nodes:\n  - {id: a, run: [x], depends_on: [b]}\n").await;
    let changed = client.request(method, json!({ "previousResultIds": [known] })).await;
    let of = |name: &str| {
        let uri = client.uri(name);
        changed["items"].as_array().unwrap().iter().find(|item| item["uri"] == uri.as_str()).unwrap().clone()
    };
    let (fine, still) = (of("fine.dag.yaml"), of("ring.dag.yaml"));
    assert_eq!((&fine["kind"], &fine["version"]), (&json!("full"), &json!(1)));
    assert_eq!((&still["kind"], &still["resultId"]), (&json!("unchanged"), &ring["resultId"]));

    // What is gone has no findings any more.
    let gone = json!({ "uri": client.uri("gone.dag.yaml"), "value": "x" });
    let cleared = client.request(method, json!({ "previousResultIds": [gone] })).await;
    let items = cleared["items"].as_array().unwrap();
    assert!(
        items.iter().any(|item| item["uri"] == client.uri("gone.dag.yaml") && item["items"] == json!([]))
    );
    client.stop().await;
}
