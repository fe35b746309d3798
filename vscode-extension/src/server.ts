import * as vscode from "vscode";
import { LanguageClient, State, type LanguageClientOptions, type ServerOptions } from "vscode-languageclient/node";

import type { RunEvent } from "./events";

/** Files are selected by path, so that other YAML and Markdown stays untouched. */
const SERVED = [
  "**/*.dag.{yaml,yml,json}",
  "**/.claude/{agents,commands}/**/*.md",
  "**/commands/v2/*.json",
] as const;

/** The language server of this window, and the client that talks to it. */
export class RunningServer {
  private client: LanguageClient | undefined;
  private readonly runEvents = new vscode.EventEmitter<RunEvent>();

  /** Every event of every run that the server follows. */
  readonly onRunEvent = this.runEvents.event;

  /** Starts the server. A failure is shown with the setting that mends it. */
  async start(): Promise<void> {
    const client = new LanguageClient("divisi", "Divisi", serverOptions(), clientOptions());
    client.onNotification("divisi/runEvent", (event: RunEvent) => {
      this.runEvents.fire(event);
    });
    client.onDidChangeState(({ newState }) => {
      void vscode.commands.executeCommand("setContext", "divisi.active", newState === State.Running);
    });
    this.client = client;
    try {
      await client.start();
    } catch (error) {
      await explainFailure(error);
    }
  }

  /** Stops and starts again: with a new path, or with the trust that was just given. */
  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** Stops the server; runs go on. */
  async stop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    if (client?.needsStop()) {
      await client.stop();
    }
  }

  /** Executes a server command with its one object argument. */
  async execute(command: string, argument: object): Promise<unknown> {
    if (!this.client?.isRunning()) {
      throw new Error("The Divisi server is not running. Run “Divisi: Restart Server”.");
    }
    return await this.client.sendRequest("workspace/executeCommand", { command, arguments: [argument] });
  }
}

function serverOptions(): ServerOptions {
  // The setting has machine scope and is restricted, so no repository can name a program here.
  const configured = vscode.workspace.getConfiguration("divisi").get<string>("server.path", "");
  return { command: configured === "" ? "divisi" : configured, args: ["lsp"] };
}

function clientOptions(): LanguageClientOptions {
  return {
    documentSelector: SERVED.map((pattern) => ({ scheme: "file", pattern })),
    // The protocol knows no trust, so the client passes it on; the server refuses to run without.
    initializationOptions: { trusted: vscode.workspace.isTrusted },
  };
}

async function explainFailure(error: unknown): Promise<void> {
  const reason = error instanceof Error ? error.message : String(error);
  const settings = "Open Setting";
  const chosen = await vscode.window.showErrorMessage(
    `The Divisi server did not start: ${reason}. Install the divisi program, or set its path.`,
    settings,
  );
  if (chosen === settings) {
    await vscode.commands.executeCommand("workbench.action.openSettings", "divisi.server.path");
  }
}
