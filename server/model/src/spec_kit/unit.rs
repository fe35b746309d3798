//! spec-kit's times: `timeout_per_agent` is a bare number of milliseconds.

use std::time::Duration;

use divisi_syntax::{NodeId, Spanned};

use crate::reader::Reader;

/// The longest that each subagent may take.
pub(super) fn timeout_per_agent(reader: &Reader<'_>, orchestration: NodeId) -> Option<Spanned<Duration>> {
    let value = reader.member(orchestration, "timeout_per_agent")?;
    reader.milliseconds(value)
}
