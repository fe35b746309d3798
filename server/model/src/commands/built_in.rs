//! Slash commands that are part of Claude Code and have no file.

use std::sync::{Arc, LazyLock};

use divisi_syntax::Span;

use super::{CommandKind, SlashCommand};
use crate::agent::Tool;
use crate::registry::Scope;

/// Names with what they do. Source: Claude Code's documentation, as of autumn 2026.
const CLAUDE_CODE: &[(&str, &str)] = &[
    ("add-dir", "Adds a working directory"),
    ("agents", "Manages agents"),
    ("batch", "Makes a large change in parallel"),
    ("branch", "Continues the conversation in a copy"),
    ("btw", "Asks aside, without adding to the conversation"),
    ("bug", "Reports a fault"),
    ("chrome", "Sets up work in the browser"),
    ("claude-api", "Brings in the reference of the API"),
    ("clear", "Begins a new conversation"),
    ("color", "Sets the colour of the prompt bar"),
    ("compact", "Shortens the conversation"),
    ("config", "Opens the settings"),
    ("context", "Shows what fills the context"),
    ("copy", "Copies the last answer"),
    ("cost", "Shows what was used"),
    ("debug", "Looks for the cause of a fault in the session"),
    ("desktop", "Continues in the desktop program"),
    ("diff", "Shows what was changed"),
    ("doctor", "Checks the installation"),
    ("effort", "Sets how hard the model thinks"),
    ("exit", "Ends the program"),
    ("export", "Writes the conversation to a file"),
    ("extra-usage", "Sets up use beyond the limits"),
    ("fast", "Turns the fast mode on or off"),
    ("feedback", "Sends feedback"),
    ("help", "Shows help"),
    ("hooks", "Manages hooks"),
    ("ide", "Manages the link to the editor"),
    ("init", "Writes a CLAUDE.md for the project"),
    ("insights", "Reports on past sessions"),
    ("install-github-app", "Sets up GitHub Actions"),
    ("install-slack-app", "Sets up Slack"),
    ("keybindings", "Opens the key bindings"),
    ("login", "Logs in"),
    ("logout", "Logs out"),
    ("loop", "Repeats a prompt at intervals"),
    ("mcp", "Manages MCP servers"),
    ("memory", "Edits what is remembered"),
    ("mobile", "Shows how to get the mobile program"),
    ("model", "Chooses the model"),
    ("output-style", "Chooses how answers are written"),
    ("permissions", "Manages permissions"),
    ("plan", "Begins planning"),
    ("plugin", "Manages plugins"),
    ("pr-comments", "Fetches the comments of a pull request"),
    ("privacy-settings", "Shows the privacy settings"),
    ("release-notes", "Shows what is new"),
    ("reload-plugins", "Loads plugins anew"),
    ("remote-control", "Makes the session reachable from elsewhere"),
    ("remote-env", "Sets up the environment of remote sessions"),
    ("rename", "Renames the session"),
    ("resume", "Continues a conversation"),
    ("review", "Reviews a pull request"),
    ("rewind", "Goes back to an earlier state"),
    ("sandbox", "Turns the sandbox on or off"),
    ("schedule", "Manages scheduled work"),
    ("security-review", "Looks for weaknesses in the changes"),
    ("simplify", "Looks for what the changes could do more simply"),
    ("skills", "Lists skills"),
    ("stats", "Shows how much was used, day by day"),
    ("status", "Shows version, account and connection"),
    ("statusline", "Sets up the status line"),
    ("stickers", "Orders stickers"),
    ("tasks", "Lists work in the background"),
    ("terminal-setup", "Sets up the terminal's keys"),
    ("theme", "Chooses the colours"),
    ("todos", "Lists what is to be done"),
    ("upgrade", "Opens the page of the plans"),
    ("usage", "Shows the limits of the plan"),
    ("vim", "Switches the keys of Vim on or off"),
    ("voice", "Turns dictation on or off"),
];

/// All built-in commands.
pub(super) fn commands() -> &'static [Arc<SlashCommand>] {
    static COMMANDS: LazyLock<Vec<Arc<SlashCommand>>> = LazyLock::new(|| {
        let command = |(name, description): &(&str, &str)| {
            Arc::new(SlashCommand {
                kind: CommandKind::Command,
                tool: Tool::ClaudeCode,
                scope: Scope::BuiltIn,
                name: (*name).to_owned(),
                aliases: Vec::new(),
                path: None,
                name_span: Span::default(),
                description: Some((*description).to_owned()),
                argument_hint: None,
                hidden: false,
            })
        };
        CLAUDE_CODE.iter().map(command).collect()
    });
    &COMMANDS
}
