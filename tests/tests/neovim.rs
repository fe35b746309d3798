//! A real Neovim, headless, with our plugin and the real server: each scenario is one Lua file in `neovim/`.
//!
//! `tools/setup-editors` puts Neovim where these tests look for it; without it they fail, they do not skip.

#![expect(clippy::expect_used, reason = "what goes wrong here fails a test")]

use std::path::Path;

use divisi_tests::scenario::{PLAYED_BY_NEOVIM, play};
use divisi_tests::{World, editor, project};

/// The states of nodes, as the server's messages name them.
fn states() -> Vec<String> {
    let types = std::fs::read_to_string(project().join("tools/check-messages/own.d.ts")).expect("the types");
    let (_, rest) = types.split_once("export type NodeState =").expect("the type of states");
    let (states, _) = rest.split_once("\n\n").expect("the type ends");
    let quoted = states.split('"').skip(1).step_by(2);
    quoted.map(str::to_owned).collect()
}

/// Runs one scenario in a world that holds `files`; fails with what Neovim printed.
fn scenario(name: &str, files: &[(&str, &str)]) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/neovim");
    let neovim = editor("DIVISI_NVIM", "nvim/bin/nvim");
    let yaml = project().join(".tools/yaml/node_modules/.bin/yaml-language-server");
    play(&World::with(files), &neovim, &folder.join(format!("{name}.lua")), 90, |command| {
        command
            .args(["--headless", "--clean", "-n", "-u"])
            .arg(folder.join("init.lua"))
            .args(["-c", PLAYED_BY_NEOVIM])
            .env("DIVISI_YAML_LANGUAGE_SERVER", yaml)
            .env("DIVISI_TESTLIB", folder.join("testlib.lua"))
            .env("DIVISI_STATES", states().join(" "))
    });
}

const REVIEWER: &str = "---\nname: code-reviewer\ndescription: Reads changes and says what is wrong\ntools: Read, Grep\n---\nYou review code.\n";

const TYPO: &str = "\
name: review
nodes:
  - id: map
    run: echo mapped
  - id: review
    agent: code-reviewr
    prompt: Review it
    depends_on: [map]
";

#[test]
fn a_typo_in_an_agents_name_is_underlined_and_mended() {
    scenario("findings", &[(".claude/agents/code-reviewer.md", REVIEWER), ("review.dag.yaml", TYPO)]);
}

#[test]
fn agents_nodes_and_keys_are_completed() {
    scenario("completion", &[(".claude/agents/code-reviewer.md", REVIEWER), ("review.dag.yaml", TYPO)]);
}

#[test]
fn agents_and_nodes_are_explained_on_hover() {
    let text = TYPO.replace("code-reviewr", "code-reviewer");
    scenario("hover", &[(".claude/agents/code-reviewer.md", REVIEWER), ("review.dag.yaml", &text)]);
}

const REVIEW: &str = "\
name: review # 😀
nodes:
  - id: map
    run: echo mapped
    outputs: [stdout]
  - id: review
    agent: code-reviewer
    prompt: \"😀 Review {{ nodes.map.outputs.stdout }}\"
    depends_on: [map]
";

const OTHER: &str =
    "name: other\nnodes:\n  - id: ask\n    agent: code-reviewer\n    prompt: Ask about everything\n";

/// Two DAGs that share an agent.
const SHARED_AGENT: [(&str, &str); 3] =
    [(".claude/agents/code-reviewer.md", REVIEWER), ("review.dag.yaml", REVIEW), ("other.dag.yaml", OTHER)];

#[test]
fn names_lead_to_where_they_are_declared_and_used() {
    let text = format!("{REVIEW}  - id: sub\n    dag: other.dag.yaml\n");
    let files = [SHARED_AGENT[0], ("review.dag.yaml", &text), SHARED_AGENT[2]];
    scenario("navigation", &files);
}

#[test]
fn names_are_changed_everywhere_faults_mended_and_files_formatted() {
    scenario("changes", &SHARED_AGENT);
}

#[test]
fn hints_lenses_tokens_and_folds_are_shown() {
    scenario("display", &SHARED_AGENT);
}

#[test]
fn beside_another_yaml_server_each_fault_is_shown_once() {
    let broken = "name: broken\nnodes:\n  - id: a\n    run: \"open\n";
    let files = [
        ("divisi.toml", ""),
        ("values.yaml", "a: [1\nb: }\n"),
        ("broken.dag.yaml", broken),
        (".claude/agents/code-reviewer.md", REVIEWER),
        ("typo.dag.yaml", TYPO),
    ];
    scenario("beside_yaml", &files);
}

/// Emoji of several code points, combining marks, right-to-left text, all before what is underlined or renamed.
const UNICODE: &str = "\
name: unicode # 😀
nodes:
  - { title: \"👩\u{200d}👧 שלום e\u{301}\", id: first, run: echo, outputs: [stdout] }
  - id: other
    agent: \"e\u{301}cla\u{20d7}ir\" # שלום
    prompt: \"😀 עברית {{ nodes.first.outputs.stdout }} {{ nodes.שלום.status }}\"
    depends_on: [ first, noeud-😀 ]
";

#[test]
fn columns_are_right_in_every_unit_and_kind_of_text() {
    let windows = format!("\u{feff}{}", UNICODE.replace('\n', "\r\n"));
    let files = [
        (".claude/agents/code-reviewer.md", REVIEWER),
        ("plain.dag.yaml", UNICODE),
        ("windows.dag.yaml", &windows),
    ];
    scenario("unicode", &files);
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
    run: test -e allowed
";

#[test]
fn a_run_asks_for_trust_shows_progress_and_marks_what_failed() {
    scenario("run", &[("divisi.toml", ""), ("pipeline.dag.yaml", PIPELINE)]);
}

#[test]
fn a_cancelled_run_leaves_no_process() {
    let text =
        "name: slow\nnodes:\n  - id: wait\n    run: echo $$ > pid; sleep 600 & echo $! > child; wait\n";
    scenario("cancel", &[("divisi.toml", ""), ("slow.dag.yaml", text)]);
}

const VIEWS: &str = "\
name: views
args: { times: { type: integer, required: true, description: How often } }
nodes:
  - id: make
    run: echo made
    outputs: [stdout]
  - id: hold
    depends_on: [make]
    inputs: { it: { from: make.stdout } }
    run: |
      echo held; touch started; until test -e more; do sleep 0.05; done; echo and more
      until test -e go; do sleep 0.05; done
  - id: ask
    depends_on: [hold]
    approve: Go on?
  - id: last
    depends_on: [ask]
    run: test -e allowed
";

/// With a fault in a file that nobody opens.
const BROKEN: &str = "name: broken\nnodes:\n  - id: a\n    run: echo\n    depends_on: [nobody]\n";

#[test]
fn a_run_is_shown_steered_and_listed() {
    let files = [("divisi.toml", ""), ("views.dag.yaml", VIEWS), ("broken.dag.yaml", BROKEN)];
    scenario("views", &files);
}

/// The attempt at the last node ends who watches over it, so nobody knows what came of it.
const LOST: &str = "\
name: lost
phases:
  - { id: build, title: Build }
  - { id: ship, title: Ship it, barrier: true }
nodes:
  - { id: look, run: echo }
  - { id: make, phase: build, run: echo made }
  - id: deploy
    phase: ship
    resume: ask
    run: [sh, -c, kill -9 $PPID]
";

#[test]
fn a_run_is_shown_by_phases_and_a_lost_attempt_is_decided_about() {
    scenario("decision", &[("divisi.toml", ""), ("lost.dag.yaml", LOST)]);
}

#[test]
fn help_health_and_words_are_whole() {
    scenario("health", &[("divisi.toml", ""), ("review.dag.yaml", TYPO)]);
}
