//! What the client can do, read once from `initialize`.

use std::path::PathBuf;

use divisi_syntax::Encoding;
use tower_lsp_server::gen_lsp_types as lsp;

use crate::uri;

/// Facts about the client that decide what it is sent.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is one capability of the protocol")]
pub(crate) struct Client {
    /// The unit of columns that was agreed on.
    pub(crate) encoding: Encoding,
    /// It asks for diagnostics, and can be told to ask again; then none are pushed. A client that only asks when its
    /// own text changes (Neovim 0.11) would never hear of a new agent file or of a node that failed.
    pub(crate) pulls_diagnostics: bool,
    pub(crate) related_information: bool,
    pub(crate) code_description: bool,
    pub(crate) unnecessary_tag: bool,
    pub(crate) diagnostic_data: bool,
    pub(crate) diagnostic_version: bool,
    pub(crate) hover_markdown: bool,
    pub(crate) completion_markdown: bool,
    /// It asks for the explanation of the one proposal that is looked at.
    pub(crate) resolves_documentation: bool,
    pub(crate) snippets: bool,
    pub(crate) label_details: bool,
    /// It asks whether there is something to rename before it asks for the new name.
    pub(crate) prepares_rename: bool,
    /// It tells before it renames a file.
    pub(crate) will_rename_files: bool,
    /// A definition may say which name led to it.
    pub(crate) definition_links: bool,
    pub(crate) progress: bool,
    /// Edits of several files with their versions, which new files and renamed ones need.
    pub(crate) document_changes: bool,
    pub(crate) creates_files: bool,
    pub(crate) renames_files: bool,
    /// It can ask before it applies a part of an edit.
    pub(crate) confirms_edits: bool,
    pub(crate) configuration: bool,
    pub(crate) registers_watchers: bool,
    pub(crate) registers_configuration: bool,
    /// It takes the names of a document as a tree.
    pub(crate) nested_symbols: bool,
    /// It folds whole lines only.
    pub(crate) folds_lines: bool,
    /// The most folds that it wants of a document.
    pub(crate) folding_limit: Option<usize>,
    pub(crate) semantic_tokens: bool,
    /// It can be told what changed in the tokens of a document.
    pub(crate) token_changes: bool,
    pub(crate) multiline_tokens: bool,
    /// Its command that shows a list of places: it takes a URI, a position and locations.
    pub(crate) show_references: Option<String>,
    /// It can be told to ask for lenses again.
    pub(crate) refreshes_lenses: bool,
    /// It can be told to ask for hints again.
    pub(crate) refreshes_hints: bool,
    /// It shows documents that only the server has.
    pub(crate) shows_contents: bool,
    /// The editor's own word on whether the workspace is trusted; none from an editor that knows no trust.
    pub(crate) trusted: Option<bool>,
}

impl Client {
    pub(crate) fn new(params: &lsp::InitializeParams) -> Self {
        let capabilities = &params.capabilities;
        let mut client = Self {
            encoding: agreed_encoding(capabilities),
            trusted: option(params, "trusted").and_then(serde_json::Value::as_bool),
            show_references: option(params, "showReferences")
                .and_then(|name| name.as_str())
                .map(str::to_owned),
            ..Self::default()
        };
        client.read_workspace(capabilities);
        client.read_text_document(capabilities);
        client.read_structure(capabilities);
        let window = capabilities.window.as_ref();
        client.progress = window.and_then(|window| window.work_done_progress).unwrap_or(false);
        client
    }

    fn read_workspace(&mut self, capabilities: &lsp::ClientCapabilities) {
        let Some(workspace) = &capabilities.workspace else { return };
        self.configuration = workspace.configuration.unwrap_or(false);
        if let Some(edit) = &workspace.workspace_edit {
            // Operations on files stand in `documentChanges`, so a client that takes them takes those: Neovim says no
            // more than that.
            let operations = edit.resource_operations.as_deref().unwrap_or_default();
            self.document_changes = edit.document_changes == Some(true) || !operations.is_empty();
            self.confirms_edits = self.document_changes && edit.change_annotation_support.is_some();
            self.creates_files = operations.contains(&lsp::ResourceOperationKind::Create);
            self.renames_files = operations.contains(&lsp::ResourceOperationKind::Rename);
        }
        self.refreshes_lenses = workspace.code_lens.as_ref().and_then(|it| it.refresh_support) == Some(true);
        self.refreshes_hints = workspace.inlay_hint.as_ref().and_then(|it| it.refresh_support) == Some(true);
        self.shows_contents = workspace.text_document_content.is_some();
        let files = workspace.file_operations.as_ref();
        self.will_rename_files = files.and_then(|files| files.will_rename).unwrap_or(false);
        let watched = workspace.did_change_watched_files.as_ref();
        self.registers_watchers = watched.and_then(|watched| watched.dynamic_registration).unwrap_or(false);
        let configuration = workspace.did_change_configuration.as_ref();
        self.registers_configuration = configuration.and_then(|it| it.dynamic_registration).unwrap_or(false);
    }

    fn read_text_document(&mut self, capabilities: &lsp::ClientCapabilities) {
        let Some(document) = &capabilities.text_document else { return };
        let refreshes =
            capabilities.workspace.as_ref().and_then(|it| it.diagnostics.as_ref()?.refresh_support);
        self.pulls_diagnostics = document.diagnostic.is_some() && refreshes == Some(true);
        let published = document.publish_diagnostics.as_ref();
        self.diagnostic_version = published.and_then(|it| it.version_support).unwrap_or(false);
        let pulled = document.diagnostic.as_ref().map(|it| &it.diagnostics_capabilities);
        // Clients that pull state these under either key.
        for details in pulled.into_iter().chain(published.map(|it| &it.diagnostics_capabilities)) {
            self.related_information |= details.related_information.unwrap_or(false);
            self.code_description |= details.code_description_support.unwrap_or(false);
            self.diagnostic_data |= details.data_support.unwrap_or(false);
            let tags = details.tag_support.as_ref();
            self.unnecessary_tag |=
                tags.is_some_and(|tags| tags.value_set.contains(&lsp::DiagnosticTag::Unnecessary));
        }
        self.prepares_rename = document.rename.as_ref().and_then(|it| it.prepare_support).unwrap_or(false);
        let definition = document.definition.as_ref();
        self.definition_links = definition.and_then(|it| it.link_support).unwrap_or(false);
        let hover = document.hover.as_ref().and_then(|hover| hover.content_format.as_ref());
        self.hover_markdown = hover.is_some_and(|formats| formats.contains(&lsp::MarkupKind::Markdown));
        let item = document.completion.as_ref().and_then(|completion| completion.completion_item.as_ref());
        if let Some(item) = item {
            self.snippets = item.snippet_support.unwrap_or(false);
            self.label_details = item.label_details_support.unwrap_or(false);
            let resolved = item.resolve_support.as_ref();
            self.resolves_documentation =
                resolved.is_some_and(|it| it.properties.iter().any(|name| name == "documentation"));
            let formats = item.documentation_format.as_ref();
            self.completion_markdown =
                formats.is_some_and(|formats| formats.contains(&lsp::MarkupKind::Markdown));
        }
    }

    /// Outline, folds, tokens.
    fn read_structure(&mut self, capabilities: &lsp::ClientCapabilities) {
        let Some(document) = &capabilities.text_document else { return };
        let symbols = document.document_symbol.as_ref();
        self.nested_symbols =
            symbols.and_then(|symbols| symbols.hierarchical_document_symbol_support).unwrap_or(false);
        if let Some(folding) = &document.folding_range {
            self.folds_lines = folding.line_folding_only.unwrap_or(false);
            self.folding_limit = folding.range_limit.and_then(|limit| usize::try_from(limit).ok());
        }
        if let Some(tokens) = &document.semantic_tokens {
            self.semantic_tokens = true;
            self.multiline_tokens = tokens.multiline_token_support.unwrap_or(false);
            self.token_changes = match &tokens.requests.full {
                Some(lsp::ClientSemanticTokensRequestOptionsFull::ClientSemanticTokensRequestFullDelta(
                    full,
                )) => full.delta.unwrap_or(false),
                _ => false,
            };
        }
    }
}

/// UTF-8 where the client takes it, since that is what the text is in; else its first choice that is known.
fn agreed_encoding(capabilities: &lsp::ClientCapabilities) -> Encoding {
    let offered = capabilities.general.as_ref().and_then(|general| general.position_encodings.as_deref());
    let offered = offered.unwrap_or_default();
    if offered.contains(&lsp::PositionEncodingKind::UTF8) {
        return Encoding::Utf8;
    }
    let known = |kind: &lsp::PositionEncodingKind| match kind {
        lsp::PositionEncodingKind::UTF16 => Some(Encoding::Utf16),
        lsp::PositionEncodingKind::UTF32 => Some(Encoding::Utf32),
        _ => None,
    };
    offered.iter().find_map(known).unwrap_or_default()
}

/// One of the `initializationOptions`.
pub(crate) fn option<'a>(params: &'a lsp::InitializeParams, name: &str) -> Option<&'a serde_json::Value> {
    params.initialization_options.as_ref()?.get(name)
}

/// The workspace folders; the deprecated root where the client names none.
pub(crate) fn roots(params: &lsp::InitializeParams) -> Vec<PathBuf> {
    if let Some(lsp::WorkspaceFolders::WorkspaceFolderList(folders)) =
        &params.workspace_folders_initialize_params.workspace_folders
    {
        return folders.iter().filter_map(|folder| uri::to_path(&folder.uri)).collect();
    }
    #[expect(deprecated, reason = "older clients send nothing else")]
    let (root_uri, root_path) = (params.root_uri.as_ref(), params.root_path.as_ref());
    let from_path = || match root_path {
        Some(lsp::RootPath::String(path)) => Some(PathBuf::from(path)),
        _ => None,
    };
    root_uri.and_then(uri::to_path).or_else(from_path).into_iter().collect()
}
