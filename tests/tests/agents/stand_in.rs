//! A stand-in for the services of models: what the "model" says stands in the prompt, so that the real programs can be
//! driven without a key, a network or chance.
//!
//! Each line of a prompt that begins with `MODEL> ` is one answer, in order:
//!
//! ```text
//! MODEL> say all is well               a text, which ends the conversation
//! MODEL> use Bash {"command": "ls"}    a call of a tool
//! MODEL> fail 400 what is wrong        that status
//! MODEL> hang                          an answer that begins and never ends
//! ```
//!
//! `… (1200 in, 340 out)` at the end of a line are the tokens that the answer is said to cost. After the last line the
//! model says `done`. Which line is due is counted from the conversation itself: any number may run at once.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

const MARK: &str = "MODEL> ";

/// The service. It serves until the test program ends.
pub(crate) struct StandIn {
    pub(crate) url: String,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    /// Seconds since the epoch until which there is no quota.
    exhausted_until: Mutex<u64>,
    refused: AtomicUsize,
    /// What models were asked, in order.
    asked: Mutex<Vec<Value>>,
}

impl StandIn {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let shared = Arc::new(Shared::default());
        let served = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&served);
                // A client that goes away in the middle is what some tests are about.
                std::thread::spawn(move || drop(serve(stream, &shared)));
            }
        });
        Self { url, shared }
    }

    /// From now on every request is refused, for so long.
    pub(crate) fn exhaust(&self, seconds: u64) {
        *self.shared.exhausted_until.lock().expect("no panic") = now() + seconds;
    }

    /// How many requests were refused for want of quota.
    pub(crate) fn refused(&self) -> usize {
        self.shared.refused.load(Ordering::SeqCst)
    }

    /// What models were asked so far, in order, whole.
    pub(crate) fn asked(&self) -> Vec<Value> {
        self.shared.asked.lock().expect("no panic").clone()
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// What a request says, whatever API it is of.
struct Asked {
    api: Api,
    model: String,
    /// The text of the latest message with a script, and the answers after it.
    script: String,
    answered: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Api {
    Messages,
    Responses,
    Chat,
    Gemini,
}

/// One answer of the model.
#[derive(Debug, PartialEq)]
enum Turn {
    Say(String),
    Use(String, Value),
    Fail(u16, String),
    Hang,
}

struct Answer {
    turn: Turn,
    tokens: (u64, u64),
}

fn serve(stream: TcpStream, shared: &Shared) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    while let Some((path, body)) = read_request(&mut reader)? {
        answer(&stream, &path, &body, shared)?;
    }
    Ok(())
}

fn read_request(reader: &mut BufReader<TcpStream>) -> std::io::Result<Option<(String, Vec<u8>)>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let path = line.split(' ').nth(1).unwrap_or_default().split('?').next().unwrap_or_default().to_owned();
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    if headers.contains_key("expect") {
        reader.get_mut().write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
    }
    let mut body = Vec::new();
    if headers.get("transfer-encoding").is_some_and(|encoding| encoding.contains("chunked")) {
        loop {
            let mut size = String::new();
            reader.read_line(&mut size)?;
            let size = u64::from_str_radix(size.trim(), 16).unwrap_or(0);
            reader.by_ref().take(size).read_to_end(&mut body)?;
            reader.read_line(&mut String::new())?;
            if size == 0 {
                break;
            }
        }
    } else {
        let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        reader.by_ref().take(length).read_to_end(&mut body)?;
    }
    Ok(Some((path, body)))
}

fn answer(mut stream: &TcpStream, path: &str, body: &[u8], shared: &Shared) -> std::io::Result<()> {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let Some(asked) = read_question(path, &body) else {
        let known = path.ends_with("/models") || path.ends_with("/count_tokens") || path == "/";
        let empty = json!({ "data": [], "models": [], "input_tokens": 10 });
        return respond(stream, if known { 200 } else { 404 }, &[], &empty);
    };
    shared.asked.lock().expect("no panic").push(body.clone());
    let until = *shared.exhausted_until.lock().expect("no panic");
    if now() < until {
        shared.refused.fetch_add(1, Ordering::SeqCst);
        let headers = [
            ("anthropic-ratelimit-unified-status", "rejected".to_owned()),
            ("anthropic-ratelimit-unified-reset", until.to_string()),
            ("anthropic-ratelimit-unified-representative-claim", "five_hour".to_owned()),
            ("x-should-retry", "false".to_owned()),
        ];
        return respond(stream, 429, &headers, &failure(429, "there is no more for now"));
    }
    let Answer { turn, tokens } = due(&asked);
    if let Turn::Fail(status, message) = &turn {
        return respond(
            stream,
            *status,
            &[("x-should-retry", "false".to_owned())],
            &failure(*status, message),
        );
    }
    let is_streamed = match asked.api {
        Api::Gemini => path.ends_with(":streamGenerateContent"),
        _ => body.get("stream").and_then(Value::as_bool) == Some(true),
    };
    if !is_streamed {
        // Titles and the like, which no test is about.
        return respond(stream, 200, &[], &plain_answer(&asked));
    }
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n")?;
    if turn == Turn::Hang {
        stream.write_all(b": it begins\n\n")?;
        std::thread::sleep(Duration::from_secs(600));
        return Ok(());
    }
    for (name, data) in events(&asked, &turn, tokens) {
        let data = if data.is_null() { "[DONE]".to_owned() } else { data.to_string() };
        match name {
            Some(name) => write!(stream, "event: {name}\ndata: {data}\n\n")?,
            None => write!(stream, "data: {data}\n\n")?,
        }
    }
    stream.shutdown(std::net::Shutdown::Both)
}

fn respond(
    mut stream: &TcpStream,
    status: u16,
    headers: &[(&str, String)],
    body: &Value,
) -> std::io::Result<()> {
    let body = body.to_string();
    let mut head = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    stream.write_all(format!("{head}\r\n{body}").as_bytes())
}

fn failure(status: u16, message: &str) -> Value {
    let kind = match status {
        401 => "authentication_error",
        429 => "rate_limit_error",
        500.. => "api_error",
        _ => "invalid_request_error",
    };
    json!({ "type": "error", "error": { "type": kind, "code": status, "message": message } })
}

fn read_question(path: &str, body: &Value) -> Option<Asked> {
    let (api, messages) = match path {
        path if path.ends_with("/messages") => (Api::Messages, "messages"),
        path if path.ends_with("/responses") => (Api::Responses, "input"),
        path if path.ends_with("/chat/completions") => (Api::Chat, "messages"),
        path if path.ends_with("enerateContent") => (Api::Gemini, "contents"),
        _ => return None,
    };
    let model = body.get("model").and_then(Value::as_str).unwrap_or("model").to_owned();
    let mut asked = Asked { api, model, script: String::new(), answered: 0 };
    for message in body.get(messages).and_then(Value::as_array).into_iter().flatten() {
        let is_answer = message.get("role").and_then(Value::as_str) == Some("assistant")
            || message.get("role").and_then(Value::as_str) == Some("model")
            || message.get("type").and_then(Value::as_str) == Some("function_call");
        let text = texts(message);
        if is_answer {
            asked.answered += 1;
        } else if message.get("role").and_then(Value::as_str) == Some("user") && text.contains(MARK) {
            asked.script = text;
            asked.answered = 0;
        }
    }
    Some(asked)
}

/// All texts of a message.
fn texts(message: &Value) -> String {
    match message.get("content").or_else(|| message.get("parts")) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(blocks)) => {
            let texts = blocks.iter().filter_map(|block| block.get("text").and_then(Value::as_str));
            texts.collect::<Vec<_>>().join("\n")
        }
        _ => String::new(),
    }
}

/// The line of the script that is due.
fn due(asked: &Asked) -> Answer {
    let mut lines = asked.script.lines().filter_map(|line| line.trim().strip_prefix(MARK));
    let line = lines.nth(asked.answered).unwrap_or("say done");
    let (line, tokens) = split_tokens(line);
    let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
    let turn = match verb {
        "say" => Turn::Say(rest.to_owned()),
        "use" => {
            let (tool, input) = rest.split_once(' ').unwrap_or((rest, "{}"));
            Turn::Use(tool.to_owned(), serde_json::from_str(input).expect("a script holds JSON"))
        }
        "fail" => {
            let (status, message) = rest.split_once(' ').unwrap_or((rest, "failed"));
            Turn::Fail(status.parse().expect("a status"), message.to_owned())
        }
        "hang" => Turn::Hang,
        other => panic!("{other} is no word of a script"),
    };
    Answer { turn, tokens }
}

fn split_tokens(line: &str) -> (&str, (u64, u64)) {
    let found = line.strip_suffix(" out)").and_then(|line| {
        let (line, tokens) = line.rsplit_once(" (")?;
        let (read, written) = tokens.split_once(" in, ")?;
        Some((line, (read.parse().ok()?, written.parse().ok()?)))
    });
    found.unwrap_or((line, (10, 5)))
}

fn plain_answer(asked: &Asked) -> Value {
    let model = &asked.model;
    match asked.api {
        Api::Messages => json!({
            "id": "msg_1", "type": "message", "role": "assistant", "model": model, "stop_reason": "end_turn",
            "content": [{ "type": "text", "text": "title" }], "usage": { "input_tokens": 1, "output_tokens": 1 },
        }),
        Api::Responses => {
            json!({ "id": "resp_1", "object": "response", "model": model, "status": "completed", "output": [] })
        }
        Api::Chat => json!({
            "id": "chat_1", "object": "chat.completion", "model": model,
            "choices": [{ "index": 0, "message": { "role": "assistant", "content": "title" }, "finish_reason": "stop" }],
            "usage": { "prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2 },
        }),
        Api::Gemini => gemini_answer(&Turn::Say("title".to_owned()), (1, 1)),
    }
}

fn gemini_answer(turn: &Turn, (read, written): (u64, u64)) -> Value {
    let part = match turn {
        Turn::Use(tool, input) => json!({ "functionCall": { "name": tool, "args": input } }),
        Turn::Say(text) => json!({ "text": text }),
        Turn::Fail(..) | Turn::Hang => json!({ "text": "" }),
    };
    let content = json!({ "role": "model", "parts": [part] });
    json!({
        "candidates": [{ "index": 0, "content": content, "finishReason": "STOP" }],
        "usageMetadata": {
            "promptTokenCount": read, "candidatesTokenCount": written, "totalTokenCount": read + written,
        },
    })
}

type Events = Vec<(Option<&'static str>, Value)>;

fn events(asked: &Asked, turn: &Turn, tokens: (u64, u64)) -> Events {
    match asked.api {
        Api::Messages => messages_events(&asked.model, turn, tokens),
        Api::Responses => responses_events(&asked.model, turn, tokens),
        Api::Chat => chat_events(&asked.model, turn, tokens),
        Api::Gemini => vec![(None, gemini_answer(turn, tokens))],
    }
}

/// A number that no other answer has.
fn serial() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(1);
    NEXT.fetch_add(1, Ordering::SeqCst)
}

fn messages_events(model: &str, turn: &Turn, (read, written): (u64, u64)) -> Events {
    let id = serial();
    let (block, delta, reason) = match turn {
        Turn::Use(tool, input) => (
            json!({ "type": "tool_use", "id": format!("toolu_{id}"), "name": tool, "input": {} }),
            json!({ "type": "input_json_delta", "partial_json": input.to_string() }),
            "tool_use",
        ),
        Turn::Say(text) => {
            (json!({ "type": "text", "text": "" }), json!({ "type": "text_delta", "text": text }), "end_turn")
        }
        Turn::Fail(..) | Turn::Hang => return Vec::new(),
    };
    let usage = json!({ "input_tokens": read, "output_tokens": written });
    let message = json!({
        "id": format!("msg_{id}"), "type": "message", "role": "assistant", "model": model, "content": [],
        "stop_reason": null, "stop_sequence": null, "usage": usage,
    });
    let end = json!({ "stop_reason": reason, "stop_sequence": null });
    vec![
        (Some("message_start"), json!({ "type": "message_start", "message": message })),
        (
            Some("content_block_start"),
            json!({ "type": "content_block_start", "index": 0, "content_block": block }),
        ),
        (Some("content_block_delta"), json!({ "type": "content_block_delta", "index": 0, "delta": delta })),
        (Some("content_block_stop"), json!({ "type": "content_block_stop", "index": 0 })),
        (Some("message_delta"), json!({ "type": "message_delta", "delta": end, "usage": usage })),
        (Some("message_stop"), json!({ "type": "message_stop" })),
    ]
}

fn responses_events(model: &str, turn: &Turn, (read, written): (u64, u64)) -> Events {
    let id = serial();
    let item = match turn {
        Turn::Use(tool, input) => json!({
            "type": "function_call", "id": format!("fc_{id}"), "call_id": format!("call_{id}"), "name": tool,
            "arguments": input.to_string(), "status": "completed",
        }),
        Turn::Say(text) => json!({
            "type": "message", "id": format!("msg_{id}"), "role": "assistant", "status": "completed",
            "content": [{ "type": "output_text", "text": text, "annotations": [] }],
        }),
        Turn::Fail(..) | Turn::Hang => return Vec::new(),
    };
    let usage = json!({
        "input_tokens": read, "input_tokens_details": { "cached_tokens": 0 }, "output_tokens": written,
        "output_tokens_details": { "reasoning_tokens": 0 }, "total_tokens": read + written,
    });
    let response = json!({
        "id": format!("resp_{id}"), "object": "response", "model": model, "status": "completed", "output": [item],
        "usage": usage,
    });
    vec![
        (Some("response.created"), json!({ "type": "response.created", "response": response })),
        (
            Some("response.output_item.done"),
            json!({ "type": "response.output_item.done", "output_index": 0, "item": item }),
        ),
        (Some("response.completed"), json!({ "type": "response.completed", "response": response })),
    ]
}

fn chat_events(model: &str, turn: &Turn, (read, written): (u64, u64)) -> Events {
    let id = serial();
    let chunk = |delta: Value, reason: Option<&str>| {
        let choice = json!({ "index": 0, "delta": delta, "finish_reason": reason });
        json!({ "id": format!("chat_{id}"), "object": "chat.completion.chunk", "model": model, "choices": [choice] })
    };
    let (delta, reason) = match turn {
        Turn::Use(tool, input) => {
            let function = json!({ "name": tool, "arguments": input.to_string() });
            let call =
                json!({ "index": 0, "id": format!("call_{id}"), "type": "function", "function": function });
            (json!({ "tool_calls": [call] }), "tool_calls")
        }
        Turn::Say(text) => (json!({ "content": text }), "stop"),
        Turn::Fail(..) | Turn::Hang => return Vec::new(),
    };
    let mut last = chunk(json!({}), None);
    last["choices"] = json!([]);
    last["usage"] =
        json!({ "prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written });
    vec![
        (None, chunk(json!({ "role": "assistant", "content": "" }), None)),
        (None, chunk(delta, None)),
        (None, chunk(json!({}), Some(reason))),
        (None, last),
        (None, Value::Null),
    ]
}
