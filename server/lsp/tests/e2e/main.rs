//! End to end, in process: a client over a pipe, the whole server behind it.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "what goes wrong here fails a test"
)]

mod beside;
mod calls;
mod client;
mod diagnostics;
mod edits;
mod encodings;
mod features;
mod graph;
mod lifecycle;
mod navigation;
mod rename;
mod structure;
mod sync;
