//! What the tests of the YAML parser share.

pub(crate) mod events;
