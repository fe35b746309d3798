//! What Markdown names: agents and commands that are known here, since any other word is only a word.

use divisi_model::{CommandResolution, Mention, MentionTarget, Resolution, Tool};
use divisi_workspace::{Document, Snapshot};

use super::{Token, TokenKind};

/// Adds a token for each mention of something that is known.
pub(super) fn names(snapshot: &Snapshot, document: &Document, tokens: &mut Vec<Token>) {
    let Some(markdown) = &document.markdown else { return };
    let token = |mention: &Mention| {
        Some(Token { span: mention.span, kind: kind(snapshot, mention)?, declares: false })
    };
    tokens.extend(markdown.mentions.iter().filter_map(token));
}

fn kind(snapshot: &Snapshot, mention: &Mention) -> Option<TokenKind> {
    match mention.target {
        MentionTarget::Agent => {
            let found = snapshot.registry().resolve(Tool::ClaudeCode, &mention.name);
            (!matches!(found, Resolution::Unknown)).then_some(TokenKind::Agent)
        }
        MentionTarget::Command | MentionTarget::Skill => {
            let found = snapshot.commands().resolve(&mention.name);
            (!matches!(found, CommandResolution::Unknown)).then_some(TokenKind::Command)
        }
        MentionTarget::File => None,
    }
}
