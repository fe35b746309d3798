//! The tools that the VS Code extension offers to language models are those of `divisi mcp` that only read: names, words
//! and schemas. Where `package.json` is stale, `UPDATE_EXPECT=1 cargo test -p divisi-tests --test editor_tools` writes
//! them.

#![expect(clippy::expect_used, reason = "what goes wrong here fails a test")]

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use divisi_tests::{World, project};
use expect_test::expect_file;
use serde_json::{Value, json};

#[test]
fn the_extension_offers_the_tools_of_the_server() {
    let path = project().join("vscode-extension/package.json");
    let text = std::fs::read_to_string(&path).expect("the extension has a manifest");
    let mut manifest: Value = serde_json::from_str(&text).expect("it is JSON");
    manifest["contributes"]["languageModelTools"] = listed().iter().map(contribution).collect();
    let expected = serde_json::to_string_pretty(&manifest).expect("it can be written") + "\n";
    expect_file!["../../vscode-extension/package.json"].assert_eq(&expected);
}

/// The tools of a server that may not run anything.
fn listed() -> Vec<Value> {
    let world = World::new();
    let mut server = world
        .divisi()
        .arg("mcp")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("divisi starts");
    let hello = json!({ "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } });
    let mut input = server.stdin.take().expect("a pipe");
    for message in [
        json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello }),
        json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }),
        json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/list", "params": {} }),
    ] {
        writeln!(input, "{message}").expect("divisi reads");
    }
    let answer = BufReader::new(server.stdout.take().expect("a pipe")).lines().nth(1);
    drop(input);
    server.wait().expect("divisi ends");
    let answer: Value = serde_json::from_str(&answer.expect("an answer").expect("text")).expect("a message");
    answer["result"]["tools"].as_array().expect("tools").clone()
}

/// A tool as an extension contributes it.
fn contribution(tool: &Value) -> Value {
    let name = tool["name"].as_str().expect("a name");
    let mut schema = tool["inputSchema"].clone();
    if let Some(schema) = schema.as_object_mut() {
        schema.remove("$schema");
    }
    json!({
        "name": format!("divisi_{name}"),
        "toolReferenceName": format!("divisi-{name}"),
        "displayName": tool["title"],
        "modelDescription": tool["description"],
        "userDescription": tool["title"],
        "canBeReferencedInPrompt": true,
        "tags": ["divisi"],
        "when": "!divisi.servesMcp",
        "inputSchema": schema,
    })
}
