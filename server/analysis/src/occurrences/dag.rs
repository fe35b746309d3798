//! Names in DAG files: what the model knows, then what its texts say.

mod dialect;

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use divisi_model::{AgentWork, Dag, Input, Node, TextRole, Tool, Work, tool_of_runner};
use divisi_syntax::template::Reference;
use divisi_syntax::{NodeId, Span, Spanned, Tree};

use super::variable::{Holds, variables};
use super::{Collector, Entity, Form, Role};
use crate::context::Context;
use crate::edits::part_of;
use crate::inputs::{InputUse, Source};

pub(super) fn collect(collector: &mut Collector<'_>, tree: &Tree, dag: &Dag) {
    let context = Context::new(collector.snapshot, collector.document, tree, dag);
    collect_within(collector, &context, Vec::new());
}

/// The names of one graph; `within` are the ids of the nodes in whose bodies it stands.
fn collect_within(collector: &mut Collector<'_>, context: &Context<'_>, within: Vec<String>) {
    let mut names = Names { collector, context, within, inputs: HashMap::new() };
    names.declarations();
    names.dialect_declarations();
    for (index, node) in context.nodes() {
        names.inputs_of(index, node);
        names.node(node);
        names.dialect_node(node);
    }
    names.texts();
}

struct Names<'c, 'd, 'a> {
    collector: &'c mut Collector<'d>,
    context: &'c Context<'a>,
    within: Vec<String>,
    /// What each input of a node stands for, by the node's index and the input's name.
    inputs: HashMap<(u32, &'a str), Entity>,
}

impl<'a> Names<'_, '_, 'a> {
    fn node_entity(&self, id: &str) -> Entity {
        self.node_within(self.within.clone(), id)
    }

    fn node_within(&self, within: Vec<String>, id: &str) -> Entity {
        Entity::Node { document: self.collector.here.clone(), within, id: id.to_owned() }
    }

    fn phase_entity(&self, id: &str) -> Entity {
        Entity::Phase { document: self.collector.here.clone(), id: id.to_owned() }
    }

    fn lock_entity(&self, name: &str) -> Entity {
        Entity::Lock { document: self.collector.here.clone(), name: name.to_owned() }
    }

    fn arg_entity(&self, name: &str) -> Entity {
        Entity::Arg { document: self.collector.here.clone(), name: name.to_owned() }
    }

    fn output_entity(&self, node: &str, name: &str) -> Entity {
        self.output_within(self.within.clone(), node, name)
    }

    fn output_within(&self, within: Vec<String>, node: &str, name: &str) -> Entity {
        let document = self.collector.here.clone();
        Entity::Output { document, within, node: node.to_owned(), name: name.to_owned() }
    }

    /// What the DAG itself declares, and what its phases list.
    fn declarations(&mut self) {
        let dag = self.context.dag;
        for arg in &dag.args {
            let entity = self.arg_entity(&arg.name);
            self.collector.scalar(&arg.name, entity, Role::Declaration);
        }
        for lock in &dag.locks {
            let entity = self.lock_entity(&lock.name);
            self.collector.scalar(&lock.name, entity, Role::Declaration);
        }
        for phase in &dag.phases {
            let entity = self.phase_entity(&phase.id);
            self.collector.scalar(&phase.id, entity, Role::Declaration);
            for listed in &phase.nodes {
                let entity = self.node_entity(listed);
                self.collector.scalar(listed, entity, Role::Reference);
            }
        }
    }

    fn node(&mut self, node: &'a Node) {
        let entity = self.node_entity(&node.id);
        self.collector.scalar(&node.id, entity, Role::Declaration);
        for dependency in &node.depends_on {
            let entity = self.node_entity(dependency);
            self.collector.scalar(dependency, entity, Role::Reference);
        }
        for output in &node.outputs {
            let entity = self.output_entity(&node.id, &output.name);
            self.collector.scalar(&output.name, entity, Role::Declaration);
        }
        for lock in &node.locks {
            let entity = self.lock_entity(&lock.name);
            self.collector.scalar(&lock.name, entity, Role::Reference);
        }
        if let Some(phase) = &node.written_phase {
            let entity = self.phase_entity(phase);
            self.collector.scalar(phase, entity, Role::Reference);
        }
        if let Some(work) = &node.work {
            self.work(node.tree, work);
        }
        let body = self.context.tree.get(node.tree, "compensate");
        if let (Some(body), Some(work)) = (body, node.undoing()) {
            self.work(body, work);
        }
    }

    fn work(&mut self, body: NodeId, work: &Work) {
        match work {
            Work::Agent(work) if work.naming.may_be_reference() => {
                let tool = self.tool(work);
                self.agent(&work.agent, tool);
                self.prompt(work, tool);
            }
            Work::Agent(work) => self.prompt(work, self.tool(work)),
            Work::Command(work) => self.command(&work.name),
            Work::Dag { path, .. } => {
                self.collector.file(path);
                self.passed_args(body, &path.value);
            }
            Work::Run(_) | Work::Approve { .. } | Work::Foreign(_) => {}
        }
    }

    /// The tool whose agents the node's runner executes; without one the workspace's own.
    fn tool(&self, work: &AgentWork) -> Tool {
        let own = work.runner.as_ref().map(|runner| runner.value.as_str());
        let default = self.collector.snapshot.settings().run.runner.as_deref();
        tool_of_runner(own.or(default).unwrap_or_default())
    }

    fn prompt(&mut self, work: &AgentWork, tool: Tool) {
        if let Some(prompt) = &work.prompt {
            self.collector.prompt(self.context.tree, prompt, tool);
        }
    }

    fn agent(&mut self, name: &Spanned<String>, tool: Tool) {
        // A template's name is only known in a run.
        if !name.value.contains("{{") {
            let entity = Entity::agent(self.collector.snapshot.registry(), tool, name);
            self.collector.scalar(name, entity, Role::Reference);
        }
    }

    /// `/review`: the name begins behind the slash.
    fn command(&mut self, name: &Spanned<String>) {
        if name.value.is_empty() || name.value.contains("{{") {
            return;
        }
        let span = part_of(self.collector.text(), name, 0..name.value.len());
        let entity = Entity::command(self.collector.snapshot.commands(), name);
        self.collector.push(span, entity, Role::Reference, Form::Part);
    }

    fn inputs_of(&mut self, index: u32, node: &'a Node) {
        for input in self.context.inputs().of(index) {
            let entity = self.input(node, input);
            self.inputs.insert((index, input.input.name.value.as_str()), entity);
        }
    }

    /// What an input of `node` stands for; on the way, everything that its declaration names.
    fn input(&mut self, node: &Node, input: &InputUse<'_>) -> Entity {
        let Input { name, from, .. } = input.input;
        // `inputs: [quality.findings]`, `inputs: [findings]`, `inputs: { findings: { required: false } }`
        let is_unnamed = from.as_ref().is_none_or(|from| from.span == name.span);
        let own = Entity::Input {
            document: self.collector.here.clone(),
            node: node.id.value.clone(),
            name: name.value.clone(),
        };
        let taken = self.source(input);
        match taken {
            Some((output, taken)) if is_unnamed && taken == name.value => output,
            _ => {
                self.collector.scalar(name, own.clone(), Role::Declaration);
                own
            }
        }
    }

    /// The output that an input takes in, with its name, if exactly one is meant.
    fn source(&mut self, input: &InputUse<'_>) -> Option<(Entity, String)> {
        match &input.source {
            Source::UnknownNode { id, span } => {
                let entity = self.node_entity(id);
                self.collector.push(*span, entity, Role::Reference, Form::Part);
                None
            }
            Source::Output { node, node_span, output, output_span } => {
                let id = &self.context.node(*node).id.value;
                let (node, output_entity) = (self.node_entity(id), self.output_entity(id, output));
                self.collector.push(*node_span, node, Role::Reference, Form::Part);
                self.collector.push(*output_span, output_entity.clone(), Role::Reference, Form::Part);
                Some((output_entity, (*output).to_owned()))
            }
            Source::Bare { name, span, producers, .. } => {
                let [producer] = producers.as_slice() else { return None };
                let entity = self.output_entity(&self.context.node(*producer).id, name);
                let written = Spanned::new((*name).to_owned(), *span);
                self.collector.scalar(&written, entity.clone(), Role::Reference);
                Some((entity, (*name).to_owned()))
            }
        }
    }

    /// Templates, expressions, and what programs read from their environment.
    fn texts(&mut self) {
        for text in &self.context.texts {
            let node = self.context.node(text.node);
            let work = if text.undoes { node.undoing() } else { node.work.as_ref() };
            let is_program = matches!(work, Some(Work::Run(_)));
            if text.role != TextRole::Line {
                self.references(text.node, &text.template.references, |span| text.source(span));
            }
            if is_program && matches!(text.role, TextRole::Line | TextRole::Template) {
                self.variables(text.node, &text.text.value, |span| text.source(span));
            }
        }
    }

    fn references(&mut self, node: u32, references: &[Reference<'_>], source: impl Fn(Span) -> Span) {
        for reference in references.iter().filter(|reference| !reference.local) {
            let Some((root, path)) = reference.segments.split_first() else { continue };
            let mut push = |at: usize, entity: Option<Entity>| {
                let segment = path.get(at).filter(|segment| !segment.name.is_empty());
                if let (Some(segment), Some(entity)) = (segment, entity) {
                    self.collector.push(source(segment.span), entity, Role::Reference, Form::Attribute);
                }
            };
            let here = || self.context.document.path.as_path();
            match (root.name, path) {
                ("args", [name, ..]) => {
                    push(0, Some(Entity::Arg { document: here().into(), name: name.name.to_owned() }));
                }
                ("inputs", [name, ..]) => push(0, self.inputs.get(&(node, name.name)).cloned()),
                ("nodes", [id, rest @ ..]) => {
                    // Only our own format has templates, and its nodes have no bodies.
                    push(
                        0,
                        Some(Entity::Node {
                            document: here().into(),
                            within: Vec::new(),
                            id: id.name.to_owned(),
                        }),
                    );
                    if let [outputs, output, ..] = rest
                        && outputs.name == "outputs"
                    {
                        let entity = Entity::Output {
                            document: here().into(),
                            within: Vec::new(),
                            node: id.name.to_owned(),
                            name: output.name.to_owned(),
                        };
                        push(2, Some(entity));
                    }
                }
                _ => {}
            }
        }
    }

    fn variables(&mut self, node: u32, text: &str, source: impl Fn(Span) -> Span) {
        for variable in variables(text) {
            let found = match variable.holds {
                Holds::Arg => self
                    .context
                    .dag
                    .args
                    .iter()
                    .find_map(|arg| Some((variable.names(&arg.name)?, self.arg_entity(&arg.name)))),
                Holds::Input => self.context.node(node).inputs.iter().find_map(|input| {
                    let span = variable.names(&input.name)?;
                    Some((span, self.inputs.get(&(node, input.name.value.as_str()))?.clone()))
                }),
            };
            if let Some((span, entity)) = found {
                self.collector.push(source(span), entity, Role::Reference, Form::Variable);
            }
        }
    }

    /// The names under which another DAG gets its arguments, from the node of the tree that runs it.
    fn passed_args(&mut self, body: NodeId, path: &str) {
        let tree = self.context.tree;
        let document: Arc<Path> = self.collector.path(path).into();
        for (key, _) in tree.get(body, "args").into_iter().flat_map(|args| tree.entries(args)) {
            if let Some(name) = tree.str(key) {
                let entity = Entity::Arg { document: document.clone(), name: name.clone().into_owned() };
                let written = Spanned::new(name.into_owned(), tree.span(key));
                self.collector.scalar(&written, entity, Role::Reference);
            }
        }
    }
}
