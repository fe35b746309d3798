//! Which agents texts name, and who they are.

use std::path::{Path, PathBuf};

use divisi_model::mention::mentions;
use divisi_model::{
    Agent, Mention, MentionTarget, Node, Pattern, Registry, Resolution, Scope, Strength, Text, Tool, Work,
    tool_of_runner,
};
use divisi_syntax::{Span, Tree};
use divisi_workspace::lexical::clean;
use divisi_workspace::{Content, Document, Markdown, Snapshot};

/// A mention of an agent that is a reference, or may be a slip in one.
pub(crate) struct NamedAgent<'a> {
    /// What is written; its span is one of the file.
    pub(crate) mention: Mention,
    /// The tool whose agents come first.
    pub(crate) tool: Tool,
    pub(crate) resolution: Resolution<'a>,
}

impl NamedAgent<'_> {
    /// Whether an agent of this name must be there.
    pub(crate) fn is_reference(&self) -> bool {
        self.mention.strength() == Strength::Checked
    }
}

/// The tool that reads the document: an agent's own, else Claude Code.
pub fn tool_of(document: &Document) -> Tool {
    match &document.content {
        Content::Agent(agent) => agent.tool,
        _ => Tool::ClaudeCode,
    }
}

/// Who is meant where a text in `document` names an agent: who [`Registry::resolve`] finds; in a plugin's own file,
/// which its agents may share under bare names, also the plugin's agent of that name.
pub fn resolve_agent<'a>(
    snapshot: &'a Snapshot,
    document: &Document,
    tool: Tool,
    mention: &Mention,
) -> Resolution<'a> {
    let registry = snapshot.registry().as_ref();
    let found = registry.resolve(tool, &mention.name);
    if !matches!(found, Resolution::Unknown) {
        return found;
    }
    if matches!(mention.pattern, Pattern::AgentPath | Pattern::LoosePath)
        && let Some(agent) = by_file_name(registry, &mention.name)
    {
        return Resolution::Found(agent);
    }
    let neighbour = registry.scoped(&mention.name).find(|agent| shares_plugin(agent, &document.path));
    neighbour.map_or(Resolution::Unknown, Resolution::Found)
}

/// The path that a mention of a file in `document` means: it counts from the workspace's root; a file of ours beside
/// the document is meant, too. `None` for what lies in the user's home.
pub fn resolve_file(snapshot: &Snapshot, document: &Document, mention: &Mention) -> Option<PathBuf> {
    if mention.name.starts_with('~') {
        return None;
    }
    let beside = clean(&document.path.parent()?.join(&mention.name));
    let root = snapshot.root_of(&document.path).filter(|_| snapshot.document(&beside).is_none());
    Some(root.map_or(beside, |root| clean(&root.join(&mention.name))))
}

fn by_file_name<'a>(registry: &'a Registry, stem: &str) -> Option<&'a Agent> {
    let is_file = |path: &Path| path.file_stem().is_some_and(|own| own == stem);
    registry.agents().iter().map(AsRef::as_ref).find(|agent| agent.path.as_deref().is_some_and(is_file))
}

/// Whether `path` lies in the plugin of `agent`.
fn shares_plugin(agent: &Agent, path: &Path) -> bool {
    let Some(file) = agent.path.as_deref().filter(|_| agent.scope == Scope::Plugin) else { return false };
    let folder = file.ancestors().find(|folder| folder.ends_with("agents"));
    folder.and_then(Path::parent).is_some_and(|root| path.starts_with(root))
}

/// The agents that a Markdown document names.
pub(crate) fn in_markdown<'a>(
    snapshot: &'a Snapshot,
    document: &Document,
    markdown: &Markdown,
) -> Vec<NamedAgent<'a>> {
    let tool = tool_of(document);
    let named = markdown.mentions.iter().cloned();
    named.filter_map(|mention| look_up(snapshot, document, tool, mention)).collect()
}

/// The agents that the prompts of a DAG name.
pub(crate) fn in_prompts<'a>(
    snapshot: &'a Snapshot,
    document: &Document,
    tree: &Tree,
    nodes: impl Iterator<Item = &'a Node>,
) -> Vec<NamedAgent<'a>> {
    let works = nodes.flat_map(|node| node.work.iter().chain(node.undoing()));
    let mut found = Vec::new();
    for work in works {
        let Work::Agent(work) = work else { continue };
        let tool = work.runner.as_ref().map_or(Tool::ClaudeCode, |runner| tool_of_runner(&runner.value));
        for mention in work.prompt.iter().flat_map(|prompt| in_prompt(tree, prompt)) {
            found.extend(look_up(snapshot, document, tool, mention));
        }
    }
    found
}

/// What a prompt names; spans are those of the file.
pub fn in_prompt(tree: &Tree, prompt: &Text) -> Vec<Mention> {
    // Most prompts name nothing, and large DAGs have many of them.
    if !["gent", "Task(", "@", "/"].iter().any(|sign| prompt.value.contains(sign)) {
        return Vec::new();
    }
    let whole = Span::new(0, u32::try_from(prompt.value.len()).unwrap_or(u32::MAX));
    let mut found = mentions(&prompt.value, whole);
    if let Some(decoded) = tree.decoded(prompt.tree).filter(|_| !found.is_empty()) {
        for mention in &mut found {
            mention.span = decoded.source_span(mention.span);
        }
    }
    found
}

fn look_up<'a>(
    snapshot: &'a Snapshot,
    document: &Document,
    tool: Tool,
    mention: Mention,
) -> Option<NamedAgent<'a>> {
    if mention.target != MentionTarget::Agent || mention.strength() == Strength::FollowedOnly {
        return None;
    }
    let resolution = resolve_agent(snapshot, document, tool, &mention);
    Some(NamedAgent { mention, tool, resolution })
}
