import assert from "node:assert/strict";
import { test } from "node:test";

import type { Graph } from "../../src/protocol";
import { fit, show, zoom } from "../../src/webview/graph/camera";
import { Neighbours } from "../../src/webview/graph/neighbours";

const WINDOW = { width: 400, height: 300 };

/** Where a point of the picture is seen. */
function seen({ x, y, scale }: { x: number; y: number; scale: number }, at: { x: number; y: number }): number[] {
  return [at.x * scale + x, at.y * scale + y];
}

test("a small picture fits as it is, a large one is made smaller, both in the middle", () => {
  assert.deepEqual(fit({ width: 100, height: 100 }, WINDOW), { scale: 1, x: 150, y: 100 });
  const large = fit({ width: 4000, height: 1000 }, WINDOW);
  assert.equal(large.scale, 368 / 4000);
  assert.deepEqual(seen(large, { x: 2000, y: 500 }), [200, 150]);
});

test("what is under the pointer stays there while zooming", () => {
  const before = { x: 7, y: -3, scale: 0.5 };
  const after = zoom(before, 1.7, 120, 80);
  const point = { x: (120 - before.x) / before.scale, y: (80 - before.y) / before.scale };
  const [x, y] = seen(after, point);
  assert.ok(Math.abs((x ?? 0) - 120) < 1e-9 && Math.abs((y ?? 0) - 80) < 1e-9);
  assert.equal(zoom(before, 1000, 0, 0).scale, 4, "not without end");
});

test("a node is brought into the window, and one that is seen moves nothing", () => {
  const box = { x: 1000, y: 40, width: 100, height: 40 };
  const camera = { x: 0, y: 0, scale: 1 };
  assert.deepEqual(show(camera, box, WINDOW), { x: 400 - 16 - 1100, y: 0, scale: 1 });
  assert.deepEqual(show(camera, { ...box, x: 100 }, WINDOW), camera);
  assert.equal(show({ ...camera, scale: 0.1 }, box, WINDOW).scale, 0.8, "large enough to be read");
});

/** Two roots, one of them above the other, and a node that waits for both. */
const GRAPH: Graph = {
  name: "go",
  size: "",
  width: 300,
  height: 200,
  nodes: [
    node("top", 0, 0),
    node("bottom", 0, 100),
    node("last", 1, 90),
  ],
  edges: [
    { from: 0, to: 2, mark: "none", path: "" },
    { from: 1, to: 2, mark: "none", path: "" },
  ],
  phases: [],
  criticalPath: [],
  leftOut: 0,
  places: [],
  args: [],
  canChange: true,
};

function node(id: string, level: number, y: number): Graph["nodes"][number] {
  return { id, name: id, work: `run echo ${id}`, estimateMs: 0, level, mark: "none", x: level * 150, y, width: 100, height: 40 };
}

test("arrow keys lead along dependencies and within a level", () => {
  const neighbours = new Neighbours(GRAPH);
  assert.equal(neighbours.next(2, "left"), 1, "the nearest");
  assert.equal(neighbours.next(0, "right"), 2);
  assert.equal(neighbours.next(0, "down"), 1);
  assert.equal(neighbours.next(0, "up"), undefined);
  assert.equal(neighbours.next(2, "right"), undefined);
});

test("a search goes round and takes names and work", () => {
  const neighbours = new Neighbours(GRAPH);
  assert.equal(neighbours.find("O", 0), 0);
  assert.equal(neighbours.find("echo BOT", 2), 1);
  assert.equal(neighbours.find("nothing", 0), undefined);
  assert.equal(neighbours.find("", 0), undefined);
});
