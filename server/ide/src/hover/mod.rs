//! Hover.

mod mentions;
mod node;

use std::path::Path;
use std::sync::Arc;

use divisi_model::keys::{self, Place, Role, Ty};
use divisi_model::{Dag, Work, mention, tool_of_runner};
use divisi_syntax::{NodeId, Span, Tree, template};
use divisi_workspace::{Document, Snapshot};

use crate::card;
use crate::expression::{self, Tags};
use crate::hints::Durations;
use crate::parsed::Parsed;
use crate::scope::Scope;

/// An explanation of what stands at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hover {
    /// What is explained.
    pub span: Span,
    /// The explanation, in Markdown.
    pub markdown: String,
}

/// Explains what stands at `offset`: an agent, a node, a key of the format, a name in a template.
/// `last`: what is known of the last run of the document's DAG.
pub fn hover(
    snapshot: &Snapshot,
    document: &Arc<Document>,
    offset: u32,
    last: Option<&Durations>,
) -> Option<Hover> {
    in_keys(snapshot, document, offset, last).or_else(|| mentions::in_markdown(snapshot, document, offset))
}

/// What stands in the keys of a format and their values.
fn in_keys(
    snapshot: &Snapshot,
    document: &Arc<Document>,
    offset: u32,
    last: Option<&Durations>,
) -> Option<Hover> {
    let parsed = Parsed::new(document, Arc::clone(&document.text))?;
    let node = parsed.tree.node_at(offset).filter(|node| parsed.tree.span(*node).touches(offset))?;
    let place = keys::at(parsed.format, &parsed.tree, parsed.root?, node)?;
    let tree = &parsed.tree;
    if place.role == Role::Key {
        // The key of a map from names is such a name: nothing is known of it.
        let is_known =
            tree.str(node).is_some_and(|name| place.object.is_some_and(|object| object.key(&name).is_some()));
        let key = place.key.filter(|_| is_known)?;
        return Some(Hover { span: tree.span(node), markdown: card::key(key) });
    }
    let scope = parsed.dag().map(|dag| Scope::at(dag, tree, node));
    let question = Question { snapshot, document, last, scope, tree, node, place, offset };
    question
        .reference()
        .or_else(|| question.foreign())
        .or_else(|| question.value())
        .or_else(|| question.mention())
}

struct Question<'a> {
    snapshot: &'a Snapshot,
    document: &'a Arc<Document>,
    last: Option<&'a Durations>,
    scope: Option<Scope>,
    tree: &'a Tree,
    node: NodeId,
    place: Place,
    offset: u32,
}

impl Question<'_> {
    fn value(&self) -> Option<Hover> {
        let text = self.tree.str(self.node)?;
        let explain = |ty| match ty {
            Ty::AgentRef => self.agent(&text),
            Ty::CommandRef | Ty::SkillRef => mentions::commands(self.snapshot, &text, self.root()),
            Ty::OwnAgentRef | Ty::OwnAgentId => card::own_agent(self.tree, self.dag()?, &text),
            Ty::NodeRef | Ty::NodeId => self.node_card(&text),
            Ty::OutputRef => self.node_card(text.split_once('.').map_or(&*text, |(node, _)| node)),
            _ => None,
        };
        let markdown = self.place.ty.scalar_alternatives().find_map(explain)?;
        Some(Hover { span: self.tree.span(self.node), markdown })
    }

    fn agent(&self, name: &str) -> Option<String> {
        let runner = self.dag().and_then(|dag| {
            let at = self.tree.parent(self.node)?;
            let node = dag.nodes.iter().find(|node| node.tree == at)?;
            match &node.work {
                Some(Work::Agent(work)) => work.runner.as_ref().map(|runner| runner.value.clone()),
                _ => None,
            }
        });
        let default = self.snapshot.settings().run.runner.clone();
        let tool = tool_of_runner(&runner.or(default).unwrap_or_default());
        mentions::agents(&self.snapshot.registry().resolve(tool, name), self.root())
    }

    /// The graph that the place belongs to.
    fn dag(&self) -> Option<&Dag> {
        self.scope.as_ref().map(|scope| &scope.dag)
    }

    fn root(&self) -> Option<&Path> {
        self.snapshot.root_of(&self.document.path)
    }

    /// A name in a prompt.
    fn mention(&self) -> Option<Hover> {
        let is_prompt = self.place.ty.scalar_alternatives().any(|ty| matches!(ty, Ty::Template));
        let decoded = self.tree.decoded(self.node).filter(|_| is_prompt)?;
        let at = decoded.content_offset(self.offset)?;
        let whole = Span::new(0, u32::try_from(decoded.text.len()).ok()?);
        let named = mention::mentions(&decoded.text, whole);
        let mention = named.iter().find(|mention| mention.span.touches(at))?;
        let hover = mentions::of(self.snapshot, self.document, mention)?;
        Some(Hover { span: decoded.source_span(mention.span), ..hover })
    }

    fn node_card(&self, id: &str) -> Option<String> {
        self.card_in(self.dag()?, id)
    }

    fn card_in(&self, dag: &Dag, id: &str) -> Option<String> {
        let at = dag.nodes.iter().position(|node| node.id.value == id)?;
        Some(node::card(dag, at, self.last.and_then(|last| last.get(id)).copied()))
    }

    /// A name in a dialect's own language.
    fn foreign(&self) -> Option<Hover> {
        let language = self.place.ty.scalar_alternatives().find_map(|ty| match ty {
            Ty::Foreign(language) => Some(language),
            _ => None,
        })?;
        let decoded = self.tree.decoded(self.node)?;
        let at = decoded.content_offset(self.offset)?;
        if let Some(mention) = language.scan(&decoded.text).iter().find(|it| it.span.touches(at)) {
            let id = mention.node.slice(&decoded.text);
            let mut reach = self.scope.as_ref()?.in_reach();
            let markdown = reach.find_map(|reach| self.card_in(reach.dag, id))?;
            return Some(Hover { span: decoded.source_span(mention.span), markdown });
        }
        let (span, meaning) = language.variable_at(&decoded.text, at)?;
        let markdown = format!("**`{}`**: {meaning}", span.slice(&decoded.text));
        Some(Hover { span: decoded.source_span(span), markdown })
    }

    /// A name in a template.
    fn reference(&self) -> Option<Hover> {
        let decoded = self.tree.decoded(self.node)?;
        let scanned = match expression::templates(&self.place.ty)? {
            Tags::Needed => template::scan(&decoded.text),
            Tags::None => template::scan_expression(&decoded.text),
        };
        let at = decoded.content_offset(self.offset)?;
        let reference = scanned.references.iter().find(|reference| reference.span.touches(at))?;
        let names: Vec<&str> = reference.segments.iter().map(|segment| segment.name).collect();
        let markdown = match names.as_slice() {
            ["nodes", id, ..] => self.node_card(id)?,
            ["args", name, ..] => self.arg_card(name)?,
            _ => return None,
        };
        Some(Hover { span: decoded.source_span(reference.span), markdown })
    }

    fn arg_card(&self, name: &str) -> Option<String> {
        let arg = self.dag()?.args.iter().find(|arg| arg.name.value == name)?;
        let mut text = format!("**`args.{name}`**");
        if let Some(description) = &arg.description {
            text.push_str(&format!("\n\n{description}"));
        }
        match &arg.default {
            Some(default) => text.push_str(&format!("\n\nDefault: `{}`", default.value)),
            None if arg.required => text.push_str("\n\nMust be given for each run."),
            None => {}
        }
        Some(text)
    }
}
