//! Claude Code.

use std::path::Path;
use std::time::Duration;

use divisi_engine::event::{Event, NodeState, RunnerFault};
use serde_json::json;

use crate::bench::{Bench, processes_with, wait};

const RUNNER: &str = "    runner: claude\n";

#[test]
fn a_success_has_its_text_its_cost_and_its_session() {
    let Some(bench) = Bench::new() else { return };
    bench.write_dag(
        "    runner: claude\n    outputs: [findings]\n",
        &[
            r#"use Bash {"command": "echo made > made.txt"} (1200 in, 340 out)"#,
            "say all is *well* (1300 in, 50 out)",
        ],
    );
    let ended = bench.run();
    assert_eq!(ended.status, Some(0), "{}", ended.said);
    assert_eq!(ended.output("a", "findings"), json!("all is *well*"));
    assert!(bench.world.workspace().join("made.txt").exists(), "its tool ran");
    let evidence = ended.evidence("a");
    let usage = evidence.usage.as_ref().expect("usage is told");
    assert_eq!((usage.input_tokens, usage.output_tokens, usage.turns), (2500, 390, Some(2)));
    assert!(usage.usd.is_some_and(|usd| usd > 0.0));
    assert!(evidence.session.as_ref().is_some_and(|session| session.len() == 36));
    for expected in ["cost $0.", "tokens 2.5k in, 390 out"] {
        assert!(ended.said.contains(expected), "{expected} is missing in:\n{}", ended.said);
    }
    let log = bench.divisi(&["logs", &ended.events[0].run, "a"]).output().expect("divisi starts");
    let log = String::from_utf8_lossy(&log.stdout).into_owned();
    assert!(log.contains("→ Bash") && log.contains("all is *well*"), "{log}");
}

#[test]
fn the_repositorys_hooks_and_servers_stay_out() {
    let Some(bench) = Bench::new() else { return };
    let hook =
        r#"{"hooks": {"SessionStart": [{"hooks": [{"type": "command", "command": "touch hooked"}]}]}}"#;
    bench.world.write(".claude/settings.json", hook);
    bench.world.write(".mcp.json", r#"{"mcpServers": {"x": {"command": "touch", "args": ["served"]}}}"#);
    bench.write_dag(RUNNER, &["say done"]);
    let ended = bench.run();
    assert_eq!(ended.status, Some(0), "{}", ended.said);
    let workspace = bench.world.workspace();
    assert!(!workspace.join("hooked").exists() && !workspace.join("served").exists());
}

#[test]
fn a_tool_that_is_not_allowed_is_refused_and_told() {
    let Some(bench) = Bench::new() else { return };
    bench.world.write(
        ".claude/agents/reviewer.md",
        "---\nname: reviewer\ndescription: Reviews code\n---\nYou review code.\n",
    );
    bench.write_dag(RUNNER, &[r#"use Bash {"command": "touch made.txt"}"#, "say I could not"]);
    let ended = bench.run();
    assert_eq!(ended.status, Some(0), "{}", ended.said);
    assert_eq!(ended.evidence("a").denied, ["Bash"]);
    assert!(!bench.world.workspace().join("made.txt").exists());
}

#[test]
fn failures_are_told_apart() {
    let Some(bench) = Bench::new() else { return };
    let turns = "    runner: claude\n    max_turns: 2\n";
    let budget = "    runner: claude\n    budget: { usd: 0.5 }\n";
    let again = r#"use Bash {"command": "true"} (100000 in, 100000 out)"#;
    let cases: [(&str, &[&str], RunnerFault, &str); 4] = [
        (RUNNER, &["fail 400 that will not do"], RunnerFault::Service, "runner"),
        (RUNNER, &["fail 403 not for you"], RunnerFault::Auth, "runner"),
        (turns, &[again, again, again, "say x"], RunnerFault::Turns, "runner"),
        (budget, &[again, again, "say x"], RunnerFault::Budget, "budget"),
    ];
    for (keys, script, fault, kind) in cases {
        bench.write_dag(keys, script);
        std::fs::remove_dir_all(bench.world.workspace().join(".divisi")).ok();
        let ended = bench.run();
        assert_eq!(ended.status, Some(1), "{script:?}: {}", ended.said);
        assert_eq!(ended.evidence("a").fault, Some(fault), "{script:?}: {}", ended.said);
        let is_end = |event: &Event| matches!(event, Event::NodeState { state: NodeState::Failed { kind: found }, .. } if json!(found) == json!(kind));
        assert!(ended.events.iter().any(|record| is_end(&record.event)), "{kind}: {}", ended.said);
    }
}

#[test]
fn a_flag_that_it_does_not_know_is_told() {
    let Some(bench) = Bench::new() else { return };
    bench.world.write("divisi.toml", "[runners.claude]\nargs = [\"--no-such-flag\"]\n");
    bench.write_dag(RUNNER, &["say x"]);
    let ended = bench.run();
    assert_eq!(ended.status, Some(1), "{}", ended.said);
    assert_eq!(ended.evidence("a").fault, Some(RunnerFault::BrokeOff));
    assert!(ended.said.contains("unknown option '--no-such-flag'"), "{}", ended.said);
}

#[test]
fn a_schema_is_filled_and_checked() {
    let Some(bench) = Bench::new() else { return };
    let schema = "{ type: object, properties: { n: { type: integer } }, required: [n] }";
    let keys = format!("    runner: claude\n    outputs: {{ found: {{ json: {schema} }} }}\n");
    bench.write_dag(&keys, &[r#"use StructuredOutput {"n": 7}"#, "say done"]);
    let ended = bench.run();
    assert_eq!(ended.status, Some(0), "{}", ended.said);
    assert_eq!(ended.output("a", "found"), json!({ "n": 7 }));
}

#[test]
fn without_quota_the_run_waits_and_goes_on() {
    let Some(bench) = Bench::new() else { return };
    bench.write_dag("    runner: claude\n    outputs: [x]\n", &["say well"]);
    bench.service.exhaust(8);
    let mut command = bench.divisi(&["run", "a.dag.yaml", "--yes"]);
    // Who pays by subscription is told when there will be some again.
    command
        .env_remove("ANTHROPIC_API_KEY")
        .env("CLAUDE_CODE_OAUTH_TOKEN", "sk-ant-oat01-a-token-that-nobody-has");
    let ended = bench.ended(command.output().expect("divisi starts"));
    assert_eq!(ended.status, Some(0), "{}", ended.said);
    assert!(bench.service.refused() > 0);
    assert!(ended.said.contains("out of quota, tried again at"), "{}", ended.said);
    let closed = ended.events.iter().find_map(|record| match record.event {
        Event::RunnerClosed { is_known, .. } => Some(is_known),
        _ => None,
    });
    assert_eq!(closed, Some(true));
    assert_eq!(ended.output("a", "x"), json!("well"));
}

#[test]
fn a_cancel_leaves_no_process_and_knows_the_cost() {
    let Some(bench) = Bench::new() else { return };
    // Its shell is in a session of its own.
    bench
        .write_dag(RUNNER, &[r#"use Bash {"command": "touch begun; sleep 98765; true"} (1200 in, 340 out)"#]);
    let mut child = bench.divisi(&["run", "a.dag.yaml", "--yes"]).spawn().expect("divisi starts");
    wait("the tool", || bench.world.workspace().join("begun").exists().then_some(()));
    assert!(!processes_with("98765").is_empty());
    let run = bench.events()[0].run.clone();
    let asked = bench.divisi(&["cancel", &run]).output().expect("divisi starts");
    assert!(asked.status.success());
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(processes_with("98765"), Vec::<u32>::new());
    let evidence = bench.events().into_iter().rev().find_map(|record| match record.event {
        Event::AttemptEnded { evidence, .. } => Some(evidence),
        _ => None,
    });
    let evidence = evidence.expect("the attempt ended");
    // On a machine that is too busy it is killed before it can tell.
    if evidence.exit_code == Some(0) {
        assert_eq!(evidence.usage.expect("it told before it ended").input_tokens, 1200);
    }
}

#[test]
fn five_agents_review_at_the_same_time() {
    let Some(bench) = Bench::new() else { return };
    let example = divisi_tests::project().join("examples/review-all");
    for entry in std::fs::read_dir(example.join(".claude/agents")).expect("the example has agents").flatten()
    {
        let text = std::fs::read_to_string(entry.path()).expect("readable");
        bench.world.write(&format!(".claude/agents/{}", entry.file_name().to_string_lossy()), &text);
    }
    bench.world.write("divisi.toml", "[run]\nrunner = \"claude\"\n");
    let dag = std::fs::read_to_string(example.join("review-all.dag.yaml")).expect("readable");
    bench.world.write("review-all.dag.yaml", &with_scripts(&dag, &bench.world.workspace()));
    let output = bench.divisi(&["run", "review-all.dag.yaml", "--yes"]).output().expect("divisi starts");
    let ended = bench.ended(output);
    assert_eq!(ended.status, Some(0), "{}", ended.said);
    assert_eq!(
        std::fs::read_to_string(bench.world.workspace().join("REVIEW.md")).ok().as_deref(),
        Some("merged\n")
    );
    assert!(ended.said.contains("7 of 7 nodes done") && ended.said.contains("cost $"), "{}", ended.said);
    let mut live = 0_u32;
    let most = ended.events.iter().map(|record| {
        match record.event {
            Event::AttemptStarted { .. } => live += 1,
            Event::AttemptEnded { .. } => live -= 1,
            _ => {}
        }
        live
    });
    assert_eq!(most.max(), Some(5), "five at a time");
}

/// The example's prompts, each with what the model is to answer.
fn with_scripts(dag: &str, workspace: &Path) -> String {
    let mut text = String::new();
    let mut node = "";
    for line in dag.lines() {
        node = line.trim().strip_prefix("- id: ").unwrap_or(node);
        text.push_str(&format!("{line}\n"));
        if line.trim() != "prompt: |" {
            continue;
        }
        let script = match node {
            "codebase-analysis" => vec![
                r#"use Bash {"command": "mkdir -p review && echo map > review/structure.md && echo src > review/sources.txt"}"#.to_owned(),
                "say mapped".to_owned(),
            ],
            "synthesis" => {
                let input = json!({ "file_path": workspace.join("REVIEW.md"), "content": "merged\n" });
                vec![format!("use Write {input}"), "say merged".to_owned()]
            }
            other => vec![r#"use Bash {"command": "sleep 1"}"#.to_owned(), format!("say nothing wrong with {other}")],
        };
        script.iter().for_each(|line| text.push_str(&format!("      MODEL> {line}\n")));
    }
    text
}
