//! Headings, paragraphs and code blocks of a Markdown text, where they stand.

use divisi_syntax::{Span, front_matter};
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// A heading and what it is the title of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Heading {
    /// 1 for `#`, 6 for `######`.
    pub(crate) level: u8,
    /// What it says, without marks.
    pub(crate) title: String,
    /// The heading itself, without its line end.
    pub(crate) span: Span,
    /// From the heading to the next of its level or above, without the blank lines at the end.
    pub(crate) section: Span,
}

/// Where the Markdown begins: after the front matter.
fn body(text: &str) -> Span {
    front_matter(text).map_or_else(|| Span::new(0, text.len() as u32), |parts| parts.body)
}

/// Events of the body with their places in the whole text.
fn events(text: &str) -> impl Iterator<Item = (Event<'_>, Span)> {
    let body = body(text);
    let options = Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS;
    Parser::new_ext(body.slice(text), options).into_offset_iter().map(move |(event, range)| {
        (event, Span::new(body.start + range.start as u32, body.start + range.end as u32))
    })
}

/// All headings of the body, in order.
pub(crate) fn headings(text: &str) -> Vec<Heading> {
    let mut headings: Vec<Heading> = Vec::new();
    let mut is_inside = false;
    for (event, span) in events(text) {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                is_inside = true;
                let level = number(level);
                let span = trimmed(text, span);
                headings.push(Heading { level, title: String::new(), span, section: span });
            }
            Event::End(TagEnd::Heading(_)) => is_inside = false,
            Event::Text(part) | Event::Code(part) if is_inside => {
                if let Some(heading) = headings.last_mut() {
                    heading.title.push_str(&part);
                }
            }
            _ => {}
        }
    }
    close_sections(text, &mut headings);
    headings
}

/// Lets each section reach to the next heading that is no deeper.
fn close_sections(text: &str, headings: &mut [Heading]) {
    let end = text.len() as u32;
    // Headings whose section is still open, outermost first: their levels rise.
    let mut open: Vec<usize> = Vec::new();
    for at in 0..headings.len() {
        let Some((level, start)) = headings.get(at).map(|heading| (heading.level, heading.span.start)) else {
            break;
        };
        while let Some(last) = open.pop_if(|last| headings.get(*last).is_some_and(|it| it.level >= level)) {
            close(text, headings, last, start);
        }
        open.push(at);
    }
    for last in open {
        close(text, headings, last, end);
    }
}

fn close(text: &str, headings: &mut [Heading], at: usize, end: u32) {
    if let Some(heading) = headings.get_mut(at) {
        heading.section = trimmed(text, Span::new(heading.span.start, end));
    }
}

/// Blocks of code, marks included.
pub(crate) fn code_blocks(text: &str) -> Vec<Span> {
    let is_code = |(event, span)| matches!(event, Event::Start(Tag::CodeBlock(_))).then_some(span);
    events(text).filter_map(is_code).map(|span| trimmed(text, span)).collect()
}

/// Everything that the parser knows as one thing and that touches `offset`, the innermost first.
pub(crate) fn around(text: &str, offset: u32) -> Vec<Span> {
    let mut around: Vec<Span> = headings(text).iter().map(|heading| heading.section).collect();
    around.extend(events(text).map(|(_, span)| trimmed(text, span)));
    around.push(trimmed(text, body(text)));
    around.retain(|span| span.touches(offset));
    around.sort_by_key(|span| (span.len(), span.start));
    around
}

/// Without the white space at the end.
fn trimmed(text: &str, span: Span) -> Span {
    Span::new(span.start, span.start + span.slice(text).trim_end().len() as u32)
}

const fn number(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}
