//! From names to what they name, through the protocol; which names there are is tested in `divisi-analysis`.

use serde_json::{Value, json};

use crate::client::{Client, able, range};

/// The clef takes four bytes, two UTF-16 units, one character.
const TEXT: &str = "\
nodes:
  - {title: \"\u{1d11e}\", id: build, run: x}
  - {title: \"\u{1d11e}\", depends_on: [build], id: test, run: x}
";

fn place(client: &Client, line: u32, character: u32) -> Value {
    json!({ "textDocument": { "uri": client.uri("a.dag.yaml") }, "position": { "line": line, "character": character } })
}

fn offering(encoding: &str) -> Value {
    let mut capabilities = able();
    capabilities["general"]["positionEncodings"] = json!([encoding]);
    capabilities
}

#[tokio::test]
async fn ranges_are_counted_in_the_agreed_unit() {
    for (encoding, shift) in [("utf-8", 3), ("utf-16", 1), ("utf-32", 0)] {
        let mut client = Client::start(offering(encoding)).await;
        client.open("a.dag.yaml", TEXT).await;
        let declared = range((1, 21 + shift), (1, 26 + shift));
        let used = range((2, 30 + shift), (2, 35 + shift));
        let here = place(&client, 2, 31 + shift);

        let links = client.request("textDocument/definition", here.clone()).await;
        assert_eq!(links[0]["originSelectionRange"], used, "{encoding}");
        assert_eq!(links[0]["targetSelectionRange"], declared, "{encoding}");

        let mut params = here.clone();
        params["context"] = json!({ "includeDeclaration": true });
        let places = client.request("textDocument/references", params.clone()).await;
        assert_eq!([&places[0]["range"], &places[1]["range"]], [&declared, &used], "{encoding}");
        params["context"]["includeDeclaration"] = json!(false);
        let places = client.request("textDocument/references", params).await;
        assert_eq!(places.as_array().unwrap().len(), 1);

        let highlights = client.request("textDocument/documentHighlight", here).await;
        assert_eq!(highlights, json!([{ "range": declared, "kind": 3 }, { "range": used, "kind": 2 }]));

        let linked = client.request("textDocument/linkedEditingRange", place(&client, 1, 22 + shift)).await;
        assert_eq!(linked["ranges"], json!([declared, used]), "{encoding}");
        client.ignore_published();
        client.stop().await;
    }
}

#[tokio::test]
async fn a_definition_is_a_plain_place_for_clients_that_know_no_links() {
    let mut client = Client::start(json!({})).await;
    client.open("a.dag.yaml", TEXT).await;
    let here = place(&client, 2, 32);
    let places = client.request("textDocument/definition", here).await;
    assert_eq!(places[0]["range"], range((1, 22), (1, 27)));
    let nowhere = place(&client, 0, 1);
    assert_eq!(client.request("textDocument/definition", nowhere).await, Value::Null);
    client.ignore_published();
    client.stop().await;
}

#[tokio::test]
async fn paths_are_links_where_there_is_a_file() {
    let mut client = Client::start(able()).await;
    client.open("b.dag.yaml", "nodes: []\n").await;
    client
        .open("a.dag.yaml", "nodes:\n  - {id: a, dag: ./b.dag.yaml}\n  - {id: c, dag: ./none.dag.yaml}\n")
        .await;
    let params = json!({ "textDocument": { "uri": client.uri("a.dag.yaml") } });
    let links = client.request("textDocument/documentLink", params).await;
    let expected = json!([{ "range": range((1, 17), (1, 29)), "target": client.uri("b.dag.yaml") }]);
    assert_eq!(links, expected);
    client.ignore_published();
    client.stop().await;
}
