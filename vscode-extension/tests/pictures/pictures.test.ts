/** Takes the pictures of the extension in docs/images anew: `node tests/run.mjs pictures`. */
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { Code, PROJECT } from "../e2e/code";
import type { Workbench } from "../e2e/workbench";

const DAG = `name: release
description: Check everything at the same time, ask, publish
max_parallel: 4
phases:
  - { id: check, title: Check }
  - { id: build, title: Build }
  - { id: ship, title: Ship }

nodes:
  - id: sources
    run: ./do sources 1
    phase: check
    estimate: 1s
  - id: lint
    depends_on: [sources]
    run: ./do lint 2
    phase: check
    estimate: 2s
  - id: unit-tests
    depends_on: [sources]
    run: ./do unit-tests 4
    phase: check
    estimate: 4s
  - id: security
    depends_on: [sources]
    run: ./do security 14
    phase: check
    estimate: 14s
  - id: linux
    depends_on: [lint, unit-tests]
    run: ./do linux 16
    phase: build
    estimate: 16s
  - id: documentation
    depends_on: [lint]
    run: ./do documentation 3
    phase: build
    estimate: 3s
  - id: gate
    depends_on: [linux, documentation, security]
    approve: Publish version 2.0?
    phase: ship
  - id: publish
    depends_on: [gate]
    run: ./do publish 1
    phase: ship
    estimate: 1s
  - id: announce
    depends_on: [publish]
    run: ./do announce 1
    phase: ship
    estimate: 1s
`;

const THEMES = { "": "Dark Modern", "-light": "Light Modern", "-contrast": "Dark High Contrast" };

test("pictures", async () => {
  const code = await Code.start();
  try {
    const folder = code.workspace("release");
    writeFileSync(join(folder, "divisi.toml"), "");
    writeFileSync(join(folder, "do"), '#!/bin/sh\necho "$1: begun"\nsleep "$2"\necho "$1: done"\n');
    chmodSync(join(folder, "do"), 0o755);
    writeFileSync(join(folder, "release.dag.yaml"), DAG);
    const window = await code.open(folder, { width: 1400, height: 820 });
    await window.file("release.dag.yaml");
    await window.command("Divisi: Show Graph");
    const graph = window.webview();
    await graph.locator("#size", { hasText: "9 nodes" }).waitFor();

    await graph.getByRole("button", { name: "Run", exact: true }).click();
    await window.statusBar(/release/).click();
    await graph.locator('.node[data-look="running"]', { hasText: "linux" }).waitFor();
    await graph.getByRole("button", { name: "Fit" }).click();
    await shoot(window, "vscode-graph", ["", "-light", "-contrast"]);

    const rows = window.page.locator(".pane-body .monaco-list-row");
    const gate = rows.filter({ hasText: "gate" }).filter({ hasText: "waits for approval" });
    await gate.hover();
    await gate.getByRole("button", { name: "Approve" }).click();
    const run = rows.filter({ hasText: /^release/ }).first();
    await run.filter({ hasText: "succeeded" }).waitFor();
    await window.file("release.dag.yaml");
    await window.command("Divisi: Run");
    const next = rows.filter({ hasText: "gate" }).filter({ hasText: "waits for approval" });
    await next.hover();
    await next.getByRole("button", { name: "Approve" }).click();
    await rows.filter({ hasText: /^release/ }).filter({ hasText: "succeeded" }).nth(1).waitFor();
    await run.hover();
    await run.getByRole("button", { name: "Show Timeline" }).click();
    await window.webview().locator("#before", { hasText: "the run before" }).waitFor();
    await window.command("Notifications: Clear All Notifications");
    await shoot(window, "vscode-runs", [""]);
  } finally {
    await code.stop();
  }
});

/** One picture a theme. */
async function shoot(window: Workbench, name: string, themes: (keyof typeof THEMES)[]): Promise<void> {
  for (const theme of themes) {
    await window.theme(THEMES[theme]);
    const look = theme === "-light" ? "vs" : theme === "-contrast" ? "hc-black" : "vs-dark";
    await window.page.locator(`.monaco-workbench.${look}`).waitFor();
    // Views draw themselves in the new colours within a frame or two.
    await window.page.waitForTimeout(700);
    await window.page.screenshot({ path: join(PROJECT, "docs/images", `${name}${theme}.png`) });
  }
}
