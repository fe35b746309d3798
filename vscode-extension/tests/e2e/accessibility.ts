import assert from "node:assert/strict";

import axe from "axe-core";
import type { FrameLocator, Locator } from "playwright-core";

import { type Drawn, tooFaint } from "./contrast";
import { open, scenario, workspace } from "./harness";
import type { Workbench } from "./workbench";

/** By their names in the list of themes; the mark that a page bears in each. */
const THEMES = {
  "Dark Modern": ".vscode-dark",
  "Light Modern": ".vscode-light",
  "Dark High Contrast": ".vscode-high-contrast:not(.vscode-high-contrast-light)",
  "Light High Contrast": ".vscode-high-contrast-light",
};

/** Every state that has a look of its own. */
const STATES = [
  "name: states",
  "on_failure: continue",
  "phases:",
  "  - { id: one, title: First }",
  "  - { id: two, title: Second }",
  "nodes:",
  "  - { id: done, run: echo done, phase: one }",
  "  - { id: broken, run: cat nothing, phase: one }",
  "  - { id: never, depends_on: [broken], run: echo never, phase: one }",
  "  - { id: busy, run: [sleep, 1h], phase: two }",
  "  - { id: gate, depends_on: [done], approve: Go on?, phase: two }",
  "  - { id: later, depends_on: [gate, busy], run: echo later, phase: two }",
];

const DRAWN: Drawn = {
  texts: ".node text, .phase text",
  lines: ".node > rect, .wire, .tip, rect.now, rect.before",
};

scenario("the graph and the timeline can be read and used by everybody, in every theme", async () => {
  const workbench = await open(workspace("states", { "states.dag.yaml": STATES }));
  await workbench.file("states.dag.yaml");
  await workbench.command("Divisi: Show Graph");
  const page = workbench.webview();
  await page.getByRole("button", { name: "Run", exact: true }).click();
  for (const [node, look] of [["done", "done"], ["broken", "failed"], ["never", "skipped"], ["busy", "running"], ["gate", "attention"]]) {
    await page.locator(`.node[data-look="${look ?? ""}"]`, { hasText: node ?? "" }).waitFor();
  }
  await usedByKeyboard(workbench, page);

  // Beside the graph, in the column of the text.
  await workbench.command("Divisi: Show Timeline");
  const frames = workbench.page.locator("iframe.webview.ready");
  await frames.nth(1).waitFor();
  const pages = [0, 1].map((at) => frames.nth(at).contentFrame().frameLocator("iframe#active-frame"));
  const problems: string[] = [];
  for (const [theme, mark] of Object.entries(THEMES)) {
    await workbench.theme(theme);
    for (const shown of pages) {
      await shown.locator(`body${mark}`).waitFor();
      await shown.locator(".node, tbody tr").first().waitFor();
      problems.push(...(await problemsOf(shown.locator("html"))).map((problem) => `${theme}: ${problem}`));
    }
  }
  // A run outlives its window, and this one waits for a person.
  await workbench.command("Divisi: Cancel Run");
  await frames.first().contentFrame().frameLocator("iframe#active-frame").locator('.node[data-look="skipped"]', { hasText: "gate" }).waitFor();
  assert.deepEqual(problems, []);
});

/** From the header into the picture, from node to node, to the details, and into the text; never by the mouse. */
async function usedByKeyboard(workbench: Workbench, page: FrameLocator): Promise<void> {
  const { keyboard } = workbench.page;
  const focused = (name: string | RegExp): Promise<void> => page.locator(":focus").and(page.getByRole("button", { name })).waitFor();
  await page.getByRole("combobox", { name: "Export the graph" }).focus();
  await keyboard.press("Tab");
  await page.locator("#picture:focus").waitFor();
  await keyboard.press("Tab");
  await focused(/^done, run echo done, succeeded/);
  await keyboard.press("Enter");
  await page.locator("#details h2", { hasText: "done" }).waitFor();
  await keyboard.press("ArrowUp");
  await focused(/^broken, .*failed/);
  await keyboard.press("ArrowRight");
  await focused(/^never, .*blocked, waits for broken/);
  await keyboard.press("Tab");
  await focused("Show in File");
  await keyboard.press("Enter");
  await workbench.statusBar("Ln 9").waitFor();
}

async function problemsOf(root: Locator): Promise<string[]> {
  await root.evaluate((_, source) => {
    // The page's policy forbids it to load a script.
    (0, eval)(source);
  }, axe.source);
  const found = await root.evaluate(async () => {
    // The texts of a node in the picture are several, with no space between them that a name could have too.
    const rules = { "label-content-name-mismatch": { enabled: false } };
    const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run(document, { rules });
    return violations.flatMap(({ id, help, nodes }) => nodes.map(({ html, failureSummary }) => [id, help, html, failureSummary].join(": ")));
  });
  return [...found, ...(await root.evaluate(tooFaint, DRAWN))];
}
