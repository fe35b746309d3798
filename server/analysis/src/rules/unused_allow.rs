//! `unused-allow`: a comment that allows what is not there.

use crate::Severity;
use crate::allow::Allow;
use crate::codes::{self, Code, Example, Extent};
use crate::did_you_mean;
use crate::finding::{Finding, Fix};

pub(crate) static CODE: Code = Code {
    name: "unused-allow",
    severity: Severity::Hint,
    extent: Extent::Document,
    summary: "A comment `divisi: allow(code)` silences nothing, or names a code that does not exist.",
    silent: "For codes that the settings turn off, and while the document has faults in its syntax.",
    fix: "Remove the comment, or correct the code.",
    explanation: "A comment silences findings on its own line, or, where it stands alone, on the line below.",
    example: Example::dag(
        "nodes:\n  - id: build\n    run: cargo build\n  - id: tests\n    # divisi: allow(redundant-dependency) says what it needs\n    depends_on: [build]\n    run: cargo test\n",
        "nodes:\n  - id: build\n    run: cargo build\n  - id: tests\n    depends_on: [build]\n    run: cargo test\n",
    ),
};

/// The findings for allowances that did nothing.
pub(crate) fn findings(allows: &[Allow]) -> impl Iterator<Item = Finding> + '_ {
    allows.iter().filter(|allow| !allow.used).map(|allow| {
        if codes::by_name(&allow.code).is_some() {
            let message = format!("`{}` is allowed here, and there is none", allow.code);
            return Finding::new(&CODE, allow.span, message).unnecessary();
        }
        match did_you_mean::nearest(&allow.code, codes::all().map(|code| code.name)) {
            Some(meant) => {
                let message = format!("no code `{}`; did you mean `{meant}`?", allow.code);
                let fix = Fix::new(format!("Change to `{meant}`"), allow.span, meant);
                Finding::new(&CODE, allow.span, message).fix(fix)
            }
            None => Finding::new(&CODE, allow.span, format!("no code `{}`", allow.code)),
        }
    })
}
