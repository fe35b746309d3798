//! What a document consists of: outline, folds, selections, tokens.

mod folding;
mod hints;
mod lenses;
mod outline;
mod selection;
#[path = "../support/mod.rs"]
mod support;
mod tokens;
mod torn;
mod workspace_symbols;

/// A native DAG with everything in it.
const REVIEW: &str = "\
# Reviews what changed.
# Twice.
name: review
description: Look at it
args:
  scope: { default: src }
  depth:
    description: How deep
    default: 2
phases:
  - id: look
    title: Look at it
  - id: tell
    barrier: true
nodes:
  - id: quality
    agent: code-reviewer
    phase: look
    prompt: |
      Review {{ args.scope }}.

      Be fair.
    outputs: [findings]

  - id: tests
    depends_on: [\"quality\"]
    run: [cargo, test]   # all of them
    trigger_rule: all_done
";

/// A command of another dialect, where nodes stand in their phases.
const COMMAND_V2: &str = r#"{
  "name": "review",
  "phases": [
    {
      "name": "look",
      "agents": [
        { "name": "code-reviewer", "id": "quality", "prompt": "Look" },
        { "name": "tester", "dependencies": ["quality"] }
      ]
    }
  ]
}
"#;
