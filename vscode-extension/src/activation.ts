import * as vscode from "vscode";

import { type RunningServer, SERVED } from "./server";

/**
 * Starts the server once there is a file for it: in the workspace, or one that is opened. VS Code activates the extension
 * for any YAML and JSON, too: it gives up its own search for our files after seven seconds, does not look where settings
 * or `.gitignore` say so, and never looks again.
 */
export function startWhenNeeded(server: RunningServer): vscode.Disposable {
  const look = (document: vscode.TextDocument): void => {
    if (vscode.languages.match(SERVED, document) > 0) {
      void server.startOnce();
    }
  };
  const opened = vscode.workspace.onDidOpenTextDocument(look);
  vscode.workspace.textDocuments.forEach(look);
  void search(server);
  return opened;
}

async function search(server: RunningServer): Promise<void> {
  for (const { pattern } of SERVED) {
    if (server.isWanted) {
      return;
    }
    const [found] = await vscode.workspace.findFiles(pattern, undefined, 1);
    if (found !== undefined) {
      await server.startOnce();
    }
  }
}
