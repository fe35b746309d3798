//! The plugin for Claude Code, in Claude Code.

use std::process::Stdio;

use divisi_tests::project;
use serde_json::{Value, json};

use crate::bench::Bench;

const FAULTY: &str = "nodes:\n  - { id: a, run: [make] }\n  - { id: b, depends_on: [c], run: [make] }\n";

/// Claude Code with the plugin, after the model did what `script` says; all that the model was asked meanwhile.
fn asked_with_the_plugin(bench: &Bench, script: &[String]) -> Vec<Value> {
    let plugin = project().join("claude-plugin").display().to_string();
    let lines: String = script.iter().map(|line| format!("MODEL> {line}\n")).collect();
    let prompt = format!("Write it.\n{lines}");
    let arguments = [
        "-p",
        &prompt,
        "--plugin-dir",
        &plugin,
        "--permission-mode",
        "acceptEdits",
        "--allowedTools",
        "mcp__plugin_divisi_divisi__check",
        "Skill",
    ];
    // Otherwise tools of servers are offered by name only, until the model looks for them.
    let mut claude = bench.claude(&arguments);
    claude.env("ENABLE_TOOL_SEARCH", "false").stdin(Stdio::null());
    let output = claude.output().expect("claude starts");
    let said =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    // Titles and the like are asked without tools.
    let with_tools = |asked: &Value| asked["tools"].as_array().is_some_and(|tools| !tools.is_empty());
    bench.service.asked().into_iter().filter(with_tools).collect()
}

/// What the tools of the last turn answered, and what was said beside it.
fn last_words(asked: &Value) -> String {
    let messages = asked["messages"].as_array().expect("messages");
    messages.last().expect("one at least")["content"].to_string()
}

fn write(bench: &Bench, path: &str, text: &str) -> String {
    let input = json!({ "file_path": bench.world.workspace().join(path), "content": text });
    format!("use Write {input}")
}

#[test]
fn what_the_model_wrote_is_checked_and_it_hears_of_it() {
    let Some(bench) = Bench::new() else { return };
    let good = "name: good\nnodes:\n  - { id: a, run: [make] }\n";
    let script = [
        write(&bench, "faulty.dag.yaml", FAULTY),
        write(&bench, "good.dag.yaml", good),
        write(&bench, "values.yaml", "a: [1"),
        "say done".to_owned(),
    ];
    let asked = asked_with_the_plugin(&bench, &script);
    assert_eq!(asked.len(), 4, "a question for each line of the script");
    let after_faulty = last_words(&asked[1]);
    for expected in ["error[missing-dependency]", "no node `c` in this DAG", "faulty.dag.yaml:3:27"] {
        assert!(after_faulty.contains(expected), "{expected} is missing in:\n{after_faulty}");
    }
    for silent in &asked[2..] {
        let words = last_words(silent);
        assert!(!words.contains("divisi check"), "{words}");
    }
}

#[test]
fn the_tools_are_offered_and_work() {
    let Some(bench) = Bench::new() else { return };
    bench.world.write("faulty.dag.yaml", FAULTY);
    let call = r#"use mcp__plugin_divisi_divisi__check {"paths": ["faulty.dag.yaml"]}"#;
    let asked = asked_with_the_plugin(&bench, &[call.to_owned(), "say done".to_owned()]);
    let offered: Vec<&str> = asked[0]["tools"]
        .as_array()
        .expect("tools")
        .iter()
        .filter_map(|tool| tool["name"].as_str())
        .collect();
    for tool in ["check", "plan", "graph", "status", "explain"] {
        let name = format!("mcp__plugin_divisi_divisi__{tool}");
        assert!(offered.contains(&name.as_str()), "{name} is not among {offered:?}");
    }
    assert!(!offered.contains(&"mcp__plugin_divisi_divisi__run"), "{offered:?}");
    let answer = last_words(&asked[1]);
    assert!(answer.contains("missing-dependency") && answer.contains("no node `c`"), "{answer}");
}

#[test]
fn the_skill_is_offered_and_read() {
    let Some(bench) = Bench::new() else { return };
    let call = r#"use Skill {"skill": "divisi:dag-files"}"#;
    let asked = asked_with_the_plugin(&bench, &[call.to_owned(), "say done".to_owned()]);
    assert!(asked[0].to_string().contains("divisi:dag-files"), "the skill is not offered");
    assert!(asked[1].to_string().contains("Rules that are easy to break"), "the skill was not read");
}

#[test]
fn claude_code_finds_nothing_wrong_with_the_plugin() {
    let Some(bench) = Bench::new() else { return };
    for folder in [project(), project().join("claude-plugin")] {
        let folder = folder.display().to_string();
        let output =
            bench.claude(&["plugin", "validate", "--strict", &folder]).output().expect("claude starts");
        let said =
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
    }
}
