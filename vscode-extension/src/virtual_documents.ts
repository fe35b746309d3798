import * as vscode from "vscode";

import type { RunAtAGlance } from "./protocol";
import type { RunStore } from "./runs/store";
import type { RunningServer } from "./server";

const GRAPH = "divisi-graph";
const LOG = "divisi-log";

/** A node's runner tells nobody that it wrote more, so a log that is looked at is asked for this often. */
const FOLLOW_MS = 1000;

/** Read-only documents that the server has: logs, which grow while a run goes on, and graphs. */
export class VirtualDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly changes = new vscode.EventEmitter<vscode.Uri>();
  private readonly subscription: vscode.Disposable;
  private readonly timer: NodeJS.Timeout;
  readonly onDidChange = this.changes.event;

  constructor(
    private readonly server: RunningServer,
    private readonly store: RunStore,
  ) {
    this.subscription = vscode.Disposable.from(
      vscode.workspace.registerTextDocumentContentProvider(GRAPH, this),
      vscode.workspace.registerTextDocumentContentProvider(LOG, this),
      // The document is known to the editor by its own spelling of the URI.
      server.onStale((uri) => {
        const same = (document: vscode.TextDocument): boolean => document.uri.toString() === uri.toString();
        this.changes.fire(vscode.workspace.textDocuments.find(same)?.uri ?? uri);
      }),
      this.changes,
    );
    this.timer = setInterval(() => {
      this.follow();
    }, FOLLOW_MS);
  }

  dispose(): void {
    clearInterval(this.timer);
    this.subscription.dispose();
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    return await this.server.content(uri.toString());
  }

  private follow(): void {
    const { live } = this.store;
    const isLive = (uri: vscode.Uri): boolean => uri.scheme === LOG && live.some((run) => isLogOf(run, uri));
    const shown = new Set(vscode.window.visibleTextEditors.map((editor) => editor.document.uri));
    [...shown].filter(isLive).forEach((uri) => {
      this.changes.fire(uri);
    });
  }
}

/** The log of a node of a run. */
export function logUri(run: RunAtAGlance, node: string): vscode.Uri {
  const query = `run=${encodeURIComponent(run.run)}&node=${encodeURIComponent(node)}`;
  return vscode.Uri.from({ scheme: LOG, path: vscode.Uri.parse(run.root).path, query });
}

function isLogOf(run: RunAtAGlance, uri: vscode.Uri): boolean {
  return new URLSearchParams(uri.query).get("run") === run.run;
}

/** The graph of a file as text. */
export function graphUri(file: vscode.Uri, format: "ascii" | "mermaid" | "dot" | "svg"): vscode.Uri {
  return vscode.Uri.from({ scheme: GRAPH, path: file.path, query: `format=${format}` });
}
