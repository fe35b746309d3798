//! Mentions in Markdown: where its structure decides (code spans, bold items of lists), and in its text.

use divisi_syntax::Span;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::{Mention, MentionTarget, Pattern, name, text as running};

/// What `region` of `text`, read as Markdown, names; in the order of their places, each place once.
///
/// Comments name nothing. Linear in the length of the region.
pub fn mentions(text: &str, region: Span) -> Vec<Mention> {
    let mut found = Vec::new();
    let mut structure = Structure::default();
    structure.read(text, region, &mut found);
    running::scan(text, region, &structure.code, &mut found);
    found.retain(|mention| !running::is_in(&structure.comments, mention.span.start as usize));
    in_order(&mut found);
    found
}

/// Sorts by place; of several readings of one place the surest stays.
pub(super) fn in_order(found: &mut Vec<Mention>) {
    found.sort_by_key(|mention| (mention.span.start, mention.pattern));
    found.dedup_by(|later, earlier| later.span.start < earlier.span.end);
}

#[derive(Default)]
struct Structure {
    /// Code spans and blocks, ascending.
    code: Vec<Span>,
    /// HTML comments, ascending.
    comments: Vec<Span>,
}

impl Structure {
    fn read(&mut self, text: &str, region: Span, found: &mut Vec<Mention>) {
        let mut items = 0_u32;
        for (event, range) in Parser::new_ext(region.slice(text), Options::empty()).into_offset_iter() {
            let span = Span::new(region.start + range.start as u32, region.start + range.end as u32);
            match event {
                Event::Code(_) => {
                    self.code.push(span);
                    found.extend(in_code(text, span));
                }
                Event::Start(Tag::CodeBlock(_)) => self.code.push(span),
                Event::Start(Tag::Item) => items += 1,
                Event::End(TagEnd::Item) => items = items.saturating_sub(1),
                Event::Start(Tag::Strong) if items > 0 => found.extend(bold(text, span)),
                Event::Start(Tag::HtmlBlock) | Event::InlineHtml(_)
                    if span.slice(text).trim_start().starts_with("<!--") =>
                {
                    self.comments.push(span);
                }
                _ => {}
            }
        }
    }
}

/// `` `x` agent ``, `` `x` skill ``, `` `/x` ``.
fn in_code(text: &str, span: Span) -> Option<Mention> {
    let (inner, start) = trimmed(text, span, &['`', ' ']);
    let (inner, start) = match inner.strip_prefix('@') {
        Some(rest) => (rest, start + 1),
        None => (inner, start),
    };
    if let Some(command) = inner.strip_prefix('/') {
        let name = running::command_name(command)?;
        return Some(mention(MentionTarget::Command, Pattern::SlashCode, start + 1, name));
    }
    if !name::is_name(inner) {
        return None;
    }
    let after = text.get(span.end as usize..)?;
    let word = after.strip_prefix([' ', '\n'])?;
    let end = word.find(|c: char| !c.is_ascii_alphabetic() && c != '-').unwrap_or(word.len());
    let target = match word.get(..end)? {
        "agent" | "agents" | "subagent" | "subagents" | "sub-agent" | "sub-agents" => MentionTarget::Agent,
        "skill" => MentionTarget::Skill,
        _ => return None,
    };
    Some(mention(target, Pattern::CodeSpan, start, inner))
}

/// `**x**`
fn bold(text: &str, span: Span) -> Option<Mention> {
    let (inner, start) = trimmed(text, span, &['*', '`', '@']);
    let is_plain =
        inner.len() > 2 && name::is_name(inner) && !inner.bytes().any(|byte| byte.is_ascii_uppercase());
    is_plain.then(|| mention(MentionTarget::Agent, Pattern::BoldItem, start, inner))
}

/// The text under `span` without `marks` around it, and where that begins.
fn trimmed<'t>(text: &'t str, span: Span, marks: &[char]) -> (&'t str, u32) {
    let whole = span.slice(text);
    let inner = whole.trim_start_matches(marks);
    let start = span.start + (whole.len() - inner.len()) as u32;
    (inner.trim_end_matches(marks), start)
}

fn mention(target: MentionTarget, pattern: Pattern, start: u32, name: &str) -> Mention {
    let span = Span::new(start, start + name.len() as u32);
    Mention { target, name: name.to_owned(), span, pattern }
}
