//! Slash commands and skills as we find them, against what Claude Code itself listed
//! (`server/model/tests/loader/README.md`).

#![expect(clippy::unwrap_used, reason = "what goes wrong in a helper fails the test")]

use std::fs;
use std::path::Path;

use divisi_model::{Scope, SlashCommand};
use divisi_workspace::{Places, Workspace};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Cases whose files are not in UTF-8 are those of the reader's own test; a file's name with `:` is none on Windows.
fn is_for_here(case: &Value) -> bool {
    let texts = case["files"].as_object().unwrap().values().all(Value::is_string);
    texts && !(cfg!(windows) && case["case"] == "a:b")
}

fn cases(file: &str) -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../model/tests/loader");
    serde_json::from_str(&fs::read_to_string(folder.join(file)).unwrap()).unwrap()
}

/// Name, description, hint and aliases, sorted.
type Listed = Vec<[String; 4]>;

/// The slash commands that the program listed. It writes behind a description where the command comes from, and before
/// it the plugin; it says so, too, where there is nothing to describe.
fn answered(case: &Value) -> Listed {
    let commands = case["answer"]["commands"].as_array().into_iter().flatten();
    let mut listed: Listed = commands
        .map(|command| {
            let text = |key: &str| command[key].as_str().unwrap_or_default().to_owned();
            let description = text("description");
            let description = description.trim_end_matches(" (project)").trim_end_matches(" (user)");
            let description = description.trim_start_matches("(plug) ");
            let description =
                if matches!(description, "Custom command" | "Skill") { "" } else { description };
            let mut aliases: Vec<&str> =
                command["aliases"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            aliases.sort_unstable();
            let hint = text("argumentHint").replace("[object Object]", "");
            [text("name"), description.to_owned(), hint, aliases.join(", ")]
        })
        .collect();
    listed.sort();
    listed
}

/// What we find where the files of `case` lie on the disk.
fn found(case: &Value) -> Listed {
    let folder = TempDir::new().unwrap();
    let at = |below: &str| folder.path().join(below);
    let write = |below: &str, text: &str| {
        let path = at(below);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    for (path, text) in case["files"].as_object().unwrap() {
        let place = match path.strip_prefix("~/") {
            Some(below) => format!("claude/{below}"),
            None if path.starts_with("plug/") => path.clone(),
            None => format!("project/{path}"),
        };
        write(&place, text.as_str().unwrap());
    }
    fs::create_dir_all(at("project")).unwrap();
    let plugins = json!({"plugins": {"plug@market": [{"installPath": at("plug")}]}});
    write("claude/plugins/installed_plugins.json", &plugins.to_string());
    let places = Places { claude: Some(at("claude")), ..Places::default() };
    let mut workspace = Workspace::with_places(vec![at("project")], places);
    workspace.scan();
    let snapshot = workspace.snapshot();
    let is_listed = |command: &&SlashCommand| command.scope != Scope::BuiltIn && !command.hidden;
    snapshot.commands().names().into_iter().filter(is_listed).map(shown).collect()
}

fn shown(command: &SlashCommand) -> [String; 4] {
    let mut aliases = command.aliases.clone();
    aliases.sort_unstable();
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    [command.name.clone(), text(&command.description), text(&command.argument_hint), aliases.join(", ")]
}

#[test]
fn commands_and_skills_are_those_that_the_program_lists() {
    let with_commands = |case: &Value| case["answer"].get("commands").is_some();
    let cases: Vec<Value> = ["commands.json", "skills.json", "scopes.json"]
        .into_iter()
        .flat_map(cases)
        .filter(|case| with_commands(case) && is_for_here(case))
        .collect();
    assert!(cases.len() > 100, "{} cases", cases.len());
    let mut wrong = Vec::new();
    for case in &cases {
        let (ours, theirs) = (found(case), answered(case));
        if ours != theirs {
            wrong.push(format!("{}\n  the program: {theirs:?}\n  we:          {ours:?}", case["case"]));
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}
