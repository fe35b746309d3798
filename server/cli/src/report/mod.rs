//! Views of a run. All of them see event records and the engine's [`RunView`] of them and nothing else, so that a run
//! looks the same to whoever started it, attached to it, or reads its journal later.
//!
//! ```text
//! plain      events → lines of text
//! live       the same lines, and below them what is running now
//! cost       tokens and dollars for people
//! json       events as they are, one a line
//! summary    what is said at the end
//! track      a Markdown file that is kept up to date, beside any of them
//! ```

mod budget;
pub(crate) mod cost;
mod json;
mod live;
mod plain;
mod summary;
mod track;

#[cfg(test)]
mod tests;

use divisi_engine::event::EventRecord;
use divisi_engine::view::RunView;

use crate::failure::Failure;
use crate::output::Output;

pub(crate) use json::Json;
pub(crate) use live::{Live, Look};
pub(crate) use plain::Plain;
pub(crate) use summary::{bytes, cost_line, reuse_line, shell_word, summary};
pub(crate) use track::{Track, Tracked};

/// Shows the events of a run as they come.
pub(crate) trait Report {
    /// Takes in something that happened before this view began: known, but not told.
    fn recall(&mut self, run: &RunView);

    /// Shows one event. `run` has it in already.
    fn event(&mut self, record: &EventRecord, run: &RunView, output: &mut Output) -> Result<(), Failure>;

    /// Says something that is no event, on standard error.
    fn note(&mut self, text: &str, output: &mut Output) {
        output.note(text);
    }

    /// Lets go of the screen while a person is asked, or takes it again.
    fn hold(&mut self, _is_held: bool) {}

    /// Time went on; `now` is in milliseconds since the epoch.
    fn tick(&mut self, run: &RunView, now: i64);

    /// Nothing more will come: gives the terminal back as it was.
    fn close(&mut self);
}
