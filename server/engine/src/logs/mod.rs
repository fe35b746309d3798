//! What attempts print: masked, bounded, on disk.

mod capture;
mod mask;
mod step;

pub use capture::{Capture, HEAD_LIMIT, STDOUT_LIMIT, TAIL_LIMIT, read_log};
pub use mask::{MASK, Masker, SECRET_MIN_BYTES};
pub use step::Step;
pub(crate) use step::{TODO_MARK, TOOL_MARK};
