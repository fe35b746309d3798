//! DAGs of any size, the same each time, shaped like those that people write: layers of a few nodes, each waiting
//! for two of the layer before; agents with prompts, outputs that are used, a program now and then.

use std::fmt::Write as _;

/// Nodes in a layer.
const WIDTH: usize = 8;

/// How many agents [`dag`] names, as `agent-0`, `agent-1` …
pub const AGENTS: usize = 40;

/// The text of a YAML DAG file with this many nodes; about 290 bytes a node.
pub fn dag(nodes: usize) -> String {
    let mut text =
        String::from("name: generated\nargs:\n  scope: { default: src }\nmax_parallel: 4\nnodes:\n");
    for node in 0..nodes {
        write_node(&mut text, node);
    }
    text
}

fn write_node(text: &mut String, node: usize) {
    let before =
        |offset: usize| (node >= WIDTH).then(|| node - node % WIDTH - WIDTH + (node + offset) % WIDTH);
    let dependencies: Vec<usize> = before(0).into_iter().chain(before(1)).collect();
    let names: Vec<String> = dependencies.iter().map(|id| format!("node-{id}")).collect();
    // Writing to a string cannot fail.
    let _ = writeln!(text, "  - id: node-{node}\n    depends_on: [{}]", names.join(", "));
    if node % 5 == 4 {
        let _ =
            write!(text, "    run: [cargo, test, --package, \"package-{node}\", \"{{{{ args.scope }}}}\"");
        for id in &dependencies {
            let _ = write!(text, ", \"{{{{ nodes.node-{id}.outputs.findings }}}}\"");
        }
        let _ = writeln!(text, "]");
    } else {
        let _ = writeln!(text, "    agent: agent-{}\n    prompt: |", node % AGENTS);
        let _ = writeln!(
            text,
            "      Look at part {node} of {{{{ args.scope }}}} and say what is wrong with it."
        );
        for id in &dependencies {
            let _ = writeln!(text, "      What was found before: {{{{ nodes.node-{id}.outputs.findings }}}}");
        }
    }
    let _ = writeln!(text, "    outputs: [findings]\n    estimate: {}m", 1 + node % 7);
}

/// The files of the agents that [`dag`] names: path in the workspace, and text.
pub fn agents() -> impl Iterator<Item = (String, String)> {
    (0..AGENTS).map(|agent| {
        let text = format!(
            "---\nname: agent-{agent}\ndescription: Looks at things, number {agent}\n---\nLook well.\n"
        );
        (format!(".claude/agents/agent-{agent}.md"), text)
    })
}

/// A workspace's Markdown: of five files two are agents, two commands and one a skill. About 3 kB each, with a name of
/// some other file in every tenth line. Path in the workspace, and text.
pub fn markdown(files: usize) -> impl Iterator<Item = (String, String)> {
    (0..files).map(|file| (markdown_path(file), markdown_text(file)))
}

/// The path of the file of this number among those of [`markdown`].
pub fn markdown_path(file: usize) -> String {
    match file % 5 {
        0 | 1 => format!(".claude/agents/team-{}/agent-{file}.md", file % 7),
        2 | 3 => format!(".claude/commands/area-{}/command-{file}.md", file % 7),
        _ => format!(".claude/skills/skill-{file}/SKILL.md"),
    }
}

fn markdown_text(file: usize) -> String {
    let keys = match file % 5 {
        0 | 1 => format!("name: agent-{file}\ntools: Read, Grep, Bash(git log:*)\nmodel: sonnet\n"),
        2 | 3 => "argument-hint: \"[file] [focus]\"\nallowed-tools: Read, Task(agent-0)\n".to_owned(),
        _ => format!("name: skill-{file}\n"),
    };
    let mut text =
        format!("---\n{keys}description: Does its part of the work, number {file}\n---\n# Part {file}\n\n");
    for line in 0..40 {
        let _ = match line % 10 {
            4 => writeln!(
                text,
                "- Use the agent-{} agent, or `/area-2:command-2`, for **this**.\n",
                file / 5 * 5
            ),
            _ => writeln!(
                text,
                "{line}. Look at what is there, and say in one sentence what is wrong with it."
            ),
        };
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_takes_about_290_bytes() {
        let bytes = dag(1_000).len();
        assert!((260_000..320_000).contains(&bytes), "{bytes}");
    }
}
