//! Codex, OpenCode, Gemini CLI, and OpenCode once more as an agent of the Agent Client Protocol.

use divisi_engine::event::RunnerFault;
use serde_json::json;

use crate::bench::{Bench, Ended};

/// Codex finds its service in its own settings; its sandbox will not have them under the temporary folder.
fn run_codex(bench: &Bench) -> Ended {
    let home = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a fresh folder");
    let config = format!(
        "model_provider = \"stand-in\"\nmodel = \"model\"\n[model_providers.stand-in]\nname = \"stand-in\"\n\
         base_url = \"{}/v1\"\nenv_key = \"OPENAI_API_KEY\"\nwire_api = \"responses\"\n",
        bench.service.url
    );
    std::fs::write(home.path().join("config.toml"), config).expect("a fresh file");
    let mut command = bench.divisi(&["run", "a.dag.yaml", "--yes"]);
    command.env("OPENAI_API_KEY", "a-key-that-nobody-has").env("CODEX_HOME", home.path());
    bench.ended(command.output().expect("divisi starts"))
}

fn codex_agent(bench: &Bench) {
    bench.world.write(
        ".codex/agents/reviewer.toml",
        "name = \"reviewer\"\ndescription = \"Reviews code\"\ndeveloper_instructions = \"You review \\\"code\\\".\"\n",
    );
}

#[test]
fn codex_succeeds() {
    let Some(bench) = Bench::new() else { return };
    codex_agent(&bench);
    bench.write_dag(
        "    runner: codex\n    outputs: [findings]\n",
        &[r#"use exec_command {"cmd": "echo hi"} (1200 in, 340 out)"#, "say all is well (1300 in, 50 out)"],
    );
    let ended = run_codex(&bench);
    assert_eq!(ended.status, Some(0), "{}", ended.said);
    assert_eq!(ended.output("a", "findings"), json!("all is well"));
    let usage = ended.evidence("a").usage.as_ref().expect("usage is told");
    assert_eq!((usage.input_tokens, usage.output_tokens, usage.usd), (2500, 390, None));
    assert!(ended.said.contains("cost not told by the runners"), "{}", ended.said);
}

#[test]
fn codex_fills_a_schema_or_fails() {
    let Some(bench) = Bench::new() else { return };
    codex_agent(&bench);
    let schema =
        "{ type: object, properties: { n: { type: integer } }, required: [n], additionalProperties: false }";
    let keys = format!("    runner: codex\n    outputs: {{ found: {{ json: {schema} }} }}\n");
    bench.write_dag(&keys, &[r#"say {"n": "seven"}"#]);
    let ended = run_codex(&bench);
    assert_eq!(ended.status, Some(1), "{}", ended.said);
    assert!(ended.said.contains("does not fit its schema, at /n"), "{}", ended.said);
}

#[test]
fn a_limit_that_a_runner_cannot_hold_is_refused() {
    let Some(bench) = Bench::new() else { return };
    codex_agent(&bench);
    bench.write_dag("    runner: codex\n    max_turns: 3\n", &["say x"]);
    let ended = run_codex(&bench);
    assert_eq!(ended.status, Some(2), "{}", ended.said);
    assert!(ended.said.contains("the runner `codex` has no way to hold a limit on turns"), "{}", ended.said);
}

fn run_opencode(bench: &Bench) -> Ended {
    let model = json!({ "name": "Model", "cost": { "input": 1, "output": 2 }, "limit": { "context": 100_000, "output": 8_000 } });
    let options =
        json!({ "baseURL": format!("{}/v1", bench.service.url), "apiKey": "a-key-that-nobody-has" });
    let provider = json!({ "npm": "@ai-sdk/openai-compatible", "name": "Stand-in", "options": options, "models": { "m": model } });
    let config = json!({
        "provider": { "stand-in": provider }, "model": "stand-in/m", "small_model": "stand-in/m",
        "permission": { "bash": "ask" }, "autoupdate": false,
    });
    let mut command = bench.divisi(&["run", "a.dag.yaml", "--yes"]);
    command.env("OPENCODE_CONFIG_CONTENT", config.to_string()).env("OPENCODE_DISABLE_MODELS_FETCH", "1");
    bench.ended(command.output().expect("divisi starts"))
}

#[test]
fn opencode_succeeds() {
    let Some(bench) = Bench::new() else { return };
    bench.write_dag(
        "    runner: opencode\n    outputs: [findings]\n",
        &[
            r#"use bash {"command": "echo hi", "description": "says hi"} (1200 in, 340 out)"#,
            "say all is well (1300 in, 50 out)",
        ],
    );
    let ended = run_opencode(&bench);
    assert_eq!(ended.status, Some(0), "{}", ended.said);
    assert_eq!(ended.output("a", "findings"), json!("all is well"));
    let usage = ended.evidence("a").usage.as_ref().expect("usage is told");
    assert_eq!((usage.input_tokens, usage.output_tokens, usage.turns), (2500, 390, Some(2)));
    assert!(usage.usd.is_some_and(|usd| usd > 0.003));
}

#[test]
fn opencode_has_a_bad_key() {
    let Some(bench) = Bench::new() else { return };
    bench.write_dag("    runner: opencode\n", &["fail 401 who are you"]);
    let ended = run_opencode(&bench);
    assert_eq!(ended.status, Some(1), "{}", ended.said);
    assert_eq!(ended.evidence("a").fault, Some(RunnerFault::Auth), "{}", ended.said);
}

#[test]
fn an_agent_of_the_protocol_asks_and_is_answered_by_the_tools_of_its_node() {
    let Some(bench) = Bench::new() else { return };
    bench.world.write(
        "divisi.toml",
        "[runners.protocol]\nkind = \"acp\"\ncommand = [\"opencode\", \"acp\"]\n\
         env = [\"OPENCODE_CONFIG_CONTENT\", \"OPENCODE_DISABLE_MODELS_FETCH\"]\n",
    );
    let script = [r#"use bash {"command": "touch made.txt", "description": "makes"}"#, "say all is well"];
    bench.write_dag("    runner: protocol\n    outputs: [findings]\n", &script);
    let ended = run_opencode(&bench);
    assert_eq!(ended.status, Some(0), "{}", ended.said);
    assert_eq!(ended.output("a", "findings"), json!("all is well"));
    assert!(bench.world.workspace().join("made.txt").exists(), "its tools allow it");

    std::fs::remove_file(bench.world.workspace().join("made.txt")).expect("it is there");
    std::fs::remove_dir_all(bench.world.workspace().join(".divisi")).expect("it is there");
    bench.write_dag("    runner: protocol\n    tools: [Read]\n", &script);
    let ended = run_opencode(&bench);
    assert_eq!(ended.evidence("a").denied, ["execute"], "{}", ended.said);
    assert!(!bench.world.workspace().join("made.txt").exists(), "its tools do not");
}

#[test]
fn opencode_uses_its_shell_for_what_its_tools_name_alone() {
    let Some(bench) = Bench::new() else { return };
    bench.write_dag(
        "    runner: opencode\n    tools: ['Bash(echo *)', 'Bash(touch a.txt)']\n    outputs: [findings]\n",
        &[
            r#"use bash {"command": "echo hi && touch b.txt", "description": "makes"}"#,
            r#"use bash {"command": "touch a.txt", "description": "makes"}"#,
            "say all is well",
        ],
    );
    let ended = run_opencode(&bench);
    let has = |file: &str| bench.world.workspace().join(file).exists();
    assert_eq!((ended.status, has("a.txt"), has("b.txt")), (Some(0), true, false), "{}", ended.said);
}

/// With an address of its own for the service, Gemini CLI takes a key only where its settings say so.
fn run_gemini(bench: &Bench) -> Ended {
    let settings = json!({ "security": { "auth": { "selectedType": "gemini-api-key" } } });
    bench.world.write("../home/.gemini/settings.json", &settings.to_string());
    let mut command = bench.divisi(&["run", "a.dag.yaml", "--yes"]);
    command.env("GOOGLE_GEMINI_BASE_URL", &bench.service.url).env("GEMINI_API_KEY", "a-key-that-nobody-has");
    bench.ended_of_an_ordinary_user(command)
}

#[test]
fn gemini_succeeds_and_uses_its_shell_for_what_its_tools_name_alone() {
    let Some(bench) = Bench::new().filter(|bench| bench.has("gemini")) else { return };
    bench.write_dag(
        "    runner: gemini\n    model: gemini-2.5-pro\n    outputs: [findings]\n    \
         tools: ['Bash(echo *)', 'Bash(touch a.txt)']\n",
        &[
            r#"use run_shell_command {"command": "echo hi && touch b.txt"} (1200 in, 340 out)"#,
            r#"use run_shell_command {"command": "touch a.txt.b"} (0 in, 0 out)"#,
            r#"use run_shell_command {"command": "touch a.txt"} (0 in, 0 out)"#,
            "say all is well (1300 in, 50 out)",
        ],
    );
    let ended = run_gemini(&bench);
    assert_eq!(ended.status, Some(0), "{}", ended.said);
    assert_eq!(ended.output("a", "findings"), json!("all is well"));
    let evidence = ended.evidence("a");
    let usage = evidence.usage.as_ref().expect("usage is told");
    assert_eq!((usage.input_tokens, usage.output_tokens), (2500, 390));
    let has = |file: &str| bench.world.workspace().join(file).exists();
    assert_eq!((has("a.txt"), has("b.txt"), has("a.txt.b")), (true, false, false), "{:?}", evidence.denied);
    assert_eq!(evidence.denied.len(), 2);
}

/// A repository whose settings start programs and lift the limit on turns.
fn write_settings_of_repository(bench: &Bench) {
    let touch = |file: &str| format!("touch {}", bench.world.workspace().join(file).display());
    let server = json!({ "command": "sh", "args": ["-c", touch("server-was-here")] });
    let hook = json!({ "hooks": [{ "type": "command", "command": touch("hook-was-here") }] });
    let settings = json!({
        "mcpServers": { "theirs": server }, "hooks": { "BeforeAgent": [hook] }, "model": { "maxSessionTurns": 50 },
    });
    bench.world.write(".gemini/settings.json", &settings.to_string());
}

#[test]
fn gemini_leaves_out_what_the_repository_sets_up_and_holds_its_turns() {
    let Some(bench) = Bench::new().filter(|bench| bench.has("gemini")) else { return };
    write_settings_of_repository(&bench);
    bench.write_dag(
        "    runner: gemini\n    model: gemini-2.5-pro\n    tools: [Bash]\n    max_turns: 2\n",
        &[
            r#"use run_shell_command {"command": "git init -q made"} (0 in, 0 out)"#,
            r#"use run_shell_command {"command": "touch b.txt"} (0 in, 0 out)"#,
            r#"use run_shell_command {"command": "touch c.txt"} (0 in, 0 out)"#,
            "say all is well",
        ],
    );
    let ended = run_gemini(&bench);
    assert_eq!(ended.evidence("a").fault, Some(RunnerFault::Turns), "{}", ended.said);
    let has = |file: &str| bench.world.workspace().join(file).exists();
    assert_eq!((has("made/.git"), has("c.txt")), (true, false), "{:?}", ended.evidence("a").denied);
    assert!(!has("hook-was-here") && !has("server-was-here"));
}

#[test]
fn gemini_takes_what_the_repository_sets_up_where_its_definition_says_so() {
    let Some(bench) = Bench::new().filter(|bench| bench.has("gemini")) else { return };
    bench.world.write("divisi.toml", "[runners.gemini]\nrepository_settings = true\n");
    write_settings_of_repository(&bench);
    bench.write_dag("    runner: gemini\n    model: gemini-2.5-pro\n", &["say all is well"]);
    let ended = run_gemini(&bench);
    assert_eq!(ended.status, Some(0), "{}", ended.said);
    let has = |file: &str| bench.world.workspace().join(file).exists();
    assert!(has("hook-was-here") && has("server-was-here"), "{}", ended.said);
}

#[test]
fn gemini_has_a_bad_key() {
    let Some(bench) = Bench::new().filter(|bench| bench.has("gemini")) else { return };
    bench.write_dag("    runner: gemini\n    model: gemini-2.5-pro\n", &["fail 401 who are you"]);
    let ended = run_gemini(&bench);
    assert_eq!(ended.status, Some(1), "{}", ended.said);
    assert_eq!(ended.evidence("a").fault, Some(RunnerFault::Auth), "{}", ended.said);
}

#[test]
fn a_restriction_that_a_program_has_no_word_for_is_refused() {
    let Some(bench) = Bench::new() else { return };
    bench.write_dag("    runner: gemini\n    tools: ['Read(src/**)', 'Bash(git * main)']\n", &["say x"]);
    let ended = run_gemini(&bench);
    assert_eq!(ended.status, Some(2), "{}", ended.said);
    assert!(
        ended.said.contains("the runner gemini cannot hold an agent to `Read(src/**)`"),
        "{}",
        ended.said
    );
    assert!(ended.said.contains("`Bash(git * main)`"), "{}", ended.said);
}
