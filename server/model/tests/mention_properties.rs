//! The scanner of mentions on texts that nobody writes: places are right, and time is linear.

use std::sync::Arc;
use std::time::{Duration, Instant};

use divisi_model::mention::{front_matter_mentions, mentions};
use divisi_model::{Front, Mention, Tool};
use divisi_syntax::Span;
use proptest::prelude::*;

/// All that the scanner looks for, and what may stand in its way.
const PARTS: &[&str] = &[
    "subagent_type",
    "Task(",
    "Agent(",
    "Skill(",
    "SlashCommand(",
    "@",
    "@agent-",
    ".claude/agents/",
    "agents/",
    " agent",
    "subagents",
    " /",
    "\n/",
    "use the ",
    "code-reviewer",
    "a",
    "plugin:x",
    "`",
    "```",
    "**",
    "- ",
    "> ",
    "1. ",
    "<!--",
    "-->",
    "[",
    "](",
    "\\",
    "\"",
    "'",
    "=",
    ": ",
    ",",
    ")",
    "*",
    "_",
    "-",
    ".md",
    "/",
    " ",
    "\n",
    "\n\n",
    "\r\n",
    "\r",
    "\t",
    "---\n",
    "tools: ",
    "agent: ",
    "skills:\n  - ",
    "é",
    "👩‍💻",
    "\u{feff}",
    "\u{202e}",
    "\0",
];

fn found(text: &str) -> Vec<Mention> {
    let text: Arc<str> = Arc::from(text);
    let front = Front::read(Tool::ClaudeCode, &text);
    let whole = Span::new(0, text.len() as u32);
    let mut found = front.as_ref().map_or_else(Vec::new, |it| front_matter_mentions(&it.tree, it.region));
    found.extend(mentions(&text, front.map_or(whole, |front| front.body)));
    found
}

fn check(text: &str) -> Result<(), TestCaseError> {
    let mut end = 0;
    for mention in found(text) {
        let span = mention.span;
        prop_assert!(span.start >= end, "{mention:?} overlaps what is before it");
        prop_assert_eq!(text.get(span.start as usize..span.end as usize), Some(mention.name.as_str()));
        end = span.end;
    }
    Ok(())
}

proptest! {
    #[test]
    fn names_stand_where_they_are_found(parts in prop::collection::vec(prop::sample::select(PARTS), 0..60)) {
        check(&parts.concat())?;
        check(&format!("---\n{}", parts.concat()))?;
    }

    #[test]
    fn any_text_is_read(text in any::<String>()) {
        check(&text)?;
    }
}

/// Quadratic time would take minutes.
#[test]
fn long_texts_take_linear_time() {
    const BYTES: usize = 60_000;
    let patient = Duration::from_secs(10);
    for (index, part) in PARTS.iter().enumerate() {
        for other in [PARTS.get(index + 1), PARTS.get(index + 7), PARTS.get(index + 19)] {
            let unit = format!("{part}{}", other.copied().unwrap_or_default());
            let text = unit.repeat(BYTES / unit.len());
            let start = Instant::now();
            let _ = found(&text);
            let taken = start.elapsed();
            assert!(taken < patient, "{taken:?} for {BYTES} bytes of {unit:?}");
        }
    }
}
