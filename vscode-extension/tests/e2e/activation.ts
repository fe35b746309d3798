import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { code, open, scenario } from "./harness";

scenario("a DAG that VS Code's own search does not find is served once it is opened", async () => {
  const folder = code().workspace("hidden");
  mkdirSync(join(folder, ".vscode"));
  writeFileSync(join(folder, ".vscode/settings.json"), JSON.stringify({ "search.exclude": { "**/*.dag.yaml": true } }));
  writeFileSync(join(folder, "hidden.dag.yaml"), "name: hidden\nnodes:\n  - id: one\n    run: echo\n");
  const workbench = await open(folder);
  await workbench.page.locator(".explorer-folders-view .monaco-list-row", { hasText: "hidden.dag.yaml" }).dblclick();
  await workbench.lens("Run").waitFor();
});
