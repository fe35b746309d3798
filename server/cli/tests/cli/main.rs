//! The `divisi` program from outside: real processes in temporary workspaces with a state folder of their own.

#![expect(clippy::expect_used, reason = "a workspace that cannot be set up fails the test")]

mod approve;
mod bad_input;
mod budgets;
mod check;
mod claude_plugin;
mod compensate;
mod convert;
mod example;
mod graph;
mod import;
mod isolation;
mod look_back;
mod mcp;
mod nested;
mod plan;
mod prune;
mod release;
mod rename_agent;
mod reuse;
mod rewrite;
mod run;
mod site;
mod small;
mod traces;
