//! Kinds of names.

use divisi_ide::SymbolKind;
use tower_lsp_server::gen_lsp_types as lsp;

pub(crate) const fn symbol_kind(kind: SymbolKind) -> lsp::SymbolKind {
    match kind {
        SymbolKind::Dag => lsp::SymbolKind::Module,
        SymbolKind::Agent => lsp::SymbolKind::Class,
        SymbolKind::Command => lsp::SymbolKind::Method,
        SymbolKind::Skill => lsp::SymbolKind::Package,
        SymbolKind::Phase => lsp::SymbolKind::Namespace,
        SymbolKind::Node => lsp::SymbolKind::Function,
        SymbolKind::Arg => lsp::SymbolKind::Variable,
        SymbolKind::Key => lsp::SymbolKind::Key,
        SymbolKind::Heading => lsp::SymbolKind::String,
    }
}
