//! End to end, in process: a client over a pipe, the whole server behind it.

mod client;
mod diagnostics;
mod features;
mod lifecycle;
mod sync;
