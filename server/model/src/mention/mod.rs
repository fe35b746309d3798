//! What a text names: agents, slash commands, skills and files.
//!
//! Source of the patterns, and of how far each can be trusted: 2,199 public commands with the agents of their
//! repositories, as of autumn 2026.

mod front_matter;
mod markdown;
mod name;
mod text;

use divisi_syntax::Span;

pub use front_matter::front_matter_mentions;
pub use markdown::mentions;

/// One place in a text that names something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// What kind of thing is named.
    pub target: MentionTarget,
    /// The name, without marks around it: `code-reviewer` of `@agent-code-reviewer`, `review` of `/review`, the path
    /// of `@docs/guide.md`.
    pub name: String,
    /// Where the name alone stands.
    pub span: Span,
    /// How it is written.
    pub pattern: Pattern,
}

/// What a mention leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MentionTarget {
    /// An agent.
    Agent,
    /// A slash command, or a skill called as one.
    Command,
    /// A skill.
    Skill,
    /// A file.
    File,
}

/// How text names things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Pattern {
    /// `agent: x` in front matter.
    AgentKey,
    /// `skills: [x]` in front matter.
    SkillsKey,
    /// `Task(x)`, `Agent(x)`, `Skill(x)`, `SlashCommand(/x)` in a key of front matter that lists tools.
    ToolList,
    /// `subagent_type="x"`, `subagent_type: x`.
    SubagentType,
    /// `Task(some-agent)`, `Agent(some-agent)` in text.
    Call,
    /// `@agent-x`, `@agent-plugin:x`.
    AtAgent,
    /// `` `x` agent ``, `` `x` skill ``.
    CodeSpan,
    /// A path `.claude/agents/x.md`; the name is the file's, without its ending.
    AgentPath,
    /// A path `agents/x.md` elsewhere; the name is the file's, without its ending.
    LoosePath,
    /// `use the x agent`.
    Invocation,
    /// `` `/x` ``.
    SlashCode,
    /// `/x` in text.
    SlashText,
    /// `**x**` in a list.
    BoldItem,
    /// `@some-name`.
    AtName,
    /// `@some/path.md`.
    AtPath,
}

/// How sure a mention is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Strength {
    /// It may be something else: it is followed where it leads somewhere, and nothing is ever said of it.
    FollowedOnly,
    /// It is followed, and a name that is nearly a known one is reported.
    NearMissOnly,
    /// It is a reference: an unknown name is reported.
    Checked,
}

impl Pattern {
    /// How sure mentions that are written so are mentions.
    pub const fn strength(self) -> Strength {
        match self {
            Self::AgentKey
            | Self::ToolList
            | Self::SubagentType
            | Self::Call
            | Self::AtAgent
            | Self::CodeSpan => Strength::Checked,
            Self::SkillsKey | Self::AgentPath | Self::Invocation | Self::SlashCode => Strength::NearMissOnly,
            Self::LoosePath | Self::SlashText | Self::BoldItem | Self::AtName | Self::AtPath => {
                Strength::FollowedOnly
            }
        }
    }
}

impl Mention {
    /// How sure this is a mention: [`Pattern::strength`], one step less where a lone word stands in running text,
    /// since such words are ordinary ones, too. Placeholders of examples (`agent-name`) are never reported.
    pub fn strength(&self) -> Strength {
        if name::is_placeholder(&self.name) {
            return Strength::FollowedOnly;
        }
        match (self.pattern, self.pattern.strength()) {
            (Pattern::CodeSpan, _) if self.target == MentionTarget::Skill => Strength::NearMissOnly,
            (Pattern::CodeSpan, _) if !name::is_compound(&self.name) => Strength::NearMissOnly,
            (Pattern::SlashCode, _) if !name::is_compound(&self.name) => Strength::FollowedOnly,
            (_, strength) => strength,
        }
    }
}
