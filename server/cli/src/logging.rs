//! What the program says about itself: to standard error, as much as DIVISI_LOG asks for.

use tracing_subscriber::EnvFilter;

/// Starts logging; called once, by the commands that other programs start.
pub(crate) fn to_stderr() {
    let filter = EnvFilter::try_from_env("DIVISI_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(false).init();
}
