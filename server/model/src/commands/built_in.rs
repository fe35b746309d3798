//! Slash commands that are part of Claude Code and have no file.

use std::sync::{Arc, LazyLock};

use divisi_syntax::Span;

use super::{CommandKind, SlashCommand};
use crate::agent::Tool;
use crate::registry::Scope;

/// What the program lists itself, without a terminal and in an empty project, with what is known of it. Source: what
/// version 2.1.329 answers (`tests/loader/built_in.json`; docs/decisions/0013-loader-oracle.md).
const LISTED: &[(&str, &str)] = &[
    ("__remote-workflow", ""),
    ("agents", "Manages agents"),
    ("auto-mode-setup", ""),
    ("autocompact", ""),
    ("batch", "Makes a large change in parallel"),
    ("claude-api", "Brings in the reference of the API"),
    ("clear", "Begins a new conversation"),
    ("code-review", ""),
    ("color", "Sets the colour of the prompt bar"),
    ("compact", "Shortens the conversation"),
    ("config", "Opens the settings"),
    ("context", "Shows what fills the context"),
    ("dataviz", ""),
    ("debug", "Looks for the cause of a fault in the session"),
    ("deep-research", ""),
    ("doctor", "Checks the installation"),
    ("effort", "Sets how hard the model thinks"),
    ("fast", "Turns the fast mode on or off"),
    ("fewer-permission-prompts", ""),
    ("focus", ""),
    ("goal", ""),
    ("heapdump", ""),
    ("init", "Writes a CLAUDE.md for the project"),
    ("insights", "Reports on past sessions"),
    ("list-agents", ""),
    ("loop", "Repeats a prompt at intervals"),
    ("mcp", "Manages MCP servers"),
    ("model", "Chooses the model"),
    ("output-style", "Chooses how answers are written"),
    ("plugin-authoring", ""),
    ("recap", ""),
    ("reload-plugins", "Loads plugins anew"),
    ("reload-skills", ""),
    ("rename", "Renames the session"),
    ("run", ""),
    ("run-skill-generator", ""),
    ("security-review", "Looks for weaknesses in the changes"),
    ("simplify", "Looks for what the changes could do more simply"),
    ("team-onboarding", ""),
    ("update-config", ""),
    ("usage", "Shows the limits of the plan"),
    ("verify", ""),
    ("workflow-authoring", ""),
    ("workflow-launch-exec", ""),
];

/// Those that need a terminal, an account or a setting, or that other versions have. Source: Claude Code's
/// documentation of commands, as of autumn 2026.
const ELSEWHERE: &[(&str, &str)] = &[
    ("add-dir", "Adds a working directory"),
    ("branch", "Continues the conversation in a copy"),
    ("btw", "Asks aside, without adding to the conversation"),
    ("bug", "Reports a fault"),
    ("chrome", "Sets up work in the browser"),
    ("copy", "Copies the last answer"),
    ("cost", "Shows what was used"),
    ("desktop", "Continues in the desktop program"),
    ("diff", "Shows what was changed"),
    ("exit", "Ends the program"),
    ("export", "Writes the conversation to a file"),
    ("extra-usage", "Sets up use beyond the limits"),
    ("feedback", "Sends feedback"),
    ("help", "Shows help"),
    ("hooks", "Manages hooks"),
    ("ide", "Manages the link to the editor"),
    ("install-github-app", "Sets up GitHub Actions"),
    ("install-slack-app", "Sets up Slack"),
    ("keybindings", "Opens the key bindings"),
    ("login", "Logs in"),
    ("logout", "Logs out"),
    ("memory", "Edits what is remembered"),
    ("mobile", "Shows how to get the mobile program"),
    ("permissions", "Manages permissions"),
    ("plan", "Begins planning"),
    ("plugin", "Manages plugins"),
    ("pr-comments", "Fetches the comments of a pull request"),
    ("privacy-settings", "Shows the privacy settings"),
    ("release-notes", "Shows what is new"),
    ("remote-control", "Makes the session reachable from elsewhere"),
    ("remote-env", "Sets up the environment of remote sessions"),
    ("resume", "Continues a conversation"),
    ("review", "Reviews a pull request"),
    ("rewind", "Goes back to an earlier state"),
    ("sandbox", "Turns the sandbox on or off"),
    ("schedule", "Manages scheduled work"),
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
                description: Some((*description).to_owned()).filter(|text| !text.is_empty()),
                argument_hint: None,
                // Names that begin so are the program's own business.
                hidden: name.starts_with("__"),
            })
        };
        LISTED.iter().chain(ELSEWHERE).map(command).collect()
    });
    &COMMANDS
}
