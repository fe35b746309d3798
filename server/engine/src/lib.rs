//! Runs a DAG.
//!
//! ```text
//! client    what the command line and the language server use: start, list, follow, ask
//! plan      Dag + arguments + agents → the stored plan
//! core      decide and apply: the pure scheduler
//! journal   the durable record (SQLite) and the request table
//! host      one process a run: core + journal + timers
//! guard     one process a run: starts attempts, kills them when the host is gone
//! launch    a supervised process tree: streams, idle clock, stop sequence
//! runner    how an agent node becomes a program
//! eval      templates and conditions over journaled values
//! outputs   what an attempt made
//! crash_point where tests kill host and guard
//! store     results for later runs
//! results   what one run finds in the store, and what it adds
//! prune     removing old runs, and what is left over of others
//! foresee   what a run would use again of earlier ones
//! edited    what an edited DAG takes over from a run
//! deceptive characters by which a text could look like another one
//! worktree  copies of the workspace that nodes work on, and the way back
//! traces    a run as a trace of OpenTelemetry
//! view      what people are shown of a run: a fold over its events
//! ```

pub mod amounts;
pub mod client;
pub mod core;
pub mod crash_point;
pub mod deceptive;
mod edited;
pub mod environment;
pub mod eval;
pub mod event;
pub mod foresee;
pub mod growth;
pub mod guard;
pub mod host;
pub mod journal;
pub mod launch;
pub mod logs;
mod make_plan;
pub mod outputs;
mod outside;
pub mod plan;
pub mod programs;
pub mod prune;
pub mod results;
pub mod run_folder;
pub mod runner;
mod state_folder;
pub mod store;
pub mod traces;
pub mod view;
pub mod words;
pub mod worktree;
