//! Slash commands' files, byte for byte, and how they are called.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use divisi_analysis::did_you_mean::nearest;
use divisi_model::{CommandKind, CommandResolution, CommandText, CommandWork, Given, SlashCommand};
use divisi_syntax::LineIndex;
use divisi_workspace::Snapshot;
use serde_json::Value;

use super::Faults;
use super::agents::text_of;
use crate::plan::{PlanCall, PlanCommand, PlanGiven};

/// Commands in use.
#[derive(Debug)]
pub(super) struct Commands<'a> {
    snapshot: &'a Snapshot,
    pub(super) files: Vec<PlanCommand>,
    /// What the files say of how they are executed.
    headers: Vec<CommandText>,
    known: HashMap<PathBuf, usize>,
}

/// A call, with what the command's file asks for.
pub(super) struct Called {
    pub(super) call: PlanCall,
    /// The agent that gets the text.
    pub(super) agent: Option<String>,
    pub(super) model: Option<String>,
    pub(super) tools: Option<Vec<String>>,
}

impl<'a> Commands<'a> {
    pub(super) fn new(snapshot: &'a Snapshot) -> Self {
        Self { snapshot, files: Vec::new(), headers: Vec::new(), known: HashMap::new() }
    }

    /// Finds and reads the command of a node.
    pub(super) fn call(&mut self, work: &CommandWork, faults: &mut Faults) -> Option<Called> {
        let command =
            self.find(&work.name.value).map_err(|message| faults.add(work.name.span, message)).ok()?;
        let header = self.headers.get(command)?;
        let given = given(&work.name.value, &work.args.given, &header.arguments);
        let given = given.map_err(|message| faults.add(work.name.span, message)).ok()?;
        let names = |tools: &Vec<divisi_syntax::Spanned<String>>| {
            tools.iter().map(|tool| tool.value.clone()).collect::<Vec<_>>()
        };
        Some(Called {
            call: PlanCall { command, given },
            agent: header.agent.as_ref().map(|agent| agent.value.clone()),
            model: header.model.clone(),
            tools: header.allowed_tools.as_ref().map(names),
        })
    }

    /// The index of the command in the plan.
    fn find(&mut self, name: &str) -> Result<usize, String> {
        let commands = self.snapshot.commands();
        let found = match commands.resolve(name) {
            CommandResolution::Found(found) => found,
            CommandResolution::Ambiguous(several) => {
                let files: Vec<String> =
                    several.iter().filter_map(|one| Some(one.path.as_ref()?.display().to_string())).collect();
                return Err(format!("the command /{name} is defined more than once: {}", files.join(", ")));
            }
            CommandResolution::Unknown => {
                let names = commands.names();
                let near = nearest(name, names.iter().map(|command| command.name.as_str()));
                let hint = near.map(|near| format!("; did you mean /{near}?")).unwrap_or_default();
                return Err(format!("there is no command /{name}{hint}"));
            }
        };
        let Some(path) = &found.path else {
            return Err(format!("the command /{name} is built into its tool and has no file to hand over"));
        };
        if found.hidden {
            return Err(format!("/{name} says `user-invocable: false`: only the model calls it"));
        }
        if let Some(index) = self.known.get(path) {
            return Ok(*index);
        }
        let index = self.files.len();
        let (file, header) = read(self.snapshot, found, path)?;
        self.files.push(file);
        self.headers.push(header);
        self.known.insert(path.clone(), index);
        Ok(index)
    }
}

fn read(
    snapshot: &Snapshot,
    command: &SlashCommand,
    path: &Path,
) -> Result<(PlanCommand, CommandText), String> {
    let text: Arc<str> = Arc::from(text_of(snapshot, path)?);
    let header = CommandText::read(&text);
    if let Some(at) = header.inline_shell(&text) {
        return Err(format!(
            "{}:{}: the command /{} runs a program by !`…`, and no run does that: let a `run` node run it and hand \
             its output over in `args`",
            path.display(),
            LineIndex::new(&text).line(at) + 1,
            command.name
        ));
    }
    let body = header.body.slice(&text);
    let body = match (command.kind, path.parent()) {
        // Its tool tells a skill where its other files are.
        (CommandKind::Skill, Some(folder)) => {
            format!("Base directory for this skill: {}\n\n{body}", folder.display())
        }
        _ => body.to_owned(),
    };
    let file = PlanCommand {
        name: command.name.clone(),
        path: path.to_owned(),
        text: text.to_string(),
        body,
        arguments: header.arguments.clone(),
    };
    Ok((file, header))
}

/// What a skill tells an agent that starts with it; an error is text for people.
pub(super) fn skill(snapshot: &Snapshot, name: &str) -> Result<String, String> {
    let CommandResolution::Found(found) = snapshot.commands().resolve(name) else {
        return Err(format!("there is no one skill {name}"));
    };
    match &found.path {
        Some(path) if found.kind == CommandKind::Skill => Ok(read(snapshot, found, path)?.0.body),
        _ => Err(format!("{name} is no skill with a file")),
    }
}

/// What the command is called with; values by name in the order of its own names.
fn given(command: &str, given: &Given, names: &[String]) -> Result<PlanGiven, String> {
    let named = match given {
        Given::Nothing => return Ok(PlanGiven::Text(String::new())),
        Given::Text(text) => return Ok(PlanGiven::Text(text.clone())),
        Given::List(words) => return Ok(PlanGiven::Words(words.clone())),
        Given::Named(named) => named,
    };
    if let Some((other, _)) = named.iter().find(|(name, _)| !names.contains(&name.value)) {
        let hint = match nearest(other, names.iter().map(String::as_str)) {
            Some(near) => format!("did you mean {near}?"),
            None if names.is_empty() => {
                "its file names none (`arguments`); write a list or a text".to_owned()
            }
            None => format!("it has {}", names.join(", ")),
        };
        return Err(format!("the command /{command} has no argument {}: {hint}", other.value));
    }
    let value = |name: &String| named.iter().find(|(given, _)| given.value == *name).map(|(_, value)| value);
    let mut words: Vec<Value> = names
        .iter()
        .map(|name| value(name).cloned().unwrap_or_else(|| Value::String(String::new())))
        .collect();
    let written = names.iter().rposition(|name| value(name).is_some()).map_or(0, |last| last + 1);
    words.truncate(written);
    Ok(PlanGiven::Words(words))
}
