//! Restrictions of tools in brackets, as far as programs other than Claude Code have words for them.

use super::RunnerKind;

/// What a shell may be used for, by a restriction in brackets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShellUse<'a> {
    /// `Bash(git *)`, `Bash(git:*)`: commands that begin with these words.
    Prefix(&'a str),
    /// `Bash(git status)`: this command alone.
    Exactly(&'a str),
}

/// Characters that mean something in the patterns of some program, or in the JSON that they are matched against.
const PATTERN_CHARACTERS: [char; 4] = ['*', '?', '"', '\\'];

/// The restriction of a shell; none where there is none, or none that every program can be told as it is meant.
pub fn shell_use(tool: &str) -> Option<ShellUse<'_>> {
    let within = tool.trim().strip_prefix("Bash(")?.strip_suffix(')')?.trim();
    let prefix = within.strip_suffix(":*").or_else(|| within.strip_suffix(" *"));
    let words = prefix.unwrap_or(within).trim();
    if words.is_empty() || words.contains(PATTERN_CHARACTERS) {
        return None;
    }
    Some(if prefix.is_some() { ShellUse::Prefix(words) } else { ShellUse::Exactly(words) })
}

/// Why a runner of `kind`, called `name`, would allow more than `tool` with its restriction in brackets means, and what
/// to write instead; none where it would not. The Agent Client Protocol has no word for any restriction, and its agents
/// are allowed nothing by one.
pub fn too_fine(name: &str, kind: RunnerKind, tool: &str) -> Option<String> {
    (!can_be_told(kind, tool)).then(|| {
        format!(
            "the runner {name} cannot hold an agent to `{tool}`: write `Bash(WORDS *)` or `Bash(COMMAND)`, name the \
             tool as a whole, or let claude do it"
        )
    })
}

fn can_be_told(kind: RunnerKind, tool: &str) -> bool {
    !matches!(kind, RunnerKind::Gemini | RunnerKind::Opencode)
        || !tool.contains('(')
        || shell_use(tool).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_may_be_used_for_some_commands_alone() {
        assert_eq!(shell_use("Bash(git *)"), Some(ShellUse::Prefix("git")));
        assert_eq!(shell_use("Bash(npm run test:*)"), Some(ShellUse::Prefix("npm run test")));
        assert_eq!(shell_use("Bash(git status)"), Some(ShellUse::Exactly("git status")));
        for unknown in ["Bash", "Bash(*)", "Bash(* --help)", "Bash(git * main)", "Bash(a?)", "Read(src/**)"] {
            assert_eq!(shell_use(unknown), None, "{unknown}");
        }
        let told = |tool: &str| can_be_told(RunnerKind::Gemini, tool);
        assert!(told("Bash") && told("Bash(git *)"));
        assert!(!told("Read(src/**)") && !told("Bash(git * main)"));
    }
}
