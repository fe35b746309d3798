//! `divisi check --format claude`, and what the plugin for Claude Code is made of.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use expect_test::expect;
use serde_json::{Value, json};

use crate::site::Site;

const FAULTY: &str = "nodes:\n  - { id: a, run: [make] }\n  - { id: b, depends_on: [c], run: [make] }\n";

/// A name that is probably a slip: a warning, no error.
const SECOND_RATE: &str = "---\nname: writer\ndescription: Writes\ntools: Read, WebFtech\n---\nYou write.\n";

fn plugin() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../claude-plugin")
}

/// What the command prints for `input`, and its status.
fn answered(mut command: Command, input: &str) -> (String, Option<i32>) {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the program starts");
    // Who passes a file over need not have read the event.
    let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
    let output = child.wait_with_output().expect("it ends");
    (String::from_utf8(output.stdout).expect("text"), output.status.code())
}

fn event(site: &Site, path: &str) -> String {
    let file = site.root().join(path);
    let input = json!({ "file_path": file, "content": "x" });
    json!({ "hook_event_name": "PostToolUse", "tool_name": "Write", "tool_input": input }).to_string()
}

#[test]
fn errors_are_given_back_to_the_model() {
    let site = Site::new().write("faulty.dag.yaml", FAULTY);
    let said = site.divisi(&["check", "--format", "claude", "faulty.dag.yaml"]);
    assert_eq!((said.status, said.err.as_str()), (0, ""));
    let answer: Value = serde_json::from_str(&said.out).expect("one object");
    assert_eq!(answer["decision"], "block");
    expect![[r#"
        divisi check:
        faulty.dag.yaml:3:27: error[missing-dependency]: no node `c` in this DAG
          |   - { id: b, depends_on: [c], run: [make] }"#]]
    .assert_eq(answer["reason"].as_str().expect("text"));
    let (by_hook, status) = answered(site.command(&["check", "--hook"]), &event(&site, "faulty.dag.yaml"));
    assert_eq!((by_hook, status), (said.out, Some(0)));
}

#[test]
fn what_is_no_error_is_told_beside() {
    let site = Site::new().write(".claude/agents/writer.md", SECOND_RATE);
    let said = site.divisi(&["check", "--format", "claude", ".claude/agents/writer.md"]);
    let answer: Value = serde_json::from_str(&said.out).expect("one object");
    expect![[r#"
        {
          "hookSpecificOutput": {
            "hookEventName": "PostToolUse",
            "additionalContext": "divisi check:\n.claude/agents/writer.md:4:14: warning[unknown-tool]: Claude Code has no tool `WebFtech`; did you mean `WebFetch`?\n  | tools: Read, WebFtech\n  fix: Change to `WebFetch`"
          }
        }
    "#]].assert_eq(&format!("{answer:#}\n"));
}

#[test]
fn other_files_and_good_ones_are_silence() {
    let site = Site::new()
        .write("good.dag.yaml", "name: good\nnodes:\n  - { id: a, run: [make] }\n")
        .write("faulty.dag.yaml", FAULTY)
        .write("values.yaml", "nodes: [")
        .write("README.md", "# Read me");
    for path in ["good.dag.yaml", "values.yaml", "README.md", "absent.dag.yaml"] {
        let said = site.divisi(&["check", "--format", "claude", path]);
        assert_eq!((said.status, said.out.as_str(), said.err.as_str()), (0, "", ""), "{path}");
        let (by_hook, status) = answered(site.command(&["check", "--hook"]), &event(&site, path));
        assert_eq!((by_hook.as_str(), status), ("", Some(0)), "{path}");
    }
    let (said, status) = answered(site.command(&["check", "--hook"]), r#"{"tool_input": {"command": "ls"}}"#);
    assert_eq!((said.as_str(), status), ("", Some(0)), "a tool that edits no file");
}

#[test]
fn what_is_no_event_is_told() {
    let site = Site::new();
    let mut command = site.command(&["check", "--hook"]);
    command.stderr(Stdio::null());
    assert_eq!(answered(command, "nothing of the kind"), (String::new(), Some(2)));
}

/// The script of the hook, with or without `divisi` on the PATH.
fn script(site: &Site, has_divisi: bool) -> Command {
    let mut command = site.command(&[]);
    let divisi = PathBuf::from(command.get_program());
    let divisi = divisi.parent().expect("a folder").to_owned();
    let environment: Vec<_> =
        command.get_envs().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned()))).collect();
    command = Command::new("sh");
    command.arg(plugin().join("hooks/check.sh")).current_dir(site.root()).env_clear().envs(environment);
    let folders =
        std::iter::once(divisi).filter(|_| has_divisi).chain(["/usr/bin", "/bin"].map(PathBuf::from));
    command.env("PATH", std::env::join_paths(folders).expect("folders without colons"));
    command.env("CLAUDE_PLUGIN_DATA", site.root().join("../data"));
    command
}

#[test]
fn the_hook_says_what_divisi_says() {
    let site = Site::new().write("faulty.dag.yaml", FAULTY).write("values.yaml", "a: 1");
    let (said, status) = answered(script(&site, true), &event(&site, "faulty.dag.yaml"));
    assert!(said.contains("missing-dependency") && status == Some(0), "{said}");
    assert_eq!(answered(script(&site, true), &event(&site, "values.yaml")), (String::new(), Some(0)));
}

#[test]
fn without_divisi_the_hook_says_so_once() {
    let site = Site::new();
    let other = || answered(script(&site, false), &event(&site, "values.yaml"));
    assert_eq!(other(), (String::new(), Some(0)));
    let (said, status) = answered(script(&site, false), &event(&site, "a.dag.yaml"));
    let answer: Value = serde_json::from_str(&said).expect("one object");
    assert!(answer["systemMessage"].as_str().is_some_and(|text| text.contains("not on the PATH")), "{said}");
    assert_eq!(status, Some(0));
    assert_eq!(answered(script(&site, false), &event(&site, "a.dag.yaml")), (String::new(), Some(0)));
}

#[test]
fn the_examples_of_the_skill_are_good() {
    let skill = std::fs::read_to_string(plugin().join("skills/dag-files/SKILL.md")).expect("the skill");
    let examples: Vec<&str> =
        skill.split("```yaml\n").skip(1).filter_map(|rest| Some(rest.split_once("```")?.0)).collect();
    assert_eq!(examples.len(), 2);
    let mut site = Site::new().write(".claude/skills/dag-files/SKILL.md", &skill);
    for name in ["quality-reviewer", "senior-reviewer"] {
        let agent = format!("---\nname: {name}\ndescription: Reviews\n---\nYou review.\n");
        site = site.write(&format!(".claude/agents/{name}.md"), agent);
    }
    for (at, example) in examples.iter().enumerate() {
        site = site.write(&format!("example{at}.dag.yaml"), example);
    }
    let said = site.divisi(&["check"]);
    assert_eq!(said.status, 0, "{}", said.out);
    assert!(said.out.ends_with(": no findings\n"), "{}", said.out);
    for at in 0..examples.len() {
        let said = site.divisi(&["plan", &format!("example{at}.dag.yaml")]);
        assert_eq!(said.status, 0, "{}{}", said.out, said.err);
    }
}
