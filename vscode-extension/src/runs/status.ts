import * as vscode from "vscode";

import { duration, waitsForPerson } from "../words";
import type { RunStore } from "./store";

/** What goes on, in the status bar; a click shows the runs. */
export class StatusBar implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem("divisi.runs", vscode.StatusBarAlignment.Left);
  private readonly subscription: vscode.Disposable;
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly store: RunStore) {
    this.item.name = "Divisi Runs";
    this.item.command = "divisi.runs.focus";
    this.subscription = store.onDidChange(() => {
      this.show();
    });
    this.timer = setInterval(() => {
      this.show();
    }, 1000);
  }

  dispose(): void {
    clearInterval(this.timer);
    this.subscription.dispose();
    this.item.dispose();
  }

  private show(): void {
    const { live } = this.store;
    const [first] = live;
    // The palette offers to cancel only while there is something to cancel.
    void vscode.commands.executeCommand("setContext", "divisi.runIsLive", first !== undefined);
    if (first === undefined) {
      this.item.hide();
      return;
    }
    const took = duration(Math.max(0, Date.now() - first.startedAt));
    const one = `${first.dag} ${String(first.done)}/${String(first.total)} · ${took}`;
    const asks = live.some(waitsForPerson);
    const icon = asks ? "$(question)" : first.status === "paused" ? "$(debug-pause)" : "$(sync~spin)";
    this.item.text = `${icon} ${live.length === 1 ? one : `${String(live.length)} runs`}`;
    this.item.tooltip = live.map((run) => `${run.dag}: ${run.status}, ${String(run.done)} of ${String(run.total)} nodes`).join("\n");
    this.item.show();
  }
}
