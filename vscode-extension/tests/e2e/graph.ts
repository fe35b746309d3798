import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { code, open, scenario, until } from "./harness";

scenario("the graph follows the cursor, and what is changed in it is an edit of the text", async () => {
  const folder = code().workspace("graph", "examples/review-all");
  const workbench = await open(folder);
  await workbench.file("review-all.dag.yaml");
  await workbench.command("Divisi: Show Graph");
  const page = workbench.webview();
  await page.locator("#size", { hasText: "7 nodes, 10 dependencies, 3 levels" }).waitFor();
  await page.locator(".node.critical").first().waitFor();
  assert.equal(await page.locator(".phase").count(), 3);

  // From the text to the picture.
  await workbench.cursorBehind("Review the security of");
  await page.locator(".node.selected", { hasText: "security" }).waitFor();
  await page.locator("#details h2", { hasText: "Security" }).waitFor();

  // From the picture to the text, by the keyboard alone.
  await page.locator(".node.selected").press("ArrowRight");
  await page.locator(".node.selected", { hasText: "synthesis" }).waitFor();
  await page.locator(".node.selected").press("Enter");
  await workbench.statusBar("Ln 104").waitFor();

  // A dependency is taken out and put back.
  await page.getByRole("button", { name: "Remove: no longer wait for documentation" }).click();
  await page.locator("#size", { hasText: "9 dependencies" }).waitFor();
  await page.getByRole("combobox", { name: "Let synthesis wait for" }).selectOption("documentation");
  await page.locator("#size", { hasText: "10 dependencies" }).waitFor();
  await page.getByRole("combobox", { name: "Let codebase-analysis wait for" }).waitFor({ state: "detached" });

  // A node is added, and a ring is refused with its reason.
  await page.getByRole("button", { name: "Add Node After" }).click();
  await workbench.answer("publish");
  await page.locator("#size", { hasText: "8 nodes" }).waitFor();
  await page.getByRole("button", { name: "Fit" }).click();
  await page.locator(".node", { hasText: "codebase-analysis" }).click();
  await page.getByRole("combobox", { name: "Let codebase-analysis wait for" }).selectOption("publish");
  await page.locator("#message", { hasText: "would close a ring" }).waitFor();

  await page.getByRole("searchbox", { name: "Search nodes" }).fill("perf");
  await page.locator("#found", { hasText: "1 found" }).waitFor();
  assert.equal(await page.locator(".node.dim").count(), 7);

  // What is exported is what the server drew.
  const formats = { svg: /^<svg/, png: /^\x89PNG/, mermaid: /^flowchart LR$/m } as const;
  for (const [format, start] of Object.entries(formats)) {
    const file = join(folder, `review-all.${format === "mermaid" ? "mmd" : format}`);
    await page.getByRole("combobox", { name: "Export the graph" }).selectOption(format);
    await workbench.save(file);
    await until(() => existsSync(file));
    assert.match(readFileSync(file, "latin1"), start);
  }
});
