//! Damaged documents: no panic, and every span and edit fits the text.

use proptest::prelude::*;

use crate::support::{AGENTS, Fixture};

const DAG: &str = "\
name: review # divisi: allow(unknown-key)
args: { scope: { default: src }, full: { type: boolean } }
defaults: { runner: claude, timeout: 10m }
phases: [{ id: one, nodes: [a] }, { id: two, barrier: true, nodes: [b, c] }]
nodes:
  - id: a
    agent: code-reviewer
    prompt: |
      Look at {{ args.scope }} – ganz genau
    outputs: [findings]
  - id: b
    needs: [a, a, b, zz]
    run: \"wc {{ args.scope }} {{ nodes.a.outputs.findings }}\"
    inputs: { x: a.findings, y: findings }
    when: nodes.a.status == 'failed' and not args.full
    timeout: 5
  - id: c
    depends_on:
      - a
      - b
    run: [echo, '{{ inputs.x }}', \"{% for i in nodes.b.outputs.o %}{{ i }}{% endfor %}\"]
    retry: { attempts: 0, on: [exit] }
";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn damaged_documents(
        at in 0..DAG.len(),
        length in 0..40_usize,
        put in prop::sample::select(vec!["", "\n", ": ", "- ", "{{", "\"", "]", "[", "|", "&a ", "*a", "é", "\t", "#", "  "]),
    ) {
        let at = DAG.floor_char_boundary(at);
        let end = DAG.floor_char_boundary((at + length).min(DAG.len()));
        let text = format!("{}{put}{}", &DAG[..at], &DAG[end.max(at)..]);
        let mut fixture = Fixture::new(AGENTS);
        fixture.open("review.dag.yaml", &text);
        let document = fixture.document("review.dag.yaml");
        for finding in fixture.findings("review.dag.yaml") {
            prop_assert!(text.get(finding.span.range()).is_some(), "{finding:?}");
            prop_assert!(!text[finding.span.range()].contains('\n'), "{finding:?}");
            for related in &finding.related {
                prop_assert!(related.path.is_some() || text.get(related.span.range()).is_some(), "{finding:?}");
            }
            for fix in &finding.fixes {
                prop_assert!(fix.edits.iter().all(|edit| text.get(edit.span.range()).is_some()), "{finding:?}");
                prop_assert!(fix.edits.is_sorted_by(|a, b| a.span.end <= b.span.start), "{finding:?}");
            }
            prop_assert!(document.lines.line(finding.span.start) < document.lines.line_count());
        }
    }
}
