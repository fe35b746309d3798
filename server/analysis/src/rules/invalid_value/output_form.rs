//! An output has at most one form: `file`, `json` or `text`.

use divisi_model::keys::native;
use divisi_syntax::ScalarValue;

use super::CODE;
use crate::context::Context;
use crate::finding::Finding;
use crate::rules::shape::{Entry, Mapping, is_null};

pub(in crate::rules) fn check(context: &Context<'_>, mapping: &Mapping<'_>, findings: &mut Vec<Finding>) {
    if !mapping.object.is_some_and(|object| std::ptr::eq(object, &native::OUTPUT)) {
        return;
    }
    let tree = context.tree;
    let is_form = |entry: &&Entry<'_>| {
        entry.row.is_some_and(|row| matches!(row.name, "file" | "json" | "text"))
            && !is_null(tree, entry.value)
            && tree.scalar(entry.value) != Some(ScalarValue::Bool(false))
    };
    let mut forms = mapping.entries.iter().filter(is_form);
    let Some(first) = forms.next() else {
        return;
    };
    for other in forms.filter(|other| other.name != first.name) {
        let message = format!(
            "an output is either `{}` or `{}`: keep one, or make it two outputs",
            first.name, other.name
        );
        let finding = Finding::new(&CODE, tree.span(other.key), message);
        findings.push(finding.related(tree.span(first.key), "the other form"));
    }
}
