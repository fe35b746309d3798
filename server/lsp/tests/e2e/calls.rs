//! Call hierarchy through the protocol; what it holds is tested in `divisi-ide`.

use serde_json::json;

use crate::client::{Client, able, range};

#[tokio::test]
async fn a_node_is_followed_to_what_waits_for_it_and_back() {
    let mut client = Client::start(able()).await;
    let text = "nodes:\n  - id: a # 😀\n    run: x\n  - {id: b, run: x, depends_on: [a]}\n";
    client.open("a.dag.yaml", text).await;
    let position = json!({ "line": 1, "character": 8 });
    let params = json!({ "textDocument": { "uri": client.uri("a.dag.yaml") }, "position": position });
    let items = client.request("textDocument/prepareCallHierarchy", params).await;
    assert_eq!(items[0]["name"], "a");
    assert_eq!(items[0]["selectionRange"], range((1, 8), (1, 9)));

    let incoming = client.request("callHierarchy/incomingCalls", json!({ "item": items[0] })).await;
    assert_eq!(incoming[0]["from"]["name"], "b");
    assert_eq!(incoming[0]["fromRanges"], json!([range((3, 33), (3, 34))]));

    let back = json!({ "item": incoming[0]["from"] });
    let outgoing = client.request("callHierarchy/outgoingCalls", back).await;
    assert_eq!(outgoing[0]["to"], items[0]);
    client.ignore_published();
    client.stop().await;
}
