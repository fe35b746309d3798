//! How Archon's texts name nodes: `$node.output`, `$node.output.field`.
//!
//! As its loader and its executor read them: a `$`, a name that may hold hyphens, `.output`, and a field without
//! hyphens. `$LOOP_PREV.node.output` is what the node made in the round before. `$INPUTS.name` and `$ARGUMENTS` are
//! variables and name no node.

use divisi_syntax::Span;

use crate::dag::Demand;
use crate::foreign::{Language, Mention, name_length};

const OUTPUT: &str = "output";
/// In a `loop_group`: before the node whose output of the round before is meant.
pub const PREVIOUS_ROUND: &str = "LOOP_PREV";

/// Names behind `$` that are Archon's own, with their meaning.
pub const VARIABLES: &[(&str, &str)] = &[
    ("ARGUMENTS", "what the run was started with"),
    ("USER_MESSAGE", "what the run was started with"),
    ("ARTIFACTS_DIR", "the folder for files of this run"),
    ("BASE_BRANCH", "the branch that the work starts from"),
    ("WORKFLOW_ID", "the run's id"),
    ("DOCS_DIR", "the folder with the project's documentation"),
    ("CONTEXT", "the issue or pull request that the run is about"),
    ("LOOP_PREV", "in a `loop_group`: `$LOOP_PREV.node.output` of the round before"),
    ("LOOP_USER_INPUT", "in an interactive `loop`: what the person answered"),
    ("LOOP_PREV_OUTPUT", "in a `loop`: the output of the round before"),
    ("REJECTION_REASON", "in `approval.on_reject`: why the person said no"),
    ("INPUTS", "`$INPUTS.name`: what the caller gave by `with`"),
];

pub(crate) fn scan(language: Language, text: &str) -> Vec<Mention> {
    let code = if language == Language::ArchonProse { markdown_code(text) } else { Vec::new() };
    let mut mentions = Vec::new();
    for (dollar, _) in text.match_indices('$') {
        let Some(mut mention) = mention_at(language, text, dollar) else { continue };
        let before = code.partition_point(|span| span.start <= mention.span.start);
        let is_code = before.checked_sub(1).and_then(|at| code.get(at));
        if is_code.is_some_and(|span| span.contains(mention.span)) {
            mention.demand = Demand::Nothing;
        }
        mentions.push(mention);
    }
    mentions
}

/// The variable at `offset`, its `$` included, with its meaning.
pub(crate) fn variable_at(text: &str, offset: u32) -> Option<(Span, &'static str)> {
    let (dollar, _) = text.match_indices('$').take_while(|(at, _)| *at <= offset as usize).last()?;
    let name = Piece::read(text, dollar + 1, false).filter(|name| offset as usize <= name.end)?;
    let (_, meaning) = VARIABLES.iter().find(|(variable, _)| *variable == name.text(text))?;
    Some((span(dollar, name.end), meaning))
}

fn mention_at(language: Language, text: &str, dollar: usize) -> Option<Mention> {
    let name = Piece::read(text, dollar + 1, true)?;
    if name.text(text) == PREVIOUS_ROUND {
        return in_previous_round(language, text, dollar, &name);
    }
    let part = name.next(text)?;
    if language != Language::ArchonCondition && part.rest_starts_with(text, OUTPUT) {
        // The loader takes `.outputs` for `.output`, too, and so does this.
        let output = Piece { start: part.start, end: part.start + OUTPUT.len() };
        let field = if part.end == output.end { output.next(text) } else { None };
        return Some(mention(language, dollar, &name, output.end, field));
    }
    if language != Language::ArchonCondition || is_variable(name.text(text)) {
        return None;
    }
    if part.text(text) == OUTPUT {
        return Some(mention(language, dollar, &name, part.end, part.next(text)));
    }
    // `$node.field`: the loader does not look at it.
    let short = mention(language, dollar, &name, part.end, Some(part));
    Some(Mention { demand: Demand::Nothing, ..short })
}

/// `$LOOP_PREV.node.output`; there is none in the first round, so nothing is asked of the node.
fn in_previous_round(language: Language, text: &str, dollar: usize, previous: &Piece) -> Option<Mention> {
    let is_path = text.get(previous.end..)?.starts_with('.');
    let node = is_path.then(|| Piece::read(text, previous.end + 1, true))??;
    let output = node.next(text).filter(|part| part.text(text) == OUTPUT)?;
    let found = mention(language, dollar, &node, output.end, output.next(text));
    Some(Mention { demand: Demand::Nothing, ..found })
}

fn mention(language: Language, dollar: usize, name: &Piece, end: usize, field: Option<Piece>) -> Mention {
    let end = field.as_ref().map_or(end, |field| field.end);
    let demand = if language == Language::ArchonItems { Demand::Ancestor } else { Demand::Exists };
    Mention { node: name.span(), field: field.map(|field| field.span()), span: span(dollar, end), demand }
}

fn is_variable(name: &str) -> bool {
    VARIABLES.iter().any(|(variable, _)| *variable == name)
}

/// A name in a path.
#[derive(Debug, Clone, Copy)]
struct Piece {
    start: usize,
    end: usize,
}

impl Piece {
    fn read(text: &str, start: usize, hyphens: bool) -> Option<Self> {
        let length = name_length(text.get(start..)?, hyphens);
        (length > 0).then_some(Self { start, end: start + length })
    }

    /// The name behind the `.` that follows.
    fn next(&self, text: &str) -> Option<Self> {
        text.get(self.end..)?.starts_with('.').then(|| Self::read(text, self.end + 1, false))?
    }

    fn text<'t>(&self, text: &'t str) -> &'t str {
        text.get(self.start..self.end).unwrap_or_default()
    }

    fn rest_starts_with(&self, text: &str, word: &str) -> bool {
        self.text(text).starts_with(word)
    }

    fn span(&self) -> Span {
        span(self.start, self.end)
    }
}

fn span(start: usize, end: usize) -> Span {
    Span::new(start as u32, end as u32)
}

/// Where Markdown's code stands: fenced by three backticks, or between two on one line. What is not closed is none.
fn markdown_code(text: &str) -> Vec<Span> {
    const FENCE: &str = "```";
    let mut code = Vec::new();
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find('`')) {
        let start = at + found;
        let rest = text.get(start..).unwrap_or_default();
        let fenced = rest.strip_prefix(FENCE).and_then(|inside| Some(inside.find(FENCE)? + 2 * FENCE.len()));
        let inline = || {
            let inside = rest.get(1..)?;
            let end = inside.find(['`', '\n'])?;
            inside.get(end..)?.starts_with('`').then_some(end + 2)
        };
        match fenced.or_else(inline) {
            Some(length) => {
                code.push(span(start, start + length));
                at = start + length;
            }
            None => at = start + 1,
        }
    }
    code
}
