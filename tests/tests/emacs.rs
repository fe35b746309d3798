//! A real Emacs, in batch mode, with the settings that the guide gives for Eglot and the real server: each scenario is
//! one file in `emacs/`. Eglot is told to be strict, so each message is judged by a second reader of the protocol.
//!
//! `tools/setup-editors` puts Emacs where these tests look for it; without it they fail, they do not skip.

#![expect(clippy::expect_used, reason = "what goes wrong here fails a test")]

use std::path::Path;
use std::process::{Command, Stdio};

use divisi_tests::{World, divisi, editor, project};

/// All settings that the guide gives.
fn settings() -> String {
    let guide = std::fs::read_to_string(project().join("docs/guide/editors.md")).expect("the guide");
    let parts: Vec<&str> =
        guide.split("```elisp\n").skip(1).filter_map(|it| it.split("```").next()).collect();
    assert!(!parts.is_empty(), "the guide has settings for Emacs");
    parts.concat()
}

/// Runs one scenario in a world that holds `files`; fails with what Emacs printed.
fn scenario(name: &str, files: &[(&str, &str)]) {
    let world = World::new();
    for (path, text) in files {
        world.write(path, text);
    }
    let init = world.write("../home/init.el", &settings());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/emacs");
    let programs = divisi().parent().expect("a program lies in a folder").to_owned();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(programs).chain(std::env::split_paths(&path)));
    let output = Command::new("timeout")
        .args(["--kill-after=5", "90"])
        .arg(editor("DIVISI_EMACS", "emacs/emacs"))
        .args(["-Q", "--batch", "--load"])
        .arg(init)
        .arg("--load")
        .arg(folder.join("testlib.el"))
        .arg("--load")
        .arg(folder.join(format!("{name}.el")))
        .current_dir(world.workspace())
        .envs(world.environment())
        .env("PATH", path.expect("the folder has no colon"))
        .env("LANG", "C.UTF-8")
        .stdin(Stdio::null())
        .output()
        .expect("timeout(1) is part of every Linux");
    assert!(
        output.status.success(),
        "scenario {name}: {}\n{}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
}

const REVIEWER: (&str, &str) = (
    ".claude/agents/code-reviewer.md",
    "---\nname: code-reviewer\ndescription: Reads changes and says what is wrong\ntools: Read, Grep\n---\nYou review code.\n",
);

const DAG: &str = "\
name: review # 😀 עברית
nodes:
  - id: map
    run: echo mapped
    outputs: [stdout]
  - id: review
    agent: code-reviewr
    prompt: \"😀 Review {{ nodes.map.outputs.stdout }}\"
    depends_on: [map]
";

const OTHER: &str =
    "name: other\nnodes:\n  - id: ask\n    agent: code-reviewer\n    prompt: Ask about everything\n";

#[test]
fn faults_are_shown_and_mended() {
    scenario("findings", &[REVIEWER, ("review.dag.yaml", DAG)]);
}

#[test]
fn what_is_named_is_explained_found_and_listed() {
    let text = DAG.replace("code-reviewr", "code-reviewer");
    scenario("navigation", &[REVIEWER, ("review.dag.yaml", &text), ("other.dag.yaml", OTHER)]);
}

#[test]
fn names_are_changed_everywhere_and_files_formatted() {
    let text = DAG.replace("code-reviewr", "code-reviewer");
    scenario("changes", &[REVIEWER, ("review.dag.yaml", &text), ("other.dag.yaml", OTHER)]);
}

const PIPELINE: &str = "\
name: pipeline
args:
  word: { default: hello }
nodes:
  - id: first
    run: echo \"$DIVISI_ARG_WORD\" > first.txt
  - id: second
    depends_on: [first]
    run: cat first.txt
  - id: third
    depends_on: [second]
    run: test -e allowed && touch ended
";

#[test]
fn a_run_asks_for_trust_and_what_failed_is_a_finding() {
    scenario("run", &[("divisi.toml", ""), ("pipeline.dag.yaml", PIPELINE)]);
}
