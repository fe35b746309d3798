//! What a DAG asks for that this version reads, checks and plans, but cannot run.
//!
//! The table of keys says which keys these are ([`crate::keys::Key::runs`]); here stands for which values.

mod command_v2;
mod native;

use std::collections::BTreeMap;

use divisi_syntax::{Span, Tree};

use crate::dag::{Dag, Dialect};
use crate::reader::{Field, Reader};

/// Each key that a run would need and this version cannot perform: where it is written, and its name. By place, each
/// once; empty where the DAG can run.
pub fn not_run_yet(dag: &Dag, tree: &Tree) -> Vec<(Span, String)> {
    let mut asked = Asked { reader: Reader::new(tree), keys: BTreeMap::new() };
    match dag.dialect {
        Dialect::Native => native::collect(dag, &mut asked),
        Dialect::CommandV2 => command_v2::collect(dag, &mut asked),
        Dialect::Archon | Dialect::SpecKit | Dialect::ClaudeFlow => whole_nodes(dag, &mut asked),
    }
    if dag.incomplete || asked.reader.exhausted() {
        let start = Span::at(tree.span(dag.root).start);
        asked.keys.insert(start, "aliases, defaults or nodes beyond the limit".to_owned());
    }
    asked.keys.into_iter().collect()
}

/// Nodes that only the dialect's own tool can run: what each does, by the key that says so.
fn whole_nodes(dag: &Dag, asked: &mut Asked<'_>) {
    for node in &dag.nodes {
        match node.work_keys.first() {
            Some(key) => asked.key(key.span, key.value),
            None => asked.key(node.id.span, &format!("the node {}", node.id.value)),
        }
    }
}

/// What was found so far.
struct Asked<'t> {
    reader: Reader<'t>,
    keys: BTreeMap<Span, String>,
}

impl Asked<'_> {
    fn key(&mut self, span: Span, name: &str) {
        self.keys.entry(span).or_insert_with(|| name.to_owned());
    }

    fn field(&mut self, field: Option<&Field>) {
        if let Some(field) = field {
            self.key(self.reader.span(field.key_node), field.key.name);
        }
    }
}
