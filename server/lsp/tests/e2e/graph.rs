//! The graph with a place for everything, and changes of it.

use serde_json::{Value, json};

use crate::client::{Client, able, range};

const TEXT: &str = "\
name: go
args:
  scope: { default: src, description: What to look at }
phases: [{ id: p, title: First }]
nodes:
  - {id: a, run: echo 1, phase: p}
  - id: b
    depends_on: [a]
    run: echo 2
";

fn document(client: &Client) -> Value {
    json!({ "textDocument": { "uri": client.uri("a.dag.yaml") } })
}

#[tokio::test]
async fn a_graph_has_a_place_for_everything() {
    let mut client = Client::start(able()).await;
    client.open("a.dag.yaml", TEXT).await;
    let graph = client.request("divisi/graph", document(&client)).await;
    assert_eq!(graph["name"], "go");
    assert_eq!(graph["size"], "2 nodes, 1 dependency, 2 levels");
    assert_eq!((&graph["nodes"][1]["id"], &graph["nodes"][1]["work"]), (&json!("b"), &json!("run echo 2")));
    assert_eq!((&graph["nodes"][1]["level"], &graph["nodes"][1]["mark"]), (&json!(1), &json!("critical")));
    assert_eq!(graph["places"][1]["range"], range((6, 4), (8, 15)));
    assert_eq!(graph["places"][1]["idRange"], range((6, 8), (6, 9)));
    assert_eq!((&graph["edges"][0]["from"], &graph["edges"][0]["to"]), (&json!(0), &json!(1)));
    assert_eq!(graph["phases"][0]["label"], "First");
    assert_eq!(graph["args"][0]["default"], "src");
    assert_eq!((&graph["canChange"], &graph["version"]), (&json!(true), &json!(1)));
    client.ignore_published();
    client.stop().await;
}

#[tokio::test]
async fn what_holds_no_dag_has_no_graph() {
    let mut client = Client::start(able()).await;
    assert_eq!(client.request("divisi/graph", document(&client)).await, Value::Null);
    client.ignore_published();
    client.stop().await;
}

#[tokio::test]
async fn a_change_of_the_graph_is_an_edit_of_the_text() {
    let mut client = Client::start(able()).await;
    client.open("a.dag.yaml", TEXT).await;
    let mut params = document(&client);
    params["change"] = json!({ "kind": "removeDependency", "node": "b", "on": "a" });
    let edit = client.request("divisi/changeGraph", params.clone()).await;
    let change = &edit["documentChanges"][0];
    assert_eq!(change["textDocument"]["version"], 1);
    assert_eq!(change["edits"], json!([{ "range": range((7, 0), (8, 0)), "newText": "" }]));

    params["change"] = json!({ "kind": "addDependency", "node": "a", "on": "b" });
    let id = client.begin("divisi/changeGraph", params).await;
    let error = client.answer(id).await["error"].clone();
    assert_eq!(error["code"], -32803);
    assert!(error["message"].as_str().unwrap().contains("would close a ring"), "{error}");
    client.ignore_published();
    client.stop().await;
}
