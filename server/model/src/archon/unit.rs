//! Archon writes its times as bare numbers: milliseconds.

use std::time::Duration;

use divisi_syntax::Spanned;

use crate::reader::{Fields, Reader};

/// The time under `key` of a node.
pub(super) fn time(reader: &Reader<'_>, node: &Fields, key: &str) -> Option<Spanned<Duration>> {
    reader.milliseconds(node.get(key)?)
}
