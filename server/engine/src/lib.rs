//! Runs a DAG.
//!
//! ```text
//! client    what the command line and the language server use: start, list, follow, ask
//! plan      Dag + arguments + agents → the stored plan
//! core      decide and apply: the pure scheduler
//! journal   the durable record (SQLite) and the request table
//! host      one process a run: core + journal + timers
//! guard     one process a run: starts attempts, kills them when the host is gone
//! launch    a supervised process tree: streams, time-outs, stop sequence
//! runner    how an agent node becomes a program
//! ```

pub mod client;
pub mod core;
pub mod event;
pub mod plan;
