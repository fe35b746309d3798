//! `divisi new`

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use crate::root;

/// Write a first DAG file from a template.
///
/// The templates run as they are, with programs that every machine has: change them from there.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  divisi new
  divisi new --template fan-out reviews.dag.yaml")]
pub(crate) struct New {
    /// Which template.
    #[arg(long, value_enum, default_value_t = Template::Minimal)]
    template: Template,

    /// The file to make; TEMPLATE.dag.yaml where none is given. A file that exists is never overwritten.
    path: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Template {
    /// Two nodes, one after the other.
    Minimal,
    /// One survey, three reviews in parallel, one report that merges them.
    FanOut,
    /// One node for each item of a list.
    Matrix,
}

impl Template {
    fn text(self) -> &'static str {
        match self {
            Self::Minimal => include_str!("new/minimal.dag.yaml"),
            Self::FanOut => include_str!("new/fan-out.dag.yaml"),
            Self::Matrix => include_str!("new/matrix.dag.yaml"),
        }
    }

    fn file(self) -> &'static str {
        match self {
            Self::Minimal => "minimal.dag.yaml",
            Self::FanOut => "fan-out.dag.yaml",
            Self::Matrix => "matrix.dag.yaml",
        }
    }
}

impl New {
    pub(crate) fn run(self, output: &mut Output) -> Result<Exit, Failure> {
        let path = self.path.unwrap_or_else(|| PathBuf::from(self.template.file()));
        check_name(&path)?;
        write(&path, self.template.text())?;
        let shown = root::shown(&path);
        output.line(format!("wrote {shown}"));
        output.line(format!("what it would do: divisi plan {shown}"));
        output.line(format!("do it:            divisi run {shown}"));
        Ok(Exit::Good)
    }
}

fn check_name(path: &Path) -> Result<(), Failure> {
    let name = path.to_string_lossy();
    if name.ends_with(".dag.yaml") || name.ends_with(".dag.yml") {
        return Ok(());
    }
    Err(Failure::new(format!("{name} would not be read as a DAG file"))
        .help("give it a name that ends in .dag.yaml"))
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| cannot_write(path, &error))?;
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
        .map_err(|error| cannot_write(path, &error))?;
    file.write_all(text.as_bytes()).map_err(|error| cannot_write(path, &error))
}

fn cannot_write(path: &Path, error: &std::io::Error) -> Failure {
    if error.kind() == ErrorKind::AlreadyExists {
        return Failure::new(format!("{} exists already", path.display()))
            .help("name another file: divisi new PATH");
    }
    Failure::new(format!("{} cannot be written: {error}", path.display()))
}
