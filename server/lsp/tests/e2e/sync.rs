//! Texts in the editor and in the server stay the same.

use serde_json::json;

use crate::client::{Client, able, range};

/// A DAG whose description is the whole of what is typed, and a finding that says where the text ends.
const HEAD: &str = "name: x\nnodes:\n  - id: a\n    run: [\"true\"]\n    depends_on: [missing]\n# ";

#[tokio::test]
async fn a_thousand_rapid_edits_end_in_the_right_text() {
    let mut client = Client::start(able()).await;
    client.open("a.dag.yaml", HEAD).await;
    client.published("a.dag.yaml", 1).await;
    // Each edit inserts a line at the top, so that the finding moves down by one each time.
    for version in 2..=1001 {
        client.edit("a.dag.yaml", version, range((0, 0), (0, 0)), "# \u{1f600}\n").await;
    }
    let diagnostics = client.published("a.dag.yaml", 1001).await;
    let missing = diagnostics.iter().find(|it| it["code"] == "missing-dependency").expect("it is reported");
    assert_eq!(missing["range"], range((1004, 17), (1004, 24)));
    client.ignore_published();
    client.stop().await;
}

#[tokio::test]
async fn columns_are_counted_in_the_agreed_unit() {
    let text = "nodes:\n  - {id: a, run: [\"😀\"], depends_on: [missing]}\n";
    for (encoding, columns) in [("utf-8", (40, 47)), ("utf-16", (38, 45)), ("utf-32", (37, 44))] {
        let mut capabilities = able();
        capabilities["general"]["positionEncodings"] = json!([encoding]);
        let mut client = Client::start(capabilities).await;
        client.open("a.dag.yaml", text).await;
        let diagnostics = client.published("a.dag.yaml", 1).await;
        let missing =
            diagnostics.iter().find(|it| it["code"] == "missing-dependency").expect("it is reported");
        assert_eq!(missing["range"], range((1, columns.0), (1, columns.1)), "{encoding}");
        // The end of the range, where the client put it, is where the server edits.
        client.edit("a.dag.yaml", 2, range((1, columns.0), (1, columns.1)), "gone").await;
        let diagnostics = client.published("a.dag.yaml", 2).await;
        let message = &diagnostics.iter().find(|it| it["code"] == "missing-dependency").unwrap()["message"];
        assert!(message.as_str().unwrap().contains("`gone`"), "{message}");
        client.ignore_published();
        client.stop().await;
    }
}

#[tokio::test]
async fn odd_edits_harm_nothing() {
    let mut client = Client::start(able()).await;
    client.edit("never-opened.dag.yaml", 2, range((0, 0), (0, 0)), "x").await;
    client.open("a.dag.yaml", "nodes: []").await;
    client.published("a.dag.yaml", 1).await;
    client.edit("a.dag.yaml", 2, range((9, 9), (99, 99)), "\n").await;
    client.edit("a.dag.yaml", 3, range((1, 0), (0, 0)), "").await;
    client.edit("a.dag.yaml", 4, serde_json::Value::Null, HEAD).await;
    let diagnostics = client.published("a.dag.yaml", 4).await;
    assert!(diagnostics.iter().any(|it| it["code"] == "missing-dependency"), "{diagnostics:#?}");
    client.ignore_published();
    client.stop().await;
}
