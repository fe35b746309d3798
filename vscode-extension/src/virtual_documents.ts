import * as vscode from "vscode";

import type { RunAtAGlance } from "./protocol";
import type { RunningServer } from "./server";

const GRAPH = "divisi-graph";
const LOG = "divisi-log";

/** Read-only documents that the server has: logs, which grow while a run goes on, and graphs. */
export class VirtualDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly subscription: vscode.Disposable;
  readonly onDidChange: vscode.Event<vscode.Uri>;

  constructor(private readonly server: RunningServer) {
    const changes = new vscode.EventEmitter<vscode.Uri>();
    this.onDidChange = changes.event;
    this.subscription = vscode.Disposable.from(
      vscode.workspace.registerTextDocumentContentProvider(GRAPH, this),
      vscode.workspace.registerTextDocumentContentProvider(LOG, this),
      // The document is known to the editor by its own spelling of the URI.
      server.onStale((uri) => {
        const same = (document: vscode.TextDocument): boolean => document.uri.toString() === uri.toString();
        changes.fire(vscode.workspace.textDocuments.find(same)?.uri ?? uri);
      }),
      changes,
    );
  }

  dispose(): void {
    this.subscription.dispose();
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    return await this.server.content(uri.toString());
  }
}

/** The log of a node of a run. */
export function logUri(run: RunAtAGlance, node: string): vscode.Uri {
  const query = `run=${encodeURIComponent(run.run)}&node=${encodeURIComponent(node)}`;
  return vscode.Uri.from({ scheme: LOG, path: vscode.Uri.parse(run.root).path, query });
}

/** The graph of a file as text. */
export function graphUri(file: vscode.Uri, format: "ascii" | "mermaid" | "dot" | "svg"): vscode.Uri {
  return vscode.Uri.from({ scheme: GRAPH, path: file.path, query: `format=${format}` });
}
