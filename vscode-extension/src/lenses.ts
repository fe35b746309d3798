import * as vscode from "vscode";
import { CodeLensRequest, type LanguageClient, type ProvideCodeLensesSignature } from "vscode-languageclient/node";

/** Longer than VS Code waits between a change and its question. */
const PATIENCE_MS = 1000;
/** Where lenses are switched off it never asks. */
const MOST_REMINDERS = 5;

/**
 * Sees to it that VS Code asks for the lenses of what is visible. It drops its question where the editor loses the focus
 * before it was asked, to a panel that is opened while the window loads, say, and asks no more until somebody clicks into
 * the text.
 */
export class Lenses implements vscode.Disposable {
  /** How often VS Code was reminded of a document. */
  private readonly reminders = new Map<string, number>();
  private readonly asked = new Set<string>();
  private readonly subscription: vscode.Disposable;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly client: () => LanguageClient | undefined) {
    this.subscription = vscode.Disposable.from(
      vscode.window.onDidChangeVisibleTextEditors(() => {
        this.soon();
      }),
      vscode.workspace.onDidCloseTextDocument((document) => {
        this.asked.delete(document.uri.toString());
        this.reminders.delete(document.uri.toString());
      }),
    );
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.subscription.dispose();
  }

  /** A client is ready, which was asked for nothing yet. */
  begin(): void {
    this.asked.clear();
    this.reminders.clear();
    this.soon();
  }

  /** Passes a question on. */
  readonly provide = (
    document: vscode.TextDocument,
    token: vscode.CancellationToken,
    next: ProvideCodeLensesSignature,
  ): vscode.ProviderResult<vscode.CodeLens[]> => {
    this.asked.add(document.uri.toString());
    return next(document, token);
  };

  private soon(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.remind();
    }, PATIENCE_MS);
  }

  private remind(): void {
    const lenses = this.client()?.getFeature(CodeLensRequest.method);
    for (const { document } of vscode.window.visibleTextEditors) {
      const uri = document.uri.toString();
      const provider = lenses?.getProvider(document);
      const before = this.reminders.get(uri) ?? 0;
      if (provider !== undefined && !this.asked.has(uri) && before < MOST_REMINDERS) {
        this.reminders.set(uri, before + 1);
        provider.onDidChangeCodeLensEmitter.fire();
        this.soon();
      }
    }
  }
}
