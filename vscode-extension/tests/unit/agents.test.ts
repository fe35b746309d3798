import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { ask } from "../../src/agents/ask";

/** A program that answers as a server does: with what it was asked. */
function standIn(script: string): string {
  const path = join(mkdtempSync(join(tmpdir(), "divisi-")), "divisi");
  writeFileSync(path, `#!/usr/bin/env node\n${script}`);
  chmodSync(path, 0o755);
  return path;
}

const SERVER = `
require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const { id, params } = JSON.parse(line);
  const say = (result) => console.log(JSON.stringify({ jsonrpc: "2.0", id, result }));
  if (id === 1) say({ protocolVersion: params.protocolVersion });
  if (id === 2) {
    const text = JSON.stringify([process.argv.slice(2), params]);
    say({ content: [{ type: "text", text }], isError: params.name === "bad" });
  }
});
`;

test("a tool is asked about a folder", async () => {
  const program = standIn(SERVER);
  const { text, isError } = await ask(program, "/w", "plan", { file: "a" }, new AbortController().signal);
  assert.deepEqual(JSON.parse(text), [["mcp", "--root", "/w"], { name: "plan", arguments: { file: "a" } }]);
  assert.equal(isError, false);
  assert.equal((await ask(program, "/w", "bad", {}, new AbortController().signal)).isError, true);
});

test("a program that is not there or says nothing is an error", async () => {
  const signal = new AbortController().signal;
  await assert.rejects(ask("/absent/divisi", "/w", "plan", {}, signal));
  await assert.rejects(ask(standIn(""), "/w", "plan", {}, signal));
});

test("a question is given up", async () => {
  const abort = new AbortController();
  const asked = ask(standIn("setInterval(() => undefined, 1000)"), "/w", "plan", {}, abort.signal);
  abort.abort();
  await assert.rejects(asked, { name: "AbortError" });
});
