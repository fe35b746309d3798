//! A small JSON-RPC client. Every message that the server sends must be claimed by the test: one that is left over
//! when the client is dropped fails it.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::time::Duration;

use divisi_lsp::{Ending, Options};
use divisi_tests::record::Recorder;
use divisi_workspace::Places;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream, ReadHalf, WriteHalf};
use tokio::task::JoinHandle;

/// Longer than anything takes; it only bounds a failing test.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Client {
    reader: BufReader<ReadHalf<DuplexStream>>,
    writer: WriteHalf<DuplexStream>,
    server: Option<JoinHandle<Ending>>,
    unclaimed: VecDeque<Value>,
    ignores_published: bool,
    next_id: i64,
    recorder: Recorder,
    folder: tempfile::TempDir,
}

impl Client {
    /// A client that has sent nothing yet, and an empty workspace folder.
    pub(crate) fn connect() -> Self {
        let (ours, theirs) = tokio::io::duplex(1 << 20);
        let (reader, writer) = tokio::io::split(theirs);
        let options = Options { divisi: PathBuf::from("divisi"), places: Places::default() };
        let server = tokio::spawn(divisi_lsp::serve(reader, writer, options));
        let (reader, writer) = tokio::io::split(ours);
        Self {
            reader: BufReader::new(reader),
            writer,
            server: Some(server),
            unclaimed: VecDeque::new(),
            ignores_published: false,
            next_id: 1,
            recorder: Recorder::from_environment(),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// Connected and initialized with these capabilities.
    pub(crate) async fn start(capabilities: Value) -> Self {
        Self::start_with(json!({ "capabilities": capabilities })).await.0
    }

    /// Connected and initialized with these parameters; and what the server says of itself.
    pub(crate) async fn start_with(mut params: Value) -> (Self, Value) {
        let mut client = Self::connect();
        params["rootUri"] = json!(uri(client.folder.path()));
        let answer = client.request("initialize", params).await;
        client.notify("initialized", json!({})).await;
        (client, answer)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn uri(&self, name: &str) -> String {
        uri(&self.path(name))
    }

    pub(crate) async fn send(&mut self, message: &Value) {
        self.recorder.sent(message);
        self.send_raw(message.to_string().as_bytes()).await;
    }

    pub(crate) async fn send_raw(&mut self, body: &[u8]) {
        let header = format!("Content-Length: {}\r\n\r\n", body.len());
        self.writer.write_all(header.as_bytes()).await.unwrap();
        self.writer.write_all(body).await.unwrap();
    }

    pub(crate) async fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params })).await;
    }

    /// Sends a request; its id.
    pub(crate) async fn begin(&mut self, method: &str, params: Value) -> i64 {
        let id = self.next_id;
        self.next_id += 1;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })).await;
        id
    }

    /// The whole answer to a request.
    pub(crate) async fn answer(&mut self, id: i64) -> Value {
        self.claim(|message| message["id"] == id && message.get("method").is_none()).await
    }

    /// The next error that answers no request in particular.
    pub(crate) async fn answer_without_id(&mut self) -> Value {
        self.claim(|message| message.get("id") == Some(&Value::Null)).await
    }

    /// A request and its result; an error fails the test.
    pub(crate) async fn request(&mut self, method: &str, params: Value) -> Value {
        let id = self.begin(method, params).await;
        let answer = self.answer(id).await;
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].clone()
    }

    /// The next notification or request of the server with this method; its parameters.
    pub(crate) async fn expect(&mut self, method: &str) -> Value {
        self.claim(|message| message["method"] == method).await["params"].clone()
    }

    /// The next request of the server with this method, answered with `result`; its parameters.
    pub(crate) async fn serve(&mut self, method: &str, result: Value) -> Value {
        let message = self.claim(|message| message["method"] == method).await;
        self.send(&json!({ "jsonrpc": "2.0", "id": message["id"], "result": result })).await;
        message["params"].clone()
    }

    async fn claim(&mut self, is_it: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.unclaimed.iter().position(&is_it) {
            return self.unclaimed.remove(at).unwrap();
        }
        loop {
            let message = self.receive().await.expect("the server closed the connection");
            if is_it(&message) {
                return message;
            }
            self.unclaimed.push_back(message);
        }
    }

    async fn receive(&mut self) -> Option<Value> {
        loop {
            let message = tokio::time::timeout(PATIENCE, self.read()).await.unwrap_or_else(|_| {
                panic!("the server is silent; unclaimed: {:#?}", self.unclaimed);
            })?;
            if !self.ignores_published || message["method"] != "textDocument/publishDiagnostics" {
                return Some(message);
            }
        }
    }

    async fn read(&mut self) -> Option<Value> {
        let mut length = None;
        loop {
            let mut line = String::new();
            if self.reader.read_line(&mut line).await.unwrap() == 0 {
                return None;
            }
            match line.trim_end().split_once(": ") {
                Some(("Content-Length", value)) => length = value.parse().ok(),
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; length.expect("a length")];
        self.reader.read_exact(&mut body).await.unwrap();
        let message = serde_json::from_slice(&body).unwrap();
        self.recorder.received(&message);
        Some(message)
    }

    /// Opens a document, its text as it is.
    pub(crate) async fn open(&mut self, name: &str, text: &str) {
        let document = json!({ "uri": self.uri(name), "languageId": "yaml", "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document })).await;
    }

    /// Replaces a range; a `null` range replaces everything.
    pub(crate) async fn edit(&mut self, name: &str, version: i32, range: Value, text: &str) {
        let mut change = json!({ "text": text });
        if !range.is_null() {
            change["range"] = range;
        }
        let document = json!({ "uri": self.uri(name), "version": version });
        let params = json!({ "textDocument": document, "contentChanges": [change] });
        self.notify("textDocument/didChange", params).await;
    }

    /// The diagnostics that are published for a version of a document; older ones are passed over.
    pub(crate) async fn published(&mut self, name: &str, version: i32) -> Vec<Value> {
        let uri = self.uri(name);
        loop {
            let params = self.expect("textDocument/publishDiagnostics").await;
            assert_eq!(params["uri"], uri.as_str());
            if params["version"] == version {
                return params["diagnostics"].as_array().unwrap().clone();
            }
        }
    }

    /// Publications are of no further interest to the test: how many there are depends on when the scan ends.
    pub(crate) fn ignore_published(&mut self) {
        self.ignores_published = true;
        self.unclaimed.retain(|message| message["method"] != "textDocument/publishDiagnostics");
    }

    /// Shutdown and exit; fails where a message is left over.
    pub(crate) async fn stop(mut self) {
        self.request("shutdown", Value::Null).await;
        self.notify("exit", Value::Null).await;
        assert_eq!(self.ending().await, Ending::Orderly);
        while let Some(message) = self.receive().await {
            self.unclaimed.push_back(message);
        }
        assert!(self.unclaimed.is_empty(), "unclaimed: {:#?}", self.unclaimed);
    }

    /// The connection is cut without a word.
    pub(crate) async fn cut(mut self) -> Ending {
        self.writer.shutdown().await.unwrap();
        self.ending().await
    }

    pub(crate) async fn ending(&mut self) -> Ending {
        let server = self.server.take().expect("the server runs");
        tokio::time::timeout(PATIENCE, server).await.expect("the server ends").unwrap()
    }
}

pub(crate) fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

pub(crate) fn range(from: (u32, u32), to: (u32, u32)) -> Value {
    json!({
        "start": { "line": from.0, "character": from.1 },
        "end": { "line": to.0, "character": to.1 },
    })
}

/// What a client that can do all this says of itself.
pub(crate) fn able() -> Value {
    json!({
        "general": { "positionEncodings": ["utf-8", "utf-16"] },
        "textDocument": {
            "publishDiagnostics": {
                "versionSupport": true,
                "relatedInformation": true,
                "codeDescriptionSupport": true,
                "dataSupport": true,
                "tagSupport": { "valueSet": [1, 2] },
            },
            "hover": { "contentFormat": ["markdown", "plaintext"] },
            "definition": { "linkSupport": true },
            "rename": { "prepareSupport": true },
            "completion": {
                "completionItem": {
                    "snippetSupport": true,
                    "labelDetailsSupport": true,
                    "documentationFormat": ["markdown"],
                },
            },
        },
        "window": { "workDoneProgress": true },
        "workspace": {
            "workspaceEdit": {
                "documentChanges": true,
                "resourceOperations": ["create", "rename", "delete"],
                "changeAnnotationSupport": { "groupsOnLabel": true },
            },
        },
    })
}
