//! What a DAG asks for that this version reads, checks and plans, but cannot run.

use divisi_syntax::{Span, Tree};

use crate::dag::Dag;

/// Each key that a run would need and this version cannot perform: where it is written, and its name.
pub fn not_run_yet(_dag: &Dag, _tree: &Tree) -> Vec<(Span, String)> {
    Vec::new()
}
