//! A client of the real server: `divisi lsp` as a child, over its standard input and output.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use divisi_tests::World;
use divisi_tests::record::Recorder;
use serde_json::{Value, json};

/// Longer than anything takes; it only bounds a failing test.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Client {
    child: Child,
    input: Option<ChildStdin>,
    messages: Receiver<Value>,
    unclaimed: VecDeque<Value>,
    next_id: i64,
    recorder: Recorder,
    /// What `workDoneProgress/create` is answered with.
    pub(crate) takes_progress: bool,
}

impl Client {
    /// A server over the workspace of `world`, initialized with these options.
    pub(crate) fn start(world: &World, options: Value) -> Self {
        let mut child = world
            .divisi()
            .arg("lsp")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("the server starts");
        let output = child.stdout.take().expect("it is piped");
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            let mut output = BufReader::new(output);
            while let Some(message) = read(&mut output) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        let input = child.stdin.take();
        let mut client = Self {
            child,
            input,
            messages,
            unclaimed: VecDeque::new(),
            next_id: 1,
            recorder: Recorder::from_environment(),
            takes_progress: true,
        };
        client.request(
            "initialize",
            json!({
                "processId": std::process::id(),
                "rootUri": format!("file://{}", world.workspace().display()),
                "initializationOptions": options,
                "capabilities": {
                    "general": { "positionEncodings": ["utf-8"] },
                    "textDocument": { "publishDiagnostics": { "versionSupport": true } },
                    "window": { "workDoneProgress": true },
                },
            }),
        );
        client.notify("initialized", json!({}));
        client
    }

    pub(crate) fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    pub(crate) fn begin(&mut self, method: &str, params: Value) -> i64 {
        let id = self.next_id;
        self.next_id += 1;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        id
    }

    pub(crate) fn answer(&mut self, id: i64) -> Value {
        self.claim(|message| message["id"] == id && message.get("method").is_none())
    }

    pub(crate) fn request(&mut self, method: &str, params: Value) -> Value {
        let id = self.begin(method, params);
        let answer = self.answer(id);
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].clone()
    }

    /// Begins a command of the server; the request's id.
    pub(crate) fn command(&mut self, command: &str, argument: Value) -> i64 {
        self.begin("workspace/executeCommand", json!({ "command": command, "arguments": [argument] }))
    }

    /// The parameters of the next message with this method that fits.
    pub(crate) fn expect(&mut self, method: &str, fits: impl Fn(&Value) -> bool) -> Value {
        self.claim(|message| message["method"] == method && fits(&message["params"]))["params"].clone()
    }

    /// Answers the next question with a button; its text.
    pub(crate) fn decide(&mut self, button: &str) -> String {
        let question = self.question();
        self.choose(&question, button);
        question["params"]["message"].as_str().expect("a text").to_owned()
    }

    /// The next question with buttons, unanswered.
    pub(crate) fn question(&mut self) -> Value {
        self.claim(|message| message["method"] == "window/showMessageRequest")
    }

    /// Answers a question with one of its buttons.
    pub(crate) fn choose(&mut self, question: &Value, button: &str) {
        let actions = question["params"]["actions"].as_array().expect("buttons");
        let action = actions.iter().find(|action| action["title"] == button).expect("the button").clone();
        self.send(&json!({ "jsonrpc": "2.0", "id": question["id"], "result": action }));
    }

    /// The codes of the next findings in a document that fit.
    pub(crate) fn expect_codes(&mut self, codes: &[&str]) -> Value {
        self.expect("textDocument/publishDiagnostics", |params| {
            let diagnostics = params["diagnostics"].as_array().expect("a list");
            diagnostics.iter().filter_map(|it| it["code"].as_str()).eq(codes.iter().copied())
        })["diagnostics"]
            .clone()
    }

    /// The events of a run up to its end.
    pub(crate) fn events(&mut self, run: &str) -> Vec<Value> {
        let mut events = Vec::new();
        loop {
            let event = self.expect("divisi/runEvent", |event| event["run"] == run);
            let is_over = event["type"] == "run_ended";
            events.push(event);
            if is_over {
                return events;
            }
        }
    }

    /// Everything on the progress of a run, from its beginning to its end.
    pub(crate) fn progress(&mut self, run: &str) -> Vec<Value> {
        let mut values = Vec::new();
        loop {
            let params =
                self.expect("$/progress", |it| it["token"].as_str().is_some_and(|token| token.contains(run)));
            let is_over = params["value"]["kind"] == "end";
            values.push(params["value"].clone());
            if is_over {
                return values;
            }
        }
    }

    /// Whether a message with this method came that nobody claimed.
    pub(crate) fn has(&self, method: &str) -> bool {
        self.unclaimed.iter().any(|message| message["method"] == method)
    }

    pub(crate) fn kill(mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }

    /// Shutdown and exit; the exit status must be good.
    pub(crate) fn stop(mut self) {
        self.request("shutdown", Value::Null);
        self.notify("exit", Value::Null);
        while let Ok(message) = self.messages.recv() {
            self.recorder.received(&message);
        }
        assert!(self.child.wait().expect("it ends").success());
    }

    /// The connection is cut; the exit status.
    pub(crate) fn cut(mut self) -> Option<i32> {
        drop(self.input.take());
        self.child.wait().expect("it ends").code()
    }

    fn send(&mut self, message: &Value) {
        self.recorder.sent(message);
        let body = message.to_string();
        let input = self.input.as_mut().expect("it is connected");
        write!(input, "Content-Length: {}\r\n\r\n{body}", body.len()).expect("the server reads");
        input.flush().expect("the server reads");
    }

    fn claim(&mut self, is_it: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.unclaimed.iter().position(&is_it) {
            return self.unclaimed.remove(at).expect("it is there");
        }
        loop {
            let message = self.messages.recv_timeout(PATIENCE).unwrap_or_else(|_| {
                panic!("the server is silent; unclaimed: {:#?}", self.unclaimed);
            });
            self.recorder.received(&message);
            if message["method"] == "window/workDoneProgress/create" {
                self.answer_progress(&message);
            } else if is_it(&message) {
                return message;
            } else {
                self.unclaimed.push_back(message);
            }
        }
    }

    fn answer_progress(&mut self, message: &Value) {
        assert!(message["params"]["token"].is_string(), "some clients refuse numbers");
        let id = &message["id"];
        if self.takes_progress {
            self.send(&json!({ "jsonrpc": "2.0", "id": id, "result": null }));
        } else {
            let error = json!({ "code": -32601, "message": "no progress here" });
            self.send(&json!({ "jsonrpc": "2.0", "id": id, "error": error }));
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // A test that failed must not leave its server behind.
        let _ended_already = self.child.kill();
        let _ended = self.child.wait();
    }
}

fn read(output: &mut impl BufRead) -> Option<Value> {
    let mut length = None;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end().strip_prefix("Content-Length: ") {
            Some(value) => length = value.parse().ok(),
            None if line.trim_end().is_empty() => break,
            None => {}
        }
    }
    let mut body = vec![0; length?];
    output.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}
