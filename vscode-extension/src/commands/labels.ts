import * as vscode from "vscode";

import { ask } from "./program";
import { labelsWithoutAgents } from "./refusals";

/**
 * Which agent is meant by each label of another tool's DAG, as arguments of `divisi convert`; undefined where nothing
 * of the kind was missing, or the user leaves.
 */
export async function askForAgents(errors: string, folder: vscode.Uri): Promise<string[] | undefined> {
  const labels = labelsWithoutAgents(errors);
  if (labels.length === 0) {
    return undefined;
  }
  const known = await agents(folder);
  const args: string[] = [];
  for (const label of labels) {
    const title = `Which agent is “${label}”?`;
    const agent =
      known.length === 0
        ? await vscode.window.showInputBox({ title, placeHolder: "Name of an agent" })
        : await vscode.window.showQuickPick(known, { title });
    if (agent === undefined || agent === "") {
      return undefined;
    }
    args.push("--agents", `${label}=${agent}`);
  }
  return args;
}

async function agents(folder: vscode.Uri): Promise<string[]> {
  const { text, isGood } = await ask(["agents", "--format", "json"], folder);
  return isGood ? (JSON.parse(text) as { name: string }[]).map(({ name }) => name) : [];
}
