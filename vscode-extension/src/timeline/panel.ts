import * as vscode from "vscode";

import type { Actions } from "../commands/actions";
import type { RunStore } from "../runs/store";
import type { RunningServer } from "../server";
import { page } from "../views/page";
import type { FromPage, ToPage } from "./messages";
import { timeline } from "./model";

export const TIMELINE_VIEW = "divisi.timeline";

/** Bars of live attempts grow this often. */
const TICK_MS = 500;

const BODY = `
<header><h1 id="name"></h1><span id="status" role="status" aria-live="polite"></span><span id="before"></span></header>
<main><table id="rows"><caption>When each node of the run was at work</caption>
<thead><tr><th scope="col">Node</th><th scope="col">State</th><th scope="col">Time</th><th scope="col">Before</th><th scope="col" class="bars">Timeline</th></tr></thead>
<tbody></tbody></table></main>`;

/** When each node of a run was at work, beside the run of the same DAG before. One for each window. */
export class TimelinePanel implements vscode.Disposable, vscode.WebviewPanelSerializer<{ run?: string }> {
  private panel: vscode.WebviewPanel | undefined;
  private run: string | undefined;
  private readonly timer: NodeJS.Timeout;
  private readonly subscription: vscode.Disposable;

  constructor(
    private readonly extension: vscode.Uri,
    private readonly store: RunStore,
    private readonly actions: Actions,
    server: RunningServer,
  ) {
    this.timer = setInterval(() => {
      if (this.run !== undefined && store.peek(this.run)?.run.isLive === true) {
        void this.show();
      }
    }, TICK_MS);
    this.subscription = vscode.Disposable.from(
      store.onDidChange((run) => {
        // What is live is shown by the clock.
        if (run === undefined || (run === this.run && store.peek(run)?.run.isLive === false)) {
          void this.show();
        }
      }),
      server.onStart(() => void this.show()),
      vscode.window.registerWebviewPanelSerializer(TIMELINE_VIEW, this),
    );
  }

  dispose(): void {
    clearInterval(this.timer);
    this.subscription.dispose();
    this.panel?.dispose();
  }

  open(run: string): void {
    this.run = run;
    if (this.panel === undefined) {
      this.adopt(vscode.window.createWebviewPanel(TIMELINE_VIEW, "Timeline", vscode.ViewColumn.Active));
    } else {
      this.panel.reveal();
      void this.show();
    }
  }

  /** The window was loaded anew. */
  deserializeWebviewPanel(panel: vscode.WebviewPanel, state: { run?: string } | undefined): Promise<void> {
    this.run = state?.run;
    this.adopt(panel);
    return Promise.resolve();
  }

  private adopt(panel: vscode.WebviewPanel): void {
    this.panel?.dispose();
    this.panel = panel;
    panel.webview.options = { enableScripts: true, localResourceRoots: [vscode.Uri.joinPath(this.extension, "dist")] };
    panel.onDidDispose(() => {
      this.panel = undefined;
    });
    panel.webview.onDidReceiveMessage((message: FromPage) => void this.take(message));
    panel.webview.html = page(panel.webview, this.extension, "timeline", "Timeline", BODY);
  }

  private async take(message: FromPage): Promise<void> {
    if (message.type === "ready") {
      await this.show();
      return;
    }
    const run = this.run === undefined ? undefined : this.store.peek(this.run)?.run;
    if (run !== undefined) {
      await this.actions.openLog(run, message.node);
    }
  }

  private async show(): Promise<void> {
    if (this.panel === undefined || this.run === undefined) {
      return;
    }
    const state = await this.store.get(this.run);
    const before = state === undefined ? undefined : await this.store.before(this.run);
    const shown = state === undefined ? null : timeline(state, before, Date.now());
    const message: ToPage = { type: "timeline", timeline: shown };
    if (shown !== null) {
      this.panel.title = `Timeline ${shown.dag}`;
    }
    void this.panel.webview.postMessage(message);
  }
}
