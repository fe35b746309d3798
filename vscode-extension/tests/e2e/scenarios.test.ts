import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { Code } from "./code";
import type { Workbench } from "./workbench";

/** One browser and one server for all scenarios; a window and a workspace for each. */
let code: Code;
let window: Workbench | undefined;

before(async () => {
  code = await Code.start();
});
afterEach(async () => {
  await window?.close();
  window = undefined;
});
after(async () => {
  await code.stop();
});

/** A scenario; where it fails, what the window showed is kept beside the bundles of the tests. */
function scenario(name: string, act: () => Promise<void>): void {
  test(name, async () => {
    try {
      await act();
    } catch (error) {
      await window?.page.screenshot({ path: join(import.meta.dirname, `${name.replaceAll(/[^a-z]+/g, "-")}.png`) });
      throw error;
    }
  });
}

async function open(folder: string): Promise<Workbench> {
  window = await code.open(folder);
  return window;
}

scenario("a fault is underlined and listed, and an agent is completed", async () => {
  const folder = code.workspace("review", "examples/review-all");
  const file = join(folder, "broken.dag.yaml");
  writeFileSync(file, "name: broken\nnodes:\n  - id: one\n    agent: senior-reviewr\n    prompt: Look at it\n");
  const workbench = await open(folder);
  await workbench.file("broken.dag.yaml");

  await workbench.squiggles().first().waitFor();
  const problems = await workbench.problems();
  await problems.filter({ hasText: "senior-reviewr" }).waitFor();

  await workbench.cursorBehind("senior-reviewr");
  await workbench.page.keyboard.press("Control+Backspace");
  await workbench.page.keyboard.press("Control+Backspace");
  await workbench.page.keyboard.press("Control+Backspace");
  await workbench.page.keyboard.type("sen");
  await workbench.page.keyboard.press("Control+Space");
  await workbench.suggestions().filter({ hasText: "senior-reviewer" }).first().waitFor();
  await workbench.page.keyboard.press("Enter");
  await workbench.squiggles().first().waitFor({ state: "detached" });
  assert.match(await workbench.text(), /agent: senior-reviewer/);
});

scenario("the graph follows the cursor, and what is changed in it is an edit of the text", async () => {
  const folder = code.workspace("graph", "examples/review-all");
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
  await page.getByRole("button", { name: "No longer wait for documentation" }).click();
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
});

scenario("a run is live in the graph, its log is a document, and it fails and goes on", async () => {
  const folder = code.workspace("live");
  writeFileSync(join(folder, "divisi.toml"), "");
  const lines = [
    "name: live",
    "nodes:",
    "  - id: first",
    "    run: [sh, -c, 'echo hello from first; while [ ! -e go ]; do sleep 0.1; done']",
    "  - id: second",
    "    depends_on: [first]",
    "    run: [cat, allowed]",
  ];
  writeFileSync(join(folder, "live.dag.yaml"), `${lines.join("\n")}\n`);
  const workbench = await open(folder);
  await workbench.file("live.dag.yaml");
  await workbench.command("Divisi: Show Graph");
  const page = workbench.webview();
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await page.locator('.node[data-look="running"]', { hasText: "first" }).waitFor();
  await page.locator("#status", { hasText: "running · 0/2 nodes" }).waitFor();
  await workbench.statusBar("live 0/2").waitFor();
  await workbench.notification("live").locator(".monaco-button", { hasText: "Cancel" }).waitFor();

  writeFileSync(join(folder, "go"), "");
  await page.locator('.node[data-look="failed"]', { hasText: "second" }).waitFor();
  await page.locator("#status", { hasText: "failed" }).waitFor();
  await page.locator(".node", { hasText: "first" }).click();
  await page.getByRole("button", { name: "Open Log" }).click();
  await workbench.page.locator(".view-line", { hasText: "hello from first" }).first().waitFor();
});

scenario("runs are a tree; one is resumed, done again, compared; a reload finds them again", async () => {
  const folder = code.workspace("runs");
  writeFileSync(join(folder, "divisi.toml"), "");
  const lines = [
    "name: tree",
    "args:",
    "  word: { default: hello }",
    "nodes:",
    "  - id: first",
    '    run: [echo, "{{ args.word }}"]',
    "  - id: second",
    "    depends_on: [first]",
    "    run: [sh, -c, 'cat allowed; while [ ! -e go ]; do sleep 0.1; done']",
    "  - id: third",
    "    depends_on: [second]",
    "    run: [cat, allowed]",
  ];
  writeFileSync(join(folder, "tree.dag.yaml"), `${lines.join("\n")}\n`);
  let workbench = await open(folder);
  await workbench.file("tree.dag.yaml");
  await workbench.command("Divisi: Run with Arguments…");
  await workbench.answer("bonjour");
  await workbench.statusBar("tree 1/3").waitFor();

  // The window is loaded anew in the middle of the run.
  await workbench.close();
  workbench = await open(folder);
  await workbench.statusBar("tree 1/3").click();
  const rows = workbench.page.locator(".pane-body .monaco-list-row");
  await rows.filter({ hasText: "second" }).filter({ hasText: "running" }).waitFor();
  writeFileSync(join(folder, "go"), "");
  await rows.filter({ hasText: "third" }).filter({ hasText: "failed" }).waitFor();

  // What failed goes on once the cause is mended.
  writeFileSync(join(folder, "allowed"), "");
  const run = rows.filter({ hasText: /^tree/ }).first();
  await run.hover();
  await run.getByRole("button", { name: "Resume Run" }).click();
  await rows.filter({ hasText: /^tree/ }).filter({ hasText: "succeeded" }).waitFor();
  await rows.filter({ hasText: "third" }).filter({ hasText: "succeeded" }).waitFor();

  await rows.filter({ hasText: "first" }).click();
  await workbench.page.locator(".view-line", { hasText: "bonjour" }).first().waitFor();

  // A second run is compared with the first.
  await workbench.file("tree.dag.yaml");
  await workbench.command("Divisi: Run");
  await rows.filter({ hasText: /^tree/ }).filter({ hasText: "succeeded" }).nth(1).waitFor();
  const latest = rows.filter({ hasText: /^tree/ }).first();
  await latest.hover();
  await latest.getByRole("button", { name: "Show Timeline" }).click();
  const page = workbench.webview();
  await page.locator("#before", { hasText: "the run before succeeded" }).waitFor();
  assert.equal(await page.locator("tbody tr").count(), 3);
  assert.equal(await page.locator("rect.now").count(), 3);
  assert.ok((await page.locator("rect.before").count()) >= 3);
});

scenario("a node asks a person, and the run goes on by the answer", async () => {
  const folder = code.workspace("ask");
  writeFileSync(join(folder, "divisi.toml"), "");
  const nodes = "nodes:\n  - id: gate\n    approve: Ship it?\n  - id: ship\n    depends_on: [gate]\n    run: echo shipped\n";
  writeFileSync(join(folder, "ask.dag.yaml"), `name: ask\n${nodes}`);
  const workbench = await open(folder);
  await workbench.file("ask.dag.yaml");
  await workbench.command("Divisi: Run");
  await workbench.statusBar("ask 0/2").click();
  const rows = workbench.page.locator(".pane-body .monaco-list-row");
  const gate = rows.filter({ hasText: "gate" }).filter({ hasText: "waits for approval" });
  await gate.hover();
  await gate.getByRole("button", { name: "Approve" }).click();
  await rows.filter({ hasText: /^ask/ }).filter({ hasText: "succeeded" }).waitFor();
});

scenario("in an untrusted workspace files are checked, and nothing runs", async () => {
  const wary = await Code.start({ asksForTrust: true });
  try {
    const folder = wary.workspace("foreign");
    writeFileSync(join(folder, "divisi.toml"), "");
    writeFileSync(join(folder, "foreign.dag.yaml"), "name: foreign\nnodes:\n  - id: evil\n    run: touch ran\n    rnu: x\n");
    window = await wary.open(folder);
    await window.file("foreign.dag.yaml");
    await (await window.problems()).filter({ hasText: "rnu" }).waitFor();

    const offered = await window.offered("Divisi:");
    assert.ok(offered.includes("Divisi: Show Graph"), offered.join(", "));
    assert.ok(!offered.some((title) => /^Divisi: (Run|Resume)/.test(title)), offered.join(", "));
    await window.command("Divisi: Show Graph");
    await window.webview().locator("#size", { hasText: "1 node" }).waitFor();
    assert.ok(await window.webview().locator("#run").isHidden());

    // The lens is the server's own, and the server refuses.
    await window.page.locator(".codelens-decoration a", { hasText: /^Run$/ }).click();
    await window.notification("does not trust this workspace").waitFor();
    assert.ok(!existsSync(join(folder, "ran")) && !existsSync(join(folder, ".divisi")));
  } finally {
    await window?.close();
    window = undefined;
    await wary.stop();
  }
});
