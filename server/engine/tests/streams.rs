//! Streams that the real programs printed, as their listeners understand them: what the log tells, and the report.
//!
//! `tests/streams/` holds them as they were recorded against a stand-in for the services (claude 2.1.329, codex 0.169,
//! opencode 1.18.33, gemini 0.61), without the long lists that nobody reads.

#![expect(clippy::unwrap_used, reason = "what goes wrong here fails a test")]

use std::fs;
use std::path::{Path, PathBuf};

use divisi_engine::launch::{AgentStream, Listener};
use divisi_engine::runner::listener;
use expect_test::{Expect, expect};
use serde_json::{Value, json};

fn acp(allowed: &[&str]) -> AgentStream {
    let allowed = allowed.iter().map(|kind| (*kind).to_owned()).collect();
    AgentStream::Acp { cwd: PathBuf::from("/workspace"), prompt: "go".to_owned(), allowed }
}

fn recorded(name: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/streams").join(format!("{name}.jsonl"));
    fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The log, the answers after `<`, and the report.
fn story(mut listener: Box<dyn Listener>, values: &[Value]) -> String {
    let mut story = String::new();
    for reply in listener.greeting() {
        story.push_str(&format!("< {reply}\n"));
    }
    for value in values {
        let heard = listener.hear(value);
        let log = heard.log.iter().map(|line| format!("{line}\n"));
        let replies = heard.replies.iter().map(|reply| format!("< {reply}\n"));
        story.extend(log.chain(replies));
    }
    assert!(!listener.report().is_complete || !listener.is_in_a_tool(), "nothing is open after the end");
    format!("{story}{}\n", serde_json::to_string_pretty(&listener.report()).unwrap())
}

#[track_caller]
fn check(stream: &AgentStream, name: &str, expected: Expect) {
    expected.assert_eq(&story(listener(stream), &recorded(name)));
}

#[test]
fn claude_succeeds() {
    check(
        &AgentStream::Claude,
        "claude-success",
        expect![[r#"
        → Bash {"command":"echo hi"}
        all **fine**
        {
          "is_complete": true,
          "session": "6f9619ff-8b86-4d01-b42d-00cf4fc964ff",
          "usage": {
            "input_tokens": 2500,
            "output_tokens": 390,
            "turns": 2,
            "usd": 0.0178
          },
          "result": "all **fine**"
        }
    "#]],
    );
}

#[test]
fn claude_is_refused_a_tool() {
    check(
        &AgentStream::Claude,
        "claude-denied",
        expect![[r#"
        → Bash {"command":"touch x"}
          failed: Permission to use Bash has been denied because Claude Code is running in don't ask mode. IMPORTANT: You *may* attempt to accomplish this action using other tools that might naturally be used to accomp…
        could not
        {
          "is_complete": true,
          "session": "94c676b6-4207-477a-94b4-9ff86cbb3f0f",
          "usage": {
            "input_tokens": 20574,
            "output_tokens": 36,
            "turns": 2,
            "usd": 0.083016
          },
          "denied": [
            "Bash"
          ],
          "result": "could not"
        }
    "#]],
    );
}

#[test]
fn claude_meets_a_service_that_refuses() {
    check(
        &AgentStream::Claude,
        "claude-api-error",
        expect![[r#"
        API Error: 400 bad thing
        {
          "is_complete": true,
          "session": "4a94591b-9372-493a-a3dd-e4838a57151d",
          "usage": {
            "input_tokens": 0,
            "output_tokens": 0,
            "turns": 1,
            "usd": 0.0
          },
          "result": "API Error: 400 bad thing",
          "failure": {
            "fault": "service",
            "detail": "API Error: 400 bad thing"
          }
        }
    "#]],
    );
}

#[test]
fn claude_has_a_bad_key() {
    check(
        &AgentStream::Claude,
        "claude-auth",
        expect![[r#"
        [the service answers 401; it is tried again]
        [the service answers 401; it is tried again]
        [the service answers 401; it is tried again]
        Invalid API key · Fix external API key
        {
          "is_complete": true,
          "session": "81cfa003-2d7a-4a95-a684-d5439ba008ee",
          "usage": {
            "input_tokens": 0,
            "output_tokens": 0,
            "turns": 1,
            "usd": 0.0
          },
          "result": "Invalid API key · Fix external API key",
          "failure": {
            "fault": "auth",
            "detail": "Invalid API key · Fix external API key"
          }
        }
    "#]],
    );
}

#[test]
fn claude_is_out_of_quota_and_nobody_says_for_how_long() {
    check(
        &AgentStream::Claude,
        "claude-quota",
        expect![[r#"
        [the service answers 429; it is tried again]
        [the service answers 429; it is tried again]
        [the service answers 429; it is tried again]
        API Error: Request rejected (429) · rate limited
        {
          "is_complete": true,
          "session": "c45ec4ff-7564-4584-969a-68785f620025",
          "usage": {
            "input_tokens": 0,
            "output_tokens": 0,
            "turns": 1,
            "usd": 0.0
          },
          "result": "API Error: Request rejected (429) · rate limited",
          "failure": {
            "fault": "quota",
            "detail": "API Error: Request rejected (429) · rate limited"
          }
        }
    "#]],
    );
}

#[test]
fn claude_is_out_of_quota_until_a_moment() {
    check(
        &AgentStream::Claude,
        "claude-quota-reset",
        expect![[r#"
        You've hit your 5-hour limit · resets 12:03pm (UTC)
        {
          "is_complete": true,
          "session": "d50a106e-d381-445e-ae5d-9d076118a2ce",
          "usage": {
            "input_tokens": 0,
            "output_tokens": 0,
            "turns": 1,
            "usd": 0.0
          },
          "result": "You've hit your 5-hour limit · resets 12:03pm (UTC)",
          "failure": {
            "fault": "quota",
            "detail": "You've hit your 5-hour limit · resets 12:03pm (UTC)",
            "resets_at": 1795262588000
          }
        }
    "#]],
    );
}

#[test]
fn claude_uses_up_its_turns() {
    check(
        &AgentStream::Claude,
        "claude-turns",
        expect![[r#"
        → Bash {"command":"echo 1"}
        → Bash {"command":"echo 2"}
        {
          "is_complete": true,
          "session": "2ac81c30-5a66-4dcd-8e7a-1f5f7d8288f7",
          "usage": {
            "input_tokens": 4066,
            "output_tokens": 54,
            "turns": 3,
            "usd": 0.017344000000000002
          },
          "failure": {
            "fault": "turns",
            "detail": "claude used up its turns"
          }
        }
    "#]],
    );
}

#[test]
fn claude_uses_up_its_budget() {
    check(
        &AgentStream::Claude,
        "claude-budget",
        expect![[r#"
        → Bash {"command":"echo 1"}
        {
          "is_complete": true,
          "session": "11bf4d69-4e96-401a-a857-95307a7272aa",
          "usage": {
            "input_tokens": 100000,
            "output_tokens": 100000,
            "turns": 1,
            "usd": 2.4
          },
          "failure": {
            "fault": "budget",
            "detail": "claude used up its budget"
          }
        }
    "#]],
    );
}

#[test]
fn claude_fills_a_schema() {
    check(
        &AgentStream::Claude,
        "claude-schema",
        expect![[r#"
        → StructuredOutput {"n":1}
        {
          "is_complete": true,
          "session": "ac9a794a-4d50-40c9-a1c9-4a6854af7218",
          "usage": {
            "input_tokens": 2053,
            "output_tokens": 26,
            "turns": 2,
            "usd": 0.008732
          },
          "result": "{\"n\":1}",
          "structured": {
            "n": 1
          }
        }
    "#]],
    );
}

#[test]
fn claude_is_interrupted() {
    check(
        &AgentStream::Claude,
        "claude-interrupted",
        expect![[r#"
        → Bash {"command":"sleep 301"}
          failed: The user doesn't want to proceed with this tool use. The tool use was rejected (eg. if it was a file edit, the new_string was NOT written to the file). STOP what you are doing and wait for the user to…
        {
          "is_complete": true,
          "session": "017089e8-ee35-4c9c-9bdc-e357fd0e0f19",
          "usage": {
            "input_tokens": 1983,
            "output_tokens": 27,
            "turns": 3,
            "usd": 0.008472
          },
          "failure": {
            "fault": "other",
            "detail": "[ede_diagnostic] result_type=user last_content_type=n/a stop_reason=tool_use"
          }
        }
    "#]],
    );
}

#[test]
fn codex_succeeds() {
    check(
        &AgentStream::Codex,
        "codex-success",
        expect![[r#"
        [Model metadata for `fake-1` not found. Defaulting to fallback metadata; this can degrade performance and cause issues.]
        → command_execution "/bin/bash -lc 'echo hi'"
        all fine
        {
          "is_complete": true,
          "session": "01a1fde1-154a-7f92-a4d9-20a8922ce4fc",
          "usage": {
            "input_tokens": 2500,
            "output_tokens": 390
          },
          "result": "all fine"
        }
    "#]],
    );
}

#[test]
fn codex_fails_at_a_command_and_goes_on() {
    check(
        &AgentStream::Codex,
        "codex-readonly",
        expect![[r#"
        [Model metadata for `fake-1` not found. Defaulting to fallback metadata; this can degrade performance and cause issues.]
        → command_execution "/bin/bash -lc 'touch nofile'"
          failed: touch: cannot touch 'nofile': Read-only file system
        could not
        {
          "is_complete": true,
          "session": "01a1fde1-17ee-7da3-9fb6-701d1b40a475",
          "usage": {
            "input_tokens": 19868,
            "output_tokens": 91
          },
          "result": "could not"
        }
    "#]],
    );
}

#[test]
fn codex_names_the_status_of_a_service_that_refuses() {
    check(
        &AgentStream::Codex,
        "codex-quota",
        expect![[r#"
        [Model metadata for `fake-1` not found. Defaulting to fallback metadata; this can degrade performance and cause issues.]
        [exceeded retry limit, last status: 429 Too Many Requests]
        {
          "is_complete": true,
          "session": "01a1fde1-1a25-78f0-b50b-d6a484c6da4f",
          "failure": {
            "fault": "quota",
            "detail": "exceeded retry limit, last status: 429 Too Many Requests"
          }
        }
    "#]],
    );
    check(
        &AgentStream::Codex,
        "codex-auth",
        expect![[r#"
        [Model metadata for `fake-1` not found. Defaulting to fallback metadata; this can degrade performance and cause issues.]
        [Reconnecting... 1/5 (unexpected status 401 Unauthorized: bad key, url: http://service.invalid/v1/responses)]
        [Reconnecting... 2/5 (unexpected status 401 Unauthorized: bad key, url: http://service.invalid/v1/responses)]
        [Reconnecting... 3/5 (unexpected status 401 Unauthorized: bad key, url: http://service.invalid/v1/responses)]
        [Reconnecting... 4/5 (unexpected status 401 Unauthorized: bad key, url: http://service.invalid/v1/responses)]
        [Reconnecting... 5/5 (unexpected status 401 Unauthorized: bad key, url: http://service.invalid/v1/responses)]
        [unexpected status 401 Unauthorized: bad key, url: http://service.invalid/v1/responses]
        {
          "is_complete": true,
          "session": "01a1fde1-1b50-7500-90af-fef11567e78e",
          "failure": {
            "fault": "auth",
            "detail": "unexpected status 401 Unauthorized: bad key, url: http://service.invalid/v1/responses"
          }
        }
    "#]],
    );
}

#[test]
fn gemini_succeeds() {
    check(
        &AgentStream::Gemini,
        "gemini-success",
        expect![[r#"
        → run_shell_command {"command":"echo hi"}
        all fine
        {
          "is_complete": true,
          "session": "12bfffba-e7b1-476d-9b37-ef2450dd00ca",
          "usage": {
            "input_tokens": 2500,
            "output_tokens": 390
          },
          "result": "all fine"
        }
    "#]],
    );
}

#[test]
fn gemini_is_refused_a_tool() {
    check(
        &AgentStream::Gemini,
        "gemini-denied",
        expect![[r#"
        → write_file {"file_path":"/workspace/x.txt","content":"hi"}
          failed: Tool "write_file" not found. Did you mean "run_shell_command"?
        could not
        {
          "is_complete": true,
          "session": "44a1482e-69c8-4edf-8046-7dc1e1ae3030",
          "usage": {
            "input_tokens": 13385,
            "output_tokens": 32
          },
          "denied": [
            "write_file"
          ],
          "result": "could not"
        }
    "#]],
    );
}

#[test]
fn gemini_has_a_bad_key() {
    check(
        &AgentStream::Gemini,
        "gemini-auth",
        expect![[r#"
        {
          "is_complete": true,
          "session": "bcb0923a-22b3-4c98-99ad-84d23ec3a1a9",
          "usage": {
            "input_tokens": 0,
            "output_tokens": 0
          },
          "failure": {
            "fault": "auth",
            "detail": "[API Error: {\"type\":\"error\",\"error\":{\"type\":\"authentication_error\",\"message\":\"bad key\",\"code\":401,\"status\":\"authentication_error\"}}]"
          }
        }
    "#]],
    );
}

/// The fault of a stream whose last value is `value`.
fn fault(stream: &AgentStream, value: Value) -> String {
    let mut listener = listener(stream);
    listener.hear(&value);
    let failure = listener.report().failure.unwrap();
    serde_json::to_value(failure.fault).unwrap().as_str().unwrap().to_owned()
}

#[test]
fn the_status_of_a_service_counts_only_where_the_program_names_it() {
    let codex = |message: &str| {
        let value = json!({ "type": "turn.failed", "error": { "message": message } });
        fault(&AgentStream::Codex, value)
    };
    assert_eq!(codex("unexpected status 429 Too Many Requests: slow down"), "quota");
    assert_eq!(codex("unexpected status 503 Service Unavailable: last status: 429"), "service");
    assert_eq!(codex("the model said: unexpected status 429"), "service");
    assert_eq!(codex("unexpected status \u{2014}"), "service");
    let gemini = |kind: &str, message: &str| {
        let error = json!({ "type": kind, "message": message });
        fault(&AgentStream::Gemini, json!({ "type": "result", "status": "error", "error": error }))
    };
    assert_eq!(
        gemini("unknown", r#"[API Error: {"error":{"code":429,"message":"x"}}]\nPlease wait"#),
        "quota"
    );
    assert_eq!(gemini("unknown", r#"[API Error: {"error":{"code":500,"message":"429"}}]"#), "service");
    assert_eq!(gemini("unknown", "[API Error: 429]"), "service");
    assert_eq!(gemini("unknown", "429"), "service");
    assert_eq!(gemini("TerminalQuotaError", "used up"), "quota");
}

#[test]
fn opencode_succeeds() {
    check(
        &AgentStream::Opencode,
        "opencode-success",
        expect![[r#"
        → bash {"command":"echo hi","description":"says hi"}
        all fine
        {
          "is_complete": true,
          "session": "ses_e021eaadcffePHf6C1axontZnC",
          "usage": {
            "input_tokens": 2500,
            "output_tokens": 390,
            "turns": 2,
            "usd": 0.00328
          },
          "result": "all fine"
        }
    "#]],
    );
}

#[test]
fn opencode_ends_without_a_word_after_a_refusal() {
    check(
        &AgentStream::Opencode,
        "opencode-denied",
        expect![[r#"
        → bash {"command":"echo hi","description":"says hi"}
          failed: The user rejected permission to use this specific tool call.
        {
          "is_complete": false,
          "session": "ses_e021de9d6ffezTiAQgCx7kbaha",
          "usage": {
            "input_tokens": 1909,
            "output_tokens": 43,
            "turns": 1,
            "usd": 0.001995
          }
        }
    "#]],
    );
}

#[test]
fn opencode_has_a_bad_key() {
    check(
        &AgentStream::Opencode,
        "opencode-auth",
        expect![[r#"
        {
          "is_complete": true,
          "session": "ses_e021d99cdffeVJaPOq1jWdlDlL",
          "failure": {
            "fault": "auth",
            "detail": "bad key"
          }
        }
    "#]],
    );
}

#[test]
fn an_agent_of_the_protocol_succeeds() {
    check(
        &acp(&["execute"]),
        "acp-success",
        expect![[r#"
        < {"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":1,"clientCapabilities":{"fs":{"readTextFile":false,"writeTextFile":false},"terminal":false},"clientInfo":{"name":"divisi","title":"Divisi","version":"0.1.0"}}}
        < {"jsonrpc":"2.0","id":2,"method":"session/new","params":{"cwd":"/workspace","mcpServers":[]}}
        < {"jsonrpc":"2.0","id":3,"method":"session/prompt","params":{"sessionId":"ses_e021a8475ffein835h8lAcDeHQ","prompt":[{"type":"text","text":"go"}]}}
        → echo hi
        < {"jsonrpc":"2.0","id":0,"result":{"outcome":{"outcome":"selected","optionId":"once"}}}
        all fine
        {
          "is_complete": true,
          "session": "ses_e021a8475ffein835h8lAcDeHQ",
          "usage": {
            "input_tokens": 1300,
            "output_tokens": 50,
            "usd": 0.00328
          },
          "result": "all fine"
        }
    "#]],
    );
}

#[test]
fn an_agent_of_the_protocol_is_refused_a_tool() {
    check(
        &acp(&["read"]),
        "acp-denied",
        expect![[r#"
        < {"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":1,"clientCapabilities":{"fs":{"readTextFile":false,"writeTextFile":false},"terminal":false},"clientInfo":{"name":"divisi","title":"Divisi","version":"0.1.0"}}}
        < {"jsonrpc":"2.0","id":2,"method":"session/new","params":{"cwd":"/workspace","mcpServers":[]}}
        < {"jsonrpc":"2.0","id":3,"method":"session/prompt","params":{"sessionId":"ses_e021a410fffen6uvp0SLe9vYpa","prompt":[{"type":"text","text":"go"}]}}
        → echo hi
          refused: execute echo hi
        < {"jsonrpc":"2.0","id":0,"result":{"outcome":{"outcome":"selected","optionId":"reject"}}}
          failed: The user rejected permission to use this specific tool call.
        {
          "is_complete": true,
          "session": "ses_e021a410fffen6uvp0SLe9vYpa",
          "usage": {
            "input_tokens": 7692,
            "output_tokens": 43,
            "usd": 0.007778
          },
          "denied": [
            "execute"
          ]
        }
    "#]],
    );
}

#[test]
fn what_is_not_known_is_passed_over() {
    let strange =
        ["1", "null", "[]", r#"{"type":"of tomorrow"}"#, r#"{"type":7}"#, r#"{"method":"x"}"#, "{}"];
    let strange: Vec<Value> = strange.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    for stream in
        [AgentStream::Claude, AgentStream::Codex, AgentStream::Gemini, AgentStream::Opencode, acp(&[])]
    {
        let mut listener = listener(&stream);
        for value in &strange {
            assert!(listener.hear(value).log.is_empty(), "{stream:?} {value}");
        }
        assert!(!listener.report().is_complete, "{stream:?}");
    }
}

#[test]
fn the_parts_of_a_value_may_be_missing_or_of_another_kind() {
    for name in ["claude-success", "codex-success", "gemini-success", "opencode-success", "acp-success"] {
        let stream = match name.split('-').next() {
            Some("claude") => AgentStream::Claude,
            Some("codex") => AgentStream::Codex,
            Some("gemini") => AgentStream::Gemini,
            Some("opencode") => AgentStream::Opencode,
            _ => acp(&["execute"]),
        };
        for value in recorded(name) {
            for broken in broken(&value) {
                listener(&stream).hear(&broken);
            }
        }
    }
}

/// The value with each of its parts, at any depth, taken out or replaced by a number.
fn broken(value: &Value) -> Vec<Value> {
    let mut pointers = Vec::new();
    collect_pointers(value, String::new(), &mut pointers);
    pointers
        .iter()
        .flat_map(|pointer| {
            [Value::Null, Value::from(7)].map(|other| {
                let mut broken = value.clone();
                *broken.pointer_mut(pointer).unwrap() = other;
                broken
            })
        })
        .collect()
}

fn collect_pointers(value: &Value, at: String, pointers: &mut Vec<String>) {
    match value {
        Value::Object(entries) => {
            for (name, value) in entries {
                let name = name.replace('~', "~0").replace('/', "~1");
                collect_pointers(value, format!("{at}/{name}"), pointers);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                collect_pointers(value, format!("{at}/{index}"), pointers);
            }
        }
        _ => {}
    }
    pointers.push(at);
}
