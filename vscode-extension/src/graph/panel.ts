import * as vscode from "vscode";

import type { Actions } from "../commands/actions";
import { isDag } from "../documents";
import type { Graph, GraphChange } from "../protocol";
import type { RunStore } from "../runs/store";
import type { RunningServer } from "../server";
import { page } from "../views/page";
import { exportGraph } from "./export";
import type { FromPage, ToPage } from "./messages";
import { runNow } from "./now";

export const GRAPH_VIEW = "divisi.graph";

/** How long the text must rest before its graph is asked for again. */
const QUIET_MS = 150;
/** Events of a run are gathered this long. */
const GATHER_MS = 100;

const BODY = `
<header>
  <h1 id="name"></h1><span id="size"></span>
  <span id="status" role="status" aria-live="polite"></span><progress id="progress" aria-label="Progress of the run" hidden></progress>
  <span class="room"></span>
  <button type="button" id="run" hidden>Run</button><button type="button" id="cancel" hidden>Cancel Run</button>
  <button type="button" id="add">Add Node</button>
  <input id="search" type="search" placeholder="Search nodes" aria-label="Search nodes"><span id="found" role="status"></span>
  <button type="button" id="smaller" aria-label="Zoom out">−</button>
  <button type="button" id="larger" aria-label="Zoom in">+</button>
  <button type="button" id="fit">Fit</button>
  <select id="export" aria-label="Export the graph"></select>
</header>
<p id="message" role="alert"></p>
<main>
  <div id="picture" tabindex="0" role="group" aria-label="Graph. Arrow keys go from node to node, Enter shows one in the file, plus and minus zoom, 0 fits, slash searches."><div id="stage"></div></div>
  <section id="details" tabindex="-1" aria-label="Selected node" hidden></section>
</main>`;

/** The graph of the DAG that is edited, beside it. One for each window; it follows the active editor. */
export class GraphPanel implements vscode.Disposable, vscode.WebviewPanelSerializer<{ file?: string }> {
  private panel: vscode.WebviewPanel | undefined;
  private file: vscode.Uri | undefined;
  private graph: Graph | null = null;
  private readonly timers = new Map<string, NodeJS.Timeout>();
  /** The node that the page selected last: the cursor that follows it is no news to the page. */
  private selected: string | undefined;
  private readonly subscription: vscode.Disposable;

  constructor(
    private readonly extension: vscode.Uri,
    private readonly server: RunningServer,
    private readonly store: RunStore,
    private readonly actions: Actions,
  ) {
    this.subscription = vscode.Disposable.from(
      vscode.window.onDidChangeActiveTextEditor((editor) => {
        if (editor !== undefined && isDag(editor.document.uri)) {
          this.follow(editor.document.uri);
        }
      }),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (document.uri.toString() === this.file?.toString()) {
          this.soon("graph", QUIET_MS, () => this.refresh());
        }
      }),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => {
        this.selectAt(textEditor);
      }),
      store.onDidChange(() => {
        this.soon("run", GATHER_MS, () => this.showRun());
      }),
      server.onStart(() => void this.refresh()),
      vscode.window.registerWebviewPanelSerializer(GRAPH_VIEW, this),
    );
  }

  dispose(): void {
    this.subscription.dispose();
    this.panel?.dispose();
    this.timers.forEach(clearTimeout);
  }

  /** Shows the graph of a file beside it. */
  show(file: vscode.Uri): void {
    if (this.panel === undefined) {
      const column = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
      this.adopt(vscode.window.createWebviewPanel(GRAPH_VIEW, "Graph", column));
    } else {
      this.panel.reveal(undefined, true);
    }
    this.follow(file);
  }

  /** The window was loaded anew. */
  deserializeWebviewPanel(panel: vscode.WebviewPanel, state: { file?: string } | undefined): Promise<void> {
    this.adopt(panel);
    if (state?.file !== undefined) {
      this.follow(vscode.Uri.parse(state.file));
    }
    return Promise.resolve();
  }

  private adopt(panel: vscode.WebviewPanel): void {
    this.panel?.dispose();
    this.panel = panel;
    const dist = vscode.Uri.joinPath(this.extension, "dist");
    panel.webview.options = { enableScripts: true, localResourceRoots: [dist] };
    panel.onDidDispose(() => {
      this.panel = undefined;
    });
    panel.webview.onDidReceiveMessage((message: FromPage) => void this.take(message));
    panel.webview.html = page(panel.webview, this.extension, "graph", "Graph", BODY);
  }

  private follow(file: vscode.Uri): void {
    if (this.panel === undefined || this.file?.toString() === file.toString()) {
      return;
    }
    this.file = file;
    this.selected = undefined;
    this.panel.title = `Graph ${file.path.slice(file.path.lastIndexOf("/") + 1)}`;
    void this.refresh();
  }

  private async refresh(): Promise<void> {
    const file = this.file;
    if (file === undefined || this.panel === undefined) {
      return;
    }
    try {
      const graph = await this.server.request("divisi/graph", { textDocument: { uri: file.toString() } });
      // Meanwhile another file may be meant.
      if (file === this.file) {
        this.graph = graph;
        this.tell({ type: "graph", file: file.toString(), graph, mayRun: vscode.workspace.isTrusted });
        await this.showRun();
      }
    } catch (error) {
      this.refuse(error);
    }
  }

  private async showRun(): Promise<void> {
    if (this.file !== undefined && this.panel !== undefined) {
      const state = await this.store.latestOf(this.file);
      this.tell({ type: "run", run: state === undefined ? null : runNow(state) });
    }
  }

  private async take(message: FromPage): Promise<void> {
    try {
      await this.act(message);
    } catch (error) {
      this.refuse(error);
    }
  }

  private async act(message: FromPage): Promise<void> {
    const { file } = this;
    switch (message.type) {
      case "ready":
        return this.refresh();
      case "reveal":
        return this.reveal(message.node, message.takesFocus);
      case "change":
        return this.change(message.change);
      case "addNode":
        return this.addNode(message.after);
      case "export":
        return file === undefined ? undefined : exportGraph(this.server, file, message.format, (svg) => this.draw(svg));
      case "drawn":
        this.drawn?.(message.png);
        return;
      case "run":
        await this.actions.run(file);
        return;
      default:
        return this.actOnRun(message);
    }
  }

  private async actOnRun(message: { type: "log" | "runFrom" | "cancel" | "run"; node?: string }): Promise<void> {
    const run = this.file === undefined ? undefined : (await this.store.latestOf(this.file))?.run;
    if (run === undefined) {
      return;
    }
    if (message.type === "cancel") {
      await this.actions.cancel(run);
    } else if (message.node !== undefined) {
      await (message.type === "log" ? this.actions.openLog(run, message.node) : this.actions.resume(run, [message.node]));
    }
  }

  private async reveal(at: number, takesFocus: boolean): Promise<void> {
    const place = this.graph?.places[at];
    if (this.file === undefined || place === undefined) {
      return;
    }
    this.selected = this.graph?.nodes[at]?.id;
    const { start, end } = place.idRange;
    const range = new vscode.Range(start.line, start.character, end.line, end.character);
    const open = vscode.window.visibleTextEditors.find(({ document }) => document.uri.toString() === this.file?.toString());
    if (open !== undefined && !takesFocus) {
      open.selection = new vscode.Selection(range.start, range.start);
      open.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
      return;
    }
    await vscode.window.showTextDocument(this.file, {
      viewColumn: open?.viewColumn ?? vscode.ViewColumn.One,
      preserveFocus: !takesFocus,
      selection: new vscode.Range(range.start, range.start),
    });
  }

  /** The page follows the cursor. */
  private selectAt({ document, selection }: vscode.TextEditor): void {
    if (this.panel === undefined || document.uri.toString() !== this.file?.toString()) {
      return;
    }
    const { line, character } = selection.active;
    const cursor = new vscode.Position(line, character);
    const at = this.graph?.places.findIndex(({ range: { start, end } }) =>
      new vscode.Range(start.line, 0, end.line, end.character).contains(cursor),
    );
    const node = at === undefined ? undefined : this.graph?.nodes[at]?.id;
    if (node !== undefined && node !== this.selected) {
      this.selected = node;
      this.tell({ type: "select", node });
    }
  }

  private async addNode(after?: string): Promise<void> {
    const id = await vscode.window.showInputBox({
      prompt: after === undefined ? "Id of the new node" : `Id of the new node, which waits for ${after}`,
      placeHolder: "build-docs",
      validateInput: (value) =>
        /^[A-Za-z_][A-Za-z0-9_-]*$/.test(value) ? undefined : "Letters, digits, _ and -, a letter or _ first",
    });
    if (id !== undefined) {
      await this.change({ kind: "addNode", id, ...(after === undefined ? {} : { after }) });
    }
  }

  private async change(change: GraphChange): Promise<void> {
    if (this.file !== undefined) {
      await this.server.applyEdit("divisi/changeGraph", { textDocument: { uri: this.file.toString() }, change });
      this.tell({ type: "refused", reason: "" });
    }
  }

  private drawn: ((png: string) => void) | undefined;

  /** Lets the page draw a picture. */
  private draw(svg: string): Promise<Uint8Array> {
    return new Promise((resolve) => {
      this.drawn = (png) => {
        resolve(Buffer.from(png, "base64"));
      };
      this.tell({ type: "draw", svg });
    });
  }

  private refuse(error: unknown): void {
    this.tell({ type: "refused", reason: error instanceof Error ? error.message : String(error) });
  }

  private tell(message: ToPage): void {
    void this.panel?.webview.postMessage(message);
  }

  private soon(what: string, wait: number, act: () => Promise<void>): void {
    if (this.panel === undefined || this.timers.has(what)) {
      return;
    }
    this.timers.set(what, setTimeout(() => {
      this.timers.delete(what);
      void act();
    }, wait));
  }
}
