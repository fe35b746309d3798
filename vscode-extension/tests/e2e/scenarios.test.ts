import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { writeFileSync } from "node:fs";
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

async function open(folder: string): Promise<Workbench> {
  window = await code.open(folder);
  return window;
}

test("a fault is underlined and listed, and an agent is completed", async () => {
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
