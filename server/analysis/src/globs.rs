//! Whether two globs of files have a path in common.
//!
//! The answer is a path, so that "yes" is always true. What this reader does not know for certain (`**` inside a
//! name, escapes, names that begin with a dot under a wildcard) is "no".

use std::collections::HashSet;

/// Patterns that `{a,b}` may stand for; a glob with more is not read.
const MOST_ALTERNATIVES: usize = 32;
/// Longer globs are not read: the work grows with the product of two lengths.
const LONGEST: usize = 512;

/// A glob, or a plain path, relative to the workspace's root.
#[derive(Debug, Clone)]
pub(crate) struct Glob {
    /// What braces stand for, written out.
    pub(crate) alternatives: Vec<Pattern>,
}

/// A glob without braces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern(Vec<Segment>);

/// What stands between two slashes.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    Literal(String),
    /// `**`: any number of names, or none.
    Deep,
    Tokens(Vec<Token>),
}

/// A part of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Char(char),
    /// `?`.
    One,
    /// `*`.
    Many,
    /// `[a-z]`, `[!0-9]`.
    Set {
        ranges: Vec<(char, char)>,
        negated: bool,
    },
}

/// Whether there may be a path that both globs match; so for what cannot be read as a glob.
pub fn globs_meet(one: &str, other: &str) -> bool {
    match (Glob::parse(one), Glob::parse(other)) {
        (Some(one), Some(other)) => one.common_path(&other).is_some(),
        _ => true,
    }
}

impl Glob {
    /// Reads a glob. `None` for what cannot be decided: templates, exclusions, escapes, unclosed brackets.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let is_unclear =
            text.starts_with(['!', '~', '$']) || text.contains(['\\', '%']) || text.contains("{{");
        if is_unclear || text.len() > LONGEST {
            return None;
        }
        let alternatives = expand(text)?;
        let patterns = alternatives.iter().map(|text| Pattern::parse(text));
        Some(Self { alternatives: patterns.collect::<Option<_>>()? })
    }

    /// A path, whatever characters it holds. `None` where it may lead out of the workspace.
    pub(crate) fn path(text: &str) -> Option<Self> {
        let names = names(text)?.into_iter().map(|name| Segment::Literal(name.to_owned()));
        Some(Self { alternatives: vec![Pattern(names.collect())] })
    }

    /// The path, where it can be only one.
    pub(crate) fn as_path(&self) -> Option<String> {
        let [pattern] = self.alternatives.as_slice() else {
            return None;
        };
        (pattern.literal_names().count() == pattern.0.len()).then(|| pattern.folder())
    }

    /// A path that both match.
    pub(crate) fn common_path(&self, other: &Self) -> Option<String> {
        let mut pairs = self.alternatives.iter().flat_map(|a| other.alternatives.iter().map(move |b| (a, b)));
        pairs.find_map(|(a, b)| a.common_path(b))
    }
}

impl Pattern {
    fn parse(text: &str) -> Option<Self> {
        let mut segments = Vec::new();
        for name in names(text)? {
            segments.push(segment(name)?);
        }
        // A folder means all that is in it, and `**` at the end means files, not the folder before it.
        if text.ends_with('/') {
            segments.push(Segment::Deep);
        }
        if segments.last() == Some(&Segment::Deep) {
            segments.push(Segment::Tokens(vec![Token::Many]));
        }
        (!segments.is_empty()).then_some(Self(segments))
    }

    /// The folder that every path of the pattern lies in, or the path itself where it is only one.
    pub(crate) fn folder(&self) -> String {
        self.literal_names().collect::<Vec<_>>().join("/")
    }

    /// The characters with which every path of the pattern ends, as far as one segment says.
    fn ending(&self) -> impl DoubleEndedIterator<Item = char> {
        let (name, tokens): (&str, &[Token]) = match self.0.last() {
            Some(Segment::Literal(name)) => (name, &[]),
            Some(Segment::Tokens(tokens)) => {
                let wildcard = tokens.iter().rposition(|token| !matches!(token, Token::Char(_)));
                ("", tokens.get(wildcard.map_or(0, |at| at + 1)..).unwrap_or_default())
            }
            Some(Segment::Deep) | None => ("", &[]),
        };
        let of_tokens =
            tokens.iter().filter_map(|token| if let Token::Char(c) = token { Some(*c) } else { None });
        name.chars().chain(of_tokens)
    }

    fn literal_names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map_while(|segment| match segment {
            Segment::Literal(name) => Some(name.as_str()),
            Segment::Deep | Segment::Tokens(_) => None,
        })
    }

    fn common_path(&self, other: &Self) -> Option<String> {
        let (one, two) = (self.ending(), other.ending());
        let end_alike = one.rev().zip(two.rev()).all(|(a, b)| a == b);
        if !end_alike {
            return None;
        }
        let mut path = Vec::new();
        let mut failed = HashSet::new();
        meet(&self.0, &other.0, &mut path, &mut failed).then(|| path.join("/"))
    }
}

/// The names between slashes; `None` for absolute paths, and for those that leave the workspace.
fn names(text: &str) -> Option<Vec<&str>> {
    if text.starts_with('/') {
        return None;
    }
    let mut names = Vec::new();
    for name in text.split('/').filter(|name| !name.is_empty() && *name != ".") {
        if name == ".." {
            let folder: &str = names.pop()?;
            if folder.contains(['*', '?', '[']) {
                return None;
            }
        } else {
            names.push(name);
        }
    }
    (!names.is_empty()).then_some(names)
}

/// `{a,b}` written out; nothing where a brace is not closed, or where tools differ (`{a,}`).
fn expand(text: &str) -> Option<Vec<String>> {
    let mut done = Vec::new();
    let mut open = vec![text.to_owned()];
    while let Some(text) = open.pop() {
        let Some(start) = text.find('{') else {
            if text.contains('}') {
                return None;
            }
            done.push(text);
            continue;
        };
        let (parts, end) = braced(text.get(start + 1..)?)?;
        if parts.contains(&"") {
            return None;
        }
        for part in parts {
            open.push(format!("{}{part}{}", text.get(..start)?, text.get(start + 1 + end..)?));
        }
        if done.len() + open.len() > MOST_ALTERNATIVES {
            return None;
        }
    }
    Some(done)
}

/// The parts of `a,b}…`, and where what follows the brace begins.
fn braced(text: &str) -> Option<(Vec<&str>, usize)> {
    let mut parts = Vec::new();
    let (mut start, mut depth) = (0, 0_u32);
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                parts.push(text.get(start..at)?);
                return Some((parts, at + 1));
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(text.get(start..at)?);
                start = at + 1;
            }
            _ => {}
        }
    }
    None
}

fn segment(name: &str) -> Option<Segment> {
    if name == "**" {
        return Some(Segment::Deep);
    }
    if name.contains("**") {
        return None;
    }
    if !name.contains(['*', '?', '[', ']']) {
        return Some(Segment::Literal(name.to_owned()));
    }
    let mut tokens = Vec::new();
    let mut rest = name.chars();
    while let Some(c) = rest.next() {
        tokens.push(match c {
            '*' => Token::Many,
            '?' => Token::One,
            '[' => set(&mut rest)?,
            ']' => return None,
            c => Token::Char(c),
        });
    }
    Some(Segment::Tokens(tokens))
}

/// What follows `[`, up to its `]`.
fn set(rest: &mut std::str::Chars<'_>) -> Option<Token> {
    let (content, after) = rest.as_str().split_once(']')?;
    let negated = content.starts_with(['!', '^']);
    let content = content.strip_prefix(['!', '^']).unwrap_or(content);
    let mut ranges = Vec::new();
    let mut chars = content.chars().peekable();
    while let Some(low) = chars.next() {
        // `[[:alpha:]]` is a class of other tools.
        if low == '[' {
            return None;
        }
        let high = if chars.next_if_eq(&'-').is_some() { chars.next()? } else { low };
        ranges.push((low, high));
    }
    *rest = after.chars();
    (!ranges.is_empty()).then_some(Token::Set { ranges, negated })
}

/// Whether the segments match one path; its names are added to `path`. `failed` holds the pairs of ends (by their
/// lengths) that have none, so that each is tried once.
fn meet(a: &[Segment], b: &[Segment], path: &mut Vec<String>, failed: &mut HashSet<(usize, usize)>) -> bool {
    if a.is_empty() && b.is_empty() {
        return true;
    }
    if failed.contains(&(a.len(), b.len())) {
        return false;
    }
    let found = match (a.split_first(), b.split_first()) {
        (Some((Segment::Deep, a_rest)), Some((Segment::Deep, b_rest))) => {
            meet(a_rest, b, path, failed) || meet(a, b_rest, path, failed)
        }
        (Some((Segment::Deep, a_rest)), _) => {
            meet(a_rest, b, path, failed) || below(b, path, |b, path| meet(a, b, path, failed))
        }
        (_, Some((Segment::Deep, b_rest))) => {
            meet(a, b_rest, path, failed) || below(a, path, |a, path| meet(a, b, path, failed))
        }
        (Some((a, a_rest)), Some((b, b_rest))) => {
            name_of_both(a, b).is_some_and(|name| with(name, path, |path| meet(a_rest, b_rest, path, failed)))
        }
        _ => false,
    };
    if !found {
        failed.insert((a.len(), b.len()));
    }
    found
}

/// `**` takes the first name of the other side.
fn below(
    other: &[Segment],
    path: &mut Vec<String>,
    then: impl FnOnce(&[Segment], &mut Vec<String>) -> bool,
) -> bool {
    let Some((first, rest)) = other.split_first().filter(|(first, _)| **first != Segment::Deep) else {
        return false;
    };
    let any = Segment::Tokens(vec![Token::Many]);
    name_of_both(&any, first).is_some_and(|name| with(name, path, |path| then(rest, path)))
}

/// Tries `then` with `name` at the end of the path, and takes it away again where that fails.
fn with(name: String, path: &mut Vec<String>, then: impl FnOnce(&mut Vec<String>) -> bool) -> bool {
    path.push(name);
    let found = then(path);
    if !found {
        path.pop();
    }
    found
}

/// A name that both match.
fn name_of_both(a: &Segment, b: &Segment) -> Option<String> {
    if let (Segment::Literal(a), Segment::Literal(b)) = (a, b) {
        return (a == b).then(|| a.clone());
    }
    let (a, b) = (tokens(a), tokens(b));
    let mut name = String::new();
    if meet_names(&a, &b, &mut name, &mut HashSet::new()) && !name.is_empty() {
        return Some(name);
    }
    // A character that nothing asks for, so that the name neither is empty nor begins with a dot.
    if a.first() != Some(&Token::Many) || b.first() != Some(&Token::Many) {
        return None;
    }
    name = ANY_CHAR.to_string();
    meet_names(&a, &b, &mut name, &mut HashSet::new()).then_some(name)
}

fn tokens(segment: &Segment) -> Vec<Token> {
    match segment {
        Segment::Literal(name) => name.chars().map(Token::Char).collect(),
        Segment::Tokens(tokens) => tokens.clone(),
        Segment::Deep => vec![Token::Many],
    }
}

/// What stands for "any character" in an example.
const ANY_CHAR: char = 'x';

fn meet_names(a: &[Token], b: &[Token], name: &mut String, failed: &mut HashSet<(usize, usize)>) -> bool {
    if a.is_empty() && b.is_empty() {
        return true;
    }
    if failed.contains(&(a.len(), b.len())) {
        return false;
    }
    let found = match (a.split_first(), b.split_first()) {
        (Some((Token::Many, a_rest)), Some((Token::Many, b_rest))) => {
            meet_names(a_rest, b, name, failed) || meet_names(a, b_rest, name, failed)
        }
        (Some((Token::Many, a_rest)), _) => {
            meet_names(a_rest, b, name, failed)
                || under_star(b, name, |b, name| meet_names(a, b, name, failed))
        }
        (_, Some((Token::Many, b_rest))) => {
            meet_names(a, b_rest, name, failed)
                || under_star(a, name, |a, name| meet_names(a, b, name, failed))
        }
        (Some((a, a_rest)), Some((b, b_rest))) => char_of_both(a, b, name.is_empty())
            .is_some_and(|c| with_char(c, name, |name| meet_names(a_rest, b_rest, name, failed))),
        _ => false,
    };
    if !found {
        failed.insert((a.len(), b.len()));
    }
    found
}

/// `*` takes the first character of the other side.
fn under_star(other: &[Token], name: &mut String, then: impl FnOnce(&[Token], &mut String) -> bool) -> bool {
    let Some((first, rest)) = other.split_first().filter(|(first, _)| **first != Token::Many) else {
        return false;
    };
    char_of_both(&Token::One, first, name.is_empty())
        .is_some_and(|c| with_char(c, name, |name| then(rest, name)))
}

fn with_char(c: char, name: &mut String, then: impl FnOnce(&mut String) -> bool) -> bool {
    name.push(c);
    let found = then(name);
    if !found {
        name.pop();
    }
    found
}

/// A character that both match. Tools differ in whether a wildcard takes a dot at the beginning of a name.
fn char_of_both(a: &Token, b: &Token, is_first: bool) -> Option<char> {
    let candidates = [a, b].into_iter().flat_map(|token| match token {
        Token::Char(c) => vec![*c],
        Token::Set { ranges, negated: false } => ranges.iter().map(|(low, _)| *low).collect(),
        Token::One | Token::Many | Token::Set { .. } => vec![ANY_CHAR, '0', '_', 'Q'],
    });
    let both_write_it = matches!((a, b), (Token::Char(_), Token::Char(_)));
    let is_sure = |c: &char| both_write_it || !(is_first && *c == '.');
    let mut fitting = candidates.filter(|c| *c != '/' && a.takes(*c) && b.takes(*c));
    fitting.find(is_sure)
}

impl Token {
    fn takes(&self, c: char) -> bool {
        match self {
            Self::Char(own) => *own == c,
            Self::One | Self::Many => true,
            Self::Set { ranges, negated } => {
                ranges.iter().any(|(low, high)| (*low..=*high).contains(&c)) != *negated
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Glob;
    use globset::GlobBuilder;
    use proptest::prelude::*;

    fn common(a: &str, b: &str) -> Option<String> {
        Glob::parse(a)?.common_path(&Glob::parse(b)?)
    }

    #[test]
    fn common_paths() {
        let found = [
            ("a.md", "a.md", "a.md"),
            ("./a.md", "b/../a.md", "a.md"),
            ("src/**", "**/*.rs", "src/x.rs"),
            ("src/**", "src/a/b.rs", "src/a/b.rs"),
            ("docs/", "docs/a/b.md", "docs/a/b.md"),
            ("src/*.rs", "src/[a-f]?.rs", "src/ax.rs"),
            ("{a,b}/x", "{b,c}/?", "b/x"),
            ("a*b*c", "*bbc", "abbc"),
            ("[!a-z].txt", "[0-9].txt", "0.txt"),
            ("**", "a/b", "a/b"),
            (".env", ".env", ".env"),
            ("é*", "*ü", "éü"),
        ];
        for (a, b, path) in found {
            assert_eq!(common(a, b).as_deref(), Some(path), "{a} {b}");
            assert!(common(b, a).is_some(), "{b} {a}");
        }
    }

    #[test]
    fn none_in_common_or_not_known() {
        let none = [
            ("a.md", "b.md"),
            ("src/*.rs", "src/a/b.rs"),
            ("src/**", "src"),
            ("src/**", "lib/**"),
            ("*.rs", "*.md"),
            ("*", ".env"),
            ("**", ".github/x.yml"),
            ("[a-c]", "[d-f]"),
            ("../a", "../a"),
            ("/a", "/a"),
            ("!a", "a"),
            ("a**", "ab"),
            ("{a,b", "a"),
            ("{{ args.a }}", "b"),
            ("a\\*", "a*"),
        ];
        for (a, b) in none {
            assert_eq!(common(a, b), None, "{a} {b}");
            assert_eq!(common(b, a), None, "{b} {a}");
        }
    }

    proptest! {
        /// The path that is given matches both globs, as another implementation reads them.
        #[test]
        fn the_path_matches_both(
            a in "([ab*?]|\\[ab\\]|\\{a,b\\}){1,4}(/([ab]{1,2}|\\*\\*|[ab*?]{1,3})){0,3}",
            b in "([ab*?]|\\[!a\\]|\\{a,b*\\}){1,4}(/([ab]{1,2}|\\*\\*|[ab*?]{1,3})){0,3}",
        ) {
            if let Some(path) = common(&a, &b) {
                for glob in [&a, &b] {
                    let matcher = GlobBuilder::new(glob).literal_separator(true).build().unwrap().compile_matcher();
                    prop_assert!(matcher.is_match(&path), "{glob} does not match {path}");
                }
            }
        }

        /// With few characters and few names every path can be tried.
        #[test]
        fn no_path_is_missed(
            a in "[ab*?]{1,3}(/[ab*?]{1,2}){0,1}",
            b in "[ab*?]{1,3}(/[ab*?]{1,2}){0,1}",
        ) {
            prop_assume!(!a.contains("**") && !b.contains("**"));
            let matcher = |glob: &str| GlobBuilder::new(glob).literal_separator(true).build().unwrap().compile_matcher();
            let (one, two) = (matcher(&a), matcher(&b));
            let names: Vec<String> = (1..=4_u32)
                .flat_map(|length| (0..1_u32 << length).map(move |bits| (0..length).map(|at| if bits >> at & 1 == 1 { 'a' } else { 'b' }).collect()))
                .collect();
            let deep = names.iter().flat_map(|first| names.iter().map(move |second| format!("{first}/{second}")));
            let exists = names.iter().cloned().chain(deep).any(|path| one.is_match(&path) && two.is_match(&path));
            if exists {
                prop_assert!(common(&a, &b).is_some(), "{a} and {b}");
            }
        }
    }
}
