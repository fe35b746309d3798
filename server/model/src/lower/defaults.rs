//! `defaults` of a DAG, and how a node's own value stands to them.

use std::time::Duration;

use divisi_syntax::{Kind, NodeId, Spanned};

use super::env;
use crate::dag::{Budget, Cache, Defaults, EnvVar, Retry, Text};
use crate::keys::{WorkKind, native};
use crate::reader::{Fields, Reader};
use crate::size;

/// Attempts of a `retry` that does not say how many.
const ATTEMPTS: u32 = 3;

pub(super) fn lower(reader: &Reader<'_>, defaults: NodeId) -> Defaults {
    let fields = reader.fields(defaults, &native::DEFAULTS);
    let text = |key: &str| fields.get(key).and_then(|value| reader.spanned(value));
    let duration = |key: &str| fields.get(key).and_then(|value| reader.duration(value));
    Defaults {
        runner: text("runner"),
        model: text("model"),
        timeout: duration("timeout"),
        idle_timeout: duration("idle_timeout"),
        env: fields.get("env").map(|value| env::lower(reader, value)).unwrap_or_default(),
        cwd: text("cwd"),
        shell: fields.get("shell").and_then(|value| shell(reader, value)),
        retry: retry(reader, &fields, None),
        in_worktree: fields.get("isolation").is_some_and(|value| is_worktree(reader, value)),
        budget: budget(reader, &fields, None),
        cache: cache(reader, &fields, None),
    }
}

/// A node's own values over the defaults that apply to its kind.
pub(super) struct Merge<'a> {
    pub(super) reader: &'a Reader<'a>,
    pub(super) fields: &'a Fields,
    pub(super) defaults: &'a Defaults,
    /// `None` while no work is written: then no default applies.
    pub(super) kind: Option<WorkKind>,
}

impl Merge<'_> {
    /// The node's own value of `key` as `read` takes it, else the default. `null` clears the default; a value that
    /// does not fit takes neither.
    pub(super) fn own_or<T: Clone>(
        &self,
        key: &str,
        default: Option<&T>,
        read: impl FnOnce(NodeId) -> Option<T>,
    ) -> Option<T> {
        match self.fields.get(key) {
            Some(value) => read(value),
            None => default.filter(|_| self.applies(key)).cloned(),
        }
    }

    /// A name or a path.
    pub(super) fn text(&self, key: &str, default: Option<&Spanned<String>>) -> Option<Spanned<String>> {
        self.own_or(key, default, |value| self.reader.spanned(value))
    }

    pub(super) fn duration(
        &self,
        key: &str,
        default: Option<&Spanned<Duration>>,
    ) -> Option<Spanned<Duration>> {
        self.own_or(key, default, |value| self.reader.duration(value))
    }

    pub(super) fn shell(&self) -> Option<Spanned<Vec<String>>> {
        self.own_or("shell", self.defaults.shell.as_ref(), |value| shell(self.reader, value))
    }

    pub(super) fn retry(&self) -> Option<Retry> {
        let default = self.defaults.retry.as_ref().filter(|_| self.applies("retry"));
        retry(self.reader, self.fields, default)
    }

    pub(super) fn budget(&self) -> Option<Spanned<Budget>> {
        let default = self.defaults.budget.as_ref().filter(|_| self.applies("budget"));
        budget(self.reader, self.fields, default)
    }

    pub(super) fn cache(&self) -> Option<Cache> {
        let default = self.defaults.cache.as_ref().filter(|_| self.applies("cache"));
        cache(self.reader, self.fields, default)
    }

    pub(super) fn in_worktree(&self) -> bool {
        self.own_or("isolation", Some(&self.defaults.in_worktree), |value| {
            Some(is_worktree(self.reader, value))
        })
        .unwrap_or(false)
    }

    pub(super) fn env(&self) -> Vec<EnvVar> {
        let defaults = self.defaults.env.as_slice();
        let defaults = if defaults.is_empty() || !self.applies("env") { &[] } else { defaults };
        match self.fields.get("env") {
            Some(value) if self.reader.is_null(value) => Vec::new(),
            Some(value) => env::merge(self.reader, defaults, env::lower(self.reader, value)),
            None => env::merge(self.reader, defaults, Vec::new()),
        }
    }

    fn applies(&self, key: &str) -> bool {
        let row = native::DEFAULTS.key(key);
        self.kind.zip(row).is_some_and(|(kind, row)| row.applies_to(kind))
    }
}

/// Whether the value of `isolation` asks for a copy of the workspace.
fn is_worktree(reader: &Reader<'_>, value: NodeId) -> bool {
    reader.string(value).as_deref() == Some("worktree")
}

/// `shell`: a list as it is; a text cut at blanks, where a single word is a shell that takes `-c`.
fn shell(reader: &Reader<'_>, value: NodeId) -> Option<Spanned<Vec<String>>> {
    let span = reader.span(value);
    let mut words: Vec<String> = match reader.string(value) {
        Some(text) => text.split_whitespace().map(str::to_owned).collect(),
        None => reader.names(value).into_iter().map(|word| word.value).collect(),
    };
    if reader.string(value).is_some() && words.len() == 1 {
        words.push("-c".to_owned());
    }
    (!words.is_empty()).then(|| Spanned::new(words, span))
}

/// `retry`, merged over the default's one level deep.
fn retry(reader: &Reader<'_>, fields: &Fields, default: Option<&Retry>) -> Option<Retry> {
    let Some(field) = fields.field("retry") else { return default.cloned() };
    if reader.is_null(field.value) {
        return None;
    }
    let inner = reader.fields(field.value, &native::RETRY);
    let base = default.cloned().unwrap_or_else(|| Retry::new(reader.span(field.key_node), ATTEMPTS));
    let (span, attempts) = inner
        .field("attempts")
        .and_then(|field| Some((reader.span(field.key_node), reader.positive(field.value)?.value)))
        .unwrap_or((base.span, base.attempts));
    let wait = |key: &str| Some(reader.duration(inner.get(key)?)?.value);
    Some(Retry {
        span,
        attempts,
        backoff: inner
            .get("backoff")
            .and_then(|value| reader.word(value))
            .map_or(base.backoff, |word| word.value),
        initial: wait("initial").unwrap_or(base.initial),
        max: wait("max").unwrap_or(base.max),
        multiplier: inner.get("multiplier").and_then(|value| reader.number(value)).unwrap_or(base.multiplier),
        jitter: inner.get("jitter").and_then(|value| reader.boolean(value)).unwrap_or(base.jitter),
        on: inner.get("on").map_or(base.on, |value| retried_kinds(reader, value)),
    })
}

/// `retry.on`; `null` means every kind.
fn retried_kinds(reader: &Reader<'_>, value: NodeId) -> Option<Vec<String>> {
    let kinds = || reader.names(value).into_iter().map(|kind| kind.value).collect();
    (!reader.is_null(value)).then(kinds)
}

/// `budget`, merged over the default's one level deep.
pub(super) fn budget(
    reader: &Reader<'_>,
    fields: &Fields,
    default: Option<&Spanned<Budget>>,
) -> Option<Spanned<Budget>> {
    let Some(field) = fields.field("budget") else { return default.cloned() };
    if reader.is_null(field.value) {
        return None;
    }
    let inner = reader.fields(field.value, &native::BUDGET);
    let base = default.map(|default| default.value).unwrap_or_default();
    let micro_usd = inner.get("usd").and_then(|value| micro(reader.number(value)?));
    let turns = inner.get("turns").and_then(|value| reader.positive(value)).map(|turns| turns.value);
    let tokens = inner.get("tokens").and_then(|value| tokens(reader, value));
    let wall = inner.get("wall").and_then(|value| reader.duration(value)).map(|wall| wall.value);
    let budget = Budget {
        micro_usd: micro_usd.or(base.micro_usd),
        tokens: tokens.or(base.tokens),
        turns: turns.or(base.turns),
        wall: wall.filter(|wall| !wall.is_zero()).or(base.wall),
    };
    Some(Spanned::new(budget, reader.span(field.key_node)))
}

/// `cache`, merged over the default's one level deep.
fn cache(reader: &Reader<'_>, fields: &Fields, default: Option<&Cache>) -> Option<Cache> {
    let Some(field) = fields.field("cache") else { return default.cloned() };
    if reader.is_null(field.value) {
        return None;
    }
    if reader.kind(field.value) != Kind::Mapping {
        let wanted = reader.boolean(field.value)?;
        let default = default.filter(|_| wanted).cloned();
        return Some(Cache { wanted, ..default.unwrap_or(Cache { wanted, key: None, ttl: None }) });
    }
    let inner = reader.fields(field.value, &native::CACHE_OBJECT);
    let base = |part: fn(&Cache) -> Option<Text>| default.and_then(part);
    let ttl = inner.get("ttl").and_then(|value| reader.duration(value)).map(|ttl| ttl.value);
    Some(Cache {
        wanted: true,
        key: inner
            .get("key")
            .and_then(|value| reader.text(value))
            .or_else(|| base(|default| default.key.clone())),
        ttl: ttl.or_else(|| default.and_then(|default| default.ttl)),
    })
}

fn tokens(reader: &Reader<'_>, value: NodeId) -> Option<u64> {
    size::parse_tokens(&reader.string(value)?).ok().filter(|tokens| *tokens > 0)
}

/// Dollars in millionths; none where that is nothing, or no sum that anybody pays.
fn micro(usd: f64) -> Option<u64> {
    let micro = (usd * 1e6).round();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is within these bounds")]
    (1.0..=1e15).contains(&micro).then_some(micro as u64)
}
