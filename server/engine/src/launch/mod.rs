//! A supervised process tree: one attempt from its start to the death of its last descendant.
//!
//! Everything here runs in the guard process, on one thread. Descendants are found through `/proc`, so leaving the
//! group or the session does not help them; elsewhere than on Linux only the process group is known.

mod conversation;
mod lines;
mod listen;
mod outcome;
mod processes;
mod spec;
mod stream;
mod supervise;

pub use listen::{AgentFailure, AgentReport, Heard, Listener};
pub use outcome::{Outcome, open_outcomes, read_outcomes, write_outcome};
#[cfg(debug_assertions)]
pub(crate) use processes::children;
pub use processes::{Process, boot_id, kill_survivors, process, start_time};
pub(crate) use processes::{
    StartTimes, belongs_to_an_attempt, has_survivors, own_children, ticks_since_boot,
};
pub use spec::{AgentStream, ProcessSpec, Signal, StopStep, TOKEN_VARIABLE, default_stop_sequence};
pub(crate) use supervise::{Attempt, Household, Order, Report, find_program, spawn};
