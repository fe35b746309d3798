//! The scheduler core against ENGINE's tables and rules.
#![expect(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a test fails by panicking")]

#[path = "../support/mod.rs"]
mod support;

mod approvals;
mod attempts;
mod barriers;
mod breaker;
mod budgets;
mod compensation;
mod forecasts;
mod groups;
mod locks;
mod merging;
mod nested;
mod only;
mod ordering;
mod quota;
mod requests;
mod resume;
mod retry;
mod scale;
mod traces;
mod transitions;
mod truth_tables;
mod views;
