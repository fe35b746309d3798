//! What a slash command hands to the model: the text of its file with the arguments in their places.
//!
//! Every rule here is proved against the program itself: docs/decisions/0013-loader-oracle.md.

use std::sync::Arc;

use divisi_syntax::{Kind, Span, Spanned};

use crate::agent::{Tool, content, names};
use crate::front::{Fault, Front, Understood};

/// The file of a command or a skill, as far as it decides what is done when somebody calls it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CommandText {
    /// What follows the front matter.
    pub body: Span,
    /// `arguments`: names that stand for the words, in order.
    pub arguments: Vec<String>,
    /// `allowed-tools`, each where it stands.
    pub allowed_tools: Option<Vec<Spanned<String>>>,
    /// `model`.
    pub model: Option<String>,
    /// `agent`, which counts only beside `context: fork`.
    pub agent: Option<Spanned<String>>,
}

/// What a command is called with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CommandArguments {
    /// `$ARGUMENTS`.
    pub whole: String,
    /// `$0`, `$1` …, and in this order the names of [`CommandText::arguments`].
    pub words: Vec<String>,
}

impl CommandText {
    /// Reads the file. Front matter that cannot be read says nothing, as to Claude Code.
    pub fn read(text: &Arc<str>) -> Self {
        let whole = Span::new(bom(text), u32::try_from(text.len()).unwrap_or(u32::MAX));
        let Some(front) = Front::read(Tool::ClaudeCode, text) else {
            return Self { body: whole, ..Self::default() };
        };
        let body = if front.close.is_some() { front.body } else { whole };
        let understood = Understood::new(text, &front);
        let tree = understood.tree.as_ref();
        let root = tree.root().filter(|root| tree.kind(*root) == Kind::Mapping);
        let (Some(root), false) = (root, matches!(understood.fault, Some(Fault::Unreadable { .. }))) else {
            return Self { body, ..Self::default() };
        };
        let scalar = |key: &str| content(tree, tree.resolve(tree.get(root, key)?));
        let at_home = |found: Spanned<String>| Spanned::new(found.value, understood.original(found.span));
        let tools = tree.get(root, "allowed-tools").map(|value| names(tree, value));
        let forks = scalar("context").is_some_and(|context| context.value == "fork");
        Self {
            body,
            arguments: tree
                .get(root, "arguments")
                .map(|value| names(tree, value).into_iter().map(|name| name.value).collect())
                .unwrap_or_default(),
            allowed_tools: tools.map(|tools| tools.into_iter().map(at_home).collect()),
            model: scalar("model").map(|model| model.value),
            agent: scalar("agent").filter(|_| forks).map(at_home),
        }
    }

    /// The first place in `text`, the file's, at which the tool itself would run a program: `` !`…` ``, or a block of
    /// code marked `!`.
    pub fn inline_shell(&self, text: &str) -> Option<u32> {
        let body = self.body.slice(text);
        let tick = body.match_indices("!`").find(|(at, _)| {
            let starts = body
                .get(..*at)
                .is_none_or(|before| before.chars().next_back().is_none_or(char::is_whitespace));
            starts && body.get(at + 2..).is_some_and(|rest| rest.contains('`'))
        });
        let block = body
            .match_indices("```!")
            .find(|(at, _)| body.get(..*at).is_none_or(|before| before.is_empty() || before.ends_with('\n')));
        let first = [tick, block].into_iter().flatten().map(|(at, _)| at).min()?;
        Some(self.body.start.saturating_add(u32::try_from(first).ok()?))
    }
}

impl CommandArguments {
    /// One text, cut into words at blanks outside quotes.
    pub fn text(whole: String) -> Self {
        Self { words: words(&whole), whole }
    }

    /// Words, each of them one argument whatever stands in it.
    pub fn words(words: Vec<String>) -> Self {
        let quoted: Vec<String> = words.iter().map(|word| quote(word)).collect();
        Self { whole: quoted.join(" "), words }
    }

    /// `body` with the arguments in their places. What is put in is not looked at again. Where there is no place for
    /// arguments, they follow.
    pub fn expand(&self, body: &str, names: &[String]) -> String {
        let mut expanded = String::with_capacity(body.len());
        let mut had_place = false;
        let mut rest = body;
        while let Some(at) = rest.find('$') {
            let (before, from) = rest.split_at(at);
            expanded.push_str(before);
            match self.place(from, names) {
                Some((value, length)) => {
                    expanded.push_str(value);
                    had_place = true;
                    rest = from.get(length..).unwrap_or_default();
                }
                None => {
                    expanded.push('$');
                    rest = from.get(1..).unwrap_or_default();
                }
            }
        }
        expanded.push_str(rest);
        if !had_place && !self.whole.is_empty() {
            expanded.push_str("\n\nARGUMENTS: ");
            expanded.push_str(&self.whole);
        }
        expanded
    }

    /// What the place at the start of `text` stands for, and how long it is.
    fn place(&self, text: &str, names: &[String]) -> Option<(&str, usize)> {
        let after = text.strip_prefix('$')?;
        if let Some(rest) = after.strip_prefix("ARGUMENTS") {
            let index = rest.strip_prefix('[').and_then(|rest| rest.split_once(']'));
            if let Some((index, behind)) = index.and_then(|(n, behind)| Some((n.parse().ok()?, behind))) {
                return Some((self.word(index), text.len() - behind.len()));
            }
            return Some((&self.whole, text.len() - rest.len()));
        }
        let name: &str = after.get(..after.find(|c: char| !is_word(c)).unwrap_or(after.len()))?;
        let index = name.parse().ok().or_else(|| names.iter().position(|known| known == name))?;
        Some((self.word(index), 1 + name.len()))
    }

    fn word(&self, index: usize) -> &str {
        self.words.get(index).map_or("", String::as_str)
    }
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn bom(text: &str) -> u32 {
    if text.starts_with('\u{feff}') { 3 } else { 0 }
}

/// Words between blanks; `'…'` and `"…"` hold blanks, `\` the next character.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote: Option<char> = None;
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        match (c, quote) {
            (c, Some(open)) if c == open => quote = None,
            ('\\', None | Some('"')) => word.get_or_insert_default().extend(characters.next()),
            (c, Some(_)) => word.get_or_insert_default().push(c),
            ('\'' | '"', None) => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (c, None) if c.is_whitespace() => words.extend(word.take()),
            (c, None) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

/// A word as [`words`] reads it back.
fn quote(word: &str) -> String {
    let is_plain = !word.is_empty() && !word.contains(|c: char| c.is_whitespace() || "'\"\\".contains(c));
    if is_plain {
        return word.to_owned();
    }
    format!("\"{}\"", word.replace('\\', r"\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expand(body: &str, names: &[&str], arguments: &CommandArguments) -> String {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        arguments.expand(body, &names)
    }

    #[test]
    fn arguments_stand_in_their_places() {
        let one_two = CommandArguments::text("one two".to_owned());
        let cases = [
            ("First $0, second $1, all $ARGUMENTS.", "First one, second two, all one two."),
            ("$who does $what; $ARGUMENTS[1].", "one does two; two."),
            ("$2|$ARGUMENTS[7]|", "||"),
            ("$whom costs $ 5, $", "$whom costs $ 5, $\n\nARGUMENTS: one two"),
            ("Just text.\n", "Just text.\n\n\nARGUMENTS: one two"),
            ("$ARGUMENTS[x]", "one two[x]"),
        ];
        for (body, expected) in cases {
            assert_eq!(expand(body, &["who", "what"], &one_two), expected);
        }
        assert_eq!(expand("Just $0 text", &[], &CommandArguments::default()), "Just  text");
        assert_eq!(expand("Just text", &[], &CommandArguments::default()), "Just text");
    }

    #[test]
    fn what_is_put_in_is_not_looked_at_again() {
        let given = CommandArguments::words(vec!["$1 $ARGUMENTS".to_owned(), "!`rm x`".to_owned()]);
        assert_eq!(expand("$0, $1", &[], &given), "$1 $ARGUMENTS, !`rm x`");
    }

    #[test]
    fn words_are_what_a_shell_would_make_of_them() {
        let words = |text: &str| CommandArguments::text(text.to_owned()).words;
        assert_eq!(words("a 'b c' \"d \\\" e\" f\\ g ''"), ["a", "b c", "d \" e", "f g", ""]);
        for word in ["a b", "", "it's", "say \"x\"", "back\\slash", "plain"] {
            let there = CommandArguments::words(vec![word.to_owned(), "z".to_owned()]);
            assert_eq!(words(&there.whole), [word, "z"]);
        }
    }

    #[test]
    fn the_front_matter_says_how_it_is_called() {
        let text: Arc<str> = Arc::from(
            "---\narguments: who what\nallowed-tools: Read, Bash(git log *)\nmodel: haiku\nagent: x\ncontext: fork\n---\nBody !`date`\n",
        );
        let read = CommandText::read(&text);
        let tools: Vec<String> =
            read.allowed_tools.clone().unwrap().into_iter().map(|tool| tool.value).collect();
        assert_eq!(read.arguments, ["who", "what"]);
        assert_eq!(tools, ["Read", "Bash(git log *)"]);
        assert_eq!(read.model.as_deref(), Some("haiku"));
        assert_eq!(read.agent.as_ref().map(|agent| agent.value.as_str()), Some("x"));
        assert_eq!(read.body.slice(&text), "Body !`date`\n");
        assert_eq!(read.inline_shell(&text).map(|at| &text[at as usize..]), Some("!`date`\n"));
    }

    #[test]
    fn only_what_the_tool_would_run_is_inline_shell() {
        let found = |text: &str| {
            let text: Arc<str> = Arc::from(text);
            CommandText::read(&text).inline_shell(&text)
        };
        assert_eq!(found("Use `x!` and `!y`, then wow!`no`"), None);
        assert_eq!(found("!`half"), None);
        assert_eq!(found("a\n```!\nls\n```\n"), Some(2));
    }
}
