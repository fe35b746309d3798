//! The command line as a whole: which commands there are, and what holds for all of them.

use clap::{Parser, Subcommand};

use crate::commands;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;

/// Check, plan and run DAGs of agents and programs.
///
/// A DAG is a file (*.dag.yaml, *.dag.json) that names nodes of work, what each waits for, and which agent or
/// program does it. divisi checks it while it is typed, shows what would run and when, and runs it: in parallel
/// where the graph allows, with every step recorded, so that a run survives closed editors, cancels cleanly and is
/// continued after a crash.
///
/// Without a command: what is seen here, and the next step.
#[derive(Debug, Parser)]
#[command(
    name = "divisi",
    version,
    disable_help_subcommand = true,
    after_help = "Exit status:
  0    good
  1    findings of severity error, or a failed run
  2    wrong use, an unreadable file, a refused run
  3    the run failed and was undone; 4 it could not be undone
  75   the run is paused and waits
  130  the run was cancelled

Where FILE is asked: a path, a folder with exactly one DAG file, or the name of a DAG of this workspace.
Colours follow NO_COLOR and CLICOLOR_FORCE."
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(commands::check::Check),
    Fix(commands::fix::Fix),
    Fmt(commands::fmt::Fmt),
    Convert(commands::convert::Convert),
    Import(commands::import::Import),
    Plan(commands::plan::Plan),
    Graph(commands::graph::Graph),
    Run(commands::run::Run),
    Resume(commands::resume::Resume),
    Cancel(commands::cancel::Cancel),
    Pause(commands::pause::Pause),
    Approve(commands::approve::Approve),
    Attach(commands::attach::Attach),
    Runs(commands::runs::List),
    Show(commands::show::Show),
    Replay(commands::replay::Replay),
    Stats(commands::stats::Stats),
    Logs(commands::logs::Logs),
    Cache(commands::cache::Cache),
    Agents(commands::agents::Agents),
    RenameAgent(commands::rename_agent::RenameAgent),
    New(commands::new::New),
    Trust(commands::trust::Trust),
    Doctor(commands::doctor::Doctor),
    Schema(commands::schema::Schema),
    Completions(commands::completions::Completions),
    Lsp(commands::lsp::Lsp),
    Mcp(commands::mcp::Mcp),
    #[command(hide = true)]
    Host(commands::host::Host),
    #[command(hide = true)]
    Guard(commands::guard::Guard),
}

impl Cli {
    /// Does what was asked.
    pub(crate) fn run(self, output: &mut Output) -> Result<Exit, Failure> {
        match self.command {
            None => commands::overview::run(output),
            Some(Command::Check(command)) => command.run(output),
            Some(Command::Fix(command)) => command.run(output),
            Some(Command::Fmt(command)) => command.run(output),
            Some(Command::Convert(command)) => command.run(output),
            Some(Command::Import(command)) => command.run(output),
            Some(Command::Plan(command)) => command.run(output),
            Some(Command::Graph(command)) => command.run(output),
            Some(Command::Run(command)) => command.run(output),
            Some(Command::Resume(command)) => command.run(output),
            Some(Command::Cancel(command)) => command.run(output),
            Some(Command::Pause(command)) => command.run(output),
            Some(Command::Approve(command)) => command.run(output),
            Some(Command::Attach(command)) => command.run(output),
            Some(Command::Runs(command)) => command.run(output),
            Some(Command::Show(command)) => command.run(output),
            Some(Command::Replay(command)) => command.run(output),
            Some(Command::Stats(command)) => command.run(output),
            Some(Command::Logs(command)) => command.run(output),
            Some(Command::Cache(command)) => command.run(output),
            Some(Command::Agents(command)) => command.run(output),
            Some(Command::RenameAgent(command)) => command.run(output),
            Some(Command::New(command)) => command.run(output),
            Some(Command::Trust(command)) => command.run(output),
            Some(Command::Doctor(command)) => command.run(output),
            Some(Command::Schema(command)) => command.run(output),
            Some(Command::Completions(command)) => command.run(output),
            Some(Command::Lsp(command)) => command.run(),
            Some(Command::Mcp(command)) => command.run(),
            Some(Command::Host(command)) => command.run(),
            Some(Command::Guard(command)) => command.run(),
        }
    }
}
