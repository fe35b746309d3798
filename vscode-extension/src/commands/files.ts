import * as vscode from "vscode";

import { askForAgents } from "./labels";
import { ask, folderOf, showBeside } from "./program";

const TEMPLATES = [
  { label: "minimal", description: "Two nodes, one after the other" },
  { label: "fan-out", description: "One survey, three reviews in parallel, one report that merges them" },
  { label: "matrix", description: "One node for each item of a list" },
];

/** Writes a DAG from a template and opens it. */
export async function newDag(): Promise<void> {
  const folder = folderOf();
  const template = await vscode.window.showQuickPick(TEMPLATES, { title: "New DAG", placeHolder: "Which template" });
  if (folder === undefined || template === undefined) {
    return;
  }
  const name = await vscode.window.showInputBox({
    title: "New DAG",
    prompt: "Its file, relative to the folder",
    value: `${template.label}.dag.yaml`,
    validateInput: (path) => (/\.dag\.ya?ml$/.test(path) ? undefined : "The name ends in .dag.yaml"),
  });
  if (name !== undefined) {
    await write(folder, ["new", "--template", template.label, name], vscode.Uri.joinPath(folder, name));
  }
}

/** Writes an agent's file and opens it. */
export async function createAgent(): Promise<void> {
  const folder = folderOf();
  const name = await vscode.window.showInputBox({
    title: "Create Agent",
    prompt: "Its name",
    placeHolder: "code-reviewer",
    validateInput: (value) => (/^[a-z0-9][a-z0-9-]*$/.test(value) ? undefined : "Small letters, digits and hyphens"),
  });
  if (folder === undefined || name === undefined) {
    return;
  }
  const file = vscode.Uri.joinPath(folder, ".claude", "agents", `${name}.md`);
  const edit = new vscode.WorkspaceEdit();
  const text = `---\nname: ${name}\ndescription: Use when …\n---\n\nYou are ${name}. Say here what you do, and what you answer with.\n`;
  edit.createFile(file, { contents: new TextEncoder().encode(text) });
  if (await vscode.workspace.applyEdit(edit)) {
    await vscode.window.showTextDocument(file);
  } else {
    void vscode.window.showErrorMessage(`There is an agent ${name} already.`);
  }
}

/** Writes a DAG of another tool, which the active editor shows, in our own format. */
export async function convert(file: vscode.Uri | undefined): Promise<void> {
  await transform(file, "convert", "Open a DAG of another tool first: command-v2, Archon, spec-kit or claude-flow.");
}

/** Writes a DAG from the tracker that the active editor shows. */
export async function importTracker(file: vscode.Uri | undefined): Promise<void> {
  await transform(file, "import", "Open a Markdown tracker first.");
}

async function transform(file: vscode.Uri | undefined, command: string, missing: string): Promise<void> {
  if (file?.scheme !== "file") {
    void vscode.window.showInformationMessage(missing);
    return;
  }
  const folder = folderOf(file);
  const path = file.path.replace(/\.[^./]+$/, ".dag.yaml");
  const out = await vscode.window.showSaveDialog({ defaultUri: file.with({ path }), filters: { DAG: ["yaml", "yml"] } });
  if (folder !== undefined && out !== undefined) {
    await write(folder, [command, file.fsPath, "--out", out.fsPath], out);
  }
}

async function write(folder: vscode.Uri, args: readonly string[], out: vscode.Uri): Promise<void> {
  let answer = await ask(args, folder);
  const agents = answer.isGood ? undefined : await askForAgents(answer.errors, folder);
  if (agents !== undefined) {
    answer = await ask([...args, ...agents], folder);
  }
  if (!answer.isGood) {
    void vscode.window.showErrorMessage(answer.errors);
    return;
  }
  await vscode.window.showTextDocument(out);
  // What could not be carried over is told.
  if (answer.errors !== "") {
    void vscode.window.showInformationMessage(answer.errors);
  }
}

/** What would run, and when: beside the file. */
export async function plan(file: vscode.Uri | undefined): Promise<void> {
  const folder = folderOf(file);
  if (file !== undefined && folder !== undefined) {
    await (await vscode.workspace.openTextDocument(file)).save();
    await showBeside(await ask(["plan", file.fsPath], folder));
  }
}

/** Asks the program something about the folder, and shows what it says. */
export async function report(args: readonly string[]): Promise<void> {
  const folder = folderOf();
  if (folder !== undefined) {
    await showBeside(await ask(args, folder));
  }
}
