//! The reference of the file format for people, as Markdown, from the table of keys.

use std::fmt::Write as _;

use crate::keys::{Key, Object, Ty, WorkKind, command, native};

/// The text of `docs/keys.md`.
pub fn keys_page() -> String {
    let mut page = String::from(
        "# Keys of a DAG file\n\n\
         Generated from the table of keys in `server/model/src/keys`; do not edit.\n\n\
         Keys marked *not yet* are read, checked and planned; `divisi run` refuses a DAG that asks for them and names the \
         line. Unknown keys are kept and reported.\n",
    );
    for object in objects() {
        section(&mut page, object);
    }
    page.push_str(
        "\n# Keys of commands and skills\n\nThey are for the tool that reads the file, all but `divisi`; unknown keys are kept, and reported only where they are \
         nearly a known one.\n",
    );
    section(&mut page, &command::FRONT_MATTER);
    page
}

/// All objects that a DAG can hold, each once, the outermost first. A node in a map has a node's keys.
fn objects() -> Vec<&'static Object> {
    let mut found: Vec<&'static Object> = vec![&native::DAG];
    let mut next = 0;
    while let Some(object) = found.get(next).copied() {
        for key in object.keys {
            collect(key.ty, &mut found);
        }
        next += 1;
    }
    found.retain(|object| !std::ptr::eq(*object, &native::NODE_IN_MAP));
    found
}

fn collect(ty: Ty, found: &mut Vec<&'static Object>) {
    match ty {
        Ty::Object(object) if found.iter().all(|known| !std::ptr::eq(*known, object)) => found.push(object),
        Ty::List(inner) | Ty::Map(inner) => collect(*inner, found),
        Ty::OneOf(alternatives) => alternatives.iter().for_each(|ty| collect(*ty, found)),
        _ => {}
    }
}

fn section(page: &mut String, object: &Object) {
    let _ = write!(page, "\n## {}\n\n{}\n", heading(object.name), object.doc);
    for key in object.keys {
        let _ = write!(page, "\n### `{}`{}\n\n{}\n", key.name, marks(key), key.doc);
        let facts = facts(key);
        if !facts.is_empty() {
            let _ = write!(page, "\n{}\n", facts.join("  \n"));
        }
    }
}

fn heading(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

fn marks(key: &Key) -> &'static str {
    match (key.required, key.runs) {
        (true, true) => " (required)",
        (true, false) => " (required, not yet)",
        (false, true) => "",
        (false, false) => " (not yet)",
    }
}

fn facts(key: &Key) -> Vec<String> {
    let mut facts = vec![format!("Value: {}", describe(key.ty))];
    if let Some(default) = key.default {
        facts.push(format!("Default: {default}"));
    }
    if !key.aliases.is_empty() {
        let aliases: Vec<String> = key.aliases.iter().map(|alias| format!("`{alias}`")).collect();
        facts.push(format!("Also read: {}", aliases.join(", ")));
    }
    if key.applies.len() < WorkKind::ALL.len() {
        let kinds: Vec<&str> = key.applies.iter().map(|kind| kind.describe()).collect();
        facts.push(format!("Only on {}", kinds.join(", ")));
    }
    facts
}

/// What may stand there, in words.
pub fn describe(ty: Ty) -> String {
    match ty {
        Ty::Any => "anything".to_owned(),
        Ty::String => "text".to_owned(),
        Ty::Template => "text with templates".to_owned(),
        Ty::Expression => "an expression".to_owned(),
        Ty::Bool => "`true` or `false`".to_owned(),
        Ty::Int { min: i64::MIN, max: i64::MAX } => "a whole number".to_owned(),
        Ty::Int { min, max: i64::MAX } => format!("a whole number, at least {min}"),
        Ty::Int { min, max } => format!("a whole number from {min} to {max}"),
        Ty::Number => "a number, at least 0".to_owned(),
        Ty::Duration => "a duration such as `90s` or `1h30m`".to_owned(),
        Ty::Bytes => "a number of bytes such as `64KB` or `1MiB`".to_owned(),
        Ty::Tokens => "a number of tokens such as `200k`".to_owned(),
        Ty::Enum(words) => words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "),
        Ty::List(item) => format!("a list of: {}", describe(*item)),
        Ty::Map(value) => format!("a map from names to: {}", describe(*value)),
        Ty::Object(object) if std::ptr::eq(object, &native::NODE_IN_MAP) => {
            format!("{} without its `id`", describe(Ty::Object(&native::NODE)))
        }
        Ty::Object(object) => format!("a map with the keys of [{}](#{})", object.name, anchor(object.name)),
        Ty::OneOf(alternatives) => {
            let alternatives: Vec<String> = alternatives.iter().map(|ty| describe(*ty)).collect();
            alternatives.join("; or ")
        }
        Ty::Null => "`null`".to_owned(),
        Ty::NodeId => "a name of letters, digits, `_` and `-`".to_owned(),
        Ty::NodeRef => "the id of a node".to_owned(),
        Ty::AgentRef => "the name of an agent".to_owned(),
        Ty::CommandRef => "the name of a slash command".to_owned(),
        Ty::SkillRef => "the name of a skill".to_owned(),
        Ty::RunnerRef => "the name of a runner".to_owned(),
        Ty::PhaseRef => "the id of a phase".to_owned(),
        Ty::LockRef => "the name of a lock".to_owned(),
        Ty::OutputRef => "`node.output`, or the name of an output".to_owned(),
        Ty::Model => "the name of a model".to_owned(),
        Ty::Glob => "a glob".to_owned(),
        Ty::Path => "a path".to_owned(),
        Ty::Foreign(language) => language.describe().to_owned(),
        Ty::OwnAgentId => "a name, unique among the agents of the file".to_owned(),
        Ty::OwnAgentRef => "the id of an agent of this file".to_owned(),
    }
}

fn anchor(name: &str) -> String {
    name.to_lowercase().replace(' ', "-")
}
