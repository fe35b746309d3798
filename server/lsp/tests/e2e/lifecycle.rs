//! Beginnings, ends, and what clients get wrong.

use divisi_lsp::Ending;
use serde_json::{Value, json};

use crate::client::{Client, able};

#[tokio::test]
async fn an_orderly_session() {
    let (client, answer) = Client::start_with(json!({ "capabilities": able() })).await;
    assert_eq!(answer["serverInfo"]["name"], "divisi");
    let commands = answer["capabilities"]["executeCommandProvider"]["commands"].as_array().unwrap();
    for command in ["divisi.server.run", "divisi.server.cancel", "divisi.server.trust"] {
        assert!(commands.contains(&json!(command)), "{command}");
    }
    client.stop().await;
}

#[tokio::test]
async fn encodings_are_negotiated() {
    let cases = [
        (json!(["utf-16", "utf-8"]), "utf-8"),
        (json!(["utf-32", "utf-16"]), "utf-32"),
        (json!(["utf-16"]), "utf-16"),
        (json!(["klingon"]), "utf-16"),
        (json!([]), "utf-16"),
    ];
    for (offered, agreed) in cases {
        let capabilities = json!({ "general": { "positionEncodings": offered } });
        let (client, answer) = Client::start_with(json!({ "capabilities": capabilities })).await;
        assert_eq!(answer["capabilities"]["positionEncoding"], agreed, "{offered}");
        client.stop().await;
    }
}

#[tokio::test]
async fn before_initialize_requests_are_refused_and_notifications_dropped() {
    let mut client = Client::connect();
    client.open("a.dag.yaml", "nodes: []").await;
    let id = client.begin("textDocument/hover", json!({})).await;
    assert_eq!(client.answer(id).await["error"]["code"], -32002);
    let id = client.begin("shutdown", Value::Null).await;
    assert_eq!(client.answer(id).await["error"]["code"], -32002);
    client.request("initialize", json!({ "capabilities": {} })).await;
    let id = client.begin("initialize", json!({ "capabilities": {} })).await;
    assert_eq!(client.answer(id).await["error"]["code"], -32600);
    client.stop().await;
}

/// What carries no parameters may carry anything: clients disagree on what nothing is.
#[tokio::test]
async fn messages_without_parameters_are_taken_with_any() {
    for params in [None, Some(Value::Null), Some(json!({})), Some(json!([]))] {
        let message = |id: Option<i64>, method: &str| {
            let mut message = json!({ "jsonrpc": "2.0", "method": method });
            if let Some(id) = id {
                message["id"] = json!(id);
            }
            if let Some(params) = &params {
                message["params"] = params.clone();
            }
            message
        };
        let mut client = Client::connect();
        let watches = json!({ "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } } });
        client.request("initialize", json!({ "capabilities": watches })).await;
        client.send(&message(None, "initialized")).await;
        client.serve("client/registerCapability", Value::Null).await;
        client.send(&message(Some(1000), "shutdown")).await;
        let answer = client.answer(1000).await;
        assert_eq!(answer["error"], Value::Null, "{params:?}: {answer}");
        client.send(&message(None, "exit")).await;
        assert_eq!(client.ending().await, Ending::Orderly, "{params:?}");
    }
}

#[tokio::test]
async fn after_shutdown_requests_are_refused() {
    let mut client = Client::start(json!({})).await;
    client.request("shutdown", Value::Null).await;
    let id = client.begin("textDocument/hover", json!({})).await;
    assert_eq!(client.answer(id).await["error"]["code"], -32600);
    client.notify("exit", Value::Null).await;
    assert_eq!(client.ending().await, Ending::Orderly);
}

#[tokio::test]
async fn malformed_messages_are_answered_and_the_session_goes_on() {
    let mut client = Client::start(json!({})).await;
    for (body, code) in [
        (r#"{"jsonrpc":"2.0","method":"#, -32700),
        ("\u{feff}", -32700),
        ("[]", -32600),
        ("7", -32600),
        (r#"{"jsonrpc":"1.0","id":1,"method":"x"}"#, -32600),
        (r#"{"jsonrpc":"2.0","id":[],"method":"x"}"#, -32600),
        ("{}", -32600),
    ] {
        client.send_raw(body.as_bytes()).await;
        let answer = client.answer_without_id().await;
        assert_eq!(answer["error"]["code"], code, "{body}: {answer}");
    }
    let id = client.begin("textDocument/hover", json!({ "nonsense": true })).await;
    assert_eq!(client.answer(id).await["error"]["code"], -32602);
    let id = client.begin("no/such/method", json!({})).await;
    assert_eq!(client.answer(id).await["error"]["code"], -32601);
    client.notify("$/unknown", json!({})).await;
    client.notify("no/such/notification", json!({})).await;
    // An answer to a question that was never asked.
    client.send(&json!({ "jsonrpc": "2.0", "id": 4711, "result": null })).await;
    client.stop().await;
}

#[tokio::test]
async fn helix_does_not_wait_for_the_answer_to_shutdown() {
    let mut client = Client::start(json!({})).await;
    client.begin("shutdown", Value::Null).await;
    client.notify("exit", Value::Null).await;
    assert_eq!(client.ending().await, Ending::Orderly);
}

#[tokio::test]
async fn an_exit_without_shutdown_and_a_cut_connection_are_abrupt() {
    let mut client = Client::start(json!({})).await;
    client.notify("exit", Value::Null).await;
    assert_eq!(client.ending().await, Ending::Abrupt);

    let client = Client::start(json!({})).await;
    assert_eq!(client.cut().await, Ending::Abrupt);
    assert_eq!(Client::connect().cut().await, Ending::Abrupt);
}

#[tokio::test]
async fn the_session_ends_with_the_process_that_started_the_server() {
    let mut child = std::process::Command::new("true").spawn().unwrap();
    let process = child.id();
    child.wait().unwrap();
    let (mut client, _) = Client::start_with(json!({ "capabilities": {}, "processId": process })).await;
    assert_eq!(client.ending().await, Ending::Abrupt);
}

#[tokio::test]
async fn watching_and_settings_are_asked_of_clients_that_can() {
    let capabilities = json!({
        "workspace": {
            "configuration": true,
            "didChangeWatchedFiles": { "dynamicRegistration": true },
            "didChangeConfiguration": { "dynamicRegistration": true },
        },
    });
    let mut client = Client::start(capabilities).await;
    let registered = client.serve("client/registerCapability", Value::Null).await;
    let methods: Vec<&str> = registered["registrations"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|it| it["method"].as_str())
        .collect();
    assert_eq!(methods, ["workspace/didChangeWatchedFiles", "workspace/didChangeConfiguration"]);
    let asked = client.serve("workspace/configuration", json!([{ "check": { "exclude": [] } }])).await;
    assert_eq!(asked["items"][0]["section"], "divisi");

    client.notify("workspace/didChangeConfiguration", json!({ "settings": null })).await;
    client.serve("workspace/configuration", json!([null])).await;
    client.stop().await;
}

#[tokio::test]
async fn commands_say_what_is_wrong_with_them() {
    let mut client = Client::start(json!({})).await;
    for (command, arguments, word) in [
        ("divisi.server.nonsense", json!([]), "divisi.server.run"),
        ("divisi.server.run", json!([]), "`divisi.server.run` takes one object: {uri, args?, to?, trust?}"),
        ("divisi.server.run", json!(["x"]), "takes one object"),
        ("divisi.server.run", json!([{ "to": "x" }]), "{uri, args?, to?, trust?}: missing field `uri`"),
        ("divisi.server.run", json!([{ "uri": "untitled:x" }]), "not a DAG file"),
        ("divisi.server.cancel", json!([{}]), "run"),
        ("divisi.server.trust", json!([{ "uri": "untitled:x" }]), "not a file"),
    ] {
        let params = json!({ "command": command, "arguments": arguments });
        let id = client.begin("workspace/executeCommand", params).await;
        let answer = client.answer(id).await;
        assert!(answer["error"]["message"].as_str().unwrap().contains(word), "{command}: {answer}");
    }
    client.stop().await;
}
