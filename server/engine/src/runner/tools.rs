//! What the agents call their tools. An agent's file names tools in the words of the program it was written for; a
//! runner hands them to its own.

/// One kind of tool, in the words of each.
struct Names {
    /// Claude Code's.
    claude: &'static str,
    /// OpenCode's permission.
    opencode: &'static str,
    /// Gemini CLI's.
    gemini: &'static [&'static str],
    /// Kinds of tool calls in the Agent Client Protocol.
    acp: &'static [&'static str],
    /// Whether it can change something.
    changes: bool,
}

/// Sources: the programs' documentation and what each lists itself, autumn 2026.
const NAMES: &[Names] = &[
    Names {
        claude: "Bash",
        opencode: "bash",
        gemini: &["run_shell_command"],
        acp: &["execute"],
        changes: true,
    },
    Names { claude: "Edit", opencode: "edit", gemini: &["replace"], acp: &["edit"], changes: true },
    Names { claude: "MultiEdit", opencode: "edit", gemini: &["replace"], acp: &["edit"], changes: true },
    Names { claude: "NotebookEdit", opencode: "edit", gemini: &[], acp: &["edit"], changes: true },
    Names {
        claude: "Write",
        opencode: "edit",
        gemini: &["write_file"],
        acp: &["edit", "delete", "move"],
        changes: true,
    },
    Names {
        claude: "Read",
        opencode: "read",
        gemini: &["read_file", "read_many_files"],
        acp: &["read"],
        changes: false,
    },
    Names { claude: "Glob", opencode: "glob", gemini: &["glob"], acp: &["search"], changes: false },
    Names { claude: "Grep", opencode: "grep", gemini: &["grep_search"], acp: &["search"], changes: false },
    Names {
        claude: "LS",
        opencode: "list",
        gemini: &["list_directory"],
        acp: &["read", "search"],
        changes: false,
    },
    Names {
        claude: "WebFetch",
        opencode: "webfetch",
        gemini: &["web_fetch"],
        acp: &["fetch"],
        changes: false,
    },
    Names {
        claude: "WebSearch",
        opencode: "websearch",
        gemini: &["google_web_search"],
        acp: &["fetch", "search"],
        changes: false,
    },
    Names {
        claude: "TodoWrite",
        opencode: "todowrite",
        gemini: &["write_todos"],
        acp: &["think"],
        changes: false,
    },
    Names { claude: "Agent", opencode: "task", gemini: &["invoke_agent"], acp: &["other"], changes: true },
    Names { claude: "Task", opencode: "task", gemini: &["invoke_agent"], acp: &["other"], changes: true },
];

/// Kinds of tool calls in the protocol that a node without `tools` is allowed: those that change nothing.
const ACP_READING: &[&str] = &["read", "search", "think"];

/// `Bash(git *)` allows some uses of `Bash`.
pub(super) fn base(tool: &str) -> &str {
    tool.split('(').next().unwrap_or(tool).trim()
}

fn row(tool: &str) -> Option<&'static Names> {
    NAMES.iter().find(|names| names.claude == base(tool))
}

/// OpenCode's name for a tool. What is not known here is taken as it is.
pub(super) fn opencode(tool: &str) -> String {
    row(tool).map_or_else(|| base(tool).to_owned(), |names| names.opencode.to_owned())
}

/// Gemini CLI's names for a tool. What is not known here is taken as it is.
pub(super) fn gemini(tool: &str) -> Vec<String> {
    match row(tool) {
        Some(names) => names.gemini.iter().map(|name| (*name).to_owned()).collect(),
        None => vec![base(tool).to_owned()],
    }
}

/// Kinds of tool calls in the Agent Client Protocol that these tools allow, without those that are disallowed. A tool
/// with a restriction in brackets allows none and takes its kinds away: the protocol has no word for it.
pub(super) fn acp(tools: Option<&[String]>, disallowed: &[String]) -> Vec<String> {
    let mut kinds = acp_allowed(tools);
    kinds.retain(|kind| {
        let names = |tool: &String| row(tool).is_some_and(|names| names.acp.contains(&kind.as_str()));
        !disallowed.iter().any(|tool| tool == kind || names(tool))
    });
    kinds
}

fn acp_allowed(tools: Option<&[String]>) -> Vec<String> {
    let Some(tools) = tools else { return ACP_READING.iter().map(|kind| (*kind).to_owned()).collect() };
    let whole = tools.iter().filter(|tool| !tool.contains('('));
    let mut kinds: Vec<String> = whole
        .flat_map(|tool| match row(tool) {
            Some(names) => names.acp.iter().map(|kind| (*kind).to_owned()).collect(),
            None => vec![tool.clone()],
        })
        .collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

/// Whether any of these tools can change something. What is not known here might.
pub(super) fn can_change(tools: &[String]) -> bool {
    tools.iter().any(|tool| row(tool).is_none_or(|names| names.changes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(tools: &[&str]) -> Vec<String> {
        tools.iter().map(|tool| (*tool).to_owned()).collect()
    }

    #[test]
    fn tools_go_by_the_names_of_each_program() {
        assert_eq!(opencode("Write"), "edit");
        assert_eq!(opencode("Bash(git *)"), "bash");
        assert_eq!(opencode("my_server_search"), "my_server_search");
        assert_eq!(gemini("Read"), ["read_file", "read_many_files"]);
        assert_eq!(gemini("read_file"), ["read_file"]);
    }

    #[test]
    fn the_protocol_allows_kinds() {
        assert_eq!(acp(None, &[]), ["read", "search", "think"]);
        assert_eq!(acp(Some(&list(&["Read", "Bash"])), &[]), ["execute", "read"]);
        assert_eq!(acp(Some(&list(&["Read", "Bash"])), &list(&["Bash(rm *)"])), ["read"]);
        assert_eq!(acp(Some(&list(&["Bash(git *)"])), &[]), Vec::<String>::new());
        assert_eq!(acp(Some(&[]), &[]), Vec::<String>::new());
    }

    #[test]
    fn a_tool_that_is_not_known_might_change_something() {
        assert!(!can_change(&list(&["Read", "Grep"])));
        assert!(can_change(&list(&["Read", "Edit"])));
        assert!(can_change(&list(&["deploy"])));
    }
}
