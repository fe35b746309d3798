//! Whether a scalar fits the types that may stand in its place.

use divisi_model::duration::{self, DurationError};
use divisi_model::is_node_id;
use divisi_model::keys::Ty;
use divisi_model::size;
use divisi_syntax::{Kind, NodeId, ScalarValue, Style, Tree};

/// What is to be said about a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    Fine,
    /// Not of this kind at all.
    WrongType,
    /// Of the right kind, and out of bounds; why.
    Invalid(String),
    /// A duration without its unit.
    MissingUnit(u64),
}

/// Judges a scalar. Nothing at all is fine everywhere (a required key without a value is `missing-field`), and so
/// is a value with a template in it: another tool may fill it in before we see it.
pub(super) fn judge(tree: &Tree, id: NodeId, ty: &Ty) -> Verdict {
    let mut alternatives = ty.scalar_alternatives();
    if alternatives.any(takes_any_text) {
        return Verdict::Fine;
    }
    let (Some(scalar), Some(content)) = (tree.scalar(id), tree.str(id)) else {
        return Verdict::Fine;
    };
    if scalar == ScalarValue::Null || content.contains("{{") {
        return Verdict::Fine;
    }
    let mut worst = Verdict::WrongType;
    for ty in ty.scalar_alternatives() {
        match judge_one(&scalar, &content, ty) {
            Verdict::Fine => return Verdict::Fine,
            Verdict::WrongType => {}
            closer => worst = closer,
        }
    }
    worst
}

/// Whether nothing is written, or `null`. By the text alone, since it is asked of nearly every value.
pub(crate) fn is_null(tree: &Tree, id: NodeId) -> bool {
    let id = tree.resolve(id);
    let is_plain = tree.kind(id) == Kind::Scalar && tree.style(id) == Style::Plain;
    is_plain && matches!(tree.span(id).slice(tree.text()), "" | "~" | "null" | "Null" | "NULL")
}

const fn takes_any_text(ty: Ty) -> bool {
    matches!(
        ty,
        Ty::Any
            | Ty::String
            | Ty::Template
            | Ty::Expression
            | Ty::NodeRef
            | Ty::AgentRef
            | Ty::CommandRef
            | Ty::SkillRef
            | Ty::RunnerRef
            | Ty::PhaseRef
            | Ty::LockRef
            | Ty::OutputRef
            | Ty::Model
            | Ty::Glob
            | Ty::Path
            | Ty::Foreign(_)
            | Ty::OwnAgentId
            | Ty::OwnAgentRef
    )
}

fn judge_one(scalar: &ScalarValue<'_>, content: &str, ty: Ty) -> Verdict {
    match ty {
        Ty::Bool => fits(matches!(scalar, ScalarValue::Bool(_))),
        Ty::Int { min, max } => match scalar {
            ScalarValue::Int(number) if (min..=max).contains(number) => Verdict::Fine,
            ScalarValue::Int(_) => Verdict::Invalid(range(min, max)),
            _ => Verdict::WrongType,
        },
        Ty::Number => match scalar {
            ScalarValue::Int(0..) => Verdict::Fine,
            ScalarValue::Float(number) if *number >= 0.0 => Verdict::Fine,
            ScalarValue::Int(_) | ScalarValue::Float(_) => {
                Verdict::Invalid("it must be at least 0".to_owned())
            }
            _ => Verdict::WrongType,
        },
        Ty::Duration => judge_duration(scalar, content),
        Ty::Bytes => judge_size(scalar, size::parse_bytes(content)),
        Ty::Tokens => judge_size(scalar, size::parse_tokens(content)),
        Ty::Enum(words) if words.contains(&content) => Verdict::Fine,
        Ty::Enum(words) => Verdict::Invalid(format!("it must be {}", one_of(words))),
        Ty::NodeId if is_node_id(content) => Verdict::Fine,
        Ty::NodeId => {
            Verdict::Invalid("an id is a letter or `_`, then letters, digits, `_` and `-`".to_owned())
        }
        _ => Verdict::WrongType,
    }
}

fn fits(does: bool) -> Verdict {
    if does { Verdict::Fine } else { Verdict::WrongType }
}

fn judge_duration(scalar: &ScalarValue<'_>, content: &str) -> Verdict {
    if matches!(scalar, ScalarValue::Bool(_)) {
        return Verdict::WrongType;
    }
    match duration::parse(content) {
        Ok(_) => Verdict::Fine,
        Err(DurationError::MissingUnit(number)) => Verdict::MissingUnit(number),
        Err(error) => Verdict::Invalid(error.to_string()),
    }
}

fn judge_size(scalar: &ScalarValue<'_>, size: Result<u64, size::SizeError>) -> Verdict {
    match size {
        Ok(_) => Verdict::Fine,
        Err(_) if matches!(scalar, ScalarValue::Bool(_)) => Verdict::WrongType,
        Err(error) => Verdict::Invalid(error.to_string()),
    }
}

fn range(min: i64, max: i64) -> String {
    match (min, max) {
        (i64::MIN, i64::MAX) => "it must be a whole number".to_owned(),
        (min, i64::MAX) => format!("it must be at least {min}"),
        (min, max) => format!("it must be from {min} to {max}"),
    }
}

fn one_of(words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match words.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, first)) => format!("{} or {last}", first.join(", ")),
        None => String::new(),
    }
}

/// A type in words, for "must be …".
pub(crate) fn describe(ty: &Ty) -> String {
    match ty {
        Ty::OneOf(alternatives) => {
            let mut words: Vec<String> = Vec::new();
            for word in alternatives.iter().filter(|ty| !matches!(ty, Ty::Null)).map(describe) {
                if !words.contains(&word) {
                    words.push(word);
                }
            }
            words.join(" or ")
        }
        Ty::Bool => "`true` or `false`".to_owned(),
        Ty::Int { .. } => "a whole number".to_owned(),
        Ty::Number => "a number".to_owned(),
        Ty::Duration => "a duration such as `10m`".to_owned(),
        Ty::Bytes => "a size such as `64KB`".to_owned(),
        Ty::Tokens => "a number of tokens such as `200k`".to_owned(),
        Ty::Enum(words) => one_of(words),
        Ty::List(_) => "a list".to_owned(),
        Ty::Map(_) | Ty::Object(_) => "a mapping".to_owned(),
        Ty::NodeId | Ty::NodeRef => "a node's id".to_owned(),
        _ => "a text".to_owned(),
    }
}
