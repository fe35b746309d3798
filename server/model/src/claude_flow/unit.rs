//! claude-flow writes its times as bare numbers: milliseconds.

use std::time::Duration;

use divisi_syntax::Spanned;

use crate::reader::{Fields, Reader};

/// The longest that a task may take.
pub(super) fn timeout(reader: &Reader<'_>, task: &Fields) -> Option<Spanned<Duration>> {
    reader.milliseconds(task.get("timeout")?)
}
