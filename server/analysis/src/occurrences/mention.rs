//! Names in running text: Markdown documents, and prompts of DAGs.

use divisi_model::{
    Agent, CommandResolution, Mention, MentionTarget, Pattern, Resolution, Strength, Text, Tool,
};
use divisi_syntax::{Span, Tree};
use divisi_workspace::Markdown;

use super::{Collector, Entity, Form, Role, written};
use crate::mentions::{in_prompt, resolve_agent, resolve_file, tool_of};

impl Collector<'_> {
    /// Everything that front matter and text of a document name.
    pub(super) fn markdown(&mut self, markdown: &Markdown) {
        let tool = tool_of(self.document);
        for mention in &markdown.mentions {
            self.mention(mention, tool);
        }
    }

    /// Everything that a prompt for an agent of `tool` names.
    pub(super) fn prompt(&mut self, tree: &Tree, prompt: &Text, tool: Tool) {
        for mention in in_prompt(tree, prompt) {
            self.mention(&mention, tool);
        }
    }

    fn mention(&mut self, mention: &Mention, tool: Tool) {
        let role = role(mention);
        match mention.target {
            MentionTarget::Agent => self.agent_mention(mention, tool, role),
            MentionTarget::Command | MentionTarget::Skill => self.command_mention(mention, role),
            MentionTarget::File => self.file_mention(mention),
        }
    }

    fn agent_mention(&mut self, mention: &Mention, tool: Tool, role: Role) {
        let resolution = resolve_agent(self.snapshot, self.document, tool, mention);
        let agent = match &resolution {
            Resolution::Found(agent) | Resolution::NotLoaded(agent) => Some(*agent),
            Resolution::Ambiguous(agents) => agents.first().copied(),
            Resolution::Unknown => None,
        };
        let is_path = matches!(mention.pattern, Pattern::AgentPath | Pattern::LoosePath);
        match agent {
            // The path of another file: the agent only happens to have that name.
            Some(agent) if is_path && !is_file_of(agent, &mention.name) => {}
            Some(agent) if is_path => {
                self.push(mention.span, Entity::of_agent(agent), Role::Reference, Form::Stem);
            }
            Some(agent) => self.push(mention.span, Entity::of_agent(agent), role, self.word(mention)),
            None if role == Role::Reference && !is_path => {
                let entity = Entity::agent(self.snapshot.registry(), tool, &mention.name);
                self.push(mention.span, entity, role, self.word(mention));
            }
            None => {}
        }
    }

    /// A name that nobody bears is a reference only where nothing else can be meant.
    fn command_mention(&mut self, mention: &Mention, role: Role) {
        let commands = self.snapshot.commands();
        let is_known = !matches!(commands.resolve(&mention.name), CommandResolution::Unknown);
        if is_known || mention.strength() == Strength::Checked {
            self.push(mention.span, Entity::command(commands, &mention.name), role, self.word(mention));
        }
    }

    fn file_mention(&mut self, mention: &Mention) {
        if let Some(path) = resolve_file(self.snapshot, self.document, mention) {
            self.push(mention.span, Entity::File(path), Role::Prose, Form::Path);
        }
    }

    /// In front matter a name can be all of a scalar; in running text it is a word.
    fn word(&self, mention: &Mention) -> Form {
        match mention.pattern {
            Pattern::AgentKey | Pattern::SkillsKey if self.is_alone(mention.span) => {
                Form::Scalar { quote: written::quote_around(self.text(), mention.span) }
            }
            _ => Form::Word,
        }
    }

    /// Whether nothing but quotes stands between the name and the end of its line.
    fn is_alone(&self, span: Span) -> bool {
        let after = self.text().get(span.end as usize..).unwrap_or_default();
        let line = after.split(['\n', '\r']).next().unwrap_or_default();
        line.trim_matches(['"', '\'', ' ', '\t']).is_empty()
    }
}

fn is_file_of(agent: &Agent, stem: &str) -> bool {
    let file = agent.path.as_deref().and_then(|path| path.file_stem());
    file.is_some_and(|own| own == stem)
}

/// Whether a place that is written so can mean nothing else. What is less than that in running text is a guess.
fn role(mention: &Mention) -> Role {
    let is_structure = matches!(
        mention.pattern,
        Pattern::AgentKey
            | Pattern::SkillsKey
            | Pattern::ToolList
            | Pattern::SubagentType
            | Pattern::AtAgent
            | Pattern::AgentPath
    );
    if is_structure || mention.strength() == Strength::Checked { Role::Reference } else { Role::Prose }
}
