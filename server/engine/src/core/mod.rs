//! The pure scheduler: `decide(state, now, input) → (events, effects)`, `apply(state, event)`.
