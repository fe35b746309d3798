//! Completion and hover through the protocol; what they say is tested in `divisi-ide`.

use serde_json::{Value, json};

use crate::client::{Client, able};

const TEXT: &str = "\
nodes:
  - id: build
    run: [\"true\"]
  - id: test
    depends_on: [b]
";

fn place(client: &Client, name: &str, line: u32, character: u32) -> Value {
    json!({ "textDocument": { "uri": client.uri(name) }, "position": { "line": line, "character": character } })
}

#[tokio::test]
async fn completion_replaces_what_was_typed() {
    let mut client = Client::start(able()).await;
    client.open("a.dag.yaml", TEXT).await;
    let list = client.request("textDocument/completion", place(&client, "a.dag.yaml", 4, 18)).await;
    assert_eq!(list["isIncomplete"], false);
    let build =
        list["items"].as_array().unwrap().iter().find(|item| item["label"] == "build").expect("the node");
    assert_eq!(build["textEdit"]["newText"], "build");
    assert_eq!(build["textEdit"]["range"], crate::client::range((4, 17), (4, 18)));
    client.ignore_published();
    client.stop().await;
}

const AGENT: &str = "---\nname: reviewer\ndescription: Reads closely\n---\nRead.\n";

/// A client that asks for one explanation at a time gets the names alone; any other gets all cards at once.
#[tokio::test]
async fn agents_are_explained_when_the_client_asks() {
    let mut resolving = able();
    resolving["textDocument"]["completion"]["completionItem"]["resolveSupport"] =
        json!({ "properties": ["documentation"] });
    for (capabilities, resolves) in [(resolving, true), (able(), false)] {
        let mut client = Client::start(capabilities).await;
        client.open(".claude/agents/reviewer.md", AGENT).await;
        client.open("b.dag.yaml", "nodes:\n  - id: a\n    agent: rev\n").await;
        let list = client.request("textDocument/completion", place(&client, "b.dag.yaml", 2, 14)).await;
        let items = list["items"].as_array().unwrap();
        let item = items.iter().find(|item| item["label"] == "reviewer").expect("the agent").clone();
        assert_eq!(item.get("documentation").is_none(), resolves, "{item}");
        let explained = if resolves { client.request("completionItem/resolve", item).await } else { item };
        let text = explained["documentation"]["value"].as_str().unwrap();
        assert!(text.contains("Reads closely"), "{text}");
        client.ignore_published();
        client.stop().await;
    }
}

#[tokio::test]
async fn hover_is_markdown_only_for_clients_that_show_it() {
    for (capabilities, kind) in [(able(), "markdown"), (json!({}), "plaintext")] {
        let mut client = Client::start(capabilities).await;
        client.open("a.dag.yaml", TEXT).await;
        let hover = client.request("textDocument/hover", place(&client, "a.dag.yaml", 1, 9)).await;
        assert_eq!(hover["contents"]["kind"], kind);
        assert_eq!(hover["range"], crate::client::range((1, 8), (1, 13)));
        client.ignore_published();
        client.stop().await;
    }
}

#[tokio::test]
async fn documents_that_are_not_ours_get_null_answers() {
    let mut client = Client::start(json!({})).await;
    client.open("values.yaml", TEXT).await;
    for (name, method) in [
        ("values.yaml", "textDocument/completion"),
        ("values.yaml", "textDocument/hover"),
        ("never-opened.dag.yaml", "textDocument/hover"),
    ] {
        let answer = client.request(method, place(&client, name, 1, 9)).await;
        assert_eq!(answer, Value::Null, "{method}");
    }
    let untitled =
        json!({ "textDocument": { "uri": "untitled:1" }, "position": { "line": 0, "character": 0 } });
    assert_eq!(client.request("textDocument/hover", untitled).await, Value::Null);
    client.ignore_published();
    client.stop().await;
}

#[tokio::test]
async fn a_cancelled_request_is_answered_as_cancelled_or_done() {
    let mut client = Client::start(json!({})).await;
    client.open("a.dag.yaml", TEXT).await;
    for _ in 0..200 {
        let params = place(&client, "a.dag.yaml", 4, 18);
        let id = client.begin("textDocument/completion", params).await;
        client.notify("$/cancelRequest", json!({ "id": id })).await;
        let answer = client.answer(id).await;
        assert!(answer.get("result").is_some() || answer["error"]["code"] == -32800, "{answer}");
    }
    client.ignore_published();
    client.stop().await;
}
