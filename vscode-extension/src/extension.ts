import * as vscode from "vscode";

import type { Location, Position } from "vscode-languageclient/node";

import { RunningServer, SHOW_REFERENCES } from "./server";
import { RunCommands } from "./runs";

let server: RunningServer | undefined;

/** Starts the one client of this window and registers the palette commands. */
export async function activate(context: vscode.ExtensionContext): Promise<void> {
  server = new RunningServer();
  const runs = new RunCommands(server);
  context.subscriptions.push(
    vscode.commands.registerCommand("divisi.run", (file?: vscode.Uri) => runs.run(file)),
    vscode.commands.registerCommand("divisi.cancel", () => runs.cancel()),
    vscode.commands.registerCommand("divisi.restartServer", () => server?.restart()),
    vscode.commands.registerCommand(SHOW_REFERENCES, (uri: string, position: Position, locations: Location[]) =>
      server?.showReferences(uri, position, locations),
    ),
    vscode.workspace.onDidGrantWorkspaceTrust(() => server?.restart()),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("divisi.server.path")) {
        void server?.restart();
      }
    }),
    runs,
    server,
  );
  await server.start();
}

/** Runs go on without the editor; only the server stops. */
export async function deactivate(): Promise<void> {
  await server?.stop();
}
