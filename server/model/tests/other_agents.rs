//! The fate of agents of the tools beside Claude Code.

use std::sync::Arc;

use divisi_model::agent::{read_agent, system_prompt};
use divisi_model::{AgentFile, Front, Load, Tool};
use expect_test::{Expect, expect};

fn fate(tool: Tool, text: &str) -> String {
    let text: Arc<str> = Arc::from(text);
    let file = read_agent(tool, &text, Front::read(tool, &text).as_ref(), "by-path", false);
    let load = match &file.load {
        Load::Loaded => "loaded".to_owned(),
        Load::Tolerated { span, reason } => format!("tolerated at {:?}: {reason}", span.slice(&text)),
        Load::Dropped { span, reason } => format!("dropped at {:?}: {reason}", span.slice(&text)),
    };
    format!("{load}{}\n", described(&text, &file))
}

fn described(text: &str, file: &AgentFile) -> String {
    let parts = [("name", &file.name), ("description", &file.description), ("model", &file.model)];
    let mut out = String::new();
    for (label, value) in parts {
        if let Some(value) = value {
            out.push_str(&format!(", {label} {:?} at {:?}", value.value, value.span.slice(text)));
        }
    }
    if let Some(tools) = &file.tools {
        let tools: Vec<&str> = tools.iter().map(|tool| tool.value.as_str()).collect();
        out.push_str(&format!(", tools {}", tools.join(" ")));
    }
    out
}

fn check(tool: Tool, texts: &[&str], expected: Expect) {
    expected.assert_eq(&texts.iter().map(|text| fate(tool, text)).collect::<String>());
}

#[test]
fn opencode() {
    check(
        Tool::OpenCode,
        &[
            "---\ndescription: Reviews\nname: other\nmode: subagent\nmodel: a/b\ntools:\n  write: false\n---\nHi",
            "No front matter",
            "---\ndescription: \"Use when: asked\"\n---\n",
            "---\ndescription: Use when: asked\nmodel: a/b\n---\n",
            "---\r\ndescription: Use when: asked\r\n---\r\n",
            "---\ndescription: Use when: asked\nargument-hint: [a] [b]\n---\n",
            "---\ndescription: a\ntools: Read, Write\n---\n",
            "---\ndescription: a\ntools: [read]\n---\n",
            "---\ndescription: a\nmode: main\n---\n",
            "---\ndescription: a\ncolor: blue\n---\n",
            "---\ndescription: a\ncolor: '#ff00aa'\nsteps: 3\nextra: 1\nhidden: true\ntemperature: 0.1\n---\n",
            "---\ndescription: a\nsteps: 0\n---\n",
        ],
        expect![[r##"
            loaded, name "by-path" at "", description "Reviews" at "Reviews", model "a/b" at "a/b"
            loaded, name "by-path" at ""
            loaded, name "by-path" at "", description "Use when: asked" at "Use when: asked"
            tolerated at ": asked": a strict YAML reader refuses this: a value cannot hold `: `, nor begin a mapping on its line: put the whole value in quotes; OpenCode reads it all the same, name "by-path" at "", description "Use when: asked" at "description", model "a/b" at "a/b"
            tolerated at ": asked": a strict YAML reader refuses this: a value cannot hold `: `, nor begin a mapping on its line: put the whole value in quotes; OpenCode reads it all the same, name "by-path" at "", description "Use when: asked" at "description"
            dropped at ": asked": a strict YAML reader refuses this: a value cannot hold `: `, nor begin a mapping on its line: put the whole value in quotes, name "by-path" at "", description "Use when: asked" at "Use when: asked"
            dropped at "tools": OpenCode takes `tools` only as a map such as `{write: false}`, not a list of names, name "by-path" at "", description "a" at "a"
            dropped at "tools": OpenCode takes `tools` only as a map such as `{write: false}`, not a list of names, name "by-path" at "", description "a" at "a"
            dropped at "mode": OpenCode takes `mode` only as `primary`, `subagent` or `all`, name "by-path" at "", description "a" at "a"
            dropped at "color": OpenCode takes `color` only as `"#rrggbb"` or a word of its colour scheme such as `accent`, name "by-path" at "", description "a" at "a"
            loaded, name "by-path" at "", description "a" at "a"
            dropped at "steps": OpenCode takes `steps` only as a whole number from 1 on, name "by-path" at "", description "a" at "a"
        "##]],
    );
}

#[test]
fn codex() {
    check(
        Tool::Codex,
        &[
            "name = \"a\"\ndescription = \"d\"\ndeveloper_instructions = '''\nReview.\n'''\nmodel = 'm'\n",
            "name = \"a\"\ndescription = \"d\"\n",
            "name = \"a\"\r\ndeveloper_instructions = \"x\"\r\n",
            "name = \"a\"\ndescription = \" \"\ndeveloper_instructions = \"x\"\n",
            "model = \"m\"\n",
            "name = a\n",
            "",
        ],
        expect![[r#"
            loaded, name "a" at "a", description "d" at "d", model "m" at "m"
            dropped at "a": it has no `developer_instructions`: say there what it is told, name "a" at "a", description "d" at "d"
            dropped at "a": it has no `description`: say when it should be used, name "a" at "a"
            dropped at "a": it has no `description`: say when it should be used, name "a" at "a", description "" at "\" \""
            loaded, name "by-path" at "", model "m" at "m"
            dropped at "a": it is not TOML: string values must be quoted, expected literal string, name "a" at "a"
            loaded, name "by-path" at ""
        "#]],
    );
    let text = "developer_instructions = \"\"\"\nOne \\\"two\\\".\n\"\"\"\n";
    assert_eq!(system_prompt(Tool::Codex, text), "One \"two\".");
    assert_eq!(system_prompt(Tool::Cursor, "---\nname: a\n---\nBody\n"), "Body\n");
}

#[test]
fn copilot() {
    check(
        Tool::Copilot,
        &[
            "---\nname: Reviewer\ndescription: d\ntools: ['read', 'github/*']\nmodel: GPT-5.2\n---\n",
            "---\ndescription: d\ntools: read, edit\n---\n",
            "---\ntools: [read]\n---\n",
            "---\ntools: [read]\ntarget: vscode\n---\n",
            "---\ndescription: Use when: asked\n---\n",
        ],
        expect![[r#"
            loaded, name "Reviewer" at "Reviewer", description "d" at "d", model "GPT-5.2" at "GPT-5.2", tools read github/*
            loaded, name "by-path" at "", description "d" at "d", tools read edit
            tolerated at "---": it has no `description`, which GitHub asks for; editors do without, name "by-path" at "", tools read
            loaded, name "by-path" at "", tools read
            tolerated at ": asked": a strict YAML reader refuses this: a value cannot hold `: `, nor begin a mapping on its line: put the whole value in quotes, name "by-path" at "", description "Use when: asked" at "Use when: asked"
        "#]],
    );
}

#[test]
fn gemini() {
    check(
        Tool::Gemini,
        &[
            "---\nname: a\ndescription: d\ntools:\n  - read_file\n  - mcp_github_*\nmodel: m\nmax_turns: 5\n---\nBody",
            "---\r\nname: a\r\ndescription: d\r\n---\r\nBody",
            "Body",
            "---\nname: a\ndescription: d\n",
            "---\nname: a\ndescription: Use when: asked\n---\n",
            "---\ndescription: d\n---\n",
            "---\nname: a\n---\n",
            "---\nname: Code Reviewer\ndescription: d\n---\n",
            "---\nname: a\ndescription: d\ntools: read_file, glob\n---\n",
            "---\nname: a\ndescription: d\ntools: [Read, Bash]\n---\n",
            "---\nname: a\ndescription: d\ncolor: red\n---\n",
            "---\nname: a\ndescription: d\nbrand_new: 1\ntools: [brand_new_tool]\n---\n",
            "---\nkind: remote\nname: a\nagent_card_url: https://example.com\n---\n",
            "---\n- kind: remote\n  name: a\n  agent_card_url: https://example.com\n---\n",
        ],
        expect![[r#"
            loaded, name "a" at "a", description "d" at "d", model "m" at "m", tools read_file mcp_github_*
            loaded, name "a" at "a", description "d" at "d"
            dropped at "": an agent needs front matter: `---`, then its keys, then `---`, name "by-path" at ""
            dropped at "---": the front matter is never closed: end it with a line `---`, name "a" at "a", description "d" at "d"
            dropped at ": asked": a strict YAML reader refuses this: a value cannot hold `: `, nor begin a mapping on its line: put the whole value in quotes, name "a" at "a", description "Use when: asked" at "Use when: asked"
            dropped at "---": it has no `name`: add one to the front matter, name "by-path" at "", description "d" at "d"
            dropped at "---": it has no `description`: say in the front matter when it should be used, name "a" at "a"
            dropped at "Code Reviewer": Gemini CLI takes names of lower-case letters, digits, `-` and `_` only, name "Code Reviewer" at "Code Reviewer", description "d" at "d"
            dropped at "tools": Gemini CLI takes `tools` as a list only: write `[…]`, or one line with `- ` for each, name "a" at "a", description "d" at "d", tools read_file glob
            dropped at "Read": `Read` is a tool of Claude Code; Gemini CLI refuses tools that it does not know, name "a" at "a", description "d" at "d", tools Read Bash
            dropped at "color": Gemini CLI refuses an agent with a key that it does not know, such as `color`, name "a" at "a", description "d" at "d"
            loaded, name "a" at "a", description "d" at "d", tools brand_new_tool
            loaded, name "a" at "a"
            loaded, name "by-path" at ""
        "#]],
    );
}

#[test]
fn cursor() {
    check(
        Tool::Cursor,
        &[
            "---\nname: a\ndescription: d\nmodel: fast\nreadonly: true\n---\n",
            "---\nreadonly: true\n---\n",
            "---\ndescription: Use when: asked\n---\n",
        ],
        expect![[r#"
            loaded, name "a" at "a", description "d" at "d", model "fast" at "fast"
            loaded, name "by-path" at ""
            tolerated at ": asked": a strict YAML reader refuses this: a value cannot hold `: `, nor begin a mapping on its line: put the whole value in quotes, name "by-path" at "", description "Use when: asked" at "Use when: asked"
        "#]],
    );
}

#[test]
fn any_text_is_read() {
    let texts = [
        "",
        "---",
        "---\n",
        "---\n: :\n---",
        "\u{feff}---\r\nname: 😀\r\n---",
        "= = =",
        "'''",
        "---\n&a *a\n---\n",
    ];
    for tool in Tool::ALL {
        for text in texts {
            let _ = fate(tool, text);
        }
    }
}
