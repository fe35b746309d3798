import * as vscode from "vscode";

import type { DeclaredArg } from "../protocol";
import type { RunningServer } from "../server";
import { given, problem } from "./typed";

/** Asks for each argument that the DAG declares; undefined where the user leaves. What is left as it is, is not sent. */
export async function askForArguments(server: RunningServer, uri: string): Promise<Record<string, unknown> | undefined> {
  const graph = await server.request("divisi/graph", { textDocument: { uri } });
  const args: Record<string, unknown> = {};
  const declared = (graph?.args ?? []).filter((arg) => !arg.secret);
  for (const [at, arg] of declared.entries()) {
    const text = await askForOne(arg, `Argument ${String(at + 1)} of ${String(declared.length)}: ${arg.name}`);
    if (text === undefined) {
      return undefined;
    }
    if (text !== "" || arg.type === "string") {
      args[arg.name] = given(arg, text);
    }
  }
  return args;
}

async function askForOne(arg: DeclaredArg, title: string): Promise<string | undefined> {
  const choices = arg.type === "boolean" ? [true, false] : arg.choices;
  const prompt = arg.description ?? "";
  if (choices !== undefined) {
    const items = choices.map(shown);
    return await vscode.window.showQuickPick(items, { title, placeHolder: prompt });
  }
  return await vscode.window.showInputBox({
    title,
    prompt: `${prompt}${arg.type === "string" ? "" : ` (${arg.type})`}`,
    value: arg.default === undefined ? "" : shown(arg.default),
    validateInput: (text) => problem(arg, text),
  });
}

function shown(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
