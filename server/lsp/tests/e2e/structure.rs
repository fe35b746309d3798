//! Outline, folds, selections and tokens through the protocol; what they say is tested in `divisi-ide`.

use serde_json::{Value, json};

use crate::client::{Client, able, range};

const TEXT: &str = "\
# 𝄞
# two
nodes:
  - id: build
    prompt: >
      Häuser 𝄞 {{ nodes.a
      .outputs.x }}
    agent: \"𝄞\"
";

fn document(client: &Client, name: &str) -> Value {
    json!({ "textDocument": { "uri": client.uri(name) } })
}

fn encodings(encoding: &str) -> Value {
    json!({ "general": { "positionEncodings": [encoding] } })
}

fn with(mut capabilities: Value, method: &str, what: Value) -> Value {
    capabilities["textDocument"][method] = what;
    capabilities
}

#[tokio::test]
async fn names_are_a_tree_or_a_list() {
    let tree = with(able(), "documentSymbol", json!({ "hierarchicalDocumentSymbolSupport": true }));
    let mut client = Client::start(tree).await;
    client.open("a.dag.yaml", TEXT).await;
    let symbols = client.request("textDocument/documentSymbol", document(&client, "a.dag.yaml")).await;
    assert_eq!(symbols[0]["name"], "a");
    assert_eq!(symbols[0]["children"][0]["name"], "build");
    assert_eq!(symbols[0]["children"][0]["selectionRange"], range((3, 8), (3, 13)));
    client.ignore_published();
    client.stop().await;

    let mut client = Client::start(able()).await;
    client.open("a.dag.yaml", TEXT).await;
    let symbols = client.request("textDocument/documentSymbol", document(&client, "a.dag.yaml")).await;
    assert_eq!(symbols[1]["name"], "build");
    assert_eq!(symbols[1]["containerName"], "a");
    assert!(symbols[1]["location"]["uri"].is_string());
    client.ignore_published();
    client.stop().await;
}

#[tokio::test]
async fn names_of_the_workspace_are_found() {
    let mut client = Client::start(able()).await;
    client.open("a.dag.yaml", TEXT).await;
    let symbols = client.request("workspace/symbol", json!({ "query": "BLD" })).await;
    assert_eq!(symbols[0]["name"], "build");
    assert_eq!(symbols[0]["containerName"], "a");
    assert_eq!(symbols[0]["location"]["range"], range((3, 8), (3, 13)));
    client.ignore_published();
    client.stop().await;
}

#[tokio::test]
async fn folds_are_lines_for_clients_that_fold_lines() {
    for (folding, has_columns) in [(json!({ "lineFoldingOnly": true }), false), (json!({}), true)] {
        let mut client = Client::start(with(able(), "foldingRange", folding)).await;
        client.open("a.dag.yaml", TEXT).await;
        let folds = client.request("textDocument/foldingRange", document(&client, "a.dag.yaml")).await;
        assert_eq!(folds[0]["kind"], "comment");
        assert_eq!((&folds[0]["startLine"], &folds[0]["endLine"]), (&json!(0), &json!(1)));
        assert_eq!((&folds[1]["startLine"], &folds[1]["endLine"]), (&json!(2), &json!(7)));
        assert_eq!(folds[1].get("startCharacter").is_some(), has_columns);
        client.ignore_published();
        client.stop().await;
    }
    let mut client = Client::start(with(able(), "foldingRange", json!({ "rangeLimit": 1 }))).await;
    client.open("a.dag.yaml", TEXT).await;
    let folds = client.request("textDocument/foldingRange", document(&client, "a.dag.yaml")).await;
    assert_eq!(folds.as_array().unwrap().len(), 1);
    assert_eq!(folds[0]["startLine"], 2);
    client.ignore_published();
    client.stop().await;
}

#[tokio::test]
async fn each_position_has_its_selections() {
    let mut client = Client::start(able()).await;
    client.open("a.dag.yaml", TEXT).await;
    let mut params = document(&client, "a.dag.yaml");
    params["positions"] = json!([{ "line": 3, "character": 9 }, { "line": 99, "character": 0 }]);
    let chains = client.request("textDocument/selectionRange", params).await;
    assert_eq!(chains[0]["range"], range((3, 8), (3, 13)));
    assert_eq!(chains[0]["parent"]["range"], range((3, 4), (3, 13)));
    assert_eq!(chains.as_array().unwrap().len(), 2);
    client.ignore_published();
    client.stop().await;
}

/// `line:column+length type` for each token.
fn unpacked(tokens: &Value, legend: &Value) -> Vec<String> {
    let numbers: Vec<u64> = tokens["data"].as_array().unwrap().iter().filter_map(Value::as_u64).collect();
    let (mut line, mut column) = (0, 0);
    let mut shown = Vec::new();
    for token in numbers.chunks(5) {
        column = if token[0] == 0 { column + token[1] } else { token[1] };
        line += token[0];
        let kind = legend["tokenTypes"][token[3] as usize].as_str().unwrap();
        shown.push(format!("{line}:{column}+{} {kind}", token[2]));
    }
    shown
}

fn tokens_capability(delta: bool, multiline: bool) -> Value {
    json!({
        "requests": { "range": true, "full": { "delta": delta } },
        "tokenTypes": [], "tokenModifiers": [], "formats": ["relative"],
        "multilineTokenSupport": multiline,
    })
}

#[tokio::test]
async fn tokens_are_as_long_as_the_encoding_has_it() {
    for (encoding, column, length) in [("utf-8", 19, 4), ("utf-16", 16, 2), ("utf-32", 15, 1)] {
        let capabilities = with(encodings(encoding), "semanticTokens", tokens_capability(false, false));
        let (mut client, answer) = Client::start_with(json!({ "capabilities": capabilities })).await;
        let legend = answer["capabilities"]["semanticTokensProvider"]["legend"].clone();
        client.open("a.dag.yaml", TEXT).await;
        let method = "textDocument/semanticTokens/full";
        let tokens = client.request(method, document(&client, "a.dag.yaml")).await;
        assert!(tokens.get("resultId").is_none());
        let shown = unpacked(&tokens, &legend);
        assert_eq!(shown[0], "3:8+5 function");
        assert_eq!(shown[1], format!("5:{column}+2 keyword"), "{encoding}");
        assert_eq!(shown.last(), Some(&format!("7:12+{length} class")), "{encoding}");
        client.ignore_published();
        client.stop().await;
    }
}

#[tokio::test]
async fn tokens_are_sent_as_changes() {
    let capabilities = with(able(), "semanticTokens", tokens_capability(true, false));
    let mut client = Client::start(capabilities).await;
    client.open("a.dag.yaml", TEXT).await;
    let full = client.request("textDocument/semanticTokens/full", document(&client, "a.dag.yaml")).await;
    let mut params = document(&client, "a.dag.yaml");
    params["previousResultId"] = full["resultId"].clone();
    let same = client.request("textDocument/semanticTokens/full/delta", params.clone()).await;
    assert_eq!(same, json!({ "resultId": full["resultId"], "edits": [] }));

    client.edit("a.dag.yaml", 2, range((3, 8), (3, 8)), "re").await;
    let changed = client.request("textDocument/semanticTokens/full/delta", params.clone()).await;
    assert_ne!(changed["resultId"], full["resultId"]);
    assert_eq!(changed["edits"][0]["start"], 0);
    assert_eq!(changed["edits"][0]["deleteCount"], 5);
    assert_eq!(changed["edits"][0]["data"][2], 7);

    // What it had before is no longer known.
    let whole = client.request("textDocument/semanticTokens/full/delta", params).await;
    assert!(whole["data"].is_array());
    client.ignore_published();
    client.stop().await;
}

#[tokio::test]
async fn tokens_of_a_range_are_those_in_it() {
    let capabilities = with(able(), "semanticTokens", tokens_capability(true, false));
    let mut client = Client::start(capabilities).await;
    client.open("a.dag.yaml", TEXT).await;
    let mut params = document(&client, "a.dag.yaml");
    params["range"] = range((3, 0), (4, 0));
    let tokens = client.request("textDocument/semanticTokens/range", params).await;
    assert_eq!(tokens["data"].as_array().unwrap().len(), 5);
    client.ignore_published();
    client.stop().await;
}

#[tokio::test]
async fn tokens_are_offered_to_clients_that_show_them() {
    let (mut client, answer) = Client::start_with(json!({ "capabilities": {} })).await;
    assert!(answer["capabilities"].get("semanticTokensProvider").is_none());
    client.ignore_published();
    client.stop().await;
}
