//! `lock-unknown`: a lock that is probably a listed one misspelt.

use std::collections::HashMap;

use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::context::Context;
use crate::did_you_mean;
use crate::edits;
use crate::finding::Finding;

pub(super) static CODE: Code = Code {
    name: "lock-unknown",
    severity: Severity::Warning,
    extent: Extent::Document,
    summary: "A node holds a lock that is not listed, and whose name is one slip away from a listed one.",
    silent: "For any other name: a lock need not be listed. Where two nodes use the name, or it differs from the \
             listed one only in its number; in dialects.",
    fix: "Correct the name, or list the lock.",
    explanation: "A misspelt lock is another lock, and keeps nobody out.",
    example: Example::dag(
        "locks: { database: 1 }\nnodes:\n  - id: migrate\n    run: ./migrate.sh\n    locks: [databse]\n",
        "locks: { database: 1 }\nnodes:\n  - id: migrate\n    run: ./migrate.sh\n    locks: [database]\n",
    ),
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let listed = &context.dag.locks;
    if listed.is_empty() || !context.is_native() {
        return;
    }
    let used = || context.dag.nodes.iter().flat_map(|node| &node.locks);
    let mut uses: HashMap<&str, u32> = HashMap::new();
    used().for_each(|lock| *uses.entry(&lock.name.value).or_default() += 1);
    let known = || listed.iter().map(|listed| listed.name.value.as_str());
    // A name that is used once may be a slip; one that nodes share is a lock.
    for lock in used().filter(|lock| uses.get(lock.name.value.as_str()) == Some(&1)) {
        let name = lock.name.value.as_str();
        if name.is_empty() || known().any(|known| known == name) {
            continue;
        }
        let meant = did_you_mean::one_slip(name, known().filter(|known| !differ_in_number(known, name)));
        findings.extend(meant.map(|meant| {
            let message = format!("the lock `{name}` is not listed; did you mean `{meant}`?");
            let place = listed.iter().find(|listed| listed.name.value == meant);
            let span = place.map_or(lock.name.span, |listed| listed.name.span);
            Finding::new(&CODE, lock.name.span, message)
                .related(span, format!("`{meant}` is listed here"))
                .fix(edits::change_to(context.text(), lock.name.span, meant))
        }));
    }
}

fn differ_in_number(a: &str, b: &str) -> bool {
    let letters = |name: &str| -> String { name.chars().filter(|c| !c.is_ascii_digit()).collect() };
    letters(a) == letters(b)
}
