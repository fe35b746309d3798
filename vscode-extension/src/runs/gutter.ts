import * as vscode from "vscode";

import { isDag } from "../documents";
import type { RunningServer } from "../server";
import { type Look, lookOf } from "../words";
import type { RunStore } from "./store";

/** Events are gathered this long. */
const GATHER_MS = 200;

const MARKED: readonly Look[] = ["running", "attention", "done", "failed", "skipped"];

/** Beside each node of a visible file what came of it in the latest run. */
export class GutterMarks implements vscode.Disposable {
  private readonly kinds: ReadonlyMap<Look, vscode.TextEditorDecorationType>;
  private readonly subscription: vscode.Disposable;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    extension: vscode.Uri,
    private readonly server: RunningServer,
    private readonly store: RunStore,
  ) {
    const mark = (look: Look): [Look, vscode.TextEditorDecorationType] => [
      look,
      vscode.window.createTextEditorDecorationType({
        gutterIconPath: vscode.Uri.joinPath(extension, "media", `${look}.svg`),
        gutterIconSize: "70%",
      }),
    ];
    this.kinds = new Map(MARKED.map(mark));
    this.subscription = vscode.Disposable.from(
      ...this.kinds.values(),
      store.onDidChange(() => {
        this.soon();
      }),
      vscode.window.onDidChangeVisibleTextEditors(() => {
        this.soon();
      }),
    );
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.subscription.dispose();
  }

  private soon(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      for (const editor of vscode.window.visibleTextEditors) {
        if (isDag(editor.document.uri)) {
          void this.mark(editor);
        }
      }
    }, GATHER_MS);
  }

  private async mark(editor: vscode.TextEditor): Promise<void> {
    const { uri } = editor.document;
    const state = await this.store.latestOf(uri);
    if (state === undefined) {
      return;
    }
    try {
      const graph = await this.server.request("divisi/graph", { textDocument: { uri: uri.toString() } });
      const lines = new Map<Look, vscode.Range[]>(MARKED.map((look) => [look, []]));
      graph?.nodes.forEach((node, at) => {
        const now = state.node(node.id);
        const line = graph.places[at]?.idRange.start.line;
        if (now !== undefined && line !== undefined) {
          lines.get(lookOf(now.state.is))?.push(new vscode.Range(line, 0, line, 0));
        }
      });
      for (const [look, kind] of this.kinds) {
        editor.setDecorations(kind, lines.get(look) ?? []);
      }
    } catch {
      // Without a server the marks stay as they are until there is one.
    }
  }
}
