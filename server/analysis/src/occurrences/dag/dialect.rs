//! Names in files of other tools: what texts say in the tool's own language, and what stands under keys that only
//! it has.

use std::collections::HashMap;

use divisi_model::{Demand, Dialect, ForeignReference, Node, Tool};
use divisi_syntax::{NodeId, Spanned};

use super::{Names, collect_within};
use crate::occurrences::{Entity, Form, Role};

impl<'a> Names<'_, '_, 'a> {
    /// What the file itself declares, and what its root names.
    pub(super) fn dialect_declarations(&mut self) {
        let dag = self.context.dag;
        for agent in &dag.own_agents {
            let entity = self.own_agent(agent);
            self.collector.scalar(agent, entity, Role::Declaration);
        }
        match dag.dialect {
            Dialect::Archon if self.within.is_empty() => self.returned(),
            Dialect::ClaudeFlow => self.tasks_of_agents(),
            _ => {}
        }
    }

    /// What a node names beyond what all formats have, and the nodes inside of it.
    pub(super) fn dialect_node(&mut self, node: &'a Node) {
        for agent in &node.assigned {
            let entity = self.own_agent(agent);
            self.collector.scalar(agent, entity, Role::Reference);
        }
        self.foreign_references(node);
        match self.context.dag.dialect {
            Dialect::Archon => self.archon(node),
            Dialect::CommandV2 => self.compensation(node),
            _ => {}
        }
        if let Some(body) = &node.body {
            let within = self.inside(node);
            collect_within(self.collector, &self.context.inside(body), within);
        }
    }

    fn own_agent(&self, agent: &Spanned<String>) -> Entity {
        Entity::OwnAgent { document: self.collector.here.clone(), id: agent.value.clone() }
    }

    fn inside(&self, node: &Node) -> Vec<String> {
        let mut within = self.within.clone();
        within.push(node.id.value.clone());
        within
    }

    fn foreign_references(&mut self, node: &'a Node) {
        // A condition that ends a group may name the nodes in it, which hide others of the same id.
        let own = node.body.iter().flat_map(|body| &body.nodes);
        let own: HashMap<&str, &Node> = own.map(|node| (node.id.value.as_str(), node)).collect();
        for reference in &node.references {
            let id = reference.node.value.as_str();
            match own.get(id) {
                Some(target) => {
                    let within = self.inside(node);
                    self.foreign_reference(reference, within, Some(target));
                }
                None => {
                    let target = self.context.ids.get(id).map(|index| self.context.node(*index));
                    self.foreign_reference(reference, self.within.clone(), target);
                }
            }
        }
    }

    fn foreign_reference(
        &mut self,
        reference: &ForeignReference,
        within: Vec<String>,
        target: Option<&Node>,
    ) {
        // A name that no node has is text where the dialect asks nothing of it.
        if target.is_none() && reference.demand == Demand::Nothing {
            return;
        }
        let entity = self.node_within(within.clone(), &reference.node);
        self.collector.push(reference.node.span, entity, Role::Reference, Form::Part);
        let outputs = target.map(|node| node.outputs.as_slice()).unwrap_or_default();
        if let Some(field) = &reference.field
            && outputs.iter().any(|output| output.name.value == field.value)
        {
            let entity = self.output_within(within, &reference.node, field);
            self.collector.push(field.span, entity, Role::Reference, Form::Part);
        }
    }

    /// `agent_ref`, and the fields that a node's schema and its outcome name again.
    fn archon(&mut self, node: &Node) {
        let tree = self.context.tree;
        if let Some(agent) = self.text_at(node.tree, "agent_ref") {
            self.agent(&agent, Tool::ClaudeCode);
        }
        let schema = tree.get(node.tree, "output_format").map(|schema| tree.resolve(schema));
        let required = schema.and_then(|schema| tree.get(schema, "required"));
        let required = required.into_iter().flat_map(|list| tree.items(tree.resolve(list)));
        let outcome = tree.get(node.tree, "outcome_field");
        let fields: Vec<Spanned<String>> =
            required.chain(outcome).filter_map(|field| self.text_of(field)).collect();
        for field in fields.iter().filter(|field| makes(node, field)) {
            let entity = self.output_entity(&node.id, field);
            self.collector.scalar(field, entity, Role::Reference);
        }
    }

    /// The node whose output is the workflow's, and the field of it that says how the workflow ended.
    fn returned(&mut self) {
        let root = self.context.dag.root;
        let Some(returned) = self.text_at(root, "returns") else { return };
        let entity = self.node_entity(&returned);
        self.collector.scalar(&returned, entity, Role::Reference);
        let node = self.context.ids.get(returned.value.as_str()).map(|index| self.context.node(*index));
        let field = self.text_at(root, "outcome_field");
        if let (Some(node), Some(field)) = (node, field)
            && makes(node, &field)
        {
            let entity = self.output_entity(&node.id, &field);
            self.collector.scalar(&field, entity, Role::Reference);
        }
    }

    /// claude-flow: tasks that an agent lists as its own.
    fn tasks_of_agents(&mut self) {
        let tree = self.context.tree;
        let agents = tree.get(self.context.dag.root, "agents").map(|agents| tree.resolve(agents));
        let agents = agents.into_iter().flat_map(|agents| tree.items(agents));
        let lists = agents.filter_map(|agent| tree.get(tree.resolve(agent), "assignedTasks"));
        let tasks: Vec<Spanned<String>> = lists
            .flat_map(|list| tree.items(tree.resolve(list)))
            .filter_map(|task| self.text_of(task))
            .collect();
        tasks.iter().for_each(|task| self.known_node(task));
    }

    /// command-v2: who undoes a node, and up to where.
    fn compensation(&mut self, node: &Node) {
        let tree = self.context.tree;
        let Some(compensation) = tree.get(node.tree, "compensation").map(|it| tree.resolve(it)) else {
            return;
        };
        if let Some(agent) = self.text_at(compensation, "agentId") {
            self.agent(&agent, Tool::ClaudeCode);
        }
        if let Some(target) = self.text_at(compensation, "rollbackTo") {
            self.known_node(&target);
        }
    }

    /// A place that may name a node and may say something else.
    fn known_node(&mut self, name: &Spanned<String>) {
        if self.context.ids.contains_key(name.value.as_str()) {
            let entity = self.node_entity(name);
            self.collector.scalar(name, entity, Role::Reference);
        }
    }

    fn text_at(&self, mapping: NodeId, key: &str) -> Option<Spanned<String>> {
        self.text_of(self.context.tree.get(mapping, key)?)
    }

    fn text_of(&self, scalar: NodeId) -> Option<Spanned<String>> {
        let tree = self.context.tree;
        Some(Spanned::new(tree.str(scalar)?.into_owned(), tree.span(scalar)))
    }
}

/// Whether `name` is a field of what the node makes.
fn makes(node: &Node, name: &str) -> bool {
    node.outputs.iter().any(|output| output.name.value == name)
}
