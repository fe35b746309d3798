import assert from "node:assert/strict";
import { test } from "node:test";

import { given, problem } from "../../src/commands/typed";
import { runNow } from "../../src/graph/now";
import type { KnownRun, RunEvent } from "../../src/protocol";
import { RunState } from "../../src/runs/state";
import { cost, duration, stateInWords } from "../../src/words";

function known(): KnownRun {
  return {
    run: "r1",
    root: "file:///w",
    dag: "go",
    uri: "file:///w/go.dag.yaml",
    startedAt: 1000,
    isLive: true,
    status: "running",
    done: 0,
    total: 1,
    failed: 0,
    seq: 3,
    isPaused: false,
    maxParallel: 2,
    args: {},
    isCostPartial: false,
    criticalPath: [],
    nodes: [{ path: "a", isGroup: false, state: { is: "ready" }, attempt: 0, attempts: [], outputs: {} }],
  };
}

type Told = RunEvent extends infer E ? (E extends RunEvent ? Omit<E, "v" | "run" | "seq" | "at" | "critical"> : never) : never;

function event(seq: number, told: Told): RunEvent {
  return { v: 1, run: "r1", seq, at: 1000 + seq * 100, critical: true, ...told };
}

test("an attempt is followed from its start to its end", () => {
  const state = new RunState(known());
  assert.ok(state.apply(event(4, { type: "attempt_granted", node: "a", attempt: 1 })));
  state.apply(event(5, { type: "attempt_started", node: "a", attempt: 1, pid: 1, boot_id: "", start_time: 0 }));
  state.apply(event(6, { type: "node_state", node: "a", state: { is: "running" } }));
  assert.equal(runNow(state).nodes["a"]?.startedAt, 1500);
  const usage = { input_tokens: 3, output_tokens: 4, usd: 0.5 };
  state.apply(event(7, { type: "attempt_ended", node: "a", attempt: 1, end: { is: "succeeded" }, evidence: { wall_ms: 200, usage } }));
  const outputs = { word: { value: "yes" }, file: { file: { path: "/w/x", digest: "" } } };
  state.apply(event(8, { type: "node_state", node: "a", state: { is: "succeeded" }, outputs }));
  state.apply(event(9, { type: "run_ended", verdict: "succeeded" }));

  const now = runNow(state);
  assert.deepEqual([now.status, now.isLive, now.done, now.usd, now.endedAt], ["succeeded", false, 1, 0.5, 1900]);
  assert.deepEqual(now.nodes["a"], {
    state: "succeeded",
    attempt: 1,
    detail: "",
    outputs: { word: "yes", file: "/w/x" },
    wallMs: 200,
    usd: 0.5,
  });
  assert.deepEqual(state.node("a")?.attempts, [{ startedAt: 1500, endedAt: 1700 }]);
});

test("an event that is known is passed over, and one that is missing is noticed", () => {
  const state = new RunState(known());
  assert.equal(state.apply(event(3, { type: "run_ended", verdict: "failed" })), false);
  assert.equal(state.run.isLive, true);
  assert.equal(state.misses(event(5, { type: "run_ended", verdict: "failed" })), true);
  assert.equal(state.misses(event(4, { type: "run_ended", verdict: "failed" })), false);
});

test("a run that goes on under another host is live again", () => {
  const state = new RunState({ ...known(), isLive: false, status: "failed", endedAt: 2000 });
  state.apply(event(4, { type: "host_started", epoch: 2, pid: 1 }));
  assert.deepEqual([state.run.isLive, state.run.status, state.run.endedAt], [true, "running", undefined]);
});

test("a run waits for a person where nothing else goes on, until there is an answer", () => {
  const state = new RunState(known());
  const told = (): unknown[] => [state.run.status, state.run.pauseCause];
  state.apply(event(4, { type: "node_state", node: "gate", state: { is: "waiting_approval" } }));
  assert.deepEqual(told(), ["running", undefined], "a is ready");
  state.apply(event(5, { type: "node_state", node: "a", state: { is: "waiting_decision" } }));
  assert.deepEqual(told(), ["paused", "decision"]);
  state.apply(event(6, { type: "node_state", node: "a", state: { is: "succeeded" } }));
  assert.deepEqual(told(), ["paused", "approval"]);
  state.apply(event(7, { type: "node_state", node: "gate", state: { is: "succeeded" } }));
  assert.deepEqual(told(), ["running", undefined]);
});

test("an instance that was not planned is new", () => {
  const state = new RunState(known());
  state.apply(event(4, { type: "node_state", node: "each[x]", state: { is: "failed", kind: "exit" }, detail: "1" }));
  assert.deepEqual([state.node("each[x]")?.detail, state.run.failed], ["1", 1]);
});

test("what is typed becomes a value of the declared type, or is refused", () => {
  assert.equal(given({ type: "integer" }, "12"), 12);
  assert.deepEqual(given({ type: "list" }, "a, b"), ["a", "b"]);
  assert.deepEqual(given({ type: "list" }, '["a, b"]'), ["a, b"]);
  assert.equal(given({ type: "boolean" }, "true"), true);
  assert.equal(problem({ type: "integer", required: false }, "1.5"), "A whole number is needed");
  assert.equal(problem({ type: "list", required: false }, "[1"), 'A list is needed: a, b or ["a", "b"]');
  assert.equal(problem({ type: "string", required: true }, ""), "A value is needed");
  assert.equal(problem({ type: "number", required: true, default: 1 }, ""), undefined);
});

test("times, costs and states are said in few words", () => {
  assert.deepEqual([5, 5600, 59_999, 61_000, 3_720_000].map(duration), ["5ms", "5.6s", "59s", "1m 1s", "1h 2m"]);
  assert.deepEqual([0.4201, 0.0042, 0].map(cost), ["$0.42", "$0.0042", "$0.00"]);
  assert.equal(stateInWords("waiting_approval"), "waits for approval");
});
