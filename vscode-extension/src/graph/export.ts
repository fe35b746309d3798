import * as vscode from "vscode";

import type { RunningServer } from "../server";

type Format = "svg" | "png" | "mermaid";

const FILES: Record<Format, { readonly extension: string; readonly name: string }> = {
  svg: { extension: "svg", name: "SVG" },
  png: { extension: "png", name: "PNG" },
  mermaid: { extension: "mmd", name: "Mermaid" },
};

/** Writes the graph to a file that the user names. `draw` makes a PNG of an SVG. */
export async function exportGraph(
  server: RunningServer,
  file: vscode.Uri,
  format: Format,
  draw: (svg: string) => Promise<Uint8Array>,
): Promise<void> {
  const { extension, name } = FILES[format];
  const path = file.path.replace(/(\.dag)?\.[^./]+$/, `.${extension}`);
  const target = await vscode.window.showSaveDialog({
    defaultUri: file.with({ path }),
    filters: { [name]: [extension] },
  });
  if (target === undefined) {
    return;
  }
  const source = await server.content(`divisi-graph:${file.path}?format=${format === "mermaid" ? "mermaid" : "svg"}`);
  const bytes = format === "png" ? await draw(source) : new TextEncoder().encode(source);
  await vscode.workspace.fs.writeFile(target, bytes);
}
