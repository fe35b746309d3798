//! The real programs of agents, driven by real runs against a stand-in for the services of their models.
//!
//! `tools/setup-agents` installs the programs into `.tools/agents/`; where they are not, nothing is tested, and that is
//! said loudly.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "what goes wrong here fails a test"
)]

mod bench;
mod claude;
mod others;
mod plugin;
mod stand_in;
