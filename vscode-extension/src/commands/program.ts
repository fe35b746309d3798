import { execFile } from "node:child_process";

import * as vscode from "vscode";

import { program } from "../program";

/** What the program said, and how it ended. */
export interface Answer {
  readonly text: string;
  readonly errors: string;
  readonly isGood: boolean;
}

/** Nothing that is asked here takes longer. */
const PATIENCE_MS = 60_000;

/** Asks the `divisi` program. None of what is asked here runs anything of the workspace. */
export function ask(args: readonly string[], folder: vscode.Uri): Promise<Answer> {
  const options = { cwd: folder.fsPath, timeout: PATIENCE_MS, env: { ...process.env, NO_COLOR: "1" } };
  return new Promise((resolve) => {
    execFile(program(), [...args], options, (error, text, errors) => {
      const reason = error !== null && errors === "" ? error.message : errors;
      resolve({ text, errors: reason.trim(), isGood: error === null });
    });
  });
}

/** The workspace folder of a file, or the first one; with a word to the user where none is open. */
export function folderOf(file?: vscode.Uri): vscode.Uri | undefined {
  const own = file === undefined ? undefined : vscode.workspace.getWorkspaceFolder(file);
  const folder = (own ?? vscode.workspace.workspaceFolders?.[0])?.uri;
  if (folder === undefined) {
    void vscode.window.showInformationMessage("Open a folder first.");
  }
  return folder;
}

/** Shows what the program said as a document of its own beside. */
export async function showBeside(answer: Answer): Promise<void> {
  const content = [answer.text, answer.errors].filter((part) => part !== "").join("\n");
  const document = await vscode.workspace.openTextDocument({ content, language: "plaintext" });
  await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside, preview: true });
}
