import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { open, picture, scenario, until, workspace } from "./harness";

const agent = (name: string): string[] => ["---", `name: ${name}`, `description: Is a ${name}`, "---", "You work."];

scenario("files are made from templates, other tools' DAGs and trackers, and what they would do is told", async () => {
  const folder = workspace("files", {
    ".claude/agents/coder.md": agent("coder"),
    ".claude/agents/tester.md": agent("tester"),
    "workflows/ship.json": [
      '{"name": "ship", "agents": [{"id": "dev"}], "tasks": [',
      '  {"id": "build", "assignTo": "dev", "claudePrompt": "Build"}]}',
    ],
    "MOVE.md": ["# Move", "", "## Phase 1: Build", "### AGENT 1: Coder", "- [ ] Write it"],
  });
  const workbench = await open(folder);
  const shows = (text: string): Promise<void> => workbench.page.locator(".view-line", { hasText: text }).first().waitFor();

  await workbench.command("Divisi: New DAG…");
  await workbench.choose("minimal");
  await workbench.answer("first.dag.yaml");
  await shows("nodes:");
  assert.match(readFileSync(join(folder, "first.dag.yaml"), "utf8"), /depends_on/);

  await workbench.command("Divisi: Plan");
  await shows("critical path");
  await picture("plan");

  await workbench.command("Divisi: Create Agent…");
  await workbench.answer("scribe");
  await shows("name: scribe");

  await workbench.file("ship.json");
  await workbench.command("Divisi: Convert to a DAG File…");
  const converted = join(folder, "workflows/ship.dag.yaml");
  await workbench.save(converted);
  await workbench.page.locator(".quick-input-title", { hasText: "Which agent is “dev”?" }).waitFor();
  await workbench.choose("coder");
  await until(() => existsSync(converted));
  await shows("Converted from ship.json");

  await workbench.file("MOVE.md");
  await workbench.command("Divisi: Import Tracker…");
  const imported = join(folder, "MOVE.dag.yaml");
  await workbench.save(imported);
  await until(() => existsSync(imported));
  await shows("agent: coder");

  await workbench.command("Divisi: Find Unused Agents");
  await shows("tester");
  await workbench.command("Divisi: Doctor");
  await shows("workspace");
});
