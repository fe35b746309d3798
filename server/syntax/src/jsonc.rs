//! The tolerant JSONC parser: JSON with comments and trailing commas.

use std::sync::Arc;

use crate::limits::Limits;
use crate::tree::Tree;

/// Parses a whole text. Never fails.
pub fn parse(text: Arc<str>, _limits: Limits) -> Tree {
    Tree::empty(text, true)
}
