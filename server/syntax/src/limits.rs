//! What a hostile file can cost at most.

/// Bounds on what is parsed. Beyond them the tree stops and an error of kind
/// [`ErrorKind::Limit`](crate::ErrorKind::Limit) says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Deepest nesting of collections.
    pub depth: u32,
    /// Largest text in bytes; a larger one gives an empty tree.
    pub bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 128, bytes: 16 * 1024 * 1024 }
    }
}
