//! `env`, wherever it stands.

use std::collections::HashSet;

use divisi_syntax::{Kind, NodeId};

use crate::dag::{EnvValue, EnvVar};
use crate::keys::native;
use crate::reader::Reader;

/// Every variable, in file order.
pub(super) fn lower(reader: &Reader<'_>, env: NodeId) -> Vec<EnvVar> {
    reader.entries(env).filter_map(|(name, value)| variable(reader, name, value)).collect()
}

fn variable(reader: &Reader<'_>, name: NodeId, value: NodeId) -> Option<EnvVar> {
    let name = reader.key(name);
    if reader.kind(value) != Kind::Mapping {
        let value = match reader.string(value) {
            Some(text) => EnvValue::Literal(text),
            None if reader.is_null(value) => EnvValue::Unset,
            None => return None,
        };
        return Some(EnvVar { name, value, secret: false });
    }
    let fields = reader.fields(value, &native::ENV_VALUE);
    let text = |key: &str| fields.get(key).and_then(|value| reader.string(value));
    let value = text("from_env").map(EnvValue::FromEnv).or_else(|| text("value").map(EnvValue::Literal))?;
    let secret = fields.get("secret").and_then(|value| reader.boolean(value)).unwrap_or(false);
    Some(EnvVar { name, value, secret })
}

/// The defaults that `own` does not replace by name, then `own`.
pub(super) fn merge(reader: &Reader<'_>, defaults: &[EnvVar], own: Vec<EnvVar>) -> Vec<EnvVar> {
    if defaults.is_empty() || !reader.spend(defaults.len()) {
        return own;
    }
    let replaced: HashSet<&str> = own.iter().map(|variable| variable.name.as_str()).collect();
    let kept = defaults.iter().filter(|variable| !replaced.contains(variable.name.as_str()));
    let kept: Vec<EnvVar> = kept.cloned().collect();
    kept.into_iter().chain(own).collect()
}
