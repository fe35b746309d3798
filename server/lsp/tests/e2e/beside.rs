//! Hints, lenses and documents that only the server has.

use serde_json::{Value, json};

use crate::client::{Client, able, range};

const TEXT: &str = "\
name: go
nodes:
  - {id: a, run: [\"true\"], estimate: 5m}
  - {id: b, run: [\"true\"], depends_on: [a]}
";

fn document(client: &Client, name: &str) -> Value {
    json!({ "textDocument": { "uri": client.uri(name) } })
}

#[tokio::test]
async fn hints_stand_behind_ids() {
    let mut client = Client::start(able()).await;
    client.open("a.dag.yaml", TEXT).await;
    let mut params = document(&client, "a.dag.yaml");
    params["range"] = range((0, 0), (2, 99));
    let hints = client.request("textDocument/inlayHint", params).await;
    assert_eq!(hints.as_array().unwrap().len(), 1);
    assert_eq!(hints[0]["position"], json!({ "line": 2, "character": 10 }));
    assert_eq!(hints[0]["label"], "level 1/2 · critical · ~5m");
    client.ignore_published();
    client.stop().await;
}

#[tokio::test]
async fn hints_are_switched_off_by_settings() {
    let options = json!({ "settings": { "hints": { "level": false, "critical": false } } });
    let params = json!({ "capabilities": {}, "initializationOptions": options });
    let (mut client, _) = Client::start_with(params).await;
    client.open("a.dag.yaml", TEXT).await;
    let mut params = document(&client, "a.dag.yaml");
    params["range"] = range((0, 0), (9, 0));
    // The settings come with the scan of the disk.
    for _ in 0..1000 {
        let hints = client.request("textDocument/inlayHint", params.clone()).await;
        if hints[0]["label"] == "~5m" {
            assert_eq!(hints.as_array().unwrap().len(), 1);
            client.ignore_published();
            return client.stop().await;
        }
    }
    panic!("the settings never came");
}

#[tokio::test]
async fn a_dag_and_its_nodes_have_lenses_that_run_them() {
    let mut client = Client::start(able()).await;
    client.open("a.dag.yaml", TEXT).await;
    let lenses = client.request("textDocument/codeLens", document(&client, "a.dag.yaml")).await;
    let expected = json!([{
        "range": range((0, 6), (0, 8)),
        "command": {
            "title": "Run",
            "command": "divisi.server.run",
            "arguments": [{ "uri": client.uri("a.dag.yaml") }],
        },
    }, {
        "range": range((2, 9), (2, 10)),
        "command": {
            "title": "Run to here",
            "command": "divisi.server.run",
            "arguments": [{ "uri": client.uri("a.dag.yaml"), "to": "a" }],
        },
    }, {
        "range": range((3, 9), (3, 10)),
        "command": {
            "title": "Run to here",
            "command": "divisi.server.run",
            "arguments": [{ "uri": client.uri("a.dag.yaml"), "to": "b" }],
        },
    }]);
    assert_eq!(lenses, expected);
    client.ignore_published();
    client.stop().await;
}

#[tokio::test]
async fn nothing_is_offered_to_run_where_the_editor_does_not_trust_the_workspace() {
    for (trusted, titles) in [(false, json!([])), (true, json!(["Run", "Run to here", "Run to here"]))] {
        let params = json!({ "capabilities": able(), "initializationOptions": { "trusted": trusted } });
        let (mut client, _) = Client::start_with(params).await;
        client.open("a.dag.yaml", TEXT).await;
        let lenses = client.request("textDocument/codeLens", document(&client, "a.dag.yaml")).await;
        let offered: Vec<&Value> =
            lenses.as_array().unwrap().iter().map(|lens| &lens["command"]["title"]).collect();
        assert_eq!(json!(offered), titles);
        client.ignore_published();
        client.stop().await;
    }
}

#[tokio::test]
async fn uses_are_counted_for_clients_that_can_show_them() {
    let options = json!({ "showReferences": "editor.showThem" });
    let params = json!({ "capabilities": able(), "initializationOptions": options });
    let (mut client, answer) = Client::start_with(params).await;
    assert_eq!(answer["capabilities"]["codeLensProvider"]["resolveProvider"], true);
    client.open(".claude/agents/tester.md", "---\nname: tester\ndescription: Tests\n---\n").await;
    client.open("a.dag.yaml", "nodes:\n  - {id: a, agent: tester, prompt: x}\n").await;
    let lenses = client.request("textDocument/codeLens", document(&client, ".claude/agents/tester.md")).await;
    assert_eq!(lenses[0]["range"], range((1, 6), (1, 12)));
    assert!(lenses[0].get("command").is_none());
    let lens = client.request("codeLens/resolve", lenses[0].clone()).await;
    assert_eq!(lens["command"]["title"], "used by 1");
    assert_eq!(lens["command"]["command"], "editor.showThem");
    let location = &lens["command"]["arguments"][2][0];
    assert_eq!(*location, json!({ "uri": client.uri("a.dag.yaml"), "range": range((1, 19), (1, 25)) }));
    client.ignore_published();
    client.stop().await;
}

#[tokio::test]
async fn a_graph_is_a_document_that_follows_its_dag() {
    let mut capabilities = able();
    capabilities["workspace"] = json!({ "textDocumentContent": {} });
    let (mut client, answer) = Client::start_with(json!({ "capabilities": capabilities })).await;
    assert_eq!(
        answer["capabilities"]["workspace"]["textDocumentContent"],
        json!({ "schemes": ["divisi-graph", "divisi-log"] })
    );
    client.open("a.dag.yaml", TEXT).await;
    client.ignore_published();
    let graph = client.uri("a.dag.yaml").replace("file:", "divisi-graph:");
    let method = "workspace/textDocumentContent";
    let content = client.request(method, json!({ "uri": graph })).await;
    assert!(content["text"].as_str().unwrap().starts_with("go: 2 nodes"), "{content}");
    let mermaid = client.request(method, json!({ "uri": format!("{graph}?format=mermaid") })).await;
    assert!(mermaid["text"].as_str().unwrap().contains("flowchart LR"));

    client.edit("a.dag.yaml", 2, range((0, 6), (0, 8)), "went").await;
    let mut refreshed = Vec::new();
    for _ in 0..2 {
        let params = client.serve("workspace/textDocumentContent/refresh", Value::Null).await;
        refreshed.push(params["uri"].as_str().unwrap().to_owned());
    }
    assert_eq!(refreshed, [graph.clone(), format!("{graph}?format=mermaid")]);
    let content = client.request(method, json!({ "uri": graph })).await;
    assert!(content["text"].as_str().unwrap().starts_with("went: 2 nodes"), "{content}");

    let gone = graph.replace("a.dag", "gone.dag");
    let content = client.request(method, json!({ "uri": gone })).await;
    assert!(content["text"].as_str().unwrap().contains("holds no DAG"));
    let log = client.request(method, json!({ "uri": "divisi-log:/etc?run=r&node=n" })).await;
    assert!(log["text"].as_str().unwrap().contains("outside of the workspace"));
    let id = client.begin(method, json!({ "uri": "divisi-graph:" })).await;
    assert_eq!(client.answer(id).await["error"]["code"], -32602);
    client.stop().await;
}

#[tokio::test]
async fn clients_that_show_no_contents_are_offered_none() {
    let (mut client, answer) = Client::start_with(json!({ "capabilities": able() })).await;
    assert!(answer["capabilities"]["workspace"].get("textDocumentContent").is_none());
    client.ignore_published();
    client.stop().await;
}

#[tokio::test]
async fn what_is_beside_the_text_is_asked_for_anew_when_the_files_are_known() {
    let mut capabilities = able();
    capabilities["workspace"]["codeLens"] = json!({ "refreshSupport": true });
    capabilities["workspace"]["inlayHint"] = json!({ "refreshSupport": true });
    let mut client = Client::start(capabilities).await;
    client.serve("workspace/codeLens/refresh", Value::Null).await;
    client.serve("workspace/inlayHint/refresh", Value::Null).await;

    client.open(".claude/agents/tester.md", "---\nname: tester\ndescription: Tests\n---\n").await;
    std::fs::write(client.path("a.dag.yaml"), "nodes:\n  - {id: a, agent: tester, prompt: x}\n").unwrap();
    let change = json!({ "uri": client.uri("a.dag.yaml"), "type": 1 });
    client.notify("workspace/didChangeWatchedFiles", json!({ "changes": [change] })).await;
    client.serve("workspace/codeLens/refresh", Value::Null).await;
    client.serve("workspace/inlayHint/refresh", Value::Null).await;
    client.ignore_published();
    client.stop().await;
}
