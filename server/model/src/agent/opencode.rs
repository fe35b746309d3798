//! OpenCode's agents. Source: its loader (`packages/core/src/config/plugin/agent.ts`, `config/markdown.ts`) and its
//! documentation of agents, as of autumn 2026. An agent's name is its path; a value of the wrong kind costs the file.

use std::sync::Arc;

use divisi_syntax::strict::check_yaml;
use divisi_syntax::{Kind, Limits, NodeId, ScalarValue, Span, Spanned, Tree, yaml};

use super::markdown::{Markdown, dropped};
use super::{AgentFile, Load, Tool, tools};

const MODES: [&str; 3] = ["primary", "subagent", "all"];

/// Words of the colour scheme that stand beside `#rrggbb`.
const THEME_COLORS: [&str; 7] = ["primary", "secondary", "accent", "success", "warning", "error", "info"];

pub(super) fn read(file: &Markdown<'_>, by_path: &str) -> AgentFile {
    let mut load = fault_of_values(file).unwrap_or(Load::Loaded);
    let mut description = file.text("description");
    if let Some(fault) = &file.fault {
        let yaml = file.front.map_or("", |front| front.region.slice(front.tree.text()));
        let retried: Arc<str> = Arc::from(sanitised(yaml));
        let whole = Span::new(0, u32::try_from(retried.len()).unwrap_or(u32::MAX));
        if check_yaml(&retried, whole).is_empty() {
            let own = file.key_span("description");
            description = description_in(&retried).map(|text| Spanned::new(text, own));
            let reason = format!("{}; OpenCode reads it all the same", fault.message);
            load = Load::Tolerated { span: fault.span, reason };
        } else {
            load = dropped(fault.span, fault.message.clone());
        }
    }
    let by_path = Spanned::new(by_path.to_owned(), Span::default());
    // A map of tools switches some on and off; it is no list of all that the agent may use.
    AgentFile { name: Some(by_path), description, tools: None, ..file.agent(Tool::OpenCode, "", load) }
}

/// The second try of its loader: a one-line value with a colon becomes a block.
fn sanitised(yaml: &str) -> String {
    let mut text = String::with_capacity(yaml.len());
    for line in yaml.lines() {
        match value_with_colon(line) {
            Some((key, value)) => text.push_str(&format!("{key}: |-\n  {value}\n")),
            None => {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    text
}

/// Key and value of a line at the margin whose value holds a colon and is neither quoted nor a block already.
fn value_with_colon(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':')?;
    let key = key.trim_end();
    let value = value.trim();
    let is_key = key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let stands_for_itself = matches!(value, ">" | "|") || value.starts_with(['"', '\'']);
    (is_key && !stands_for_itself && value.contains(':')).then_some((key, value))
}

fn description_in(yaml: &Arc<str>) -> Option<String> {
    let whole = Span::new(0, u32::try_from(yaml.len()).unwrap_or(u32::MAX));
    let tree = yaml::parse_region(Arc::clone(yaml), whole, Limits::default());
    let value = tree.get(tree.root()?, "description")?;
    tools::content(&tree, value).map(|text| text.value)
}

/// What a value must be.
#[derive(Clone, Copy)]
enum Shape {
    Text,
    Truth,
    Number,
    /// A whole number from 1 on.
    Count,
    /// A map from tools to `true` and `false`.
    Switches,
    /// One of [`MODES`].
    Mode,
    /// `#rrggbb` or one of [`THEME_COLORS`].
    Color,
}

const SHAPES: [(&str, Shape); 11] = [
    ("description", Shape::Text),
    ("mode", Shape::Mode),
    ("temperature", Shape::Number),
    ("top_p", Shape::Number),
    ("steps", Shape::Count),
    ("maxSteps", Shape::Count),
    ("tools", Shape::Switches),
    ("hidden", Shape::Truth),
    ("disable", Shape::Truth),
    ("color", Shape::Color),
    ("variant", Shape::Text),
];

impl Shape {
    fn fits(self, tree: &Tree, value: NodeId) -> bool {
        let scalar = tree.scalar(value);
        match self {
            Self::Text => matches!(scalar, Some(ScalarValue::Str(_))),
            Self::Truth => matches!(scalar, Some(ScalarValue::Bool(_))),
            Self::Number => matches!(scalar, Some(ScalarValue::Int(_) | ScalarValue::Float(_))),
            Self::Count => matches!(scalar, Some(ScalarValue::Int(1..))),
            Self::Switches => tree.kind(value) == Kind::Mapping,
            Self::Mode => matches!(scalar, Some(ScalarValue::Str(word)) if MODES.contains(&word.as_ref())),
            Self::Color => matches!(scalar, Some(ScalarValue::Str(word)) if is_color(&word)),
        }
    }

    const fn wanted(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Truth => "`true` or `false`",
            Self::Number => "a number",
            Self::Count => "a whole number from 1 on",
            Self::Switches => "a map such as `{write: false}`, not a list of names",
            Self::Mode => "`primary`, `subagent` or `all`",
            Self::Color => "`\"#rrggbb\"` or a word of its colour scheme such as `accent`",
        }
    }
}

fn is_color(word: &str) -> bool {
    let digits = word.strip_prefix('#');
    digits.is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
        || THEME_COLORS.contains(&word)
}

fn fault_of_values(file: &Markdown<'_>) -> Option<Load> {
    SHAPES.iter().find_map(|(key, shape)| {
        let (tree, value) = file.value(key)?;
        let reason = || format!("OpenCode takes `{key}` only as {}", shape.wanted());
        (!shape.fits(tree, value)).then(|| dropped(file.key_span(key), reason()))
    })
}
