//! A workspace of its own for each test, and the program in it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use tempfile::TempDir;

/// A temporary workspace with a home and a state folder beside it.
pub(crate) struct Site {
    folder: TempDir,
}

/// What a finished command said.
pub(crate) struct Said {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Site {
    /// An empty workspace. It holds a `divisi.toml`, so that it is a root wherever temporary folders are.
    pub(crate) fn new() -> Self {
        let site = Self { folder: tempfile::tempdir().expect("a temporary folder") };
        fs::create_dir_all(site.root()).expect("a folder");
        site.write("divisi.toml", "")
    }

    /// The workspace's root, free of links.
    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().canonicalize().expect("it exists").join("work")
    }

    /// Adds a file.
    pub(crate) fn write(self, path: &str, text: impl AsRef<[u8]>) -> Self {
        self.put(path, text);
        self
    }

    /// Adds a file later.
    pub(crate) fn put(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().expect("below the root")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    /// Reads a file.
    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root().join(path)).expect("a file")
    }

    /// The program, ready to start in the workspace: nobody at the keyboard, nothing of the user's own.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_divisi"));
        let beside = |name: &str| self.folder.path().join(name);
        command.args(arguments).current_dir(self.root()).stdin(Stdio::null());
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("TZ", "UTC");
        command.env("HOME", beside("home")).env("XDG_STATE_HOME", beside("state"));
        command.env("XDG_CONFIG_HOME", beside("config")).env("TMPDIR", self.folder.path());
        command
    }

    /// Runs the program to its end.
    pub(crate) fn divisi(&self, arguments: &[&str]) -> Said {
        let output = self.command(arguments).output().expect("the program starts");
        self.said(output)
    }

    /// Starts the program with its output in a pipe.
    pub(crate) fn start(&self, arguments: &[&str]) -> Live {
        let mut command = self.command(arguments);
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
        let lines = BufReader::new(child.stdout.take().expect("a pipe"));
        Live { child, lines }
    }

    fn said(&self, output: Output) -> Said {
        let root = self.root();
        let text =
            |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(&root.display().to_string(), "$ROOT");
        Said {
            status: output.status.code().unwrap_or(-1),
            out: text(&output.stdout),
            err: text(&output.stderr),
        }
    }
}

/// A program that still runs.
pub(crate) struct Live {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Live {
    /// Reads lines until one contains `text`; that line.
    pub(crate) fn until(&mut self, text: &str) -> String {
        loop {
            let mut line = String::new();
            let length = self.lines.read_line(&mut line).expect("text");
            assert!(length > 0, "the program ended before it said {text}");
            if line.contains(text) {
                return line;
            }
        }
    }

    /// What Ctrl-C does to it.
    pub(crate) fn interrupt(&self) {
        let pid = self.child.id().to_string();
        let status = Command::new("kill").args(["-INT", &pid]).status().expect("kill is there");
        assert!(status.success());
    }

    /// Goes away without reading any further; the program's exit status.
    pub(crate) fn hang_up(mut self) -> (i32, String) {
        drop(self.lines);
        let error = std::io::read_to_string(self.child.stderr.take().expect("a pipe")).expect("text");
        (self.child.wait().expect("it ends").code().unwrap_or(-1), error)
    }

    /// Reads to the end; the exit status.
    pub(crate) fn end(mut self) -> i32 {
        std::io::copy(&mut self.lines, &mut std::io::sink()).expect("text");
        self.child.wait().expect("it ends").code().unwrap_or(-1)
    }
}
