//! Our reader of Claude Code's agents against what the program itself answered (`tests/loader/README.md`).

#![expect(clippy::unwrap_used, reason = "what goes wrong in a helper fails the test")]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use divisi_model::agent::{read_agent, system_prompt};
use divisi_model::{
    Agent, AgentFile, CommandArguments, CommandResolution, CommandText, Commands, Front, Load, Registry,
    Resolution, Scope, Tool, built_in_tools,
};
use serde_json::Value;

/// Cases in which this reader says less than the program: it does not check each hook, count `disallowedTools`
/// off, or look for the second of two YAML documents; and that only `*.md` is read is the workspace's affair.
const SAID_LESS: &[&str] = &[
    "hooks-event-text",
    "hooks-command-missing",
    "hooks-type-unknown",
    "tools-disallowed",
    "tools-and-disallowed",
    "tools-disallowed-all",
    "tools-disallowed-unknown",
    "document-end",
    "tools-disallowed-pattern",
    "extension.markdown",
    "extension-upper.MD",
    "extension.mdx",
    "extension.txt",
];

fn cases(file: &str) -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/loader");
    serde_json::from_str(&fs::read_to_string(folder.join(file)).unwrap()).unwrap()
}

/// A file's text as the program and we decode it.
fn text(file: &Value) -> Arc<str> {
    let Some(encoded) = file.get("base64") else { return Arc::from(file.as_str().unwrap()) };
    Arc::from(String::from_utf8_lossy(&base64(encoded.as_str().unwrap())))
}

fn base64(encoded: &str) -> Vec<u8> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits = encoded.bytes().filter(|byte| *byte != b'=');
    let values = digits.map(|digit| DIGITS.iter().position(|known| *known == digit).unwrap() as u32);
    let (mut bytes, mut bits, mut held) = (Vec::new(), 0, 0);
    for value in values {
        held = held << 6 | value;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits & 0xff) as u8);
        }
    }
    bytes
}

/// What Claude Code makes of an agent's file.
fn read_claude_agent(text: &Arc<str>, stem: &str, plugin: bool) -> AgentFile {
    let front = Front::read(Tool::ClaudeCode, text);
    read_agent(Tool::ClaudeCode, text, front.as_ref(), stem, plugin)
}

/// Name, description, model and tools, as the program told them.
fn answered(case: &Value) -> Option<[String; 4]> {
    let agent = case["answer"]["agents"].as_array().unwrap().first()?;
    let given = |key: &str| agent[key].as_str().unwrap_or_default().to_owned();
    let asked = &agent["asked"];
    let tools = match given("listed") {
        // The list that the model is shown says so of an agent that in truth has none, too.
        listed if listed == "All tools" && asked["tools"].as_array().is_some_and(Vec::is_empty) => {
            String::new()
        }
        listed if listed == "All tools" => "all".to_owned(),
        listed => listed,
    };
    Some([given("name"), given("description"), given("model"), tools])
}

/// The same from our reader.
fn read(text: &Arc<str>, stem: &str) -> Option<[String; 4]> {
    let agent = read_claude_agent(text, stem, false);
    if matches!(agent.load, Load::Dropped { .. }) {
        return None;
    }
    let plain =
        |value: Option<divisi_syntax::Spanned<String>>| value.map_or_else(String::new, |text| text.value);
    let names = |tools: Vec<divisi_syntax::Spanned<String>>| {
        tools.into_iter().map(|tool| tool.value).collect::<Vec<_>>().join(", ")
    };
    let tools = agent.tools.map_or_else(|| "all".to_owned(), names);
    Some([plain(agent.name), plain(agent.description), plain(agent.model), tools])
}

#[test]
fn agents_load_as_the_program_loads_them() {
    let mut wrong = Vec::new();
    let cases = cases("agents.json");
    for case in &cases {
        let name = case["case"].as_str().unwrap();
        let (path, file) = case["files"].as_object().unwrap().iter().next().unwrap();
        let stem = Path::new(path).file_stem().unwrap().to_str().unwrap();
        let (ours, theirs) = (read(&text(file), stem), answered(case));
        if ours != theirs && !SAID_LESS.contains(&name) {
            wrong.push(format!("{name}\n  the program: {theirs:?}\n  we:          {ours:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// Names that other versions of the program, or other ways to start it, answer to; `fork` is no agent with a prompt.
const ANSWERS_ELSEWHERE: &[&str] = &["claude-code-guide", "output-style-setup", "fork"];

/// The agent in `path` of a case, and what its prompt begins with; none for files that are not asked for agents.
fn agent(case: &Value, path: &str, text: &Arc<str>) -> Option<Agent> {
    let (place, below) = path.strip_suffix(".md")?.split_once("agents/")?;
    let stem = below.rsplit('/').next()?;
    let in_package = case.get("in").is_some();
    let scope = match place {
        ".claude/" => Scope::Project(u16::from(in_package)),
        "package/.claude/" => Scope::Project(0),
        "~/" => Scope::User,
        "plug/" => Scope::Plugin,
        _ => return None,
    };
    let file = read_claude_agent(text, stem, scope == Scope::Plugin);
    let mut name = file.name?.value;
    if scope == Scope::Plugin {
        let folders = below.strip_suffix(stem)?.replace('/', ":");
        name = format!("plug:{folders}{name}");
    }
    Some(Agent {
        tool: Tool::ClaudeCode,
        scope,
        name,
        path: Some(path.into()),
        name_span: divisi_syntax::Span::default(),
        description: None,
        tools: None,
        model: None,
        load: file.load,
    })
}

/// Whether `found` is what the program answered to a call.
fn agrees(found: &Resolution<'_>, answer: &Value, case: &Value) -> bool {
    let prompt = |agent: &Agent| match &agent.path {
        None => "built in".to_owned(),
        Some(path) => {
            let text = text(&case["files"][path.to_str().unwrap()]);
            system_prompt(Tool::ClaudeCode, &text).lines().next().unwrap_or_default().to_owned()
        }
    };
    let is_one_of = |agents: &[&Agent]| agents.iter().any(|agent| *answer == prompt(agent));
    match found {
        Resolution::Found(agent) => is_one_of(&[agent]),
        // Chance: the program takes one of them. Or it refuses to choose.
        Resolution::Ambiguous(agents) => {
            is_one_of(agents) || answer["error"].as_str().is_some_and(|error| error.contains("is ambiguous"))
        }
        Resolution::NotLoaded(_) | Resolution::Unknown => {
            answer["error"].as_str().is_some_and(|error| error.ends_with("not found."))
        }
    }
}

#[test]
fn calls_reach_whom_the_program_reaches() {
    let mut wrong = Vec::new();
    let mut calls = 0;
    for case in &cases("scopes.json") {
        let files = case["files"].as_object().unwrap();
        let agents = files.iter().filter_map(|(path, file)| agent(case, path, &text(file)));
        let registry = Registry::new(agents.map(Arc::new).collect());
        for (name, answer) in case["answer"]["calls"].as_object().into_iter().flatten() {
            calls += 1;
            let found = registry.resolve(Tool::ClaudeCode, name);
            if !agrees(&found, answer, case) && !ANSWERS_ELSEWHERE.contains(&name.as_str()) {
                wrong.push(format!("{}: {name}\n  the program: {answer}\n  we: {found:?}", case["case"]));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {calls} differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn what_the_program_lists_is_built_in() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/loader");
    let record = fs::read_to_string(folder.join("built_in.json")).unwrap();
    let record: Value = serde_json::from_str(&record).unwrap();
    let names = |key: &str| -> Vec<String> {
        record[key].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
    };
    let is_unknown_tool = |name: &String| !built_in_tools::has(Tool::ClaudeCode, name);
    assert_eq!(names("tools").into_iter().filter(is_unknown_tool).collect::<Vec<_>>(), [""; 0]);
    let registry = Registry::new(Vec::new());
    let is_unknown_agent =
        |name: &String| !matches!(registry.resolve(Tool::ClaudeCode, name), Resolution::Found(_));
    assert_eq!(names("agents").into_iter().filter(is_unknown_agent).collect::<Vec<_>>(), [""; 0]);
    let commands = Commands::default();
    let is_unknown_command = |name: &String| !matches!(commands.resolve(name), CommandResolution::Found(command) if command.name == *name);
    assert_eq!(names("commands").into_iter().filter(is_unknown_command).collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn commands_are_expanded_as_the_program_expands_them() {
    // A blank in the name keeps the program from finding the command; inline shell is refused by us; of a line of
    // four dashes we do not hand over the fourth.
    const OTHERS: &[&str] = &["with space", "shell", "close-four-dashes"];
    let mut compared = 0;
    for case in cases("commands.json").iter().chain(&cases("skills.json")) {
        let name = case["case"].as_str().unwrap();
        let files = case["files"].as_object().unwrap();
        let (Some(prompt), Some((path, file))) = (case["answer"]["prompt"].as_str(), files.iter().next())
        else {
            continue;
        };
        if OTHERS.contains(&name) || prompt.starts_with('/') {
            continue;
        }
        let text = text(file);
        let command = CommandText::read(&text);
        let arguments = CommandArguments::text("one two".to_owned());
        let expanded = arguments.expand(command.body.slice(&text), &command.arguments);
        let folder = path.strip_suffix("/SKILL.md");
        let base = folder.map(|folder| format!("Base directory for this skill: FOLDER/project/{folder}\n\n"));
        assert_eq!(base.unwrap_or_default() + &expanded, prompt, "{name}");
        compared += 1;
    }
    assert!(compared > 50, "{compared}");
}
