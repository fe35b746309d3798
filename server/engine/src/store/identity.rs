//! What the result of a node follows from (ENGINE, section 5), as a list of named digests: two lists tell what changed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::core::{IdentifyNode, RenderedCommand};
use crate::event::OutputValue;
use crate::plan::{PlanEnv, PlanNode, PlanWork, StoredPlan};

/// Version of what an identity is made of. Results of another version are never used.
const FORMAT: u32 = 1;

/// The part that says of which version its runner is.
pub(crate) const RUNNER_VERSION: &str = "the version of the runner";

/// The part that names the files it reads.
pub(crate) const READS: &str = "reads";

/// One thing that a result follows from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Part {
    /// What it is, for people: `prompt`, `the result of tests`.
    pub(crate) name: String,
    /// BLAKE3 of it, hex.
    pub(crate) digest: String,
}

/// The identity that follows from these parts, hex. Lengths stand before the texts, so that none can run into the next.
pub(crate) fn digest_of_parts(parts: &[Part]) -> String {
    let mut hasher = blake3::Hasher::new();
    for text in parts.iter().flat_map(|part| [&part.name, &part.digest]) {
        hasher.update(&u64::try_from(text.len()).unwrap_or(u64::MAX).to_le_bytes()).update(text.as_bytes());
    }
    hasher.finalize().to_hex().to_string()
}

/// The first part that is not the same in both; none where all are.
pub(crate) fn first_difference<'a>(before: &'a [Part], now: &'a [Part]) -> Option<&'a str> {
    let digests: BTreeMap<&str, &str> =
        before.iter().map(|part| (part.name.as_str(), part.digest.as_str())).collect();
    let differs = |part: &&Part| digests.get(part.name.as_str()) != Some(&part.digest.as_str());
    let is_gone = |part: &&Part| !now.iter().any(|other| other.name == part.name);
    now.iter().find(differs).or_else(|| before.iter().find(is_gone)).map(|part| part.name.as_str())
}

#[derive(Debug, Default)]
struct Parts(Vec<Part>);

impl Parts {
    fn add(&mut self, name: impl Into<String>, bytes: impl AsRef<[u8]>) {
        let digest = blake3::hash(bytes.as_ref()).to_hex().to_string();
        self.0.push(Part { name: name.into(), digest });
    }

    /// Values that serialize to JSON in one way only.
    fn add_json(&mut self, name: &str, value: &impl Serialize) {
        self.add(name, serde_json::to_vec(value).unwrap_or_default());
    }
}

/// What a node is, without what it reads and what it follows: where this is the same, an edit of the file did not change
/// the node (ENGINE, section 6).
pub(crate) fn definition(plan: &StoredPlan, node: usize) -> Vec<Part> {
    let Some(planned) = plan.nodes.get(node) else { return Vec::new() };
    let mut parts = Parts::default();
    let work = match &planned.work {
        PlanWork::Group { .. } | PlanWork::Dag { .. } => return Vec::new(),
        PlanWork::Argv { argv } => serde_json::to_value(argv),
        PlanWork::Line { line, .. } => serde_json::to_value(line),
        PlanWork::Agent { prompt, command, .. } => {
            serde_json::to_value((prompt, command.as_ref().map(|call| &call.given)))
        }
        other => serde_json::to_value(other),
    };
    parts.add_json(work_name(planned), &work.unwrap_or_default());
    parts.add_json("arguments", &arguments(plan, planned));
    parts.add_json("item", &planned.item);
    let inputs: Vec<Value> = planned
        .inputs
        .iter()
        .map(|input| {
            let from =
                input.from.as_ref().and_then(|(node, output)| Some((&plan.nodes.get(*node)?.path, output)));
            serde_json::json!([input.name, from, input.required, input.default])
        })
        .collect();
    parts.add_json("inputs", &inputs);
    parts.add_json("cache.key", &planned.cache.as_ref().and_then(|cache| cache.key.as_ref()));
    add_nature(&mut parts, plan, planned);
    parts.0
}

/// What a run adds to [`definition`]: the files, the results, and what stands in templates.
#[derive(Debug)]
pub(crate) struct Circumstances<'a> {
    pub(crate) search: &'a IdentifyNode,
    /// Digest of the list of files that it reads.
    pub(crate) reads: &'a str,
    /// The environment of the host, from which declared variables are taken.
    pub(crate) environment: &'a BTreeMap<String, String>,
    /// What the runner's program says of its version; empty for programs.
    pub(crate) runner_version: &'a str,
}

/// Everything that the result of a node follows from.
pub(crate) fn identity(plan: &StoredPlan, found: &Circumstances<'_>) -> Vec<Part> {
    let search = found.search;
    let Some(planned) = plan.nodes.get(search.key.node) else { return Vec::new() };
    let mut parts = Parts::default();
    let work = match &search.command {
        RenderedCommand::Argv { argv } => serde_json::json!(argv),
        RenderedCommand::Line { line, .. } => serde_json::json!(line),
        RenderedCommand::Agent { prompt } => serde_json::json!(prompt),
    };
    parts.add_json(work_name(planned), &work);
    if !matches!(planned.work, PlanWork::Agent { .. }) {
        // They are in a program's environment whether it names them or not; an agent is told by its prompt.
        parts.add_json("arguments", &arguments(plan, planned));
    }
    for (name, value) in &search.inputs {
        parts.add(format!("the input {name}"), input_digest(value));
    }
    parts.add_json("cache.key", &search.cache_key);
    add_nature(&mut parts, plan, planned);
    for variable in plan.env_of(planned).iter().chain(&planned.env).filter(|variable| !variable.secret) {
        let value = variable.from_env.as_ref().map(|source| found.environment.get(source));
        parts.add_json(&format!("the value of ${}", variable.name), &value);
    }
    if !found.runner_version.is_empty() {
        parts.add(RUNNER_VERSION, found.runner_version);
    }
    for (node, result) in &search.results {
        let path = plan.nodes.get(*node).map_or("", |node| node.path.as_str());
        parts.add(format!("the result of {path}"), result);
    }
    parts.0.push(Part { name: READS.to_owned(), digest: found.reads.to_owned() });
    parts.0
}

/// What both have in common: the rest of what stands in the file, and of the files that it names.
fn add_nature(parts: &mut Parts, plan: &StoredPlan, planned: &PlanNode) {
    match &planned.work {
        PlanWork::Agent { agent, runner, model, tools, max_turns, command, .. } => {
            if let Some(call) = command {
                let file = plan.commands.get(call.command);
                parts.add_json("the command's file", &file.map(|file| (&file.name, &file.text)));
            }
            let agent = agent.and_then(|agent| plan.agents.get(agent));
            let text = agent.map(|agent| (&agent.name, &agent.text));
            parts.add_json("the agent's file", &text);
            if let Some(agent) = agent.filter(|agent| agent.keys.contains_key("skills")) {
                parts.add("the agent's skills", &agent.system_prompt);
            }
            let model = model.as_ref().or(agent.and_then(|agent| agent.model.as_ref()));
            parts.add_json("model", &model);
            let tools = tools.as_ref().or(agent.and_then(|agent| agent.tools.as_ref()));
            parts.add_json("tools", &tools);
            parts.add_json("max_turns", max_turns);
            let definition = plan.runners.get(runner);
            let definition = definition.map(|definition| {
                (definition.kind, &definition.command, &definition.args, definition.repository_settings)
            });
            parts.add_json("runner", &(runner, definition));
        }
        PlanWork::Line { shell, .. } => parts.add_json("shell", shell),
        _ => {}
    }
    parts.add_json("cwd", &planned.cwd);
    let variables: Vec<Value> = plan.env_of(planned).iter().chain(&planned.env).map(declared).collect();
    parts.add_json("env", &variables);
    parts.add_json("outputs", &planned.outputs);
    parts.add_json("writes", &planned.writes);
    parts.add_json("the node's place", &place(plan, planned));
    parts.add_json("the machine", &(std::env::consts::OS, std::env::consts::ARCH));
    parts.add_json("the version of divisi's store", &FORMAT);
}

/// Secrets count by their name.
fn declared(variable: &PlanEnv) -> Value {
    serde_json::json!([variable.name, variable.value, variable.from_env, variable.secret])
}

/// Secret ones hold `null`.
fn arguments<'a>(plan: &'a StoredPlan, planned: &PlanNode) -> BTreeMap<&'a String, &'a Value> {
    plan.args_of(planned).iter().collect()
}

fn work_name(planned: &PlanNode) -> &'static str {
    match planned.work {
        PlanWork::Agent { .. } => "prompt",
        _ => "run",
    }
}

/// DAG and path. An instance is told by its item, not by its place in the list, so that an item that is put before
/// others leaves their results alone; equal items are told apart by counting them.
fn place(plan: &StoredPlan, planned: &PlanNode) -> Value {
    let Some(item) = &planned.item else { return serde_json::json!([plan.dag, planned.path]) };
    let siblings = plan.nodes.iter().filter(|node| node.group.is_some() && node.group == planned.group);
    let earlier = siblings.take_while(|node| node.path != planned.path);
    let occurrence = earlier.filter(|node| node.item.as_ref() == Some(item)).count();
    serde_json::json!([plan.dag, node_of(planned), item, occurrence])
}

/// The path without the key of the instance.
fn node_of(planned: &PlanNode) -> &str {
    match &planned.item {
        Some(_) => planned.path.rsplit_once('[').map_or(planned.path.as_str(), |(node, _)| node),
        None => &planned.path,
    }
}

/// `DAG/NODE`, by which results are listed and forgotten.
pub(crate) fn key_of(plan: &StoredPlan, planned: &PlanNode) -> String {
    format!("{}/{}", plan.dag, planned.path)
}

/// What an input's program gets to see.
fn input_digest(value: &OutputValue) -> Vec<u8> {
    match value {
        OutputValue::Value(value) => serde_json::to_vec(value).unwrap_or_default(),
        OutputValue::File { digest, .. } | OutputValue::Blob { digest, .. } => digest.clone().into_bytes(),
    }
}
