import assert from "node:assert/strict";
import { test } from "node:test";

import { labelsWithoutAgents } from "../../src/commands/refusals";

test("labels that are no agents are read off the refusal to convert", () => {
  const refusal = [
    "error: ship.json names no agents but labels: say which agent each is",
    "  help: Lead Dev",
    "  help: qa",
    "  help: --agents Lead Dev=AGENT,qa=AGENT",
  ];
  assert.deepEqual(labelsWithoutAgents(refusal.join("\n")), ["Lead Dev", "qa"]);
  assert.deepEqual(labelsWithoutAgents("error: ship.json has faults: mend them first\n  help: divisi check ship.json"), []);
  assert.deepEqual(labelsWithoutAgents(""), []);
});
