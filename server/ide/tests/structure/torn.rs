//! Texts that end anywhere: everything answers, nothing panics.

use divisi_ide::{folds, outline, selection, tokens};
use divisi_syntax::Span;

use crate::support::fixture;
use crate::{COMMAND_V2, REVIEW};

const AGENT: &str = "---\nname: ä\ndescription: x\n---\n# One\n\n- `co\u{1f4a5}de`\n\n```\nx\n```\n";
const COMMAND: &str = "---\ndivisi:\n  nodes:\n    - id: \"𝄞\"\n      prompt: {{ args.x }}\n---\n# Go\n";

#[test]
fn every_beginning_of_a_text_has_answers() {
    let cases = [
        ("a.dag.yaml", REVIEW),
        ("a.dag.json", COMMAND_V2),
        (".claude/commands/v2/review.json", COMMAND_V2),
        (".claude/agents/a.md", AGENT),
        (".claude/commands/a.md", COMMAND),
        ("CLAUDE.md", AGENT),
    ];
    for (path, text) in cases {
        for (end, _) in text.char_indices() {
            let torn = &text[..end];
            let (snapshot, document, offset) = fixture(path, &format!("{torn}$0"));
            let all = Span::new(0, end as u32);
            assert!(outline(&document).iter().all(|symbol| all.contains(symbol.span)), "{torn}");
            assert!(folds(&document).iter().all(|fold| all.contains(fold.span)), "{torn}");
            assert!(tokens(&snapshot, &document, all).iter().all(|token| all.contains(token.span)), "{torn}");
            assert_eq!(selection(&document, offset).last(), Some(&all), "{torn}");
        }
    }
}
