import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { code, open, picture, scenario, until } from "./harness";

scenario("a fault is underlined and listed; an agent is completed, and renamed wherever it is named", async () => {
  const folder = code().workspace("review", "examples/review-all");
  writeFileSync(join(folder, ".claude/agents/scribe.md"), "---\nname: scribe\ndescription: Writes things down\n---\nYou write.\n");
  const nodes = "nodes:\n  - id: one\n    agent: senior-reviewr\n    prompt: Look at it\n  - id: two\n    agent: scribe\n    prompt: Note it\n";
  writeFileSync(join(folder, "broken.dag.yaml"), `name: broken\n${nodes}`);
  const workbench = await open(folder);
  await workbench.file("broken.dag.yaml");

  await workbench.squiggles().first().waitFor();
  const problems = await workbench.problems();
  await problems.filter({ hasText: "senior-reviewr" }).waitFor();
  await picture("problems");

  // Why it is not run is said once.
  await workbench.lens("Run").click();
  await workbench.notification("senior-reviewr").waitFor();
  assert.equal(await workbench.notification("").count(), 1);
  await workbench.command("Notifications: Clear All Notifications");
  await workbench.file("broken.dag.yaml");

  await workbench.cursorBehind("senior-reviewr");
  await workbench.page.keyboard.press("Control+Backspace");
  await workbench.page.keyboard.press("Control+Backspace");
  await workbench.page.keyboard.press("Control+Backspace");
  await workbench.page.keyboard.type("sen");
  await workbench.page.keyboard.press("Control+Space");
  await workbench.suggestions().filter({ hasText: "senior-reviewer" }).first().waitFor();
  await picture("completion");
  await workbench.page.keyboard.press("Enter");
  await workbench.squiggles().first().waitFor({ state: "detached" });
  assert.match(await workbench.text(), /agent: senior-reviewer/);

  await workbench.cursorBehind("agent: scribe");
  await workbench.page.keyboard.press("F2");
  await workbench.page.locator(".rename-box .rename-input").fill("chronicler");
  await picture("rename");
  await workbench.page.keyboard.press("Enter");
  await workbench.page.locator(".view-line", { hasText: "chronicler" }).waitFor();
  const agents = join(folder, ".claude/agents");
  await until(() => existsSync(join(agents, "chronicler.md")) && !existsSync(join(agents, "scribe.md")));
  await workbench.squiggles().first().waitFor({ state: "detached" });
});
