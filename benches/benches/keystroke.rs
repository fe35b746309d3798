//! From a keystroke to its findings, through the whole server: protocol, text, parsing, checks, publication.
//! Beside criterion's figures it prints the 99th percentile, which is what DESIGN section 8 bounds.

#![expect(
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a benchmark stops at what goes wrong and talks to people"
)]

use std::path::PathBuf;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use divisi_benches::{agents, dag};
use divisi_lsp::Options;
use divisi_workspace::Places;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream, ReadHalf, WriteHalf};
use tokio::runtime::Runtime;

const URI: &str = "file:///workspace/bench.dag.yaml";

struct Editor {
    reader: BufReader<ReadHalf<DuplexStream>>,
    writer: WriteHalf<DuplexStream>,
    version: i32,
}

impl Editor {
    async fn open(nodes: usize) -> Self {
        let (ours, theirs) = tokio::io::duplex(1 << 24);
        let (reader, writer) = tokio::io::split(theirs);
        tokio::spawn(divisi_lsp::serve(
            reader,
            writer,
            Options { divisi: PathBuf::from("divisi"), places: Places::default() },
        ));
        let (reader, writer) = tokio::io::split(ours);
        let mut editor = Self { reader: BufReader::new(reader), writer, version: 1 };
        let capabilities = json!({ "textDocument": { "publishDiagnostics": { "versionSupport": true } } });
        let params = json!({ "capabilities": capabilities, "rootUri": "file:///workspace" });
        editor.send(&json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params })).await;
        editor.receive(|message| message["id"] == 1).await;
        editor.notify("initialized", json!({})).await;
        for (path, text) in agents() {
            editor.open_document(&format!("file:///workspace/{path}"), &text).await;
        }
        editor.open_document(URI, &dag(nodes)).await;
        editor.findings().await;
        editor
    }

    async fn open_document(&mut self, uri: &str, text: &str) {
        let document = json!({ "uri": uri, "languageId": "yaml", "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document })).await;
    }

    async fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params })).await;
    }

    async fn send(&mut self, message: &Value) {
        let body = message.to_string();
        let message = format!("Content-Length: {}\r\n\r\n{body}", body.len());
        self.writer.write_all(message.as_bytes()).await.expect("the server reads");
    }

    async fn receive(&mut self, is_it: impl Fn(&Value) -> bool) {
        loop {
            let mut length = 0;
            loop {
                let mut line = String::new();
                self.reader.read_line(&mut line).await.expect("the server writes");
                match line.trim_end().strip_prefix("Content-Length: ") {
                    Some(value) => length = value.parse().expect("a length"),
                    None => break,
                }
            }
            let mut body = vec![0; length];
            self.reader.read_exact(&mut body).await.expect("a body");
            if is_it(&serde_json::from_slice(&body).expect("JSON")) {
                return;
            }
        }
    }

    async fn findings(&mut self) {
        let version = self.version;
        self.receive(|message| {
            message["method"] == "textDocument/publishDiagnostics"
                && message["params"]["uri"] == URI
                && message["params"]["version"] == version
        })
        .await;
    }

    /// Types a character into the name of the DAG, or takes it away again, and waits for the findings.
    async fn keystroke(&mut self) -> Duration {
        let start = Instant::now();
        self.version += 1;
        let (end, text) = if self.version % 2 == 0 { (6, "x") } else { (7, "") };
        let range = json!({ "start": { "line": 0, "character": 6 }, "end": { "line": 0, "character": end } });
        let document = json!({ "uri": URI, "version": self.version });
        let params =
            json!({ "textDocument": document, "contentChanges": [{ "range": range, "text": text }] });
        self.notify("textDocument/didChange", params).await;
        self.findings().await;
        start.elapsed()
    }
}

fn keystroke(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let mut group = criterion.benchmark_group("keystroke");
    for nodes in [100, 1_000, 10_000] {
        let mut editor = runtime.block_on(Editor::open(nodes));
        let mut times = Vec::new();
        group.bench_function(BenchmarkId::from_parameter(nodes), |bencher| {
            bencher.iter_custom(|iterations| {
                let mut total = Duration::ZERO;
                for _ in 0..iterations {
                    let time = runtime.block_on(editor.keystroke());
                    times.push(time);
                    total += time;
                }
                total
            });
        });
        times.sort_unstable();
        let percentile = |percent: usize| times.get(times.len() * percent / 100).copied().unwrap_or_default();
        eprintln!(
            "{nodes} nodes, {} keystrokes: p50 {:?}, p99 {:?}",
            times.len(),
            percentile(50),
            percentile(99)
        );
    }
    group.finish();
}

criterion_group!(benches, keystroke);
criterion_main!(benches);
