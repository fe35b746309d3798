import * as vscode from "vscode";

import { program } from "../program";
import { ask } from "./ask";

/** What is contributed under `languageModelTools` is `PREFIX` and the name of a tool of `divisi mcp`. */
const PREFIX = "divisi_";

interface Contribution {
  readonly name: string;
  readonly displayName: string;
}

/** Editors that are made of VS Code may have taken its language models out. */
interface ModelsApi {
  readonly lm?: { readonly registerTool?: typeof vscode.lm.registerTool };
}

/** Offers the tools of `divisi mcp` that only read to the language models of the editor, if it has any. */
export function registerTools(extension: vscode.Extension<unknown>): vscode.Disposable {
  const { lm } = vscode as unknown as ModelsApi;
  if (lm?.registerTool === undefined) {
    return new vscode.Disposable(() => undefined);
  }
  const { contributes } = extension.packageJSON as { contributes: { languageModelTools: readonly Contribution[] } };
  const tools = contributes.languageModelTools.map(({ name, displayName }) =>
    vscode.lm.registerTool(name, new Tool(name.slice(PREFIX.length), displayName)),
  );
  return vscode.Disposable.from(...tools);
}

class Tool implements vscode.LanguageModelTool<object> {
  constructor(
    private readonly name: string,
    private readonly title: string,
  ) {}

  prepareInvocation(): vscode.PreparedToolInvocation {
    return { invocationMessage: this.title };
  }

  async invoke(
    { input }: vscode.LanguageModelToolInvocationOptions<object>,
    token: vscode.CancellationToken,
  ): Promise<vscode.LanguageModelToolResult> {
    const folder = folderOf(input);
    if (folder === undefined) {
      throw new Error("No folder is open, so there is no workspace to ask about.");
    }
    const abort = new AbortController();
    const cancelled = token.onCancellationRequested(() => {
      abort.abort();
    });
    try {
      const { text, isError } = await ask(program(), folder.uri.fsPath, this.name, input, abort.signal);
      if (isError) {
        throw new Error(text);
      }
      return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(text)]);
    } finally {
      cancelled.dispose();
    }
  }
}

/** The folder of the first file that the input names with its whole path, else of the active editor, else the first. */
function folderOf(input: object): vscode.WorkspaceFolder | undefined {
  const named = Object.values(input).flat().filter((value) => typeof value === "string" && value.startsWith("/"));
  const active = vscode.window.activeTextEditor?.document.uri;
  const uris = [...named.map((path) => vscode.Uri.file(path as string)), ...(active === undefined ? [] : [active])];
  const folders = uris.map((uri) => vscode.workspace.getWorkspaceFolder(uri));
  return folders.find((folder) => folder !== undefined) ?? vscode.workspace.workspaceFolders?.[0];
}
