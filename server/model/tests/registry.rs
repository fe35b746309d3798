//! Looking agents up.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use divisi_model::registry::normalise;
use divisi_model::{Agent, Load, Registry, Resolution, Scope, Tool, tool_of_runner};
use divisi_syntax::Span;

fn agent(tool: Tool, scope: Scope, name: &str, path: &str) -> Agent {
    Agent {
        tool,
        scope,
        name: name.to_owned(),
        path: Some(PathBuf::from(path)),
        name_span: Span::default(),
        description: None,
        tools: None,
        model: None,
        load: Load::Loaded,
    }
}

fn dropped(agent: Agent) -> Agent {
    Agent { load: Load::Dropped { span: Span::default(), reason: "no description".to_owned() }, ..agent }
}

fn registry(agents: impl IntoIterator<Item = Agent>) -> Registry {
    Registry::new(agents.into_iter().map(Arc::new).collect())
}

/// `found PATH`, `ambiguous PATHS`, `not loaded PATH`, `unknown`.
fn answer(registry: &Registry, tool: Tool, name: &str) -> String {
    let path =
        |agent: &Agent| agent.path.as_ref().map_or("built in".to_owned(), |path| path.display().to_string());
    match registry.resolve(tool, name) {
        Resolution::Found(agent) => format!("found {}", path(agent)),
        Resolution::Ambiguous(agents) => {
            format!("ambiguous {}", agents.into_iter().map(path).collect::<Vec<_>>().join(" "))
        }
        Resolution::NotLoaded(agent) => format!("not loaded {}", path(agent)),
        Resolution::Unknown => "unknown".to_owned(),
    }
}

use Tool::{ClaudeCode, Codex, Gemini};

#[test]
fn case_and_separators_do_not_matter() {
    let registry = registry([agent(ClaudeCode, Scope::Project(0), "code-reviewer", "a")]);
    for name in ["code-reviewer", "Code_Reviewer", "code reviewer", "codereviewer"] {
        assert_eq!(answer(&registry, ClaudeCode, name), "found a", "{name}");
    }
    assert_eq!(answer(&registry, ClaudeCode, "code-reviewers"), "unknown");
}

#[test]
fn the_nearest_scope_wins() {
    let registry = registry([
        agent(ClaudeCode, Scope::User, "a", "user"),
        agent(ClaudeCode, Scope::Project(1), "a", "outer"),
        agent(ClaudeCode, Scope::Project(0), "a", "inner"),
        agent(ClaudeCode, Scope::Configured, "b", "configured"),
        agent(ClaudeCode, Scope::User, "b", "user"),
        agent(ClaudeCode, Scope::Managed, "c", "managed"),
        agent(ClaudeCode, Scope::Project(0), "c", "inner"),
    ]);
    assert_eq!(answer(&registry, ClaudeCode, "a"), "found inner");
    assert_eq!(answer(&registry, ClaudeCode, "b"), "found configured");
    assert_eq!(answer(&registry, ClaudeCode, "c"), "found managed");
}

#[test]
fn the_runners_tool_comes_first_then_claude_code() {
    let registry = registry([
        agent(ClaudeCode, Scope::Project(0), "a", "claude-a"),
        agent(Codex, Scope::User, "a", "codex-a"),
        agent(ClaudeCode, Scope::Project(0), "b", "claude-b"),
        agent(Gemini, Scope::Project(0), "c", "gemini-c"),
    ]);
    assert_eq!(answer(&registry, Codex, "a"), "found codex-a");
    assert_eq!(answer(&registry, ClaudeCode, "a"), "found claude-a");
    assert_eq!(answer(&registry, Codex, "b"), "found claude-b");
    assert_eq!(answer(&registry, Codex, "c"), "unknown");
    assert_eq!(tool_of_runner("codex"), Codex);
    assert_eq!(tool_of_runner("my-own"), ClaudeCode);
}

#[test]
fn ambiguity_exists_only_within_one_scope() {
    let registry = registry([
        agent(ClaudeCode, Scope::Project(0), "a", "one"),
        agent(ClaudeCode, Scope::Project(0), "a", "two"),
        agent(ClaudeCode, Scope::Project(1), "a", "three"),
        agent(ClaudeCode, Scope::Project(0), "b", "same"),
        agent(ClaudeCode, Scope::Project(0), "b", "same"),
        agent(ClaudeCode, Scope::Project(0), "c", "loads"),
        dropped(agent(ClaudeCode, Scope::Project(0), "c", "drops")),
        agent(ClaudeCode, Scope::Project(0), "d", "project"),
        agent(ClaudeCode, Scope::User, "d", "user"),
        agent(Codex, Scope::Project(0), "d", "codex"),
    ]);
    assert_eq!(answer(&registry, ClaudeCode, "a"), "ambiguous one two");
    assert_eq!(answer(&registry, ClaudeCode, "b"), "found same");
    assert_eq!(answer(&registry, ClaudeCode, "c"), "found loads");
    assert_eq!(answer(&registry, ClaudeCode, "d"), "found project");
}

#[test]
fn the_exact_name_goes_before_other_spellings() {
    let registry = registry([
        agent(ClaudeCode, Scope::Project(0), "code-reviewer", "dash"),
        agent(ClaudeCode, Scope::User, "code_reviewer", "underscore"),
        agent(ClaudeCode, Scope::Configured, "d-e", "configured"),
        agent(ClaudeCode, Scope::User, "de", "user"),
    ]);
    assert_eq!(answer(&registry, ClaudeCode, "code-reviewer"), "found dash");
    assert_eq!(answer(&registry, ClaudeCode, "code_reviewer"), "found underscore");
    assert_eq!(answer(&registry, ClaudeCode, "Code Reviewer"), "ambiguous dash underscore");
    assert_eq!(answer(&registry, ClaudeCode, "D E"), "found configured");
}

#[test]
fn a_dropped_agent_counts_only_where_none_loads() {
    let registry = registry([
        dropped(agent(ClaudeCode, Scope::Project(0), "a", "near")),
        agent(ClaudeCode, Scope::User, "a", "far"),
        dropped(agent(ClaudeCode, Scope::User, "b", "broken")),
        dropped(agent(Codex, Scope::User, "c", "codex")),
        agent(ClaudeCode, Scope::User, "c", "claude"),
    ]);
    assert_eq!(answer(&registry, ClaudeCode, "a"), "found far");
    assert_eq!(answer(&registry, ClaudeCode, "b"), "not loaded broken");
    assert_eq!(answer(&registry, Codex, "c"), "found claude");
}

#[test]
fn built_in_agents_are_never_unknown() {
    let empty = registry([]);
    for name in ["general-purpose", "explore", "Plan", "statusline-setup", "claude-code-guide"] {
        assert_eq!(answer(&empty, ClaudeCode, name), "found built in", "{name}");
    }
    assert!(empty.is_empty());
    let own = registry([agent(ClaudeCode, Scope::User, "Explore", "own")]);
    assert_eq!(answer(&own, ClaudeCode, "explore"), "found own");
}

#[test]
fn plugins_agents_are_reached_by_their_full_name() {
    let registry = registry([
        agent(ClaudeCode, Scope::Plugin, "tools:reviewer", "one"),
        agent(ClaudeCode, Scope::Plugin, "other:sub:Reviewer", "two"),
    ]);
    assert_eq!(answer(&registry, ClaudeCode, "reviewer"), "unknown");
    assert_eq!(answer(&registry, ClaudeCode, "tools:reviewer"), "found one");
    let scoped: Vec<&str> = registry.scoped("reviewer").map(|agent| agent.name.as_str()).collect();
    assert_eq!(scoped, ["tools:reviewer", "other:sub:Reviewer"]);
}

#[test]
fn names_are_those_that_resolve() {
    let registry = registry([
        agent(ClaudeCode, Scope::User, "b", "user"),
        agent(ClaudeCode, Scope::Project(0), "B", "project"),
        dropped(agent(ClaudeCode, Scope::Project(0), "broken", "x")),
        agent(Codex, Scope::Project(0), "a", "codex"),
    ]);
    let names = |tool| {
        registry
            .names(tool)
            .into_iter()
            .filter(|agent| agent.path.is_some())
            .map(|agent| agent.name.as_str())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(ClaudeCode), ["B"]);
    assert_eq!(names(Codex), ["B", "a"]);
    assert!(registry.names(ClaudeCode).iter().any(|agent| agent.name == "general-purpose"));
}

#[test]
fn a_look_up_does_not_search() {
    let many =
        registry((0..20_000).map(|index| agent(ClaudeCode, Scope::User, &format!("agent-{index}"), "x")));
    let started = Instant::now();
    for index in 0..20_000 {
        assert_eq!(answer(&many, Codex, &format!("Agent_{index}")), "found x");
    }
    // A search through all would make 400 million comparisons.
    assert!(started.elapsed() < Duration::from_secs(10));
    assert_eq!(normalise("A-b_C d"), "abcd");
}
