import * as vscode from "vscode";

import type { RunAtAGlance } from "../protocol";
import type { RunningServer } from "../server";
import { logUri } from "../virtual_documents";
import { askForArguments } from "./arguments";

type LostDecision = "retry" | "succeeded" | "failed";

/** What can be done with a DAG or a run, wherever it is asked for: the palette, the views, a lens. */
export class Actions {
  constructor(private readonly server: RunningServer) {}

  /** Runs the DAG of a file; with arguments that are asked for, where that is wanted. */
  async run(file: vscode.Uri | undefined, options: { asks?: boolean; to?: string } = {}): Promise<string | undefined> {
    if (file === undefined) {
      void vscode.window.showInformationMessage("Open a DAG file first, then run it.");
      return undefined;
    }
    if (!mayRun()) {
      return undefined;
    }
    const document = await vscode.workspace.openTextDocument(file);
    await document.save();
    const uri = file.toString();
    const args = options.asks === true ? await askForArguments(this.server, uri) : {};
    if (args === undefined) {
      return undefined;
    }
    const to = options.to === undefined ? {} : { to: options.to };
    const answer = await this.ask("divisi.server.run", { uri, args, trust: true, ...to });
    return answer?.run;
  }

  /** Goes on with an unfinished run, or does it again from nodes on. */
  async resume(run: RunAtAGlance, from: string[] = []): Promise<void> {
    if (mayRun()) {
      await this.ask("divisi.server.resume", { run: run.run, from, trust: true });
    }
  }

  async cancel(run: RunAtAGlance): Promise<void> {
    await this.ask("divisi.server.cancel", { run: run.run });
  }

  async pause(run: RunAtAGlance, goesOn: boolean): Promise<void> {
    await this.ask(goesOn ? "divisi.server.unpause" : "divisi.server.pause", { run: run.run });
  }

  /** A person's answer to the question of a node. */
  async approve(run: RunAtAGlance, node: string, approve: boolean): Promise<void> {
    if (mayRun()) {
      await this.ask("divisi.server.approve", { run: run.run, node, approve });
    }
  }

  /** A person's word on a node whose attempt was lost with its host: run it again, or how it ended. */
  async decide(run: RunAtAGlance, node: string, decision: LostDecision): Promise<void> {
    if (mayRun()) {
      await this.ask("divisi.server.decide", { run: run.run, node, decision, trust: true });
    }
  }

  /** Shows what a node wrote; it grows while the node runs. */
  async openLog(run: RunAtAGlance, node: string): Promise<void> {
    const document = await vscode.workspace.openTextDocument(logUri(run, node));
    await vscode.window.showTextDocument(document, { preview: true });
  }

  private async ask(command: string, argument: object): Promise<{ run?: string } | undefined> {
    try {
      return (await this.server.execute(command, argument)) as { run?: string };
    } catch (error) {
      void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }
}

/** Nothing is run in a workspace that the user does not trust; the server refuses as well. */
function mayRun(): boolean {
  if (!vscode.workspace.isTrusted) {
    void vscode.window.showWarningMessage("Trust this workspace before you run anything in it.");
  }
  return vscode.workspace.isTrusted;
}
