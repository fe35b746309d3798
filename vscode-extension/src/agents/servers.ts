import * as vscode from "vscode";

import { program } from "../program";

/** As contributed under `mcpServerDefinitionProviders`. */
const PROVIDER = "divisi.mcp";

/** Set where the editor starts the server itself: the tools that are registered one by one would be the same again. */
const SERVES = "divisi.servesMcp";

const ALLOW_RUN = "divisi.mcp.allow_run";

/** What VS Code has from 1.101 on, beyond the version that this extension asks for. */
interface ServersApi {
  readonly lm?: {
    registerMcpServerDefinitionProvider?: (id: string, provider: object) => vscode.Disposable;
  };
  readonly McpStdioServerDefinition?: new (label: string, command: string, args: string[]) => object;
}

/** Tells the editor how to start `divisi mcp` for each folder. Does nothing in an editor that cannot start it. */
export function registerServers(): vscode.Disposable {
  const { lm, McpStdioServerDefinition: Definition } = vscode as unknown as ServersApi;
  if (lm?.registerMcpServerDefinitionProvider === undefined || Definition === undefined) {
    return new vscode.Disposable(() => undefined);
  }
  const changes = new vscode.EventEmitter<void>();
  const provider = {
    onDidChangeMcpServerDefinitions: changes.event,
    provideMcpServerDefinitions: () =>
      (vscode.workspace.workspaceFolders ?? [])
        .filter((folder) => folder.uri.scheme === "file")
        .map((folder) => new Definition(`Divisi: ${folder.name}`, program(), argumentsFor(folder))),
  };
  let registered: vscode.Disposable;
  try {
    registered = lm.registerMcpServerDefinitionProvider(PROVIDER, provider);
  } catch {
    // The draft of it in 1.100 knows providers by another contribution.
    return vscode.Disposable.from(changes);
  }
  void vscode.commands.executeCommand("setContext", SERVES, true);
  return vscode.Disposable.from(
    changes,
    registered,
    vscode.workspace.onDidChangeWorkspaceFolders(() => {
      changes.fire();
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => {
      changes.fire();
    }),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration(ALLOW_RUN) || change.affectsConfiguration("divisi.server.path")) {
        changes.fire();
      }
    }),
  );
}

function argumentsFor(folder: vscode.WorkspaceFolder): string[] {
  const root = ["mcp", "--root", folder.uri.fsPath];
  return mayRun() ? [...root, "--allow-run"] : root;
}

/** Only by the user's own word, whatever the editor makes of the setting's scope, and never without trust. */
function mayRun(): boolean {
  const said = vscode.workspace.getConfiguration().inspect<boolean>(ALLOW_RUN)?.globalValue;
  return vscode.workspace.isTrusted && said === true;
}
