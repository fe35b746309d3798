//! The exact list of programs that a run would start: what a person is asked to trust.

use crate::deceptive::is_deceptive;
use crate::plan::{PlanWork, StoredPlan};

/// One line for each node that starts a program: its path and the argument list, quoted as a shell would read it.
pub fn programs(plan: &StoredPlan) -> Vec<String> {
    let width = plan.nodes.iter().map(|node| node.path.chars().count()).max().unwrap_or(0);
    plan.nodes
        .iter()
        .flat_map(|node| {
            let own = program(plan, &node.work).map(|program| visible(&program));
            let undoing = node.compensate.as_ref().and_then(|undoing| program(plan, &undoing.work));
            let undoing = undoing.map(|program| format!("{} (undoes it)", visible(&program)));
            let path = visible(&node.path);
            own.into_iter().chain(undoing).map(move |program| format!("{path:width$}  {program}"))
        })
        .collect()
}

fn program(plan: &StoredPlan, work: &PlanWork) -> Option<String> {
    match work {
        PlanWork::Argv { argv } => Some(quoted(argv)),
        PlanWork::Line { line, shell: Some(shell) } => Some(format!("{} {}", quoted(shell), quote(line))),
        PlanWork::Line { line, shell: None } => Some(line.clone()),
        PlanWork::Agent { agent, runner, command, .. } => {
            let program = plan.runners.get(runner).map(|runner| quoted(&runner.command));
            let agent =
                agent.and_then(|agent| plan.agents.get(agent)).map(|agent| format!(", agent {}", agent.name));
            let command = command.as_ref().and_then(|call| plan.commands.get(call.command));
            let command = command.map(|command| format!(", command /{}", command.name));
            Some(format!(
                "{} (runner {runner}{}{})",
                program.unwrap_or_default(),
                command.unwrap_or_default(),
                agent.unwrap_or_default()
            ))
        }
        PlanWork::Approve { .. } | PlanWork::Group { .. } | PlanWork::Dag { .. } => None,
    }
}

fn quoted(argv: &[String]) -> String {
    argv.iter().map(|argument| quote(argument)).collect::<Vec<_>>().join(" ")
}

fn quote(argument: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    if !argument.is_empty() && argument.chars().all(is_plain) {
        return argument.to_owned();
    }
    format!("'{}'", argument.replace('\'', r"'\''"))
}

/// What decides about trust must not be able to look like something else: such characters are shown by their escapes.
fn visible(text: &str) -> String {
    text.chars().flat_map(|c| if is_deceptive(c) { c.escape_default().collect() } else { vec![c] }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_what_a_shell_would_split_or_expand() {
        let argv = ["rm", "a b", "$HOME", "", "it's"].map(str::to_owned);
        assert_eq!(quoted(&argv), r"rm 'a b' '$HOME' '' 'it'\''s'");
    }

    #[test]
    fn hides_no_program_behind_control_characters() {
        assert_eq!(visible("rm\u{1b}[2K\rls\n"), r"rm\u{1b}[2K\rls\n");
        assert_eq!(visible("a\u{202e}cod.sh\u{200b}"), r"a\u{202e}cod.sh\u{200b}");
    }
}
