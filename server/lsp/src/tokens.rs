//! The tokens that each document's client has, so that it can be sent what changed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tower_lsp_server::gen_lsp_types as lsp;

/// The latest answer for each document. Reads on the pool share it.
#[derive(Debug, Default)]
pub(crate) struct SentTokens {
    sent: Mutex<Sent>,
}

#[derive(Debug, Default)]
struct Sent {
    last_id: u64,
    by_path: BTreeMap<PathBuf, (String, Vec<lsp::SemanticToken>)>,
}

impl SentTokens {
    /// Keeps what is about to be sent; its id, which stays the same where the tokens do.
    pub(crate) fn keep(&self, path: &Path, tokens: &[lsp::SemanticToken]) -> String {
        let mut sent = self.lock();
        if let Some((id, known)) = sent.by_path.get(path)
            && known == tokens
        {
            return id.clone();
        }
        sent.last_id += 1;
        let id = sent.last_id.to_string();
        sent.by_path.insert(path.to_owned(), (id.clone(), tokens.to_vec()));
        id
    }

    /// What turns the answer with the id `previous` into `tokens`; none where that is no longer known.
    pub(crate) fn edits(
        &self,
        path: &Path,
        previous: &str,
        tokens: &[lsp::SemanticToken],
    ) -> Option<Vec<lsp::SemanticTokensEdit>> {
        let sent = self.lock();
        let (_, known) = sent.by_path.get(path).filter(|(id, _)| id == previous)?;
        Some(difference(known, tokens))
    }

    /// The document is closed.
    pub(crate) fn forget(&self, path: &Path) {
        self.lock().by_path.remove(path);
    }

    fn lock(&self) -> MutexGuard<'_, Sent> {
        // Nothing is left half done by a panic: each change is one insertion or removal.
        self.sent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Numbers that one token takes in the protocol.
const NUMBERS: usize = 5;

/// At most one edit: what lies between the same beginning and the same end.
fn difference(old: &[lsp::SemanticToken], new: &[lsp::SemanticToken]) -> Vec<lsp::SemanticTokensEdit> {
    let start = old.iter().zip(new).take_while(|(old, new)| old == new).count();
    let (old, new) = (old.get(start..).unwrap_or_default(), new.get(start..).unwrap_or_default());
    let end = old.iter().rev().zip(new.iter().rev()).take_while(|(old, new)| old == new).count();
    let removed = old.len() - end;
    let added: Vec<u32> = new.iter().take(new.len() - end).flat_map(numbers).collect();
    if removed == 0 && added.is_empty() {
        return Vec::new();
    }
    vec![lsp::SemanticTokensEdit {
        start: (start * NUMBERS) as u32,
        delete_count: (removed * NUMBERS) as u32,
        data: Some(added),
    }]
}

const fn numbers(token: &lsp::SemanticToken) -> [u32; NUMBERS] {
    [token.delta_line, token.delta_start, token.length, token.token_type, token.token_modifiers_bitset]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(lengths: &[u32]) -> Vec<lsp::SemanticToken> {
        let token = |length: &u32| lsp::SemanticToken {
            delta_line: 1,
            delta_start: 0,
            length: *length,
            token_type: 0,
            token_modifiers_bitset: 0,
        };
        lengths.iter().map(token).collect()
    }

    #[test]
    fn an_edit_makes_the_new_from_the_old() {
        let cases: [(&[u32], &[u32]); 7] = [
            (&[], &[]),
            (&[1, 2, 3], &[1, 2, 3]),
            (&[1, 2, 3], &[1, 9, 3]),
            (&[1, 1, 1], &[1, 1]),
            (&[1, 1], &[1, 1, 1]),
            (&[], &[1]),
            (&[1, 2], &[]),
        ];
        for (old, new) in cases {
            let mut data: Vec<u32> = tokens(old).iter().flat_map(numbers).collect();
            for edit in difference(&tokens(old), &tokens(new)) {
                let range = edit.start as usize..(edit.start + edit.delete_count) as usize;
                data.splice(range, edit.data.unwrap_or_default());
            }
            assert_eq!(data, tokens(new).iter().flat_map(numbers).collect::<Vec<_>>(), "{old:?} {new:?}");
        }
        assert!(difference(&tokens(&[1, 2]), &tokens(&[1, 2])).is_empty());
    }

    #[test]
    fn an_answer_that_was_not_given_has_no_edits() {
        let sent = SentTokens::default();
        let path = Path::new("a");
        let first = sent.keep(path, &tokens(&[1]));
        assert_eq!(sent.keep(path, &tokens(&[1])), first);
        let second = sent.keep(path, &tokens(&[2]));
        assert_ne!(first, second);
        assert!(sent.edits(path, &first, &tokens(&[1])).is_none());
        assert!(sent.edits(path, &second, &tokens(&[1])).is_some());
        sent.forget(path);
        assert!(sent.edits(path, &second, &tokens(&[1])).is_none());
    }
}
