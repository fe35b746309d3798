//! Front matter in, fate out: what Claude Code's loader does with an agent.

use std::fmt::Write as _;
use std::sync::Arc;

use divisi_model::agent::read_agent;
use divisi_model::{AgentFile, Front, Load, Tool};
use expect_test::{Expect, expect};

/// What Claude Code makes of an agent's file.
fn read_claude_agent(text: &Arc<str>, stem: &str, plugin: bool) -> AgentFile {
    let front = Front::read(Tool::ClaudeCode, text);
    read_agent(Tool::ClaudeCode, text, front.as_ref(), stem, plugin)
}

fn read(text: &str) -> (Arc<str>, AgentFile) {
    let text: Arc<str> = Arc::from(text);
    let file = read_claude_agent(&text, "stem", false);
    (text, file)
}

fn check(text: &str, expect: Expect) {
    let (text, file) = read(text);
    expect.assert_eq(&render(&text, &file));
}

fn render(text: &str, file: &AgentFile) -> String {
    let mut out = match &file.load {
        Load::Loaded => "loaded\n".to_owned(),
        Load::Tolerated { span, reason } => format!("tolerated at {:?}: {reason}\n", span.slice(text)),
        Load::Dropped { span, reason } => format!("dropped at {:?}: {reason}\n", span.slice(text)),
    };
    for (label, value) in [("name", &file.name), ("description", &file.description), ("model", &file.model)] {
        if let Some(value) = value {
            let _ = writeln!(out, "{label}: {:?} at {:?}", value.value, value.span.slice(text));
        }
    }
    if let Some(tools) = &file.tools {
        let tools: Vec<String> =
            tools.iter().map(|tool| format!("{}@{}", tool.value, tool.span.slice(text))).collect();
        let _ = writeln!(out, "tools: {}", tools.join(" "));
    }
    let _ = writeln!(out, "body: {:?}", file.body.slice(text));
    out
}

#[test]
fn strict_yaml_loads() {
    check(
        "---\nname: code-reviewer\ndescription: \"Reviews: all\"\ntools: Read, Bash(git log, git diff),Grep\nmodel: opus\n---\nYou review.\n",
        expect![[r#"
            loaded
            name: "code-reviewer" at "code-reviewer"
            description: "Reviews: all" at "Reviews: all"
            model: "opus" at "opus"
            tools: Read@Read Bash(git log, git diff)@Bash(git log, git diff) Grep@Grep
            body: "You review.\n"
        "#]],
    );
    check(
        "---\nname: 'a'\ndescription: >\n  folded\n  text\ntools:\n  - Read\n  - \"Write\"\n---\n",
        expect![[r#"
        loaded
        name: "a" at "a"
        description: "folded text\n" at "folded\n  text"
        tools: Read@Read Write@Write
        body: ""
    "#]],
    );
    check(
        "\u{feff}---\r\nname: a\r\ndescription: b\r\ntools: []\r\n---\r\nBody",
        expect![[r#"
        loaded
        name: "a" at "a"
        description: "b" at "b"
        tools: 
        body: "Body"
    "#]],
    );
}

#[test]
fn one_line_values_that_are_not_yaml_are_tolerated() {
    check(
        "---\nname: a\ndescription: Use when: \"x\" fails\ntools: [Read, Grep]\nmodel: haiku\n---\nBody",
        expect![[r#"
            tolerated at ": \"x\" fails": a strict YAML reader refuses this: a value cannot hold `: `, nor begin a mapping on its line: put the whole value in quotes; only Claude Code does not mind
            name: "a" at "a"
            description: "Use when: \"x\" fails" at "Use when: \"x\" fails"
            model: "haiku" at "haiku"
            tools: Read@Read Grep@Grep
            body: "Body"
        "#]],
    );
    check(
        "---\nname: a\ndescription: d\nargument-hint: [a] [b]\n---\n",
        expect![[r#"
            tolerated at "[b]": a strict YAML reader refuses this: no key can begin here: align it with the keys above, or put the value before it in quotes; only Claude Code does not mind
            name: "a" at "a"
            description: "d" at "d"
            body: ""
        "#]],
    );
    check(
        "---\nname: a\ndescription: @mention this\n---\n",
        expect![[r#"
            tolerated at "@mention this": a strict YAML reader refuses this: no value can begin with `@`: put it in quotes; only Claude Code does not mind
            name: "a" at "a"
            description: "@mention this" at "@mention this"
            body: ""
        "#]],
    );
}

#[test]
fn what_does_not_parse_is_dropped() {
    check(
        "---\nname: a\ndescription: Use when: x\r\ntools: Read\r\n---\r\n",
        expect![[r#"
            dropped at ": x": a strict YAML reader refuses this: a value cannot hold `: `, nor begin a mapping on its line: put the whole value in quotes (with Windows line ends a value that holds `: ` must be in quotes)
            name: "a" at "a"
            description: "Use when: x" at "Use when: x"
            tools: Read@Read
            body: ""
        "#]],
    );
    check(
        "---\r\nname: a\r\ndescription: Use when: x\r\n---\r\n",
        expect![[r#"
            dropped at ": x": a strict YAML reader refuses this: a value cannot hold `: `, nor begin a mapping on its line: put the whole value in quotes (with Windows line ends a value that holds `: ` must be in quotes)
            name: "a" at "a"
            description: "Use when: x" at "Use when: x"
            body: ""
        "#]],
    );
    check(
        "---\nname: a\ndescription: Use when: x\nand wrapped without indentation\n---\n",
        expect![[r#"
            dropped at ": x": a strict YAML reader refuses this: a value cannot hold `: `, nor begin a mapping on its line: put the whole value in quotes
            name: "a" at "a"
            description: "Use when: x" at "Use when: x"
            body: ""
        "#]],
    );
    check(
        "---\nname: a\ndescription: b\n",
        expect![[r#"
        dropped at "---": the front matter is never closed: end it with a line `---`
        name: "a" at "a"
        description: "b" at "b"
        body: ""
    "#]],
    );
    check(
        "# Just text\n",
        expect![[r##"
        dropped at "": an agent needs front matter: `---`, then `name` and `description`, then `---`
        body: "# Just text\n"
    "##]],
    );
    check(
        "",
        expect![[r#"
        dropped at "": an agent needs front matter: `---`, then `name` and `description`, then `---`
        body: ""
    "#]],
    );
    check(
        "---\n- name\n---\n",
        expect![[r#"
        dropped at "---": it has no `name`: add one to the front matter
        body: ""
    "#]],
    );
}

#[test]
fn names_and_descriptions_are_needed() {
    check(
        "---\ndescription: b\n---\n",
        expect![[r#"
        dropped at "---": it has no `name`: add one to the front matter
        description: "b" at "b"
        body: ""
    "#]],
    );
    check(
        "---\nname:\ndescription: b\n---\n",
        expect![[r#"
        dropped at "---": it has no `name`: add one to the front matter
        description: "b" at "b"
        body: ""
    "#]],
    );
    check(
        "---\nname: \"\"\ndescription: b\n---\n",
        expect![[r#"
        dropped at "---": it has no `name`: add one to the front matter
        description: "b" at "b"
        body: ""
    "#]],
    );
    check(
        "---\nname: -a\ndescription: b\n---\n",
        expect![[r#"
        dropped at "-a": its name starts with `-`: begin with a letter
        name: "-a" at "-a"
        description: "b" at "b"
        body: ""
    "#]],
    );
    check(
        "---\nname: \"a:b\"\ndescription: b\n---\n",
        expect![[r#"
        dropped at "a:b": its name holds `:`, which only plugins' agents may: use `-`
        name: "a:b" at "a:b"
        description: "b" at "b"
        body: ""
    "#]],
    );
    check(
        "---\nname: a:b\ndescription: b\n---\n",
        expect![[r#"
        dropped at "a:b": its name holds `:`, which only plugins' agents may: use `-`
        name: "a:b" at "a:b"
        description: "b" at "b"
        body: ""
    "#]],
    );
    check(
        "---\nname: a\n---\n",
        expect![[r#"
        dropped at "---": it has no `description`: say in the front matter when it should be used
        name: "a" at "a"
        body: ""
    "#]],
    );
    check(
        "---\nname: a: b\ndescription: c\n---\n",
        expect![[r#"
        dropped at "a: b": its name holds `:`, which only plugins' agents may: use `-`
        name: "a: b" at "a: b"
        description: "c" at "c"
        body: ""
    "#]],
    );
}

#[test]
fn plugin_agents_load_in_any_state() {
    let cases = [
        ("# Just text\n", "stem"),
        ("---\ndescription: b\n---\n", "stem"),
        ("---\nname: a\ndescription: b: c\nd\n---\n", "stem"),
        ("---\nname: a\n---\n", "a"),
        ("---\nname: -a\ndescription: b\n---\n", "-a"),
        ("---\nname: 12\ndescription: b\n---\n", "12"),
    ];
    for (text, name) in cases {
        let file = read_claude_agent(&Arc::from(text), "stem", true);
        assert_eq!(file.load, Load::Loaded, "{text}");
        assert_eq!(file.name.map(|name| name.value).as_deref(), Some(name), "{text}");
    }
}

#[test]
fn the_first_dashes_end_the_front_matter() {
    check(
        "---\nname: a\ndescription: One --- two\ntools: Read\n---\nBody",
        expect![[r#"
            tolerated at "---": Claude Code ends the front matter at these `---` and takes what follows for the prompt
            name: "a" at "a"
            description: "One" at "One"
            body: " two\ntools: Read\n---\nBody"
        "#]],
    );
    check(
        "---\nname: a\n# --- what it does ---\ndescription: b\n---\nBody",
        expect![[r#"
        dropped at "---": Claude Code ends the front matter at these `---` and takes what follows for the prompt, so it has no `description`: say in the front matter when it should be used
        name: "a" at "a"
        body: " what it does ---\ndescription: b\n---\nBody"
    "#]],
    );
}
