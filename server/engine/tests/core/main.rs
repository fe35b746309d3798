//! The scheduler core against ENGINE's tables and rules.

#[path = "../support/mod.rs"]
mod support;

mod attempts;
mod groups;
mod ordering;
mod requests;
mod resume;
mod scale;
mod transitions;
mod truth_tables;
mod views;
