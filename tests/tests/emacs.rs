//! A real Emacs, in batch mode, with the settings that the guide gives for Eglot and the real server: each scenario is
//! one file in `emacs/`. Eglot is told to be strict, so each message is judged by a second reader of the protocol.
//!
//! `tools/setup-editors` puts Emacs where these tests look for it; without it they fail, they do not skip.

#![expect(clippy::expect_used, reason = "what goes wrong here fails a test")]

use std::path::Path;

use divisi_tests::scenario::play;
use divisi_tests::{World, editor, project};

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
    let world = World::with(files);
    let init = world.write("../home/init.el", &settings());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/emacs");
    let scenario = folder.join(format!("{name}.el"));
    play(&world, &editor("DIVISI_EMACS", "emacs/emacs"), &scenario, 90, |command| {
        let loaded = [&init, &folder.join("testlib.el"), &scenario];
        command.args(["-Q", "--batch"]);
        loaded.into_iter().fold(command, |command, file| command.arg("--load").arg(file))
    });
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
