//! The names of a DAG outside of templates, in whatever dialect it is written.

use divisi_model::{Dag, Node, Work};
use divisi_syntax::{Span, Spanned};

use super::{Token, TokenKind, unquoted};

/// Adds a token for each name that the model has a place for.
pub(super) fn names(text: &str, dag: &Dag, tokens: &mut Vec<Token>) {
    let mut names = Names { text, tokens };
    for arg in &dag.args {
        names.declare(&arg.name, TokenKind::Arg);
    }
    for phase in &dag.phases {
        names.declare(&phase.id, TokenKind::Phase);
        names.uses(&phase.nodes, TokenKind::Node);
    }
    for node in &dag.nodes {
        names.node(node);
    }
}

struct Names<'a> {
    text: &'a str,
    tokens: &'a mut Vec<Token>,
}

impl Names<'_> {
    fn node(&mut self, node: &Node) {
        self.declare(&node.id, TokenKind::Node);
        self.uses(&node.depends_on, TokenKind::Node);
        self.uses(node.written_phase.as_slice(), TokenKind::Phase);
        match &node.work {
            Some(Work::Agent(work)) => {
                if work.naming.may_be_reference() {
                    self.push(work.agent.span, TokenKind::Agent, false);
                }
                self.uses(work.runner.as_slice(), TokenKind::Runner);
            }
            Some(Work::Command(work)) => self.push(work.name.span, TokenKind::Command, false),
            _ => {}
        }
        for input in &node.inputs {
            self.declare(&input.name, TokenKind::Input);
            if let Some(from) = &input.from {
                self.source(from);
            }
        }
        for output in &node.outputs {
            self.declare(&output.name, TokenKind::Output);
        }
    }

    /// `node.output`, or an output alone.
    fn source(&mut self, from: &Spanned<String>) {
        let span = unquoted(self.text, from.span);
        let written = span.slice(self.text);
        let Some(dot) = written.find('.').filter(|_| written == from.value) else {
            return self.push(from.span, TokenKind::Output, false);
        };
        let dot = span.start + dot as u32;
        self.push(Span::new(span.start, dot), TokenKind::Node, false);
        self.push(Span::new(dot + 1, span.end), TokenKind::Output, false);
    }

    fn declare(&mut self, name: &Spanned<String>, kind: TokenKind) {
        self.push(name.span, kind, true);
    }

    fn uses(&mut self, names: &[Spanned<String>], kind: TokenKind) {
        for name in names {
            self.push(name.span, kind, false);
        }
    }

    fn push(&mut self, span: Span, kind: TokenKind, declares: bool) {
        self.tokens.push(Token { span: unquoted(self.text, span), kind, declares });
    }
}
