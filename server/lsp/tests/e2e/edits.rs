//! Formatting, fix-all and refactorings through the protocol; what they do is tested in `divisi-edit`.

use serde_json::{Value, json};

use crate::client::{Client, able, range};

const TEXT: &str = "name:   x # 😀\nnodes:\n- id: a\n  run: y\n- id: b\n  needs: [a]\n  run: z\n";

fn options() -> Value {
    json!({ "tabSize": 2, "insertSpaces": true })
}

#[tokio::test]
async fn a_document_and_a_range_are_formatted() {
    let mut client = Client::start(able()).await;
    client.open("a.dag.yaml", TEXT).await;
    let document = json!({ "uri": client.uri("a.dag.yaml") });
    let params = json!({ "textDocument": document, "options": options() });
    let edits = client.request("textDocument/formatting", params).await;
    assert_eq!(edits[0], json!({ "range": range((0, 5), (0, 8)), "newText": " " }));
    assert_eq!(edits.as_array().map(Vec::len), Some(6));

    let params = json!({ "textDocument": document, "options": options(), "range": range((0, 0), (1, 0)) });
    let edits = client.request("textDocument/rangeFormatting", params).await;
    assert_eq!(edits.as_array().map(Vec::len), Some(1));
    client.ignore_published();
    client.stop().await;
}

#[tokio::test]
async fn a_line_break_begins_a_list() {
    let mut client = Client::start(able()).await;
    client.open("a.dag.yaml", "nodes:\n  - id: a\n    depends_on:\n    \n").await;
    let document = json!({ "uri": client.uri("a.dag.yaml") });
    let position = json!({ "line": 3, "character": 4 });
    let params = json!({ "textDocument": document, "position": position, "ch": "\n", "options": options() });
    let edits = client.request("textDocument/onTypeFormatting", params).await;
    assert_eq!(edits, json!([{ "range": range((3, 0), (3, 4)), "newText": "      - " }]));
    client.ignore_published();
    client.stop().await;
}

#[tokio::test]
async fn all_safe_mends_are_one_action_of_a_kind_of_its_own() {
    let mut client = Client::start(able()).await;
    client.open("a.dag.yaml", TEXT).await;
    client.published("a.dag.yaml", 1).await;
    let document = json!({ "uri": client.uri("a.dag.yaml") });
    let ask = |only: &[&str]| json!({ "textDocument": document, "range": range((0, 0), (0, 0)), "context": { "diagnostics": [], "only": only } });
    for only in ["source.fixAll", "source.fixAll.divisi", "source", ""] {
        let actions = client.request("textDocument/codeAction", ask(&[only])).await;
        assert_eq!(actions[0]["kind"], "source.fixAll.divisi", "{only}");
        assert!(actions[0]["edit"].to_string().contains("depends_on"), "{actions}");
    }
    for only in ["source.fixAll.other", "quickfix", "refactor"] {
        assert_eq!(client.request("textDocument/codeAction", ask(&[only])).await, json!([]), "{only}");
    }
    client.ignore_published();
    client.stop().await;
}

#[tokio::test]
async fn an_agent_is_made_where_the_client_can_make_files() {
    let text = "nodes:\n  - id: a\n    agent: new-one\n    prompt: x\n";
    for resources in [json!(["create"]), json!([])] {
        let mut capabilities = able();
        capabilities["workspace"]["workspaceEdit"] =
            json!({ "documentChanges": true, "resourceOperations": resources });
        let mut client = Client::start(capabilities).await;
        client.open("a.dag.yaml", text).await;
        client.published("a.dag.yaml", 1).await;
        let params = json!({
            "textDocument": { "uri": client.uri("a.dag.yaml") },
            "range": range((2, 12), (2, 12)),
            "context": { "diagnostics": [] },
        });
        let actions = client.request("textDocument/codeAction", params).await;
        let made = actions.as_array().unwrap().iter().find(|it| it["title"] == "Create the agent `new-one`");
        assert_eq!(made.is_some(), resources != json!([]), "{actions}");
        if let Some(action) = made {
            let changes = &action["edit"]["documentChanges"];
            assert_eq!(changes[0]["kind"], "create");
            assert_eq!(changes[0]["uri"], client.uri(".claude/agents/new-one.md"));
            assert!(changes[1]["edits"][0]["newText"].as_str().unwrap().starts_with("---\nname: new-one\n"));
        }
        client.ignore_published();
        client.stop().await;
    }
}
