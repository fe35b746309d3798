//! What the tests of the YAML parser share.

pub mod events;
