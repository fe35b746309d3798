import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { contextOfNode, contextOfRun } from "../../src/runs/context";

interface Manifest {
  readonly contributes: { readonly menus: Readonly<Record<string, readonly { command: string; when: string }[]>> };
}

const manifest = JSON.parse(readFileSync(join(import.meta.dirname, "../../package.json"), "utf8")) as Manifest;
const ofTree = manifest.contributes.menus["view/item/context"] ?? [];

/** What the tree offers for an entry of this kind in a trusted workspace. */
function offered(viewItem: string): string[] {
  return ofTree.flatMap(({ command, when }) => {
    const pattern = /viewItem =~ \/(.+?)\/( |$)/.exec(when)?.[1];
    assert.ok(pattern !== undefined, `${command} stands at everything`);
    return new RegExp(pattern).test(viewItem) ? [command.replace("divisi.", "")] : [];
  });
}

test("each run offers what can be done with it", () => {
  assert.deepEqual(offered(contextOfRun({ isLive: true, status: "running" })), ["cancel", "pause", "showTimeline", "openFile"]);
  assert.deepEqual(offered(contextOfRun({ isLive: true, status: "paused" })), ["cancel", "unpause", "showTimeline", "openFile"]);
  assert.deepEqual(offered(contextOfRun({ isLive: false, status: "failed" })), ["resume", "showTimeline", "openFile"]);
  assert.deepEqual(offered(contextOfRun({ isLive: false, status: "succeeded" })), ["showTimeline", "openFile"]);
});

test("only a node that waits for a person offers answers", () => {
  const live = { isLive: true };
  assert.deepEqual(offered(contextOfNode(live, { state: { is: "running" }, attempt: 1 })), ["openFile", "openLog"]);
  assert.deepEqual(offered(contextOfNode(live, { state: { is: "waiting_approval" }, attempt: 0 })), [
    "openFile",
    "approve",
    "reject",
  ]);
  const decisions = ["runLostAgain", "markAsSucceeded", "markAsFailed"];
  const lost = { state: { is: "waiting_decision" }, attempt: 1 } as const;
  assert.deepEqual(offered(contextOfNode(live, lost)), ["openFile", "openLog", ...decisions]);
  assert.deepEqual(offered(contextOfNode({ isLive: false }, lost)), ["openFile", "openLog", "runFromHere", ...decisions]);
});
