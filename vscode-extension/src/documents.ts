import * as vscode from "vscode";

/** Whether a file holds a DAG by its name. */
export function isDag(uri: vscode.Uri): boolean {
  return uri.scheme === "file" && /(\.dag\.(ya?ml|json)|\/commands\/v2\/[^/]+\.json)$/.test(uri.path);
}

/** The DAG that is meant: the one that was named, or that of the active editor. */
export function dagInView(named?: unknown): vscode.Uri | undefined {
  const uri = named instanceof vscode.Uri ? named : vscode.window.activeTextEditor?.document.uri;
  return uri !== undefined && isDag(uri) ? uri : undefined;
}
