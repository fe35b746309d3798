//! The tools that each AI coding tool has built in, by the names that `tools` of an agent takes.

use crate::agent::Tool;

/// Claude Code's. Sources: its tools reference, and what the program lists itself (`tests/loader/built_in.json`), as of
/// autumn 2026.
const CLAUDE_CODE: &[&str] = &[
    "Agent",
    "Artifact",
    "AskUserQuestion",
    "Bash",
    "CronCreate",
    "CronDelete",
    "CronList",
    "Edit",
    "EnterPlanMode",
    "EnterWorktree",
    "ExitPlanMode",
    "ExitWorktree",
    "Glob",
    "Grep",
    "LSP",
    "ListAgents",
    "ListMcpResourcesTool",
    "Monitor",
    "NotebookEdit",
    "PowerShell",
    "PushNotification",
    "Read",
    "ReadMcpResourceTool",
    "RemoteTrigger",
    "ReportFindings",
    "ScheduleWakeup",
    "SendMessage",
    "Skill",
    "TaskCreate",
    "TaskGet",
    "TaskList",
    "TaskOutput",
    "TaskStop",
    "TaskUpdate",
    "TodoWrite",
    "ToolSearch",
    "WebFetch",
    "WebSearch",
    "Workflow",
    "Write",
];

/// Names that Claude Code had once. They may do nothing now; published agents are full of them.
const CLAUDE_CODE_EARLIER: &[&str] = &[
    "AgentOutputTool",
    "BashOutput",
    "KillBash",
    "KillShell",
    "LS",
    "MultiEdit",
    "NotebookRead",
    "SlashCommand",
    "StructuredOutput",
    "Task",
    "TeamCreate",
    "TeamDelete",
    "TodoRead",
];

/// Those of Claude Code, today's and earlier ones, that leave the workspace's files alone and start nothing that could
/// change them. Source: its tools reference, as of autumn 2026. A tool that is not listed here may write.
const CLAUDE_CODE_WITHOUT_WRITING: &[&str] = &[
    "AgentOutputTool",
    "AskUserQuestion",
    "BashOutput",
    "Glob",
    "Grep",
    "KillBash",
    "KillShell",
    "LS",
    "LSP",
    "ListMcpResourcesTool",
    "NotebookRead",
    "Read",
    "ReadMcpResourceTool",
    "TaskGet",
    "TaskList",
    "TaskOutput",
    "TodoRead",
    "TodoWrite",
    "WebFetch",
    "WebSearch",
];

/// Gemini CLI's. Source: `packages/core/src/tools/tool-names.ts`, as of autumn 2026.
const GEMINI: &[&str] = &[
    "activate_skill",
    "ask_user",
    "enter_plan_mode",
    "exit_plan_mode",
    "get_internal_docs",
    "glob",
    "google_web_search",
    "grep_search",
    "list_directory",
    "read_file",
    "read_many_files",
    "replace",
    "run_shell_command",
    "save_memory",
    "search_file_content",
    "tracker_add_dependency",
    "tracker_create_task",
    "tracker_get_task",
    "tracker_list_tasks",
    "tracker_update_task",
    "tracker_visualize",
    "update_topic",
    "web_fetch",
    "write_file",
    "write_todos",
];

/// OpenCode's. Source: its documentation of tools, as of autumn 2026.
const OPEN_CODE: &[&str] = &[
    "apply_patch",
    "bash",
    "edit",
    "glob",
    "grep",
    "list",
    "lsp",
    "patch",
    "question",
    "read",
    "skill",
    "task",
    "todoread",
    "todowrite",
    "webfetch",
    "websearch",
    "write",
];

/// The tools of `tool` that are known, for completion and did-you-mean. Empty where it takes any name
/// (GitHub Copilot) or has no list of tools (Codex, Cursor).
pub const fn of(tool: Tool) -> &'static [&'static str] {
    match tool {
        Tool::ClaudeCode => CLAUDE_CODE,
        Tool::Gemini => GEMINI,
        Tool::OpenCode => OPEN_CODE,
        Tool::Codex | Tool::Copilot | Tool::Cursor => &[],
    }
}

/// Whether `tool` has, or once had, a built-in tool of exactly this name.
pub fn has(tool: Tool, name: &str) -> bool {
    of(tool).contains(&name) || (tool == Tool::ClaudeCode && CLAUDE_CODE_EARLIER.contains(&name))
}

/// Whose built-in tool `name` is, where it is not one of `tool` but of another.
///
/// Only names that cannot be meant for anything else count: one plain word such as `read` or `list` may be a tool of
/// some server.
pub fn owner_of(tool: Tool, name: &str) -> Option<Tool> {
    if has(tool, name) {
        return None;
    }
    let is_telling = name.contains('_') || name.starts_with(|c: char| c.is_ascii_uppercase());
    Tool::ALL.into_iter().find(|other| is_telling && *other != tool && has(*other, name))
}

/// Whether `name`, perhaps with a pattern in parentheses, is certainly no tool of `tool`: one of its own in another
/// case, or another product's ([`owner_of`]).
pub fn is_misspelt(tool: Tool, name: &str) -> bool {
    let name = name.split('(').next().unwrap_or_default().trim();
    let in_another_case = || of(tool).iter().any(|own| own.eq_ignore_ascii_case(name));
    !has(tool, name) && (in_another_case() || owner_of(tool, name).is_some())
}

/// Whether `tool`'s built-in tool `name`, perhaps with a pattern in parentheses, certainly changes no files.
pub fn writes_nothing(tool: Tool, name: &str) -> bool {
    let name = name.split('(').next().unwrap_or_default().trim();
    tool == Tool::ClaudeCode && CLAUDE_CODE_WITHOUT_WRITING.contains(&name)
}
