//! Traces of runs, as a collector of OpenTelemetry gets them.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;

use crate::site::Site;

const DAG: &str = "\
name: traced
nodes:
  - { id: a, run: 'echo $TRACEPARENT > seen.txt' }
  - { id: b, depends_on: [a], run: 'exit 3' }
";

/// How long a delivery may take before a test calls it a hang.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a collector was sent: headers in lower case, and the body.
struct Delivery {
    head: String,
    body: Vec<u8>,
}

impl Delivery {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }
}

/// A collector of its own for each test: it answers every delivery with `answer`, and keeps it.
struct Collector {
    endpoint: String,
    deliveries: Receiver<Delivery>,
}

impl Collector {
    fn answering(answer: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        let (send, deliveries) = channel();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if send.send(receive(stream, answer)).is_err() {
                    return;
                }
            }
        });
        Self { endpoint, deliveries }
    }

    fn next(&self) -> Delivery {
        self.deliveries.recv_timeout(PATIENCE).expect("a delivery")
    }

    /// Spans of all deliveries until the run's own came, which is the last of a run.
    fn spans(&self) -> Vec<Value> {
        let mut spans: Vec<Value> = Vec::new();
        while !spans.iter().any(|span| span["name"] == "RUN traced") {
            let delivery = self.next().json();
            let sent = delivery["resourceSpans"][0]["scopeSpans"][0]["spans"].clone();
            spans.extend(sent.as_array().expect("spans").iter().cloned());
        }
        spans
    }
}

fn receive(mut stream: TcpStream, answer: &str) -> Delivery {
    let mut reader = BufReader::new(stream.try_clone().expect("a second handle"));
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        reader.read_line(&mut head).expect("a line");
    }
    let head = head.to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).expect("a length");
    let mut body = vec![0; length.trim().parse().expect("a number")];
    reader.read_exact(&mut body).expect("a body");
    write!(stream, "HTTP/1.1 {answer}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        .expect("it listens");
    Delivery { head, body }
}

fn named<'a>(spans: &'a [Value], name: &str) -> &'a Value {
    spans.iter().find(|span| span["name"] == name).expect(name)
}

fn attribute<'a>(span: &'a Value, name: &str) -> &'a Value {
    let attributes = span["attributes"].as_array().expect("attributes");
    &attributes.iter().find(|attribute| attribute["key"] == name).expect(name)["value"]
}

#[test]
fn a_run_is_sent_as_it_goes_and_its_programs_join_the_trace() {
    let collector = Collector::answering("200 OK");
    let site = Site::new().write("traced.dag.yaml", DAG);
    site.put(
        "divisi.toml",
        format!("[traces]\nendpoint = '{}'\nprotocol = 'http/json'\n", collector.endpoint),
    );
    let mut command = site.command(&["run", "traced", "--yes"]);
    command.env("TRACEPARENT", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    command.env("OTEL_EXPORTER_OTLP_HEADERS", "authorization=secret");
    assert_eq!(command.output().expect("it starts").status.code(), Some(1));

    let spans = collector.spans();
    let run = named(&spans, "RUN traced");
    assert_eq!(run["traceId"], "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_eq!((&run["parentSpanId"], &run["kind"]), (&Value::from("00f067aa0ba902b7"), &Value::from(2)));
    assert_eq!(attribute(run, "cicd.pipeline.result")["stringValue"], "failure");
    let (a, b) = (named(&spans, "a"), named(&spans, "b"));
    assert_eq!(a["parentSpanId"], run["spanId"]);
    assert_eq!(b["links"][0]["spanId"], a["spanId"]);
    assert_eq!(
        (&b["status"]["code"], &b["status"]["message"]),
        (&Value::from(2), &Value::from("exit status 3"))
    );
    let attempt = spans.iter().find(|span| span["parentSpanId"] == a["spanId"]).expect("an attempt");
    assert!(attribute(attempt, "process.pid")["intValue"].is_string(), "64 bits are text in this JSON");
    let seen = site.read("seen.txt");
    let place =
        format!("00-4bf92f3577b34da6a3ce929d0e0e4736-{}-01\n", attempt["spanId"].as_str().expect("hex"));
    assert_eq!(seen, place, "the program knows the span that it is a part of");
}

#[test]
fn nothing_is_sent_and_nothing_handed_on_unless_somebody_chose_so() {
    let site = Site::new().write("traced.dag.yaml", DAG);
    let mut command = site.command(&["run", "traced", "--yes"]);
    command.env("TRACEPARENT", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    assert_eq!(command.output().expect("it starts").status.code(), Some(1));
    assert_eq!(site.read("seen.txt"), "\n");
    let said = site.divisi(&["show", "--otlp"]);
    assert_eq!(said.status, 2);
    assert!(said.err.contains("nothing says where traces go"), "{}", said.err);
}

#[test]
fn an_old_run_is_sent_on_request_with_the_key_of_whoever_asks() {
    let site = Site::new().write("traced.dag.yaml", DAG);
    assert_eq!(site.divisi(&["run", "traced", "--yes"]).status, 1);
    let collector = Collector::answering("200 OK");
    let mut command = site.command(&["show", "--otlp"]);
    command.env("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.endpoint);
    command.env("OTEL_EXPORTER_OTLP_HEADERS", "x-key=a%20b");
    let output = command.output().expect("it starts");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stderr).contains("sent 5 spans"), "{output:?}");
    let delivery = collector.next();
    assert!(delivery.head.starts_with("post /v1/traces http/1.1"), "{}", delivery.head);
    assert!(delivery.head.contains("content-type: application/x-protobuf"), "{}", delivery.head);
    assert!(delivery.head.contains("x-key: a b"), "{}", delivery.head);
    let holds = |text: &str| delivery.body.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("RUN traced") && holds("service.name") && holds("cicd.pipeline.task.run.result"));
}

#[test]
fn a_collector_that_takes_nothing_costs_the_run_nothing_but_a_word() {
    let collector = Collector::answering("401 Unauthorized");
    let site = Site::new().write("traced.dag.yaml", DAG);
    let mut command = site.command(&["run", "traced", "--yes"]);
    command.env("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.endpoint);
    let output = command.output().expect("it starts");
    assert_eq!(output.status.code(), Some(1), "that of the run");
    collector.next();
    let said = loop {
        let said = site.divisi(&["show"]);
        if said.err.contains("traces cannot be sent") {
            break said;
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    assert!(said.err.contains("it answers with status 401"), "{}", said.err);
    assert!(said.err.contains("--otlp"), "{}", said.err);
}
