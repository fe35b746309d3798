//! From agent documents to the registry: whose each agent is.

use std::sync::Arc;

use divisi_model::{Agent, AgentFile, Registry};

use crate::document::{Content, Document};
use crate::layout::Layout;
use crate::scopes::Scopes;

/// The registry of all agents among `documents`.
pub(crate) fn registry<'a>(documents: impl Iterator<Item = &'a Arc<Document>>, layout: &Layout) -> Registry {
    let files: Vec<(&Document, &AgentFile)> =
        documents.filter_map(|document| Some((document.as_ref(), agent_file(Some(document))?))).collect();
    let scopes = Scopes::new(files.iter().map(|(document, _)| document.path.as_path()), layout);
    let agents = files.into_iter().map(|(document, file)| Arc::new(agent(document, file, &scopes)));
    Registry::new(agents.collect())
}

/// Whether two states of a file say the same of its agent, so that the registry can stay: typing in a system prompt
/// changes nothing in it.
pub(crate) fn same_agent(before: Option<&Arc<Document>>, after: Option<&Arc<Document>>) -> bool {
    match (with_agent(before), with_agent(after)) {
        (None, None) => true,
        (Some((text_before, before)), Some((text_after, after))) => {
            let AgentFile { tool, name, description, tools, model, load, body: _ } = before;
            *tool == after.tool
                && *name == after.name
                && *description == after.description
                && *tools == after.tools
                && *model == after.model
                && *load == after.load
                // What else it says, a runner may have no way to hold it to.
                && around(text_before, before) == around(text_after, after)
        }
        _ => false,
    }
}

fn with_agent(document: Option<&Arc<Document>>) -> Option<(&str, &AgentFile)> {
    Some((&*document?.text, agent_file(document)?))
}

/// The text before and behind the system prompt.
fn around<'a>(text: &'a str, agent: &AgentFile) -> (Option<&'a str>, Option<&'a str>) {
    (text.get(..agent.body.start as usize), text.get(agent.body.end as usize..))
}

fn agent_file(document: Option<&Arc<Document>>) -> Option<&AgentFile> {
    match &document?.content {
        Content::Agent(agent) => Some(agent),
        _ => None,
    }
}

fn agent(document: &Document, file: &AgentFile, scopes: &Scopes<'_>) -> Agent {
    let stem = document.path.file_stem().unwrap_or_default().to_string_lossy();
    let own_name = file.name.as_ref().map_or(stem.as_ref(), |name| name.value.as_str());
    let (scope, name) = scopes.place(&document.path, own_name);
    Agent {
        tool: file.tool,
        scope,
        name,
        path: Some(document.path.clone()),
        name_span: file.name.as_ref().map(|name| name.span).unwrap_or_default(),
        description: file.description.as_ref().map(|description| description.value.clone()),
        tools: file.tools.as_ref().map(|tools| tools.iter().map(|tool| tool.value.clone()).collect()),
        model: file.model.as_ref().map(|model| model.value.clone()),
        load: file.load.clone(),
    }
}
