//! `divisi attach`

use std::path::PathBuf;

use clap::Args;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::follow::{OnInterrupt, View, follow};
use crate::output::Output;
use crate::report::Track;
use crate::select_run;

/// Watch a run, from its beginning to its end.
///
/// Ctrl-C ends the view and leaves the run alone. The exit status is the run's.
#[derive(Debug, Args)]
pub(crate) struct Attach {
    /// The run, or a unique beginning of its id; the latest live one where none is given.
    run: Option<String>,

    /// Print the event stream, one JSON object a line.
    #[arg(long)]
    json: bool,

    /// Keep a section of this Markdown file up to date while the run is watched; the rest of the file stays.
    #[arg(long, value_name = "FILE.md")]
    track: Option<PathBuf>,
}

impl Attach {
    pub(crate) fn run(self, output: &mut Output) -> Result<Exit, Failure> {
        let track = self.track.as_deref().map(Track::new).transpose()?;
        let runs = select_run::here()?;
        let chosen =
            select_run::named_or_latest(&runs, self.run.as_deref(), "is live", |run| run.status.is_live())?;
        let view = if self.json { View::Json } else { View::People };
        follow(&runs, &chosen.run, 0, view, OnInterrupt::Detach, track, output)
    }
}
