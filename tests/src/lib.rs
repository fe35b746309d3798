//! Shared helpers of the tests that need the whole.

#![expect(clippy::expect_used, clippy::print_stderr, reason = "what goes wrong here fails a test")]

pub mod record;
pub mod scenario;

use std::path::{Path, PathBuf};
use std::process::Command;

/// The project's folder.
pub fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the project").to_owned()
}

/// The `divisi` program of this build. `cargo test --workspace` makes it; a narrower build may not.
pub fn divisi() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own path");
    let target = test.parent().and_then(Path::parent).expect("tests lie in target/PROFILE/deps");
    let binary = target.join("divisi");
    assert!(binary.exists(), "{} is not there: run `cargo build -p divisi` first", binary.display());
    binary
}

/// An editor that `tools/setup-editors` installs at `path` below `.tools/`, or that `variable` names.
pub fn editor(variable: &str, path: &str) -> PathBuf {
    let path = std::env::var_os(variable).map_or_else(|| project().join(".tools").join(path), PathBuf::from);
    assert!(
        path.exists(),
        "{} is not there: run tools/setup-editors first, or set {variable}",
        path.display()
    );
    path
}

/// A folder of material that is not part of the project. `None`, with a loud word, where it is missing.
pub fn shared(name: &str) -> Option<PathBuf> {
    let folder = project().join("../shared").join(name);
    if folder.exists() {
        return Some(folder);
    }
    eprintln!("SKIPPED: {} is not here, so nothing is tested against it", folder.display());
    None
}

/// A private world for the program: home, state and settings in a temporary folder, nothing of the user's.
#[derive(Debug)]
pub struct World {
    folder: tempfile::TempDir,
}

impl World {
    /// An empty one.
    pub fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("divisi-test-").tempdir().expect("a temporary folder");
        for name in ["home", "state", "config", "workspace"] {
            std::fs::create_dir(folder.path().join(name)).expect("a fresh folder");
        }
        Self { folder }
    }

    /// One whose workspace holds these files.
    pub fn with(files: &[(&str, &str)]) -> Self {
        let world = Self::new();
        for (path, text) in files {
            world.write(path, text);
        }
        world
    }

    /// Where the workspace of the test lies. Resolved, so that paths compare equal.
    pub fn workspace(&self) -> PathBuf {
        self.folder.path().canonicalize().expect("it exists").join("workspace")
    }

    /// Writes a file into the workspace.
    pub fn write(&self, path: &str, text: &str) -> PathBuf {
        let path = self.workspace().join(path);
        std::fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a fresh folder");
        std::fs::write(&path, text).expect("a fresh file");
        path
    }

    /// Environment that keeps a child inside this world.
    pub fn environment(&self) -> Vec<(&'static str, PathBuf)> {
        let base = self.folder.path();
        vec![
            ("HOME", base.join("home")),
            ("XDG_STATE_HOME", base.join("state")),
            ("XDG_CONFIG_HOME", base.join("config")),
            ("CLAUDE_CONFIG_DIR", base.join("home/.claude")),
        ]
    }

    /// A command that runs `divisi` in the workspace.
    pub fn divisi(&self) -> Command {
        let mut command = Command::new(divisi());
        command.current_dir(self.workspace()).envs(self.environment()).env("NO_COLOR", "1");
        command
    }
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}
