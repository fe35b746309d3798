//! Mentions that running text and code show by the words around them. One pass; each find is read within bounds, so
//! that the whole is linear.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use divisi_syntax::Span;

use super::name;
use super::{Mention, MentionTarget, Pattern};

/// Where a mention may begin.
#[derive(Debug, Clone, Copy)]
enum Anchor {
    SubagentType,
    AgentCall,
    SkillCall,
    CommandCall,
    At,
    AgentsFolder,
    /// The word after a name.
    Agent,
    /// A slash that begins a word.
    Slash,
}

const ANCHORS: &[(&str, Anchor)] = &[
    ("subagent_type", Anchor::SubagentType),
    ("Task(", Anchor::AgentCall),
    ("Agent(", Anchor::AgentCall),
    ("Skill(", Anchor::SkillCall),
    ("SlashCommand(", Anchor::CommandCall),
    ("@", Anchor::At),
    ("agents/", Anchor::AgentsFolder),
    ("agent", Anchor::Agent),
    ("Agent", Anchor::Agent),
    (" /", Anchor::Slash),
    ("\n/", Anchor::Slash),
];

static FINDER: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let patterns = ANCHORS.iter().map(|(pattern, _)| pattern);
    AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(patterns).ok()
});

/// Names and paths that are longer than this are none.
const LONGEST: usize = 200;

/// Words that call an agent by the name after them. Source: public commands, as of autumn 2026.
const CALLING: &[&str] = &[
    "call",
    "calling",
    "calls",
    "delegate",
    "delegating",
    "dispatch",
    "invoke",
    "invokes",
    "invoking",
    "launch",
    "launches",
    "launching",
    "run",
    "running",
    "runs",
    "spawn",
    "spawning",
    "spawns",
    "start",
    "use",
    "used",
    "uses",
    "using",
    "via",
    "with",
];

/// Words that may stand between such a word and the name.
const BETWEEN: &[&str] = &["the", "a", "an", "our", "your", "to", "specialized"];

/// Reads `region` of `text`; `code` are the parts that show code, ascending.
pub(super) fn scan(text: &str, region: Span, code: &[Span], found: &mut Vec<Mention>) {
    let Some(finder) = FINDER.as_ref() else { return };
    let region_text = region.slice(text);
    let start = region.start as usize;
    for found_anchor in finder.find_iter(region_text) {
        let Some((_, anchor)) = ANCHORS.get(found_anchor.pattern().as_usize()) else { continue };
        let at = Place { text, start: start + found_anchor.start(), end: start + found_anchor.end(), region };
        match anchor {
            Anchor::SubagentType => found.extend(at.subagent_type()),
            Anchor::AgentCall => at.call(MentionTarget::Agent, found),
            Anchor::SkillCall => at.call(MentionTarget::Skill, found),
            Anchor::CommandCall => at.call(MentionTarget::Command, found),
            Anchor::At => found.extend(at.at_sign(is_in(code, at.start))),
            Anchor::AgentsFolder => found.extend(at.agent_path()),
            Anchor::Agent => found.extend(at.invocation()),
            Anchor::Slash if is_in(code, at.start + 1) => {}
            Anchor::Slash => found.extend(at.slash()),
        }
    }
}

/// Whether one of `spans`, which ascend, holds `offset`.
pub(super) fn is_in(spans: &[Span], offset: usize) -> bool {
    let after = spans.partition_point(|span| span.start as usize <= offset);
    after.checked_sub(1).and_then(|at| spans.get(at)).is_some_and(|span| offset < span.end as usize)
}

/// What stands between the parentheses of `Task(…)`: names, separated by commas, perhaps with `@` before and `:*`
/// behind. `None` where it is something else. Each name with its offset from the start of `text`.
pub(super) fn listed_names(text: &str) -> Option<Vec<(usize, &str)>> {
    let mut names = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(' ');
        rest = rest.strip_prefix(['@', '/']).unwrap_or(rest);
        let (name, after) = rest.split_at_checked(name::length(rest)).filter(|(name, _)| !name.is_empty())?;
        names.push((text.len() - rest.len(), name));
        let after = after.strip_prefix(":*").or_else(|| after.strip_prefix(" *")).unwrap_or(after);
        let after = after.trim_start_matches(' ');
        if after.starts_with(')') {
            return Some(names);
        }
        rest = after.strip_prefix(',')?;
    }
}

/// An anchor that was found.
struct Place<'t> {
    text: &'t str,
    start: usize,
    end: usize,
    region: Span,
}

impl<'t> Place<'t> {
    /// What follows, as far as it may matter.
    fn after(&self) -> &'t str {
        let end = (self.end + LONGEST).min(self.region.end as usize);
        let end = (self.end..=end).rev().find(|at| self.text.is_char_boundary(*at)).unwrap_or(self.end);
        self.text.get(self.end..end).unwrap_or_default()
    }

    /// What precedes, as far as it may matter.
    fn before(&self) -> &'t str {
        let start = self.start.saturating_sub(LONGEST).max(self.region.start as usize);
        let start = (start..=self.start).find(|at| self.text.is_char_boundary(*at)).unwrap_or(self.start);
        self.text.get(start..self.start).unwrap_or_default()
    }

    fn starts_word(&self) -> bool {
        let is_joined =
            |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '@' | ':' | '\\');
        !self.before().ends_with(is_joined)
    }

    /// The mention of `name`, a part of the text.
    fn mention(&self, target: MentionTarget, pattern: Pattern, start: usize, name: &str) -> Option<Mention> {
        let at = u32::try_from(start).ok()?;
        let span = Span::new(at, at + u32::try_from(name.len()).ok()?);
        Some(Mention { target, name: name.to_owned(), span, pattern })
    }

    /// `="x"`, `: 'x'`, `": "x"`, or a bare name that ends the line or the argument.
    fn subagent_type(&self) -> Option<Mention> {
        let after = self.after();
        let rest = after.trim_start_matches(['"', '\'', '`', '*', '\\']).trim_start_matches(' ');
        let rest = rest.strip_prefix([':', '='])?.trim_start_matches([' ', '*']);
        let value = rest.trim_start_matches('\\');
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'));
        let value = quote.map_or(value, |quote| value.strip_prefix(quote).unwrap_or(value));
        let (name, next) =
            value.split_at_checked(name::length(value)).filter(|(name, _)| !name.is_empty())?;
        let is_whole = match quote {
            Some(quote) => next.trim_start_matches('\\').starts_with(quote),
            None => {
                let next = next.trim_start_matches(' ');
                next.is_empty() || next.starts_with(['\n', '\r', ',', ')', '}', ']', '`', '"', '\''])
            }
        };
        let start = self.end + (after.len() - value.len());
        self.mention(MentionTarget::Agent, Pattern::SubagentType, start, name).filter(|_| is_whole)
    }

    fn call(&self, target: MentionTarget, found: &mut Vec<Mention>) {
        if !self.starts_word() {
            return;
        }
        let names = listed_names(self.after()).unwrap_or_default();
        // `Agent(config)` is a call in somebody's program.
        if names.iter().all(|(_, name)| name.contains('-')) {
            let mention = |(at, name)| self.mention(target, Pattern::Call, self.end + at, name);
            found.extend(names.into_iter().filter_map(mention));
        }
    }

    fn at_sign(&self, is_code: bool) -> Option<Mention> {
        if !self.starts_word() {
            return None;
        }
        let after = self.after();
        let name = after.get(..name::length(after))?;
        let next = after.get(name.len()..)?;
        let ends = !next.starts_with(['/', '@', '\\', '[', '{', '<', '('])
            && !next.strip_prefix('.').is_some_and(|rest| rest.starts_with(|c: char| c.is_alphanumeric()));
        if let Some(agent) = name.strip_prefix("agent-").filter(|_| ends) {
            let start = self.end + "agent-".len();
            return self.mention(MentionTarget::Agent, Pattern::AtAgent, start, agent);
        }
        if ends && name.contains('-') && !name.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return self.mention(MentionTarget::Agent, Pattern::AtName, self.end, name);
        }
        let path = path_at(after).filter(|_| !is_code)?;
        self.mention(MentionTarget::File, Pattern::AtPath, self.end, path)
    }

    fn agent_path(&self) -> Option<Mention> {
        let before = self.before();
        let prefix = before.get(before.trim_end_matches(is_path).len()..)?;
        if !(prefix.is_empty() || prefix.ends_with('/')) {
            return None;
        }
        let after = self.after();
        let path = after.get(..after.len() - after.trim_start_matches(is_path).len())?;
        let path = path.trim_end_matches(['.', '/']).strip_suffix(".md")?;
        let folder = path.rfind('/').map_or(0, |at| at + 1);
        let name = path.get(folder..).filter(|name| name::is_name(name))?;
        let pattern = if prefix.ends_with(".claude/") { Pattern::AgentPath } else { Pattern::LoosePath };
        self.mention(MentionTarget::Agent, pattern, self.end + folder, name)
    }

    /// `use the x agent`, read backwards from its last word.
    fn invocation(&self) -> Option<Mention> {
        let after = self.after();
        let after = after.strip_prefix('s').unwrap_or(after);
        if after.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '/' | '(')) {
            return None;
        }
        let before = self.before();
        let before =
            ["sub-", "sub", "Sub-", "Sub"].iter().find_map(|sub| before.strip_suffix(sub)).unwrap_or(before);
        let named = before.trim_end_matches([' ', '\n', '\r']);
        if named.len() == before.len() {
            return None;
        }
        let marks = ['*', '"', '`'];
        let end_trimmed = named.trim_end_matches(marks);
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':');
        let name_start = end_trimmed.trim_end_matches(is_part).len();
        let name = end_trimmed.get(name_start..).filter(|name| name::is_name(name) && !is_between(name))?;
        let words = end_trimmed.get(..name_start)?.trim_end_matches(marks);
        let words = words.strip_suffix('@').unwrap_or(words);
        if !is_called(words) {
            return None;
        }
        let start = self.start - (self.before().len() - name_start);
        self.mention(MentionTarget::Agent, Pattern::Invocation, start, name)
    }

    fn slash(&self) -> Option<Mention> {
        let name = command_name(self.after())?;
        self.mention(MentionTarget::Command, Pattern::SlashText, self.end, name)
    }
}

/// The name of a slash command at the beginning of `text`, which stands after its slash.
pub(super) fn command_name(text: &str) -> Option<&str> {
    let name = text.get(..name::length(text)).filter(|name| name.len() > 1)?;
    let next = text.get(name.len()..)?;
    let is_lower =
        !name.bytes().any(|byte| byte.is_ascii_uppercase()) && name.starts_with(|c: char| c.is_alphabetic());
    let ends = next.is_empty()
        || next.starts_with([' ', '\n', '\r', ',', ')', ';', '`', '*', '!', '?', '"'])
        || next
            .strip_prefix(['.', ':'])
            .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\n', '\r']));
    (is_lower && ends).then_some(name)
}

/// Whether the words before a name call it: `use the`, `delegate to`.
fn is_called(before: &str) -> bool {
    let mut words = before.split([' ', '\n', '\r', '\t']).rev().filter(|word| !word.is_empty());
    // A name that its mark glues to the word before is none.
    if !before.ends_with([' ', '\n', '\r', '\t']) {
        return false;
    }
    let word = words.by_ref().take(3).find(|word| !is_between(word)).unwrap_or_default();
    let word = word.trim_start_matches(|c: char| !c.is_alphanumeric());
    CALLING.iter().any(|known| known.eq_ignore_ascii_case(word))
}

fn is_between(word: &str) -> bool {
    BETWEEN.iter().any(|known| known.eq_ignore_ascii_case(word))
}

fn is_path(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '~' | '/' | '-')
}

/// The path at the beginning of `text`: it begins like one, or ends like a file's name.
fn path_at(text: &str) -> Option<&str> {
    let end = text.len() - text.trim_start_matches(is_path).len();
    let path = text.get(..end)?.trim_end_matches('.');
    let begins =
        ["./", "../", "~/", "/"].iter().any(|start| path.len() > start.len() && path.starts_with(start));
    let ending = path.rsplit_once('.').map(|(_, ending)| ending).unwrap_or_default();
    let ends = (1..=5).contains(&ending.len()) && ending.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (begins || ends).then_some(path)
}
