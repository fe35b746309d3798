//! From a keystroke to its findings, through the whole server: protocol, text, parsing, checks, publication.
//! Typed is in the name of the DAG, and in the prompt and the dependencies of its first, middle and last node. Beside
//! criterion's figures it prints the median and the 99th percentile, which is what DESIGN section 8 bounds.

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
    /// Whether the character stands there.
    is_typed: bool,
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
        let mut editor = Self { reader: BufReader::new(reader), writer, version: 1, is_typed: false };
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

    /// Types a character at `place`, or takes it away again, and waits for the findings.
    async fn keystroke(&mut self, place: Place) -> Duration {
        let start = Instant::now();
        self.version += 1;
        self.is_typed = !self.is_typed;
        let (end, text) = if self.is_typed { (place.column, "x") } else { (place.column + 1, "") };
        let range = json!({
            "start": { "line": place.line, "character": place.column },
            "end": { "line": place.line, "character": end },
        });
        let document = json!({ "uri": URI, "version": self.version });
        let params =
            json!({ "textDocument": document, "contentChanges": [{ "range": range, "text": text }] });
        self.notify("textDocument/didChange", params).await;
        self.findings().await;
        start.elapsed()
    }
}

/// Where is typed.
#[derive(Debug, Clone, Copy)]
struct Place {
    line: usize,
    column: usize,
}

impl Place {
    /// Behind `before`, which stands in `text` behind `mark`.
    fn behind(text: &str, mark: &str, before: &str) -> Self {
        let from = text.find(mark).expect("the mark");
        let at = from + text[from..].find(before).expect("the place") + before.len();
        let line = text[..at].matches('\n').count();
        Self { line, column: at - text[..at].rfind('\n').map_or(0, |end| end + 1) }
    }
}

/// The places in a DAG of so many nodes, by what is shown for them. Nodes at places of the form 5n+4 have no prompt.
fn places(nodes: usize) -> Vec<(String, Place)> {
    let text = dag(nodes);
    let mut places = vec![("name".to_owned(), Place::behind(&text, "name:", "gener"))];
    for (name, node) in [("first", 0), ("middle", nodes / 2), ("last", nodes - 2)] {
        let mark = format!("- id: node-{node}\n");
        places.push((format!("prompt of the {name}"), Place::behind(&text, &mark, "say what is")));
        places.push((format!("dependency of the {name}"), Place::behind(&text, &mark, "depends_on: [")));
    }
    places
}

fn keystroke(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let mut group = criterion.benchmark_group("keystroke");
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2)).sample_size(20);
    for nodes in [100, 1_000, 10_000] {
        let mut editor = runtime.block_on(Editor::open(nodes));
        for (name, place) in places(nodes) {
            let mut times = Vec::new();
            group.bench_function(BenchmarkId::new(&name, nodes), |bencher| {
                bencher.iter_custom(|iterations| {
                    let keystrokes = (0..iterations).map(|_| runtime.block_on(editor.keystroke(place)));
                    let own: Vec<Duration> = keystrokes.collect();
                    times.extend_from_slice(&own);
                    own.iter().sum()
                });
            });
            if editor.is_typed {
                runtime.block_on(editor.keystroke(place));
            }
            times.sort_unstable();
            let percentile =
                |percent: usize| times.get(times.len() * percent / 100).copied().unwrap_or_default();
            eprintln!(
                "{nodes} nodes, {name}, {} keystrokes: min {:?}, p50 {:?}, p99 {:?}",
                times.len(),
                percentile(0),
                percentile(50),
                percentile(99)
            );
        }
    }
    group.finish();
}

criterion_group!(benches, keystroke);
criterion_main!(benches);
