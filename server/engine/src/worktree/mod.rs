//! Copies of the workspace that nodes work on, and the way back (ENGINE, section 9).
//!
//! ```text
//! git          the program, so called that nothing of the user's changes and nothing of his runs
//! repository   what a workspace must be so that it can be copied
//! snapshot     a tree of all that git does not ignore, by an index of our own
//! copy         a worktree of such a tree, and its end
//! forgotten    copies that git knows of and that are not there
//! extras       ignored files that a copy gets nevertheless
//! changes      what differs between two trees
//! three_way    what a merge will write, or why it will not
//! found        what stands at a path now
//! write_back   the merge itself: first written down, then done, and done again after a crash
//! lock         one at a time in a repository
//! ```

mod changes;
mod copy;
mod extras;
mod forgotten;
mod found;
mod git;
mod lock;
mod repository;
mod snapshot;
mod three_way;
mod write_back;

pub use copy::{Copies, CopyJob};
pub(crate) use extras::is_below;
pub(crate) use forgotten::{forget, gone};
pub use git::GitError;
pub use repository::find_repository;
pub use write_back::{Merge, Step};
