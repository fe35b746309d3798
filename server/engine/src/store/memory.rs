//! The entries that were used last, bounded by their bytes.

use lru::LruCache;

use super::entry::Entry;

#[derive(Debug)]
pub(super) struct Memory {
    entries: LruCache<String, (Entry, usize)>,
    bytes: usize,
    max_bytes: usize,
}

impl Memory {
    pub(super) fn new(max_bytes: usize) -> Self {
        Self { entries: LruCache::unbounded(), bytes: 0, max_bytes }
    }

    pub(super) fn get(&mut self, identity: &str) -> Option<Entry> {
        self.entries.get(identity).map(|(entry, _)| entry.clone())
    }

    pub(super) fn put(&mut self, entry: Entry) {
        let size = size_of(&entry);
        if size > self.max_bytes {
            return;
        }
        self.bytes += size;
        if let Some((_, replaced)) = self.entries.put(entry.identity.clone(), (entry, size)) {
            self.bytes -= replaced;
        }
        while self.bytes > self.max_bytes {
            let Some((_, (_, size))) = self.entries.pop_lru() else { break };
            self.bytes -= size;
        }
    }

    pub(super) fn remove(&mut self, identity: &str) {
        if let Some((_, size)) = self.entries.pop(identity) {
            self.bytes -= size;
        }
    }
}

/// About what an entry takes: its texts and a little for each of its parts.
fn size_of(entry: &Entry) -> usize {
    let outputs: usize = entry.outputs.iter().map(|(name, output)| name.len() + value_size(output)).sum();
    1_024 + 256 * entry.parts.len() + 256 * entry.written.len() + outputs
}

fn value_size(output: &super::StoredOutput) -> usize {
    match output {
        super::StoredOutput::Value(serde_json::Value::String(text)) => text.len(),
        super::StoredOutput::Value(value) => value.to_string().len(),
        super::StoredOutput::File { .. } | super::StoredOutput::Blob { .. } => 256,
    }
}
