import * as vscode from "vscode";

import type { Location, Position } from "vscode-languageclient/node";

import { startWhenNeeded } from "./activation";
import { registerServers } from "./agents/servers";
import { registerTools } from "./agents/tools";
import { Actions } from "./commands/actions";
import { registerCommands } from "./commands/register";
import { GraphPanel } from "./graph/panel";
import { GutterMarks } from "./runs/gutter";
import { StatusBar } from "./runs/status";
import { RunStore } from "./runs/store";
import { RunTree } from "./runs/tree";
import { RunningServer, SHOW_REFERENCES } from "./server";
import { TestExplorer } from "./tests/explorer";
import { TimelinePanel } from "./timeline/panel";
import { VirtualDocuments } from "./virtual_documents";

let server: RunningServer | undefined;

/** Makes the one client of this window, its views and its commands. */
export function activate(context: vscode.ExtensionContext): void {
  server = new RunningServer(context.extension);
  const store = new RunStore(server);
  const actions = new Actions(server);
  const graph = new GraphPanel(context.extensionUri, server, store, actions);
  const timeline = new TimelinePanel(context.extensionUri, store, actions, server);
  context.subscriptions.push(
    registerCommands({ server, store, actions, graph, timeline }),
    registerServers(),
    registerTools(context.extension),
    vscode.commands.registerCommand(SHOW_REFERENCES, (uri: string, position: Position, locations: Location[]) =>
      server?.showReferences(uri, position, locations),
    ),
    vscode.workspace.onDidGrantWorkspaceTrust(restartWhereWanted),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("divisi.server.path")) {
        restartWhereWanted();
      }
    }),
    new VirtualDocuments(server, store),
    new TestExplorer(server, store, actions),
    new StatusBar(store),
    new RunTree(store),
    new GutterMarks(context.extensionUri, server, store),
    timeline,
    graph,
    store,
    server,
    startWhenNeeded(server),
  );
}

function restartWhereWanted(): void {
  if (server?.isWanted === true) {
    void server.restart();
  }
}

/** Runs go on without the editor; only the server stops. */
export async function deactivate(): Promise<void> {
  await server?.stop();
}
