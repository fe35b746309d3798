//! Questions about a workspace on disk, and their answers as data: what the command line and the server for agents
//! have in common. Nothing here prints; paths are told as somebody in the current folder writes them.
//!
//! ```text
//! root        where a workspace begins
//! workspace   what is on disk, and what FILE means; selection: what PATHS mean; select_run: which run is meant
//! findings    what is found in documents
//! run         a run with its nodes; figures: what it came to
//! plan        what running a DAG would do
//! arguments   of a DAG; slots: how many nodes at a time
//! trust       whether programs may run here
//! failure     why a question has no answer
//! ```

pub mod arguments;
pub mod failure;
pub mod figures;
pub mod findings;
pub mod plan;
pub mod root;
pub mod run;
pub mod select_run;
pub mod selection;
pub mod slots;
pub mod time;
pub mod trust;
pub mod workspace;
