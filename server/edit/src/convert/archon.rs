//! Archon: prompts become agent nodes, scripts programs, `$node.output` a template. What only Archon can do becomes
//! a node that waits for a person, with the original beside it as a comment.

mod condition;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use divisi_analysis::Graph;
use divisi_model::foreign::{Language, Mention};
use divisi_model::{Dag, ForeignReference, ForeignWork, Node, Work};
use divisi_syntax::{Span, Tree};

use super::Notice;
use super::node::{NativeForm, NativeNode, NativeOutput, NativeWork};
use super::template::{Replacement, plain, template};
use super::yaml;

pub(super) const ROOT_KEYS: &[&str] = &["name", "description", "nodes"];
const NODE_KEYS: &[&str] = &["id", "depends_on", "trigger_rule"];

/// The agent that does what Archon does with a prompt: Claude Code's own.
const MAIN_AGENT: &str = "claude";
/// Words for models whose meaning is set in Archon.
const TIERS: &[&str] = &["small", "medium", "large"];
/// The one output that a converted node makes; `$node.output` reads it.
const OUTPUT: &str = "output";
/// How Archon writes what a run was started with.
const ARGUMENTS: &[&str] = &["$ARGUMENTS", "$USER_MESSAGE"];

/// Another provider than Claude is a label: which agent and runner stands for it, only people know.
pub(super) fn label(tree: &Tree, dag: &Dag, node: &Node) -> Option<String> {
    let Some(Work::Foreign(work)) = &node.work else { return None };
    let provider = |mapping| tree.get(mapping, "provider").and_then(|value| tree.str(value));
    let name = provider(node.tree).or_else(|| provider(dag.root))?;
    let is_asked = matches!(work.key.value, "prompt" | "command" | "loop") && name != MAIN_AGENT;
    is_asked.then(|| name.into_owned())
}

pub(super) fn nodes(
    tree: &Tree,
    dag: &Dag,
    agents: &BTreeMap<String, String>,
    notices: &mut Vec<Notice>,
) -> Vec<NativeNode> {
    let converter = Converter::new(tree, dag, agents);
    let nodes: Vec<NativeNode> =
        dag.nodes.iter().enumerate().map(|(index, node)| converter.node(index, node)).collect();
    if let Some(model) = &dag.defaults.model {
        let message =
            "the model of the whole workflow is kept as a comment: Archon's tiers are its own".to_owned();
        notices.push(Notice { span: model.span, message });
    }
    nodes
}

struct Converter<'a> {
    tree: &'a Tree,
    dag: &'a Dag,
    agents: &'a BTreeMap<String, String>,
    indices: HashMap<&'a str, usize>,
    /// For each node those that it waits for, ascending.
    ancestors: Vec<Vec<u32>>,
    /// Nodes whose output is read, and whether a field of it is.
    read: HashMap<usize, bool>,
}

impl<'a> Converter<'a> {
    fn new(tree: &'a Tree, dag: &'a Dag, agents: &'a BTreeMap<String, String>) -> Self {
        let graph = Graph::new(dag);
        let mut indices = HashMap::new();
        for (index, node) in dag.nodes.iter().enumerate() {
            indices.entry(node.id.value.as_str()).or_insert(index);
        }
        let ancestors = (0..dag.nodes.len()).map(|index| graph.ancestors(index as u32)).collect();
        let mut converter = Self { tree, dag, agents, indices, ancestors, read: HashMap::new() };
        for (index, node) in dag.nodes.iter().enumerate() {
            for reference in &node.references {
                if let Some(target) = converter.target(index, &reference.node.value) {
                    *converter.read.entry(target).or_default() |= reference.field.is_some();
                }
            }
        }
        converter
    }

    /// The node of that name, if the node at `index` waits for it and it makes an output of ours.
    fn target(&self, index: usize, id: &str) -> Option<usize> {
        let target = *self.indices.get(id)?;
        let is_ancestor = self.ancestors.get(index)?.binary_search(&(target as u32)).is_ok();
        let makes_output = matches!(
            &self.dag.nodes.get(target)?.work,
            Some(Work::Foreign(work)) if matches!(work.key.value, "prompt" | "command" | "loop" | "bash" | "script")
        );
        (is_ancestor && makes_output).then_some(target)
    }

    /// `nodes.a-b.outputs.output.field`
    fn expression(&self, index: usize, text: &str, mention: &Mention) -> Option<String> {
        let id = mention.node.slice(text);
        // `$LOOP_PREV.node.output`, of the round before, has no counterpart.
        let is_now = mention.node.start == mention.span.start + 1;
        self.target(index, id).filter(|_| is_now)?;
        let field = mention.field.map(|field| format!(".{}", field.slice(text))).unwrap_or_default();
        Some(format!("nodes.{id}.outputs.{OUTPUT}{field}"))
    }

    fn node(&self, index: usize, node: &Node) -> NativeNode {
        let mut taken = Taken::default();
        let (work, used) = match &node.work {
            Some(Work::Foreign(work)) => self.work(index, node, work, &mut taken),
            _ => (NativeWork::Approve(format!("`{}` says nothing to do", node.id.value)), Vec::new()),
        };
        let mut native = NativeNode::new(node, work, NODE_KEYS);
        native.used.extend(used);
        native.takes_arguments = taken.arguments;
        native.notices = taken.notices;
        if !matches!(node.work.as_ref(), Some(Work::Foreign(work)) if is_for_people(work)) {
            native.used.extend(["timeout", "idle_timeout", "retry"]);
        }
        native.output = self.output(index, &mut native);
        self.condition(index, node, &mut native);
        native.notices.extend(node.references.iter().filter_map(|reference| self.left(index, reference)));
        native
    }

    /// A text names a node whose output it cannot have with us.
    fn left(&self, index: usize, reference: &ForeignReference) -> Option<Notice> {
        let id = &reference.node.value;
        let is_left = self.indices.contains_key(id.as_str()) && self.target(index, id).is_none();
        let message = format!("the output of `{id}` is not filled in here: the text stays as it is");
        is_left.then_some(Notice { span: reference.span, message })
    }

    fn condition(&self, index: usize, node: &Node, native: &mut NativeNode) {
        let Some(condition) = &node.foreign_condition else { return };
        let expression = |mention: &Mention, text: &str| self.expression(index, text, mention);
        match condition::translate(&condition.value, expression) {
            Some(when) => {
                native.when = Some(when);
                native.used.push("when");
            }
            None => native.notices.push(Notice {
                span: condition.span,
                message: format!(
                    "the condition of `{}` is kept as a comment: the node always runs",
                    node.id.value
                ),
            }),
        }
    }

    fn work(
        &self,
        index: usize,
        node: &Node,
        work: &ForeignWork,
        taken: &mut Taken,
    ) -> (NativeWork, Vec<&'static str>) {
        let text = work.text.as_ref().map(|text| text.value.as_str()).unwrap_or_default();
        let id = &node.id.value;
        match work.key.value {
            "prompt" => {
                let work = self.prompt(index, node, text, taken);
                self.asked(node, work, "prompt", taken)
            }
            "loop" => {
                let span = work.key.span;
                taken.notice(span, format!("`{id}` sends its prompt once: the loop is kept as a comment"));
                {
                    let work = self.prompt(index, node, text, taken);
                    self.asked(node, work, "provider", taken)
                }
            }
            "command" => {
                let prompt = format!(
                    "Do what .archon/commands/{text}.md says (Archon looks in folders below, too). Its arguments: $ARGUMENTS"
                );
                {
                    let work = self.prompt(index, node, &prompt, taken);
                    self.asked(node, work, "command", taken)
                }
            }
            "bash" => (self.shell(index, node, text, taken), vec!["bash"]),
            "script" => (self.script(index, node, text, taken), vec!["script", "runtime"]),
            "approval" => {
                let question = template(text, &self.replacements(index, text, taken));
                (NativeWork::Approve(question), Vec::new())
            }
            "cancel" => {
                taken.notice(work.key.span, format!("`{id}` fails instead of cancelling the run"));
                let reason = template(text, &self.replacements(index, text, taken));
                let argv = ["sh", "-c", "echo \"$1\" >&2; exit 1", "cancel"].map(str::to_owned);
                (NativeWork::Argv(argv.into_iter().chain([reason]).collect()), vec!["cancel"])
            }
            other => {
                let message = format!("`{other}` of `{id}` has no counterpart: the node waits for a person");
                taken.notice(work.key.span, message);
                let question = format!("Carry out `{other}` of `{id}` by hand: it stands below as a comment");
                (NativeWork::Approve(question), Vec::new())
            }
        }
    }

    fn prompt(&self, index: usize, node: &Node, text: &str, taken: &mut Taken) -> NativeWork {
        let named = label(self.tree, self.dag, node).and_then(|label| self.agents.get(&label));
        let own = self.tree.get(node.tree, "agent_ref").and_then(|agent| self.tree.str(agent));
        NativeWork::Agent {
            agent: named.cloned().or(own.map(Cow::into_owned)).unwrap_or_else(|| MAIN_AGENT.to_owned()),
            model: None,
            tools: Vec::new(),
            prompt: template(text, &self.replacements(index, text, taken)),
        }
    }

    /// Work of an agent with what else the node says about the agent, and the keys that say it.
    fn asked(
        &self,
        node: &Node,
        mut work: NativeWork,
        key: &'static str,
        taken: &mut Taken,
    ) -> (NativeWork, Vec<&'static str>) {
        let mut used = vec![key, "provider"];
        // What another provider calls its agents, models and tools means nothing to ours.
        if let NativeWork::Agent { model, tools, .. } = &mut work
            && label(self.tree, self.dag, node).is_none()
        {
            if self.tree.get(node.tree, "agent_ref").is_some() {
                used.push("agent_ref");
            }
            let text = |value| self.tree.str(value).map(Cow::into_owned);
            let named = self.tree.get(node.tree, "model").and_then(text);
            *model = named.filter(|name| !TIERS.contains(&name.as_str()));
            if model.is_some() {
                used.push("model");
            }
            // With us an empty list is no list: what has no tools stays a comment.
            let allowed = self.tree.get(node.tree, "allowed_tools").map(|list| self.tree.resolve(list));
            *tools = allowed.into_iter().flat_map(|list| self.tree.items(list)).filter_map(text).collect();
            if !tools.is_empty() {
                used.push("allowed_tools");
            }
        }
        for key in ["agent_ref", "model", "allowed_tools"].into_iter().filter(|key| !used.contains(key)) {
            if let Some((key_node, _)) = self.tree.entry(node.tree, key) {
                let message =
                    format!("`{key}` of `{}` has no counterpart: it is kept as a comment", node.id.value);
                taken.notice(self.tree.span(key_node), message);
            }
        }
        (work, used)
    }

    /// The output of a node that others read, or that follows a schema.
    fn output(&self, index: usize, native: &mut NativeNode) -> Option<NativeOutput> {
        let schema = self.tree.get(native.tree, "output_format").filter(|_| native.is_asked());
        let form = match schema.and_then(|schema| yaml::flow(self.tree, schema)) {
            Some(schema) => {
                native.used.push("output_format");
                NativeForm::Schema(schema)
            }
            None if *self.read.get(&index)? => NativeForm::Json,
            None => NativeForm::Text,
        };
        Some(NativeOutput { name: OUTPUT.to_owned(), form })
    }

    /// What comes in the place of `$node.output` and `$ARGUMENTS` in a template.
    fn replacements(&self, index: usize, text: &str, taken: &mut Taken) -> Vec<Replacement> {
        let mentions = Language::ArchonText.scan(text).into_iter().filter_map(|mention| {
            let with = format!("{{{{ {} }}}}", self.expression(index, text, &mention)?);
            Some(Replacement { span: mention.span, with })
        });
        let mut all: Vec<Replacement> = mentions.collect();
        for span in arguments(text) {
            taken.arguments = true;
            all.push(Replacement { span, with: "{{ args.arguments }}".to_owned() });
        }
        all.sort_by_key(|replacement| replacement.span);
        all
    }

    /// A script. What it reads of other nodes comes as arguments, which it gives names: values never become code.
    fn shell(&self, index: usize, node: &Node, text: &str, taken: &mut Taken) -> NativeWork {
        let mut values: Vec<(String, String)> = Vec::new();
        let mut replacements = Vec::new();
        for mention in Language::ArchonText.scan(text) {
            let Some(expression) = self.expression(index, text, &mention) else { continue };
            let name = variable(mention.span.slice(text));
            replacements.push(Replacement { span: mention.span, with: format!("${{{name}}}") });
            if values.iter().all(|(known, _)| *known != name) {
                values.push((name, expression));
            }
        }
        for span in arguments(text) {
            taken.arguments = true;
            replacements.push(Replacement { span, with: "${DIVISI_ARG_ARGUMENTS}".to_owned() });
        }
        replacements.sort_by_key(|replacement| replacement.span);
        let script = plain(text, &replacements);
        if values.is_empty() {
            return NativeWork::Script { text: script, shell: ["bash", "-c"] };
        }
        let message = format!(
            "`{}` gets values as variables of the shell: look at the quotes around them",
            node.id.value
        );
        taken.notice(node.id.span, message);
        let names: Vec<String> =
            values.iter().enumerate().map(|(at, (name, _))| format!("{name}=${{{}}}", at + 1)).collect();
        let script = format!("{}; set --\n{script}", names.join(" "));
        let mut argv =
            vec!["bash".to_owned(), "-c".to_owned(), template(&script, &[]), node.id.value.clone()];
        argv.extend(values.into_iter().map(|(_, expression)| format!("{{{{ {expression} }}}}")));
        NativeWork::Argv(argv)
    }

    /// A script of `.archon/scripts`, by its name, or code.
    fn script(&self, index: usize, node: &Node, text: &str, taken: &mut Taken) -> NativeWork {
        let runtime = self.tree.get(node.tree, "runtime").and_then(|value| self.tree.str(value));
        let is_python = runtime.is_some_and(|runtime| runtime == "uv");
        let is_name = text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
        let argv: Vec<String> = match (is_name, is_python) {
            (true, true) => vec!["uv".into(), "run".into(), format!(".archon/scripts/{text}.py")],
            (true, false) => vec!["bun".into(), "run".into(), format!(".archon/scripts/{text}.ts")],
            (false, python) => {
                let code = template(text, &self.replacements(index, text, taken));
                let start = if python { ["uv", "run", "python", "-c"].as_slice() } else { &["bun", "-e"] };
                start.iter().map(|word| (*word).to_owned()).chain([code]).collect()
            }
        };
        NativeWork::Argv(argv)
    }
}

/// Whether the work stays with people.
fn is_for_people(work: &ForeignWork) -> bool {
    matches!(work.key.value, "approval" | "include" | "workflow" | "loop_group")
}

/// What the conversion of a node takes and leaves out.
#[derive(Default)]
struct Taken {
    arguments: bool,
    notices: Vec<Notice>,
}

impl Taken {
    fn notice(&mut self, span: Span, message: String) {
        self.notices.push(Notice { span, message });
    }
}

/// Where a text reads what the run was started with.
fn arguments(text: &str) -> Vec<Span> {
    let mut found = Vec::new();
    for word in ARGUMENTS {
        for (start, _) in text.match_indices(word) {
            let end = start + word.len();
            let goes_on = text
                .get(end..)
                .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_'));
            if !goes_on {
                found.push(Span::new(start as u32, end as u32));
            }
        }
    }
    found
}

/// `$detect-input.output.dir` as the name of a variable: `DETECT_INPUT_OUTPUT_DIR`.
fn variable(reference: &str) -> String {
    let name = reference.trim_start_matches('$');
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect()
}
