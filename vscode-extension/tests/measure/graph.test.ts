/** Measures the graph view with 1,000 nodes: `node tests/run.mjs measure`. Prints, and asserts nothing about time. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { Code } from "../e2e/code";

const NODES = 1000;
const WIDTH = 25;

/** Layers of 25, each node after one to three of the layers before; ten phases. */
function large(): string {
  let seed = 7;
  const random = (below: number): number => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return Math.floor((seed / 2147483648) * below);
  };
  const phases = Array.from({ length: 10 }, (_, at) => `  - {id: p${String(at)}, title: Phase ${String(at)}}`);
  const nodes = Array.from({ length: NODES }, (_, at) => {
    const on = Array.from({ length: at < WIDTH ? 0 : 1 + random(3) }, () => Math.max(0, at - WIDTH - random(WIDTH)));
    const waits = [...new Set(on)].map((before) => `node-${String(before)}`).join(", ");
    return `  - {id: node-${String(at)}, run: echo ${String(at)}, phase: p${String(Math.floor(at / 100))}, depends_on: [${waits}]}`;
  });
  return ["name: large", "phases:", ...phases, "nodes:", ...nodes, ""].join("\n");
}

test("a thousand nodes", async () => {
  const code = await Code.start();
  try {
    const folder = code.workspace("large");
    writeFileSync(join(folder, "large.dag.yaml"), large());
    const window = await code.open(folder);
    await window.file("large.dag.yaml");
    await window.statusBar("Ln 1").waitFor();

    const asked = Date.now();
    await window.command("Divisi: Show Graph");
    const picture = window.webview().locator("#picture[data-drawn]");
    await picture.waitFor();
    const seen = Date.now() - asked;
    const drawn = await picture.getAttribute("data-drawn");
    assert.equal(await window.webview().locator(".node").count(), NODES);
    console.log(`first picture: ${String(seen)} ms after the command was typed, of which the page took ${String(drawn)} ms`);

    for (const [what, zooms] of [["all of it in the window", 0], ["at a size at which it can be read", 18]] as const) {
      for (let step = 0; step < zooms; step++) {
        await window.webview().getByRole("button", { name: "Zoom in" }).click();
      }
      const frames = await picture.evaluate(async (element) => {
        const end = performance.now() + 3000;
        const times: number[] = [];
        while (performance.now() < end) {
          const step = times.length % 60 < 30 ? 12 : -12;
          element.dispatchEvent(new WheelEvent("wheel", { deltaX: step, deltaY: step, cancelable: true, bubbles: true }));
          times.push(await new Promise(requestAnimationFrame));
        }
        const gaps = times.slice(1).map((time, at) => time - (times[at] ?? 0)).sort((one, other) => one - other);
        return { each: times.length / 3, median: gaps[Math.floor(gaps.length / 2)] ?? 0, worst: gaps.at(-1) ?? 0 };
      });
      const { each, median, worst } = frames;
      console.log(`panning, ${what}: ${each.toFixed(0)} frames/s, median ${median.toFixed(1)} ms, worst ${worst.toFixed(0)} ms`);
    }
  } finally {
    await code.stop();
  }
});
