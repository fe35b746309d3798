//! Which runners are there, and what is wrong with them. No service is asked: that may cost money.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use divisi_workspace::Snapshot;
use divisi_workspace::settings::{BUILT_IN_RUNNERS, RunnerDefinition, RunnerKind, RunnerOrigin};

use super::{Check, Health, locate};

/// How long a program may take to say its version.
const PATIENCE: Duration = Duration::from_secs(10);

/// One line for each runner that is defined, and for each built-in one whose program is there.
pub(super) fn checks(snapshot: &Snapshot) -> Vec<Check> {
    let settings = snapshot.settings();
    let defined = settings.runners.iter().map(|(name, runner)| check(name, runner));
    let built_in = BUILT_IN_RUNNERS.iter().filter(|name| !settings.runners.contains_key(**name));
    let built_in = built_in.filter_map(|name| {
        let runner = settings.runner(name)?;
        locate(runner.command.first()?)?;
        Some(check(name, &runner))
    });
    let mut checks: Vec<Check> = defined.chain(built_in).collect();
    if checks.is_empty() {
        let text =
            "none: agents need one; install claude, codex, gemini or opencode, or define one in divisi.toml";
        checks.push(Check::new(Health::Info, "runner", text));
    }
    checks
}

fn check(name: &str, runner: &RunnerDefinition) -> Check {
    let program = runner.command.first().map(String::as_str).unwrap_or_default();
    let Some(path) = locate(program) else {
        return Check::new(Health::Bad, "runner", format!("{name}: there is no program {program}"));
    };
    let place = path.display();
    // What a workspace brings along is not started to be looked at.
    let is_ours = runner.origin == RunnerOrigin::User;
    let Some(oldest) = oldest(runner.kind).filter(|_| is_ours) else {
        return Check::new(Health::Good, "runner", format!("{name}: {place}"));
    };
    let Some(version) = version(&path) else {
        let text = format!("{name}: {place} does not say its version");
        return Check::new(Health::Bad, "runner", text);
    };
    let shown = version.map(|part| part.to_string()).join(".");
    if version < oldest {
        let oldest = oldest.map(|part| part.to_string()).join(".");
        let text = format!("{name}: {place} is {shown}; nothing older than {oldest} was ever tried");
        return Check::new(Health::Odd, "runner", text);
    }
    match has_access(runner) {
        true => Check::new(Health::Good, "runner", format!("{name}: {place}, version {shown}")),
        false => {
            let keys: Vec<&str> = runner.kind.keys().collect();
            let text = format!(
                "{name}: {place}, version {shown}; nobody is logged in, and no key is in {}",
                keys.join(", ")
            );
            Check::new(Health::Odd, "runner", text)
        }
    }
}

/// The oldest version that was tried; none for programs that divisi does not know.
fn oldest(kind: RunnerKind) -> Option<[u32; 3]> {
    match kind {
        RunnerKind::Claude => Some([2, 1, 329]),
        RunnerKind::Codex => Some([0, 169, 0]),
        RunnerKind::Gemini => Some([0, 61, 0]),
        RunnerKind::Opencode => Some([1, 18, 33]),
        RunnerKind::Exec | RunnerKind::Acp => None,
    }
}

/// A key in the environment, or a file that the program's own login leaves.
fn has_access(runner: &RunnerDefinition) -> bool {
    let is_set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
    runner.kind.keys().any(is_set) || login_file(runner.kind).is_some_and(|file| file.is_file())
}

/// Where a login is kept on Linux. On a Mac Claude Code keeps it in the keychain, which is not asked.
fn login_file(kind: RunnerKind) -> Option<PathBuf> {
    let home = env::var_os("HOME").map(PathBuf::from)?;
    let folder = |variable: &str, otherwise: &str| {
        env::var_os(variable).map_or_else(|| home.join(otherwise), PathBuf::from)
    };
    match kind {
        RunnerKind::Claude => Some(folder("CLAUDE_CONFIG_DIR", ".claude").join(".credentials.json")),
        RunnerKind::Codex => Some(folder("CODEX_HOME", ".codex").join("auth.json")),
        RunnerKind::Gemini => Some(home.join(".gemini/oauth_creds.json")),
        RunnerKind::Opencode => Some(folder("XDG_DATA_HOME", ".local/share").join("opencode/auth.json")),
        RunnerKind::Exec | RunnerKind::Acp => None,
    }
}

/// The first version that `PROGRAM --version` names; none where it does not in time.
fn version(program: &Path) -> Option<[u32; 3]> {
    let mut child = Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let start = Instant::now();
    while child.try_wait().ok()?.is_none() {
        if start.elapsed() > PATIENCE {
            // Whatever it is, it is not what it should be.
            let _ = child.kill();
            let _ = child.wait();
            return None;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let output = child.wait_with_output().ok()?;
    version_in(&String::from_utf8_lossy(&output.stdout))
}

fn version_in(text: &str) -> Option<[u32; 3]> {
    let words = text.split(|c: char| !c.is_ascii_digit() && c != '.');
    let versions = words.filter_map(|word| {
        let parts: Vec<u32> = word.split('.').map_while(|part| part.parse().ok()).collect();
        <[u32; 3]>::try_from(parts).ok()
    });
    versions.into_iter().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_what_programs_say() {
        assert_eq!(version_in("2.1.329 (Claude Code)\n"), Some([2, 1, 329]));
        assert_eq!(version_in("codex-cli 0.169.0\n"), Some([0, 169, 0]));
        assert_eq!(version_in("v1.18.33"), Some([1, 18, 33]));
        assert_eq!(version_in("nothing of 2 kinds"), None);
    }
}
