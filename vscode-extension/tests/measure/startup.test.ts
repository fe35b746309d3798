/** Measures the package and how long it takes to activate: `node tests/run.mjs measure`. Asserts nothing about time. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { Code, PROJECT } from "../e2e/code";

test("size and activation", async () => {
  const { size } = statSync(join(PROJECT, "vscode-extension/dist/divisi.vsix"));
  console.log(`package: ${(size / 1_000_000).toFixed(1)} MB`);
  const code = await Code.start();
  try {
    for (const start of ["first", "second", "third"]) {
      const window = await code.open(code.workspace(`start-${start}`, "examples/review-all"));
      const opened = Date.now();
      await window.file("review-all.dag.yaml");
      await window.page.locator(".view-line", { hasText: "level 1/3" }).first().waitFor();
      console.log(`${start} window: hints ${String(Date.now() - opened)} ms after the file was asked for`);
      await window.command("Developer: Show Running Extensions");
      const row = window.page.locator(".runtime-extensions-editor .extension", { hasText: "Divisi" });
      console.log(`${start} window: ${await row.locator(".activation-time").innerText()} (as the extension host measured)`);
      await window.close();
    }
  } finally {
    await code.stop();
  }
});
