//! What a secret in plain text looks like.

use std::collections::HashMap;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use divisi_syntax::Span;

/// A form of token that only its issuer makes.
struct Form {
    /// With its article: "a GitHub token".
    what: &'static str,
    prefix: &'static str,
    /// Characters after the prefix, beside ASCII letters and digits.
    also: &'static str,
    /// How many of them.
    least: usize,
    most: usize,
}

const fn form(
    what: &'static str,
    prefix: &'static str,
    also: &'static str,
    least: usize,
    most: usize,
) -> Form {
    Form { what, prefix, also, least, most }
}

/// Source: the issuers' documentation of their tokens, and GitHub's list of patterns for secret scanning, as of autumn
/// 2026. Lengths are without the prefix.
const FORMS: &[Form] = &[
    form("an AWS access key", "AKIA", "", 16, 16),
    form("an AWS access key", "ASIA", "", 16, 16),
    form("a GitHub token", "ghp_", "", 36, 36),
    form("a GitHub token", "gho_", "", 36, 36),
    form("a GitHub token", "ghu_", "", 36, 36),
    form("a GitHub token", "ghs_", "", 36, 36),
    form("a GitHub token", "ghr_", "", 36, 76),
    form("a GitHub token", "github_pat_", "_", 82, 82),
    form("a GitLab token", "glpat-", "_-", 20, 64),
    form("an Anthropic key", "sk-ant-", "_-", 80, 160),
    form("an OpenAI key", "sk-proj-", "_-", 40, 200),
    form("an OpenAI key", "sk-svcacct-", "_-", 40, 200),
    form("an OpenAI key", "sk-", "", 48, 48),
    form("a Slack token", "xoxb-", "-", 40, 100),
    form("a Slack token", "xoxp-", "-", 40, 100),
    form("a Slack token", "xoxa-", "-", 40, 100),
    form("a Slack token", "xapp-", "-", 40, 160),
    form("a Google key", "AIza", "_-", 35, 35),
    form("a Stripe live key", "sk_live_", "", 24, 128),
    form("a Stripe live key", "rk_live_", "", 24, 128),
    form("an npm token", "npm_", "", 36, 36),
    form("a PyPI token", "pypi-AgEIcHlwaS5vcmc", "_-", 50, 200),
    form("a Hugging Face token", "hf_", "", 34, 34),
    form("a SendGrid key", "SG.", "._-", 66, 66),
    form("a DigitalOcean token", "dop_v1_", "", 64, 64),
];

/// Ends of names of variables that hold secrets.
const NAMES: &[&str] = &[
    "TOKEN",
    "SECRET",
    "PASSWORD",
    "PASSWD",
    "API_KEY",
    "APIKEY",
    "ACCESS_KEY",
    "SECRET_KEY",
    "PRIVATE_KEY",
];

/// Texts that stand for a secret in examples.
const PLACEHOLDERS: &[&str] = &[
    "example",
    "changeme",
    "change-me",
    "placeholder",
    "your",
    "xxxx",
    "dummy",
    "fake",
    "sample",
    "redacted",
    "insert",
    "replace",
    "todo",
    "test",
    "12345678",
    "abcdef",
];

static PREFIXES: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let prefixes = FORMS.iter().map(|form| form.prefix).chain([PEM]);
    AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(prefixes).ok()
});

/// How a private key begins.
const PEM: &str = "-----BEGIN ";
/// Letters of a key that must follow its heading, so that the heading alone is none.
const LEAST_OF_PEM: usize = 40;

/// Tokens of known issuers in a text: where, and what with its article.
pub(crate) fn tokens(text: &str) -> Vec<(Span, &'static str)> {
    let Some(prefixes) = PREFIXES.as_ref() else {
        return Vec::new();
    };
    let found = prefixes.find_iter(text).filter_map(|found| {
        let before = text.get(..found.start())?.chars().next_back();
        if before.is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')) {
            return None;
        }
        let rest = text.get(found.end()..)?;
        let Some(form) = FORMS.get(found.pattern().as_usize()) else {
            let length = private_key(rest)?;
            return Some((span(found.start(), found.end() + length), "a private key"));
        };
        let length = rest.bytes().take_while(|byte| form.takes(*byte)).count();
        let body = rest.get(..length)?;
        let is_token = (form.least..=form.most).contains(&length) && !is_made_up(body);
        is_token.then(|| (span(found.start(), found.end() + length), form.what))
    });
    found.collect()
}

fn span(start: usize, end: usize) -> Span {
    Span::new(start as u32, end as u32)
}

impl Form {
    fn takes(&self, byte: u8) -> bool {
        byte.is_ascii_alphanumeric() || self.also.as_bytes().contains(&byte)
    }
}

/// The length of the rest of a private key's heading, if a key follows it.
fn private_key(rest: &str) -> Option<usize> {
    let (heading, body) = rest.split_once("PRIVATE KEY-----")?;
    let is_heading =
        heading.len() < 20 && heading.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b' ');
    let is_key = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    let between = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'\\' | b'n');
    let letters = body.bytes().skip_while(between).take_while(is_key).count();
    (is_heading && letters >= LEAST_OF_PEM).then(|| heading.len() + "PRIVATE KEY-----".len())
}

/// Whether a variable of that name holds a secret.
pub(crate) fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    NAMES.iter().any(|ending| {
        let start = name.strip_suffix(ending);
        start.is_some_and(|start| start.is_empty() || start.ends_with(['_', '-', '.']))
    })
}

/// Whether a value looks like a real secret and not like a name, a path, a word or a placeholder: it holds a piece
/// that is long enough, mixes letters and digits, and repeats little.
pub(crate) fn looks_real(value: &str) -> bool {
    const LEAST: usize = 12;
    let is_odd = value.contains(['$', '<', '{', ' ', '\n', '(']);
    let is_place = value.starts_with(['/', '.', '~', '@']) || value.contains("://");
    if value.len() < LEAST || is_odd || is_place || is_made_up(value) {
        return false;
    }
    value.split(['-', '_', '.', ':', '/']).any(|piece| piece.len() >= 8 && changes(piece) >= 3)
}

/// How often a text goes from letters to digits, from small to capital letters, or back.
fn changes(text: &str) -> usize {
    let class = |byte: u8| match byte {
        b'0'..=b'9' => 0,
        b'a'..=b'z' => 1,
        b'A'..=b'Z' => 2,
        _ => 3,
    };
    let bytes = text.as_bytes();
    bytes.iter().zip(bytes.iter().skip(1)).filter(|(a, b)| class(**a) != class(**b)).count()
}

/// Whether somebody typed it to show the form: a placeholder's word, or less variety than chance gives.
fn is_made_up(text: &str) -> bool {
    /// Bits a character; random letters and digits of 16 characters have some 3.6.
    const LEAST_ENTROPY: f64 = 3.0;
    let lower = text.to_ascii_lowercase();
    PLACEHOLDERS.iter().any(|word| lower.contains(word)) || entropy(text) < LEAST_ENTROPY
}

/// Shannon's entropy of the characters, in bits each.
fn entropy(text: &str) -> f64 {
    let mut counts: HashMap<u8, u32> = HashMap::new();
    text.bytes().for_each(|byte| *counts.entry(byte).or_default() += 1);
    let all = f64::from(u32::try_from(text.len()).unwrap_or(u32::MAX)).max(1.0);
    counts.values().map(|count| f64::from(*count) / all).map(|share| -share * share.log2()).sum()
}
