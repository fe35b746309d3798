//! `divisi schema`

use clap::{Args, ValueEnum};
use divisi_model::schema;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;

/// Print the JSON Schema of a kind of file, for editors and tools without divisi.
#[derive(Debug, Args)]
pub(crate) struct Schema {
    /// Which.
    #[arg(value_enum, default_value_t = Kind::Dag)]
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// A native DAG file.
    Dag,
    /// The front matter of an agent's file.
    Agent,
    /// The front matter of a slash command or a skill.
    Command,
}

impl Schema {
    pub(crate) fn run(self, output: &mut Output) -> Result<Exit, Failure> {
        let text = match self.kind {
            Kind::Dag => schema::dag_schema(),
            Kind::Agent => schema::agent_schema(),
            Kind::Command => schema::command_schema(),
        };
        output.text(text.as_bytes());
        Ok(Exit::Good)
    }
}
