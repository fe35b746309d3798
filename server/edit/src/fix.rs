//! All safe mends of a document at once.

use divisi_analysis::{Edit, Finding, Fix};
use divisi_syntax::Span;

/// The safe mends among `findings` that can be made together, as edits in order.
///
/// Of mends that touch each other only the first is taken: what it leaves is found again in the text that results,
/// so whoever wants all of them asks once more.
pub fn safe_edits(findings: &[Finding]) -> Vec<Edit> {
    let mut chosen: Vec<Edit> = Vec::new();
    for fix in findings.iter().filter_map(safe_fix) {
        let is_free = |edit: &Edit| chosen.iter().all(|other| !touch(edit.span, other.span));
        if fix.edits.iter().all(is_free) {
            chosen.extend(fix.edits.iter().cloned());
        }
    }
    chosen.sort_by_key(|edit| edit.span);
    chosen
}

/// How many findings [`safe_edits`] could mend, each counted.
pub fn count_safe(findings: &[Finding]) -> usize {
    findings.iter().filter_map(safe_fix).count()
}

/// The mend that is offered first, if it keeps the meaning.
fn safe_fix(finding: &Finding) -> Option<&Fix> {
    finding.fixes.first().filter(|fix| fix.safe && !fix.edits.is_empty())
}

/// Whether two replacements share a place, their ends included: two insertions at one place have no order.
const fn touch(one: Span, other: Span) -> bool {
    one.start <= other.end && other.start <= one.end
}
