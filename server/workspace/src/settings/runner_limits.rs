//! Which limits a runner can hold, and what it tells of what was spent.
//!
//! Source: docs/decisions/0020-runners-of-agents.md.

use divisi_model::Unit;

use super::RunnerKind;

impl RunnerKind {
    /// Whether it can keep one attempt within a limit. Time is kept by whoever runs it.
    pub const fn holds(self, unit: Unit) -> bool {
        match (self, unit) {
            (_, Unit::Wall) => true,
            // A program of the user's own is told all limits.
            (Self::Exec, _) | (Self::Claude, Unit::Usd | Unit::Turns) => true,
            (Self::Gemini | Self::Opencode, Unit::Turns) => true,
            // Codex takes a task in one turn of its own; the Agent Client Protocol has no word for limits.
            (Self::Claude | Self::Codex | Self::Gemini | Self::Opencode | Self::Acp, _) => false,
        }
    }

    /// Whether it can tell what an attempt spent. What it could tell and does not counts as all that was reserved.
    pub const fn reports(self, unit: Unit) -> bool {
        match (self, unit) {
            (_, Unit::Tokens | Unit::Wall) => true,
            (Self::Exec | Self::Claude | Self::Opencode, Unit::Usd | Unit::Turns) => true,
            (Self::Acp, unit) => matches!(unit, Unit::Usd),
            (Self::Codex | Self::Gemini, Unit::Usd | Unit::Turns) => false,
        }
    }
}
