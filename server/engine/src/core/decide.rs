//! `decide(state, now, input) → (events, effects)`.

use super::effect::Decision;
use super::evaluate::Evaluate;
use super::input::Input;
use super::state::State;

/// What follows from `input`. Pure: the state is not changed, the same arguments give the same decision.
///
/// `now_ms` is milliseconds since the epoch and serves the draft's time stamps only.
pub fn decide(_state: &State, _now_ms: i64, _input: Input, _evaluate: &dyn Evaluate) -> Decision {
    Decision::default()
}
