//! What the tests of the YAML parser share.

#![expect(dead_code, reason = "each test file uses a part")]

pub(crate) mod events;
pub(crate) mod shape;
