//! Renaming through the protocol, as far as the client can follow; what is renamed is tested in `divisi-edit`.

use serde_json::{Value, json};

use crate::client::{Client, able, range};

const AGENT: &str = "---\nname: reviewer\ndescription: Reviews\n---\nReview.\n";
const DAG: &str =
    "nodes:\n  - {title: \"\u{1d11e}\", id: a, agent: reviewer, prompt: Use the reviewer agent}\n";

async fn start(capabilities: Value) -> Client {
    let mut client = Client::start(capabilities).await;
    client.open(".claude/agents/reviewer.md", AGENT).await;
    client.open("a.dag.yaml", DAG).await;
    // Nothing is published, and nothing renamed, before the disk was walked.
    client.expect("textDocument/publishDiagnostics").await;
    client
}

fn params(client: &Client, character: u32) -> Value {
    json!({
        "textDocument": { "uri": client.uri("a.dag.yaml") },
        "position": { "line": 1, "character": character },
        "newName": "critic",
    })
}

#[tokio::test]
async fn a_client_that_can_gets_files_renamed_and_is_asked_about_prose() {
    let mut client = start(able()).await;
    let prepared = client.request("textDocument/prepareRename", params(&client, 36)).await;
    assert_eq!(prepared, json!({ "range": range((1, 34), (1, 42)), "placeholder": "reviewer" }));
    let edit = client.request("textDocument/rename", params(&client, 36)).await;
    let steps = edit["documentChanges"].as_array().unwrap();
    assert_eq!(steps.len(), 3);
    assert_eq!(steps[0]["textDocument"]["version"], 1);
    let edits = &steps[1]["edits"];
    assert_eq!(edits[0], json!({ "range": range((1, 34), (1, 42)), "newText": "critic" }));
    let label = edits[1]["annotationId"].as_str().unwrap();
    assert_eq!(edit["changeAnnotations"][label]["needsConfirmation"], true);
    assert_eq!(steps[2]["kind"], "rename");
    assert_eq!(steps[2]["newUri"], client.uri(".claude/agents/critic.md"));
    client.ignore_published();
    client.stop().await;
}

#[tokio::test]
async fn a_client_that_renames_files_takes_changes_of_documents_too() {
    let edit = json!({ "resourceOperations": ["rename"] });
    let mut client = start(json!({ "workspace": { "workspaceEdit": edit } })).await;
    let edit = client.request("textDocument/rename", params(&client, 36)).await;
    assert_eq!(edit["documentChanges"].as_array().unwrap().last().unwrap()["kind"], "rename");
    client.ignore_published();
    client.stop().await;
}

#[tokio::test]
async fn a_plain_client_gets_text_edits_of_what_is_sure() {
    let mut client = start(json!({})).await;
    let edit = client.request("textDocument/rename", params(&client, 36)).await;
    let changes = edit["changes"].as_object().unwrap();
    assert_eq!(changes.len(), 2);
    // In UTF-16, which counts two units for the clef.
    let expected = json!([{ "range": range((1, 32), (1, 40)), "newText": "critic" }]);
    assert_eq!(changes[&client.uri("a.dag.yaml")], expected);
    client.ignore_published();
    client.stop().await;
}

#[tokio::test]
async fn what_cannot_be_renamed_is_an_error_with_the_reason() {
    let mut client = start(able()).await;
    let mut wrong = params(&client, 36);
    wrong["newName"] = json!("-x");
    let id = client.begin("textDocument/rename", wrong).await;
    let answer = client.answer(id).await;
    assert_eq!(answer["error"]["code"], -32803);
    assert!(answer["error"]["message"].as_str().unwrap().contains("begin with a letter"));
    let nothing = client.request("textDocument/prepareRename", params(&client, 4)).await;
    assert_eq!(nothing, Value::Null);
    client.ignore_published();
    client.stop().await;
}

#[tokio::test]
async fn paths_follow_a_file_that_the_client_renames() {
    let mut capabilities = able();
    capabilities["workspace"]["fileOperations"] = json!({ "willRename": true });
    let (mut client, answer) = Client::start_with(json!({ "capabilities": capabilities })).await;
    let offered = &answer["capabilities"]["workspace"]["fileOperations"]["willRename"];
    assert_eq!(offered["filters"][0]["pattern"]["glob"], "**");
    client.open("a.dag.yaml", "nodes: []\n").await;
    client.open("b.dag.yaml", "nodes:\n  - { id: b, dag: ./a.dag.yaml }\n").await;
    client.expect("textDocument/publishDiagnostics").await;
    let files = json!([{ "oldUri": client.uri("a.dag.yaml"), "newUri": client.uri("c/a.dag.yaml") }]);
    let edit = client.request("workspace/willRenameFiles", json!({ "files": files })).await;
    assert_eq!(edit["documentChanges"][0]["edits"][0]["newText"], "./c/a.dag.yaml");
    client.ignore_published();
    client.stop().await;
}
