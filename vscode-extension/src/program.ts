import { accessSync, constants } from "node:fs";
import { join } from "node:path";

import * as vscode from "vscode";

/** Where a package for one platform carries the program; this script lies in `dist/`. */
const BUNDLED = join(__dirname, "..", "server", process.platform === "win32" ? "divisi.exe" : "divisi");

/**
 * The `divisi` program: the one of the setting, which no workspace can change, else the one that came with the
 * extension, else the one on the PATH.
 */
export function program(): string {
  const configured = vscode.workspace.getConfiguration("divisi").get<string>("server.path", "");
  if (configured !== "") {
    return configured;
  }
  return isProgram(BUNDLED) ? BUNDLED : "divisi";
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
