//! Which version a runner's program says it is.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use divisi_workspace::RunnerDefinition;
use divisi_workspace::settings::RunnerKind;

/// How long a program may take to say its version.
const PATIENCE: Duration = Duration::from_secs(10);

/// What names the version of a runner: what a program that divisi knows says of itself, else the digest of the program's
/// file. `environment` is what it is started with.
///
/// # Errors
/// Text for people: there is no such program.
pub(crate) fn version(
    definition: &RunnerDefinition,
    environment: &BTreeMap<String, String>,
) -> Result<String, String> {
    let program = definition.command.first().map(String::as_str).unwrap_or_default();
    let path = locate(program, environment).ok_or_else(|| format!("there is no program {program}"))?;
    let says_it = matches!(
        definition.kind,
        RunnerKind::Claude | RunnerKind::Codex | RunnerKind::Gemini | RunnerKind::Opencode
    );
    let said = if says_it { reported(&path, environment) } else { None };
    match said {
        Some(version) => Ok(version),
        None => {
            crate::store::digests::digest_of(&path).map_err(|error| format!("{}: {error}", path.display()))
        }
    }
}

/// The program that a name stands for.
fn locate(program: &str, environment: &BTreeMap<String, String>) -> Option<PathBuf> {
    if program.contains('/') {
        return Some(PathBuf::from(program)).filter(|path| path.is_file());
    }
    let folders = environment.get("PATH")?;
    std::env::split_paths(folders).map(|folder| folder.join(program)).find(|path| path.is_file())
}

/// What `PROGRAM --version` prints; none where it prints nothing in time.
fn reported(program: &Path, environment: &BTreeMap<String, String>) -> Option<String> {
    let mut command = Command::new(program);
    command.arg("--version").env_clear().envs(environment);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().ok()?;
    let start = Instant::now();
    while child.try_wait().ok()?.is_none() {
        if start.elapsed() > PATIENCE {
            let _ = child.kill();
            let _ = child.wait();
            return None;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let output = child.wait_with_output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    (output.status.success() && !text.is_empty()).then_some(text)
}
