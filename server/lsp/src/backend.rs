//! The protocol's trait as a relay: each method makes an event, sends it without awaiting anything before, and
//! then awaits the answer. Dropping that wait is how a cancel reaches the loop and the pool.

use tower_lsp_server::gen_lsp_types as lsp;
use tower_lsp_server::jsonrpc::{Error, Result};
use tower_lsp_server::{LanguageServer, LspService};

use crate::event::{Event, Read, Reply};
use crate::handlers::{
    change_graph, code_action, code_lens, completion, completion_resolve, definition, diagnostic,
    document_highlight, document_link, document_symbol, folding_range, formatting, graph, hover,
    incoming_calls, inlay_hint, linked_editing_range, on_type_formatting, outgoing_calls,
    prepare_call_hierarchy, prepare_rename, range_formatting, references, rename, run, runs, selection_range,
    semantic_tokens, text_document_content, will_rename_files, workspace_diagnostic, workspace_symbol,
};
use crate::publish::View;

#[derive(Debug)]
pub(crate) struct Backend {
    events: crossbeam_channel::Sender<Event>,
}

/// The typed router over the relay. The framework's own channel to the client is not used: see [`crate::outbox`].
pub(crate) fn service(events: crossbeam_channel::Sender<Event>) -> LspService<Backend> {
    let (service, _socket) = LspService::build(|_client| Backend { events })
        .custom_method("window/workDoneProgress/cancel", Backend::cancel_progress)
        .custom_method("divisi/graph", Backend::graph)
        .custom_method("divisi/changeGraph", Backend::change_graph)
        .custom_method("divisi/runs", Backend::runs)
        .custom_method("divisi/run", Backend::run)
        .finish();
    service
}

impl Backend {
    fn tell(&self, event: Event) {
        // The loop outlives the session; a failed send means that it died, which is logged there.
        let _loop_is_gone = self.events.send(event);
    }

    async fn ask<T>(&self, event: impl FnOnce(Reply<T>) -> Event) -> Result<T> {
        let (reply, answer) = Reply::new();
        self.tell(event(reply));
        // A reply that is dropped unsent belongs to a job that panicked.
        answer.await.unwrap_or_else(|_| Err(Error::internal_error()))
    }

    /// A request that `handler` answers from a view of this moment, on the pool.
    async fn read<P: Send + 'static, T: Send + 'static>(
        &self,
        name: &'static str,
        params: P,
        handler: fn(&View, &P) -> Result<T>,
    ) -> Result<T> {
        self.ask(|reply| Event::Read(Read::new(name, reply, move |view| handler(view, &params)))).await
    }

    async fn cancel_progress(&self, params: lsp::WorkDoneProgressCancelParams) {
        self.tell(Event::CancelProgress(params));
    }

    async fn graph(&self, params: graph::Params) -> Result<Option<graph::Shown>> {
        self.read("divisi/graph", params, graph::graph).await
    }

    async fn change_graph(&self, params: change_graph::Params) -> Result<Option<lsp::WorkspaceEdit>> {
        self.read("divisi/changeGraph", params, change_graph::change_graph).await
    }

    async fn runs(&self, params: runs::Params) -> Result<runs::Listed> {
        self.read("divisi/runs", params, runs::runs).await
    }

    async fn run(&self, params: run::Params) -> Result<run::Known> {
        self.read("divisi/run", params, run::run).await
    }
}

impl LanguageServer for Backend {
    async fn initialize(&self, params: lsp::InitializeParams) -> Result<lsp::InitializeResult> {
        self.ask(|reply| Event::Initialize(Box::new(params), reply)).await
    }

    async fn initialized(&self, _: lsp::InitializedParams) {
        self.tell(Event::Initialized);
    }

    async fn shutdown(&self) -> Result<()> {
        self.ask(Event::Shutdown).await
    }

    async fn did_open(&self, params: lsp::DidOpenTextDocumentParams) {
        self.tell(Event::Opened(params));
    }

    async fn did_change(&self, params: lsp::DidChangeTextDocumentParams) {
        self.tell(Event::Changed(params));
    }

    async fn did_close(&self, params: lsp::DidCloseTextDocumentParams) {
        self.tell(Event::Closed(params));
    }

    async fn did_change_watched_files(&self, params: lsp::DidChangeWatchedFilesParams) {
        self.tell(Event::WatchedFiles(params));
    }

    async fn did_change_workspace_folders(&self, params: lsp::DidChangeWorkspaceFoldersParams) {
        self.tell(Event::Folders(params));
    }

    async fn did_change_configuration(&self, params: lsp::DidChangeConfigurationParams) {
        self.tell(Event::Configuration(params));
    }

    async fn completion(&self, params: lsp::CompletionParams) -> Result<Option<lsp::CompletionResponse>> {
        self.read("completion", params, completion::completion).await
    }

    async fn completion_resolve(&self, params: lsp::CompletionItem) -> Result<lsp::CompletionItem> {
        self.read("completionItem/resolve", params, completion_resolve::completion_resolve).await
    }

    async fn hover(&self, params: lsp::HoverParams) -> Result<Option<lsp::Hover>> {
        self.read("hover", params, hover::hover).await
    }

    async fn goto_definition(
        &self,
        params: lsp::DefinitionParams,
    ) -> Result<Option<lsp::DefinitionResponse>> {
        self.read("definition", params, definition::definition).await
    }

    async fn references(&self, params: lsp::ReferenceParams) -> Result<Option<Vec<lsp::Location>>> {
        self.read("references", params, references::references).await
    }

    async fn document_highlight(
        &self,
        params: lsp::DocumentHighlightParams,
    ) -> Result<Option<Vec<lsp::DocumentHighlight>>> {
        self.read("documentHighlight", params, document_highlight::document_highlight).await
    }

    async fn document_link(&self, params: lsp::DocumentLinkParams) -> Result<Option<Vec<lsp::DocumentLink>>> {
        self.read("documentLink", params, document_link::document_link).await
    }

    async fn prepare_rename(
        &self,
        params: lsp::TextDocumentPositionParams,
    ) -> Result<Option<lsp::PrepareRenameResult>> {
        self.read("prepareRename", params, prepare_rename::prepare_rename).await
    }

    async fn rename(&self, params: lsp::RenameParams) -> Result<Option<lsp::WorkspaceEdit>> {
        self.read("rename", params, rename::rename).await
    }

    async fn will_rename_files(&self, params: lsp::RenameFilesParams) -> Result<Option<lsp::WorkspaceEdit>> {
        self.read("willRenameFiles", params, will_rename_files::will_rename_files).await
    }

    async fn linked_editing_range(
        &self,
        params: lsp::LinkedEditingRangeParams,
    ) -> Result<Option<lsp::LinkedEditingRanges>> {
        self.read("linkedEditingRange", params, linked_editing_range::linked_editing_range).await
    }

    async fn code_action(
        &self,
        params: lsp::CodeActionParams,
    ) -> Result<Option<Vec<lsp::CodeActionResponse>>> {
        self.read("codeAction", params, code_action::code_action).await
    }

    async fn document_symbol(
        &self,
        params: lsp::DocumentSymbolParams,
    ) -> Result<Option<lsp::DocumentSymbolResponse>> {
        self.read("documentSymbol", params, document_symbol::document_symbol).await
    }

    async fn symbol(
        &self,
        params: lsp::WorkspaceSymbolParams,
    ) -> Result<Option<lsp::WorkspaceSymbolResponse>> {
        self.read("workspace/symbol", params, workspace_symbol::workspace_symbol).await
    }

    async fn folding_range(&self, params: lsp::FoldingRangeParams) -> Result<Option<Vec<lsp::FoldingRange>>> {
        self.read("foldingRange", params, folding_range::folding_range).await
    }

    async fn selection_range(
        &self,
        params: lsp::SelectionRangeParams,
    ) -> Result<Option<Vec<lsp::SelectionRange>>> {
        self.read("selectionRange", params, selection_range::selection_range).await
    }

    async fn semantic_tokens_full(
        &self,
        params: lsp::SemanticTokensParams,
    ) -> Result<Option<lsp::SemanticTokens>> {
        self.read("semanticTokens/full", params, semantic_tokens::full).await
    }

    async fn semantic_tokens_full_delta(
        &self,
        params: lsp::SemanticTokensDeltaParams,
    ) -> Result<Option<lsp::SemanticTokensDeltaResponse>> {
        self.read("semanticTokens/full/delta", params, semantic_tokens::delta).await
    }

    async fn semantic_tokens_range(
        &self,
        params: lsp::SemanticTokensRangeParams,
    ) -> Result<Option<lsp::SemanticTokens>> {
        self.read("semanticTokens/range", params, semantic_tokens::range).await
    }

    async fn prepare_call_hierarchy(
        &self,
        params: lsp::CallHierarchyPrepareParams,
    ) -> Result<Option<Vec<lsp::CallHierarchyItem>>> {
        self.read("prepareCallHierarchy", params, prepare_call_hierarchy::prepare_call_hierarchy).await
    }

    async fn incoming_calls(
        &self,
        params: lsp::CallHierarchyIncomingCallsParams,
    ) -> Result<Option<Vec<lsp::CallHierarchyIncomingCall>>> {
        self.read("incomingCalls", params, incoming_calls::incoming_calls).await
    }

    async fn outgoing_calls(
        &self,
        params: lsp::CallHierarchyOutgoingCallsParams,
    ) -> Result<Option<Vec<lsp::CallHierarchyOutgoingCall>>> {
        self.read("outgoingCalls", params, outgoing_calls::outgoing_calls).await
    }

    async fn formatting(&self, params: lsp::DocumentFormattingParams) -> Result<Option<Vec<lsp::TextEdit>>> {
        self.read("formatting", params, formatting::formatting).await
    }

    async fn range_formatting(
        &self,
        params: lsp::DocumentRangeFormattingParams,
    ) -> Result<Option<Vec<lsp::TextEdit>>> {
        self.read("rangeFormatting", params, range_formatting::range_formatting).await
    }

    async fn on_type_formatting(
        &self,
        params: lsp::DocumentOnTypeFormattingParams,
    ) -> Result<Option<Vec<lsp::TextEdit>>> {
        self.read("onTypeFormatting", params, on_type_formatting::on_type_formatting).await
    }

    async fn inlay_hint(&self, params: lsp::InlayHintParams) -> Result<Option<Vec<lsp::InlayHint>>> {
        self.read("inlayHint", params, inlay_hint::inlay_hint).await
    }

    async fn code_lens(&self, params: lsp::CodeLensParams) -> Result<Option<Vec<lsp::CodeLens>>> {
        self.read("codeLens", params, code_lens::code_lens).await
    }

    async fn code_lens_resolve(&self, params: lsp::CodeLens) -> Result<lsp::CodeLens> {
        self.read("codeLens/resolve", params, code_lens::resolve).await
    }

    async fn text_document_content(
        &self,
        params: lsp::TextDocumentContentParams,
    ) -> Result<lsp::TextDocumentContentResult> {
        self.read("textDocumentContent", params, text_document_content::text_document_content).await
    }

    async fn workspace_diagnostic(
        &self,
        params: lsp::WorkspaceDiagnosticParams,
    ) -> Result<lsp::WorkspaceDiagnosticReport> {
        let handler = move |view: &View, is_cancelled: &dyn Fn() -> bool| {
            workspace_diagnostic::workspace_diagnostic(view, &params, is_cancelled)
        };
        self.ask(|reply| Event::Read(Read::long("workspace/diagnostic", reply, handler))).await
    }

    async fn diagnostic(
        &self,
        params: lsp::DocumentDiagnosticParams,
    ) -> Result<lsp::DocumentDiagnosticReport> {
        self.read("diagnostic", params, diagnostic::diagnostic).await
    }

    async fn execute_command(&self, params: lsp::ExecuteCommandParams) -> Result<Option<lsp::LspAny>> {
        self.ask(|reply| Event::ExecuteCommand(params, reply)).await
    }
}
