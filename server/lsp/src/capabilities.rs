//! What the server says of itself.

use divisi_syntax::Encoding;
use tower_lsp_server::gen_lsp_types as lsp;

use crate::client::Client;
use crate::{contents, to_proto};

/// Commands of the server. A client registers their names globally, hence the middle word.
pub(crate) mod commands {
    pub(crate) const RUN: &str = "divisi.server.run";
    pub(crate) const CANCEL: &str = "divisi.server.cancel";
    pub(crate) const APPROVE: &str = "divisi.server.approve";
    pub(crate) const TRUST: &str = "divisi.server.trust";
    pub(crate) const DISMISS: &str = "divisi.server.dismiss";
    pub(crate) const PAUSE: &str = "divisi.server.pause";
    pub(crate) const UNPAUSE: &str = "divisi.server.unpause";
    pub(crate) const RESUME: &str = "divisi.server.resume";
    pub(crate) const DECIDE: &str = "divisi.server.decide";
    pub(crate) const ALL: [&str; 9] = [RUN, CANCEL, APPROVE, PAUSE, UNPAUSE, RESUME, DECIDE, TRUST, DISMISS];
}

/// Files whose change on disk matters. The folders themselves are named as well: Neovim on Linux watches only folders
/// that match.
pub(crate) const WATCHED: &[&str] =
    &["**/*.dag.{yaml,yml,json}", "**/commands/v2/*.json", "**/.claude", "**/.claude/**", "**/divisi.toml"];

/// Fits what the client can take: diagnostics are offered for pulling only where the client pulls.
pub(crate) fn answer(client: &Client) -> lsp::InitializeResult {
    lsp::InitializeResult {
        server_info: Some(lsp::ServerInfo {
            name: "divisi".to_owned(),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        }),
        capabilities: lsp::ServerCapabilities {
            position_encoding: Some(match client.encoding {
                Encoding::Utf8 => lsp::PositionEncodingKind::UTF8,
                Encoding::Utf16 => lsp::PositionEncodingKind::UTF16,
                Encoding::Utf32 => lsp::PositionEncodingKind::UTF32,
            }),
            text_document_sync: Some(lsp::TextDocumentSync::Options(lsp::TextDocumentSyncOptions {
                open_close: Some(true),
                change: Some(lsp::TextDocumentSyncKind::Incremental),
                ..Default::default()
            })),
            completion_provider: Some(lsp::CompletionOptions {
                // After a space follows a value, after a dot a name of a template, after a brace a reference.
                trigger_characters: Some(
                    [" ", ".", "{", "[", ",", "\"", "'", "(", "/"].map(str::to_owned).to_vec(),
                ),
                resolve_provider: Some(client.resolves_documentation),
                ..Default::default()
            }),
            hover_provider: Some(true.into()),
            definition_provider: Some(true.into()),
            references_provider: Some(true.into()),
            document_highlight_provider: Some(true.into()),
            linked_editing_range_provider: Some(true.into()),
            rename_provider: Some(rename(client)),
            document_link_provider: Some(lsp::DocumentLinkOptions::default()),
            code_action_provider: Some(lsp::CodeActionProvider::CodeActionOptions(lsp::CodeActionOptions {
                code_action_kinds: Some(vec![
                    lsp::CodeActionKind::QuickFix,
                    lsp::CodeActionKind::RefactorExtract,
                    lsp::CodeActionKind::RefactorRewrite,
                    lsp::CodeActionKind::SourceFixAll,
                    FIX_ALL,
                ]),
                ..Default::default()
            })),
            inlay_hint_provider: Some(true.into()),
            code_lens_provider: Some(lsp::CodeLensOptions {
                resolve_provider: Some(client.show_references.is_some()),
                ..Default::default()
            }),
            document_symbol_provider: Some(true.into()),
            workspace_symbol_provider: Some(true.into()),
            folding_range_provider: Some(true.into()),
            selection_range_provider: Some(true.into()),
            semantic_tokens_provider: client.semantic_tokens.then(|| semantic_tokens(client).into()),
            call_hierarchy_provider: Some(true.into()),
            document_formatting_provider: Some(true.into()),
            document_range_formatting_provider: Some(true.into()),
            document_on_type_formatting_provider: Some(lsp::DocumentOnTypeFormattingOptions {
                first_trigger_character: "\n".to_owned(),
                more_trigger_character: None,
            }),
            diagnostic_provider: client.pulls_diagnostics.then(|| {
                lsp::DiagnosticProvider::DiagnosticOptions(lsp::DiagnosticOptions {
                    identifier: Some("divisi".to_owned()),
                    inter_file_dependencies: true,
                    workspace_diagnostics: true,
                    ..Default::default()
                })
            }),
            execute_command_provider: Some(lsp::ExecuteCommandOptions {
                commands: commands::ALL.map(str::to_owned).to_vec(),
                ..Default::default()
            }),
            workspace: Some(lsp::WorkspaceOptions {
                workspace_folders: Some(lsp::WorkspaceFoldersServerCapabilities {
                    supported: Some(true),
                    change_notifications: Some(true.into()),
                }),
                text_document_content: client.shows_contents.then(|| {
                    let schemes = contents::SCHEMES.map(str::to_owned).to_vec();
                    lsp::TextDocumentContentOptions { schemes }.into()
                }),
                file_operations: client.will_rename_files.then(renamed_files),
            }),
            ..Default::default()
        },
    }
}

fn semantic_tokens(client: &Client) -> lsp::SemanticTokensOptions {
    let full = lsp::SemanticTokensFullDelta { delta: Some(client.token_changes) };
    lsp::SemanticTokensOptions {
        legend: to_proto::token_legend(),
        range: Some(true.into()),
        full: Some(full.into()),
        ..Default::default()
    }
}

/// The kind of the action that makes all safe mends: of our own, so that a user can ask for ours alone on each save.
pub(crate) const FIX_ALL: lsp::CodeActionKind = lsp::CodeActionKind::new("source.fixAll.divisi");

fn rename(client: &Client) -> lsp::RenameProvider {
    let options = lsp::RenameOptions { prepare_provider: Some(true), ..Default::default() };
    if client.prepares_rename { options.into() } else { true.into() }
}

/// Which files a client tells of before it renames them: all that a path of ours may lead to, folders too.
fn renamed_files() -> lsp::FileOperationOptions {
    let filter = lsp::FileOperationFilter {
        scheme: Some("file".to_owned()),
        pattern: lsp::FileOperationPattern { glob: "**".to_owned(), ..Default::default() },
    };
    let will_rename = Some(lsp::FileOperationRegistrationOptions { filters: vec![filter] });
    lsp::FileOperationOptions { will_rename, ..Default::default() }
}

/// What is registered once the client is ready, as far as it can.
pub(crate) fn registrations(client: &Client) -> Vec<lsp::Registration> {
    let mut registrations = Vec::new();
    if client.registers_watchers {
        let watchers: Vec<serde_json::Value> =
            WATCHED.iter().map(|glob| serde_json::json!({ "globPattern": glob })).collect();
        registrations.push(lsp::Registration {
            id: "divisi.watched".to_owned(),
            method: "workspace/didChangeWatchedFiles".to_owned(),
            register_options: Some(serde_json::json!({ "watchers": watchers })),
        });
    }
    if client.registers_configuration {
        registrations.push(lsp::Registration {
            id: "divisi.configuration".to_owned(),
            method: "workspace/didChangeConfiguration".to_owned(),
            register_options: Some(serde_json::json!({ "section": "divisi" })),
        });
    }
    registrations
}
