//! `node-failed`: a node that failed in its latest run. The server adds it; no check finds it.

use crate::Severity;
use crate::codes::{Code, Example, Extent};

/// What is said about a node that failed when it ran.
pub static CODE: Code = Code {
    name: "node-failed",
    severity: Severity::Error,
    extent: Extent::Text,
    summary: "A node failed when the DAG was run from the editor.",
    silent: "As soon as the node is edited, the run starts again, or it is dismissed. On the command line.",
    fix: "See the node's log, mend the cause, and resume the run.",
    explanation: "`divisi logs RUN NODE` shows what the node printed; `divisi resume` repeats nothing that finished.",
    example: Example { path: "", bad: "", good: "" },
};
