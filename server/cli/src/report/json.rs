//! The event stream itself, one record a line.

use divisi_engine::event::EventRecord;
use divisi_engine::view::RunView;

use super::Report;
use crate::failure::Failure;
use crate::output::Output;

/// Prints every record as it is.
pub(crate) struct Json;

impl Report for Json {
    fn recall(&mut self, _run: &RunView) {}

    fn event(&mut self, record: &EventRecord, _run: &RunView, output: &mut Output) -> Result<(), Failure> {
        output.json_line(record)?;
        output.flush();
        Ok(())
    }

    fn tick(&mut self, _run: &RunView, _now: i64) {}

    fn close(&mut self) {}
}
