import * as vscode from "vscode";

import type { RunEvent } from "./events";
import type { RunningServer } from "./server";

/** Run and cancel from the palette. */
export class RunCommands implements vscode.Disposable {
  /** Name of the DAG of each live run, by run id, in the order in which they began. */
  private readonly live = new Map<string, string>();
  private readonly subscription: vscode.Disposable;

  constructor(private readonly server: RunningServer) {
    this.subscription = vscode.Disposable.from(
      server.onRunEvent((event) => {
        this.follow(event);
      }),
      server.onEnd(() => {
        this.live.clear();
        this.showWhetherLive();
      }),
    );
  }

  dispose(): void {
    this.subscription.dispose();
  }

  /** Runs the DAG of the editor whose button was pressed, or of the active one. */
  async run(file?: vscode.Uri): Promise<void> {
    const document =
      file === undefined ? vscode.window.activeTextEditor?.document : await vscode.workspace.openTextDocument(file);
    if (document === undefined) {
      void vscode.window.showInformationMessage("Open a DAG file first, then run it.");
      return;
    }
    if (!vscode.workspace.isTrusted) {
      void vscode.window.showWarningMessage("Trust this workspace before you run anything in it.");
      return;
    }
    await document.save();
    await this.ask("divisi.server.run", { uri: document.uri.toString(), trust: true });
  }

  /** Cancels a live run; asks which where there are several. */
  async cancel(): Promise<void> {
    const runs = [...this.live].map(([run, dag]) => ({ label: dag, description: run, run }));
    const [first] = runs;
    if (first === undefined) {
      void vscode.window.showInformationMessage("No run is live.");
      return;
    }
    const chosen =
      runs.length === 1 ? first : await vscode.window.showQuickPick(runs, { placeHolder: "Which run to cancel" });
    if (chosen !== undefined) {
      await this.ask("divisi.server.cancel", { run: chosen.run });
    }
  }

  private async ask(command: string, argument: object): Promise<void> {
    try {
      await this.server.execute(command, argument);
    } catch (error) {
      void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
    }
  }

  private follow(event: RunEvent): void {
    if (event.type === "run_ended") {
      this.live.delete(event.run);
    } else {
      this.live.set(event.run, event.dag ?? this.live.get(event.run) ?? event.run);
    }
    this.showWhetherLive();
  }

  /** The palette offers to cancel only while there is something to cancel. */
  private showWhetherLive(): void {
    void vscode.commands.executeCommand("setContext", "divisi.runIsLive", this.live.size > 0);
  }
}
