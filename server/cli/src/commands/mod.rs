//! One file for each command.

pub(crate) mod agents;
pub(crate) mod attach;
pub(crate) mod cancel;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod convert;
pub(crate) mod doctor;
pub(crate) mod fix;
pub(crate) mod fmt;
pub(crate) mod graph;
pub(crate) mod guard;
pub(crate) mod host;
pub(crate) mod import;
pub(crate) mod logs;
pub(crate) mod lsp;
pub(crate) mod new;
pub(crate) mod overview;
pub(crate) mod pause;
pub(crate) mod plan;
pub(crate) mod rename_agent;
pub(crate) mod resume;
pub(crate) mod run;
pub(crate) mod runs;
pub(crate) mod schema;
pub(crate) mod trust;
