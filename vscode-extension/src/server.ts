import { homedir } from "node:os";

import * as vscode from "vscode";
import {
  ExecuteCommandRequest,
  LanguageClient,
  State,
  type CancellationToken,
  type LanguageClientOptions,
  type Location,
  type MessageSignature,
  type Position,
  type ServerOptions,
  type StaticFeature,
  type WorkspaceEdit,
} from "vscode-languageclient/node";

import { Lenses } from "./lenses";
import { program } from "./program";
import { showProgress } from "./progress";
import type { OwnResults, RunEvent } from "./protocol";
import { settingsMade } from "./settings";

/** Files are selected by path, so that other YAML and Markdown stays untouched. */
export const SERVED = [
  "**/*.dag.{yaml,yml,json}",
  "**/.claude/{agents,commands}/**/*.md",
  "**/commands/v2/*.json",
].map((pattern) => ({ scheme: "file", pattern }));

/** Shows a list of places; the server names it in lenses. */
export const SHOW_REFERENCES = "divisi.showReferences";

/** The language server of this window, and the client that talks to it. */
export class RunningServer implements vscode.Disposable {
  constructor(private readonly extension: vscode.Extension<unknown>) {}

  private client: LanguageClient | undefined;
  private wanted = false;
  /** The last start or stop that was asked for: a client that is starting cannot be stopped, so each waits. */
  private turn: Promise<void> = Promise.resolve();
  /** One channel for all clients: each would open another of the same name. */
  private readonly output = vscode.window.createOutputChannel("Divisi", { log: true });
  private readonly lenses = new Lenses(() => this.client);
  private readonly runEvents = new vscode.EventEmitter<RunEvent>();
  private readonly starts = new vscode.EventEmitter<undefined>();
  private readonly ends = new vscode.EventEmitter<undefined>();
  private readonly stale = new vscode.EventEmitter<vscode.Uri>();

  /** Every event of every run that the server follows. */
  readonly onRunEvent = this.runEvents.event;

  /** A server is ready. */
  readonly onStart = this.starts.event;

  /** The text of a document of the server's own changed. */
  readonly onStale = this.stale.event;

  /** A server ended. The next one tells of the runs that are live from their first event on. */
  readonly onEnd = this.ends.event;

  dispose(): void {
    this.runEvents.dispose();
    this.starts.dispose();
    this.ends.dispose();
    this.stale.dispose();
    this.lenses.dispose();
    this.output.dispose();
  }

  /** Whether there was anything for a server to do yet. */
  get isWanted(): boolean {
    return this.wanted;
  }

  /** Starts the server, where that was not done yet. A failure is shown with the setting that mends it. */
  startOnce(): Promise<void> {
    return this.wanted ? this.turn : this.start();
  }

  /** Stops and starts again: with a new path, or with the trust that was just given. */
  restart(): Promise<void> {
    void this.stop();
    return this.start();
  }

  /** Stops the server; runs go on. */
  stop(): Promise<void> {
    return this.inTurn(() => this.stopNow());
  }

  /** Executes a server command with its one object argument. */
  async execute(command: string, argument: object): Promise<unknown> {
    const client = await this.running();
    return await client.sendRequest("workspace/executeCommand", { command, arguments: [argument] });
  }

  /** Asks something that is not part of the protocol. */
  async request<M extends keyof OwnResults>(method: M, params: object): Promise<OwnResults[M]> {
    const client = await this.running();
    return await client.sendRequest(method, params);
  }

  /** Asks for an edit of texts and makes it. */
  async applyEdit(method: "divisi/changeGraph", params: object): Promise<void> {
    const client = await this.running();
    const answer = await client.sendRequest<WorkspaceEdit | null>(method, params);
    const edit = await client.protocol2CodeConverter.asWorkspaceEdit(answer);
    if (edit !== undefined) {
      await vscode.workspace.applyEdit(edit);
    }
  }

  /** The text of a document of the server's own: a graph, a log. */
  async content(uri: string): Promise<string> {
    const client = await this.running();
    const { text } = await client.sendRequest<{ text: string }>("workspace/textDocumentContent", { uri });
    return text;
  }

  private async running(): Promise<LanguageClient> {
    await this.startOnce();
    if (!this.client?.isRunning()) {
      throw new Error("The Divisi server is not running. Run “Divisi: Restart Server”.");
    }
    return this.client;
  }

  /** Shows places as the protocol writes them in the editor's own list of references. */
  async showReferences(uri: string, position: Position, locations: Location[]): Promise<void> {
    const convert = this.client?.protocol2CodeConverter;
    if (convert !== undefined) {
      await vscode.commands.executeCommand(
        "editor.action.showReferences",
        convert.asUri(uri),
        convert.asPosition(position),
        locations.map((location) => convert.asLocation(location)),
      );
    }
  }

  private start(): Promise<void> {
    this.wanted = true;
    return this.inTurn(() => this.startNow());
  }

  private inTurn(step: () => Promise<void>): Promise<void> {
    this.turn = this.turn.then(step);
    return this.turn;
  }

  private async startNow(): Promise<void> {
    const client = new QuietClient("divisi", "Divisi", serverOptions(), this.clientOptions());
    client.registerFeature(SHOWS_CONTENTS);
    client.onNotification("divisi/runEvent", (event: RunEvent) => {
      this.runEvents.fire(event);
    });
    client.onRequest("workspace/textDocumentContent/refresh", ({ uri }: { uri: string }) => {
      this.stale.fire(vscode.Uri.parse(uri));
      return null;
    });
    client.onDidChangeState(({ newState }) => {
      if (newState === State.Stopped) {
        this.ends.fire(undefined);
      }
    });
    this.client = client;
    try {
      await client.start();
      this.lenses.begin();
      this.starts.fire(undefined);
    } catch (error) {
      void explainFailure(error);
    }
  }

  private async stopNow(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    try {
      if (client?.isRunning()) {
        await client.stop();
      }
    } catch (error) {
      this.output.appendLine(`The server did not stop well: ${reasonOf(error)}`);
    }
  }

  private clientOptions(): LanguageClientOptions {
    return {
      documentSelector: SERVED,
      outputChannel: this.output,
      // As with `QuietClient`: the failure is said once, by `explainFailure`.
      initializationFailedHandler: () => false,
      // The protocol knows no trust, so the client passes it on; the server refuses to run without.
      middleware: {
        handleWorkDoneProgress: showProgress(() => this.client),
        provideCodeLenses: this.lenses.provide,
        workspace: { configuration: ({ items }) => items.map(() => settingsMade(this.extension)) },
      },
      initializationOptions: { trusted: vscode.workspace.isTrusted, showReferences: SHOW_REFERENCES },
    };
  }
}

/** The documents of the server's own are shown by `VirtualDocuments`; the client's library does not know them yet. */
const SHOWS_CONTENTS: StaticFeature = {
  fillClientCapabilities(capabilities) {
    Object.assign((capabilities.workspace ??= {}), { textDocumentContent: { dynamicRegistration: false } });
  },
  initialize: () => undefined,
  getState: () => ({ kind: "static" }),
  clear: () => undefined,
};

/** A client that says nothing of a failure that is told elsewhere, so that each is told once. */
class QuietClient extends LanguageClient {
  private isStarting = false;

  override async start(): Promise<void> {
    this.isStarting = true;
    try {
      await super.start();
    } finally {
      this.isStarting = false;
    }
  }

  /** Why a command was refused is told by who asked for it: the editor for a lens, `Actions` for the rest. */
  override handleFailedRequest<T>(
    type: MessageSignature,
    token: CancellationToken | undefined,
    error: unknown,
    defaultValue: T,
    showNotification?: boolean,
  ): T {
    const isTold = type.method !== ExecuteCommandRequest.method && showNotification;
    return super.handleFailedRequest(type, token, error, defaultValue, isTold);
  }

  /** That the first start failed is told by `explainFailure`. */
  override error(message: string, data?: unknown, showNotification?: boolean | "force"): void {
    super.error(message, data, this.isStarting ? false : showNotification);
  }
}

function serverOptions(): ServerOptions {
  // The setting has machine scope and is restricted, so no repository can name a program here. Nor can it bring one:
  // a bare name is looked up in the working directory too on some systems, so that is not the workspace.
  return { command: program(), args: ["lsp"], options: { cwd: homedir() } };
}

async function explainFailure(error: unknown): Promise<void> {
  const settings = "Open Setting";
  const chosen = await vscode.window.showErrorMessage(
    `The Divisi server did not start. Install the divisi program, or set its path in divisi.server.path. ` +
      `Tried “${program()} lsp”: ${reasonOf(error)}`,
    settings,
  );
  if (chosen === settings) {
    // A setting of the machine is shown where the machine is.
    const page = vscode.env.remoteName === undefined ? "openSettings" : "openRemoteSettings";
    await vscode.commands.executeCommand(`workbench.action.${page}`, { query: "divisi.server.path" });
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
