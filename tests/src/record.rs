//! Keeps what a server sends to the client of a test, for `tools/check-messages`, which checks it against the types of
//! the protocol.

use std::collections::HashMap;
use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

/// Names the folder; without it nothing is kept.
const FOLDER: &str = "DIVISI_RECORD_MESSAGES";

/// What one server sends, in a file of its own: a line `{test, method, message}` for each message. `method` is that
/// of the message or, for an answer, that of the request.
#[derive(Debug)]
pub struct Recorder {
    file: Option<File>,
    test: String,
    asked: HashMap<i64, String>,
}

impl Recorder {
    /// Keeps messages where the environment names a folder for them.
    pub fn from_environment() -> Self {
        let test = std::thread::current().name().unwrap_or("?").to_owned();
        let file = std::env::var_os(FOLDER).map(|folder| new_file(PathBuf::from(folder)));
        Self { file, test, asked: HashMap::new() }
    }

    /// Remembers which method an answer will belong to.
    pub fn sent(&mut self, message: &Value) {
        if let (Some(id), Some(method)) = (message["id"].as_i64(), message["method"].as_str()) {
            self.asked.insert(id, method.to_owned());
        }
    }

    /// Keeps a message of the server.
    pub fn received(&mut self, message: &Value) {
        let Some(file) = &mut self.file else { return };
        let asked = message["id"].as_i64().and_then(|id| self.asked.get(&id));
        let method = message["method"].as_str().or(asked.map(String::as_str));
        let line = json!({ "test": self.test, "method": method, "message": message });
        writeln!(file, "{line}").expect("messages can be kept");
    }
}

fn new_file(folder: PathBuf) -> File {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    std::fs::create_dir_all(&folder).expect("a folder for messages");
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let path = folder.join(format!("{}-{number}.jsonl", std::process::id()));
    File::create(path).expect("a file for messages")
}
