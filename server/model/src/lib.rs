//! Trees to meaning: DAGs, agents, dialects, and the one table of keys.
//!
//! Lowering is lenient and silent: it takes what is valid and leaves the rest.
//! What is wrong is said by `divisi-analysis`, which walks the same tree with
//! the same table of keys.

pub mod agent;
pub mod archon;
mod built_in;
pub mod built_in_tools;
pub mod claude_flow;
pub mod command_v2;
pub mod commands;
pub mod dag;
pub mod dialect;
pub mod duration;
mod follow;
pub mod foreign;
mod front;
mod json;
pub mod keys;
pub mod later;
pub mod lower;
pub mod mention;
mod reader;
pub mod reference;
pub mod registry;
pub mod schema;
pub mod size;
pub mod spec_kit;
mod stamp;
mod unit;
pub mod variables;

pub use agent::{AgentFile, Load, Tool};
pub use commands::{
    CommandArguments, CommandFile, CommandKind, CommandResolution, CommandText, Commands, SlashCommand,
};
pub use dag::*;
pub use front::Front;
pub use mention::{Mention, MentionTarget, Pattern, Strength};
pub use registry::{Agent, Registry, Resolution, Scope, tool_of_runner};
pub use stamp::Stamp;
pub use unit::Unit;
