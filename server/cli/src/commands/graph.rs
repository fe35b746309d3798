//! `divisi graph`

use clap::{Args, ValueEnum};
use divisi_analysis::drawing::{Notation, draw};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use crate::{warnings, workspace};

/// Draw the graph of a DAG.
///
/// Nodes stand by level; the critical path by the estimates is marked, and where nodes wait for each other in a ring
/// the ring is.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  divisi graph review-all
  divisi graph review-all.dag.yaml --format svg > review-all.svg
  divisi graph review-all --format dot | dot -Tpng -o review-all.png")]
pub(crate) struct Graph {
    /// A DAG file, a folder with exactly one, or the name of a DAG of this workspace.
    file: String,

    /// In what notation it is drawn.
    #[arg(long, value_enum, default_value_t = Format::Ascii)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Lines for the terminal, one a node.
    Ascii,
    /// Mermaid, which GitHub shows in Markdown.
    Mermaid,
    /// Graphviz.
    Dot,
    /// A picture.
    Svg,
}

impl Graph {
    pub(crate) fn run(self, output: &mut Output) -> Result<Exit, Failure> {
        let target = workspace::target(&self.file)?;
        warnings::of_settings(target.snapshot.problems(), output);
        let Some((_, dag)) = target.document.dag() else {
            return Err(Failure::new(format!("{} holds no DAG", self.file)));
        };
        let notation = match self.format {
            Format::Ascii => Notation::Ascii,
            Format::Mermaid => Notation::Mermaid,
            Format::Dot => Notation::Dot,
            Format::Svg => Notation::Svg,
        };
        output.line(draw(dag, &workspace::name(&target.document), notation).trim_end());
        Ok(Exit::Good)
    }
}
