//! The words for what becomes of a node, as templates and conditions see them (ENGINE, section 3).

/// The states of a node that is over, as `nodes.ID.status` says them; nothing else can be asked for its status.
pub const ENDED: &[&str] = &["succeeded", "reused", "failed", "skipped", "blocked", "cancelled"];

/// States of a node on its way, and after its end. They are words of the engine, so nobody has mistaken a word.
pub const OTHERS: &[&str] = &[
    "pending",
    "ready",
    "waiting_approval",
    "running",
    "stopping",
    "merging",
    "retry_wait",
    "lost",
    "waiting_decision",
    "expanded",
    "compensating",
    "compensated",
    "compensation_failed",
];
