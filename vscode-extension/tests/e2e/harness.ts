import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { Code, PROJECT } from "./code";
import { PATIENCE, type Workbench } from "./workbench";

/** One browser and one server for all scenarios; a window and a workspace for each. */
let shared: Code | undefined;
let window: Workbench | undefined;

before(async () => {
  shared = await Code.start();
});
afterEach(async () => {
  await window?.close();
  window = undefined;
});
after(async () => {
  await shared?.stop();
});

/** The VS Code of all scenarios. */
export function code(): Code {
  if (shared === undefined) {
    throw new Error("VS Code did not start");
  }
  return shared;
}

/** A scenario; where it fails, what the window showed is kept beside the bundles of the tests. */
export function scenario(name: string, act: () => Promise<void> | void): void {
  test(name, async () => {
    try {
      await act();
    } catch (error) {
      await window?.page.screenshot({ path: join(import.meta.dirname, `${name.replaceAll(/[^a-z]+/g, "-")}.png`) });
      throw error;
    }
  });
}

/** The window of the scenario; it is closed with it. */
export async function open(folder: string, from: Code = code()): Promise<Workbench> {
  window = await from.open(folder);
  return window;
}

/** What the window shows now, for the documentation: taken anew where `DIVISI_PICTURES` is set. */
export async function picture(name: string): Promise<void> {
  if (process.env["DIVISI_PICTURES"] !== undefined) {
    // What moves comes to rest.
    await sleep(700);
    await window?.page.screenshot({ path: join(PROJECT, "docs/images", `vscode-${name}.png`) });
  }
}

/** A workspace with these files. */
export function workspace(name: string, files: Readonly<Record<string, readonly string[]>>): string {
  const folder = code().workspace(name);
  writeFileSync(join(folder, "divisi.toml"), "");
  for (const [file, lines] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), `${lines.join("\n")}\n`);
  }
  return folder;
}

/** Waits for what no window shows: a file. */
export async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + PATIENCE;
  while (!holds()) {
    if (Date.now() > end) {
      throw new Error(`It never came to hold: ${holds.toString()}`);
    }
    await sleep(50);
  }
}
