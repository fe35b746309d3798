//! Locks, in the places where command-v2 files write them.

use divisi_syntax::{Kind, NodeId, Spanned};

use crate::dag::{ListedLock, Lock, LockMode, LockScope};
use crate::reader::Reader;

/// Names of locks that the root declares: `resources.locks[]`, `resourceLocking.resources[]`,
/// `resourceManagement.globalLocks[]`.
pub(super) fn declared(reader: &Reader<'_>, root: NodeId) -> Vec<ListedLock> {
    const PLACES: &[(&str, &str)] =
        &[("resources", "locks"), ("resourceLocking", "resources"), ("resourceManagement", "globalLocks")];
    let lists = PLACES.iter().filter_map(|(outer, inner)| reader.member(reader.member(root, outer)?, inner));
    let items = lists.flat_map(|list| reader.items(list).collect::<Vec<_>>());
    items
        .filter_map(|item| {
            Some(ListedLock { name: name(reader, item)?, capacity: None, scope: LockScope::default() })
        })
        .collect()
}

/// A node's `resources`: a list of names, or `{locks: […]}`.
pub(super) fn held(reader: &Reader<'_>, resources: NodeId) -> Vec<Lock> {
    let list = match reader.kind(resources) {
        Kind::Mapping => reader.member(resources, "locks"),
        _ => Some(resources),
    };
    list.map(|list| reader.items(list).filter_map(|item| lock(reader, item)).collect()).unwrap_or_default()
}

/// `exclusive` and `upgrade` are exclusive (ENGINE section 7).
fn lock(reader: &Reader<'_>, item: NodeId) -> Option<Lock> {
    let kind = reader.member(item, "type").and_then(|value| reader.string(value));
    let mode = if kind.as_deref() == Some("shared") { LockMode::Shared } else { LockMode::Exclusive };
    Some(Lock { name: name(reader, item)?, mode: Some(mode) })
}

fn name(reader: &Reader<'_>, item: NodeId) -> Option<Spanned<String>> {
    const KEYS: &[&str] = &["resource", "resourceId", "id", "name"];
    if reader.kind(item) != Kind::Mapping {
        return reader.spanned(item);
    }
    KEYS.iter().find_map(|key| reader.spanned(reader.member(item, key)?))
}
