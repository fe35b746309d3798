//! Which limits a runner can hold. One that it cannot is refused before a run: a limit that does nothing is worse than
//! none.

use divisi_workspace::settings::RunnerKind;

/// The first of the limits asked for that a runner of this kind has no way to hold, by its key.
pub(crate) fn cannot_hold(kind: RunnerKind, max_turns: bool, max_cost: bool) -> Option<&'static str> {
    let (turns, cost) = match kind {
        // A program of the user's own is told both.
        RunnerKind::Exec | RunnerKind::Claude => (true, true),
        RunnerKind::Gemini | RunnerKind::Opencode => (true, false),
        // Codex takes a task in one turn of its own; the protocol has no word for limits.
        RunnerKind::Codex | RunnerKind::Acp => (false, false),
    };
    match (max_turns && !turns, max_cost && !cost) {
        (true, _) => Some("turns"),
        (_, true) => Some("usd"),
        (false, false) => None,
    }
}
