import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { Locator } from "playwright-core";

import { open, picture, scenario, until, workspace } from "./harness";
import type { Workbench } from "./workbench";

/** Works until the file `go` is there, if `allowed` is. */
const WAITS = "run: [sh, -c, 'cat allowed; while [ ! -e go ]; do sleep 0.1; done']";

/** The row of the tree of runs that says all of this. */
function row(workbench: Workbench, ...says: (string | RegExp)[]): Locator {
  const rows = workbench.page.locator(".pane-body .monaco-list-row");
  return says.reduce((found, hasText) => found.filter({ hasText }), rows);
}

/** Presses a button of a row, which it shows under the pointer only. */
async function press(row: Locator, button: string): Promise<void> {
  await row.hover();
  await row.getByRole("button", { name: button }).click();
}

scenario("a run is live in the graph, is cancelled from its notification, fails, and its log is a document", async () => {
  const folder = workspace("live", {
    "live.dag.yaml": [
      "name: live",
      "nodes:",
      "  - id: first",
      "    run: [sh, -c, 'echo hello; while [ ! -e more ]; do sleep 0.1; done; echo more; while [ ! -e go ]; do sleep 0.1; done']",
      "  - id: second",
      "    depends_on: [first]",
      "    run: [cat, allowed]",
    ],
  });
  const workbench = await open(folder);
  await workbench.file("live.dag.yaml");
  await workbench.command("Divisi: Show Graph");
  const page = workbench.webview();
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await page.locator('.node[data-look="running"]', { hasText: "first" }).waitFor();
  await page.locator("#status", { hasText: "running · 0/2 nodes" }).waitFor();
  await workbench.statusBar("live 0/2").waitFor();
  await workbench.page.locator(".glyph-margin-widgets [class*=ced]").first().waitFor();
  const cancel = workbench.notification("live").locator(".monaco-button", { hasText: "Cancel" });
  await cancel.waitFor();
  await picture("cancel");
  await cancel.click();
  await page.locator("#status", { hasText: "cancelled" }).waitFor();
  await page.locator('.node[data-look="skipped"]', { hasText: "first" }).waitFor();

  // The window is loaded anew in the middle of the next run: the run goes on, and the graph shows it again.
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await page.locator('.node[data-look="running"]', { hasText: "first" }).waitFor();
  await workbench.reload();
  await page.locator('.node[data-look="running"]', { hasText: "first" }).waitFor();
  await workbench.statusBar("live 0/2").waitFor();

  // Its log follows what it writes, of which no event tells.
  await page.locator(".node", { hasText: "first" }).click();
  await page.getByRole("button", { name: "Open Log" }).click();
  await workbench.page.locator(".view-line", { hasText: /^hello$/ }).waitFor();
  writeFileSync(join(folder, "more"), "");
  await workbench.page.locator(".view-line", { hasText: /^more$/ }).waitFor();
  await workbench.command("View: Close Editor");

  writeFileSync(join(folder, "go"), "");
  await page.locator('.node[data-look="failed"]', { hasText: "second" }).waitFor();
  await page.locator("#status", { hasText: "failed" }).waitFor();
  await (await workbench.problems()).filter({ hasText: "second" }).first().waitFor();
  await picture("failed");
});

scenario("runs are a tree; one is paused, resumed, done again, compared; another window finds them again", async () => {
  const folder = workspace("runs", {
    "tree.dag.yaml": [
      "name: tree",
      "args:",
      "  word: { default: hello }",
      "nodes:",
      "  - id: first",
      '    run: [echo, "{{ args.word }}"]',
      "  - id: second",
      "    depends_on: [first]",
      `    ${WAITS}`,
      "  - id: third",
      "    depends_on: [second]",
      "    run: [cat, allowed]",
    ],
  });
  let workbench = await open(folder);
  await workbench.file("tree.dag.yaml");
  await workbench.command("Divisi: Run with Arguments…");
  await workbench.quickInput().fill("bonjour");
  await picture("arguments");
  await workbench.answer("bonjour");
  await workbench.statusBar("tree 1/3").waitFor();

  // The window is closed in the middle of the run, and another one is opened.
  await workbench.close();
  workbench = await open(folder);
  await workbench.statusBar("tree 1/3").click();
  await row(workbench, "second", "running").waitFor();
  await press(row(workbench, /^tree/, "running"), "Pause Run");
  await press(row(workbench, /^tree/, "paused"), "Continue Paused Run");
  await row(workbench, /^tree/, "running").waitFor();
  writeFileSync(join(folder, "go"), "");
  await row(workbench, "third", "failed").waitFor();

  // What failed goes on once the cause is mended.
  writeFileSync(join(folder, "allowed"), "");
  await row(workbench, /^tree/).hover();
  await picture("resume");
  await press(row(workbench, /^tree/), "Resume Run");
  await row(workbench, /^tree/, "succeeded").waitFor();
  await row(workbench, "third", "succeeded").waitFor();

  await row(workbench, "first").click();
  await workbench.page.locator(".view-line", { hasText: "bonjour" }).first().waitFor();

  // A second run is compared with the first.
  await workbench.file("tree.dag.yaml");
  await workbench.command("Divisi: Run");
  await row(workbench, /^tree/, "succeeded").nth(1).waitFor();
  await press(row(workbench, /^tree/).first(), "Show Timeline");
  const page = workbench.webview();
  await page.locator("#before", { hasText: "the run before succeeded" }).waitFor();
  assert.equal(await page.locator("tbody tr").count(), 3);
  assert.equal(await page.locator("rect.now").count(), 3);
  assert.ok((await page.locator("rect.before").count()) >= 3);
});

scenario("a node asks a person, and the run goes by the answer; it is run again from there, and cancelled", async () => {
  const folder = workspace("ask", {
    "ask.dag.yaml": [
      "name: ask",
      "nodes:",
      "  - id: gate",
      "    approve: Ship it?",
      "  - id: ship",
      "    depends_on: [gate]",
      "    run: echo shipped",
    ],
  });
  const workbench = await open(folder);
  await workbench.file("ask.dag.yaml");
  await workbench.command("Divisi: Run");
  await workbench.statusBar("ask 0/2").click();
  await row(workbench, "gate", "waits for approval").hover();
  await picture("approve");
  await press(row(workbench, "gate", "waits for approval"), "Reject");
  await row(workbench, /^ask/, "failed").waitFor();
  await press(row(workbench, "gate", "failed"), "Run Again from Here");
  await press(row(workbench, "gate", "waits for approval"), "Approve");
  await row(workbench, /^ask/, "succeeded").waitFor();

  await workbench.file("ask.dag.yaml");
  await workbench.command("Divisi: Run");
  await press(row(workbench, /^ask/, "0/2"), "Cancel Run");
  await row(workbench, /^ask/, "cancelled").waitFor();
});

scenario("of an attempt that was lost somebody says how it ended", async () => {
  const folder = workspace("lost", {
    "lost.dag.yaml": [
      "name: lost",
      "nodes:",
      "  - id: deploy",
      "    resume: ask",
      "    run: [sh, -c, 'echo $PPID > watcher; while [ -e divisi.toml ]; do sleep 0.1; done']",
    ],
  });
  const workbench = await open(folder);
  await workbench.file("lost.dag.yaml");
  await workbench.command("Divisi: Run");
  await workbench.statusBar("lost 0/1").click();
  await row(workbench, "deploy", "running").waitFor();
  await until(() => existsSync(join(folder, "watcher")));
  // Who watched over the attempt is gone, so nobody knows what comes of it.
  process.kill(Number(readFileSync(join(folder, "watcher"), "utf8")), "SIGKILL");
  await press(row(workbench, "deploy", "waits for a decision"), "Mark as Succeeded");
  await row(workbench, /^lost/, "succeeded").waitFor();
});
