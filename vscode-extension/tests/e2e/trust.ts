import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { Code } from "./code";
import { open, picture, scenario } from "./harness";

scenario("in an untrusted workspace files are checked, and nothing runs", async () => {
  const wary = await Code.start({ asksForTrust: true });
  try {
    const folder = wary.workspace("foreign");
    writeFileSync(join(folder, "divisi.toml"), "");
    writeFileSync(join(folder, "foreign.dag.yaml"), "name: foreign\nnodes:\n  - id: evil\n    run: touch ran\n    rnu: x\n");
    const workbench = await open(folder, wary);
    await workbench.file("foreign.dag.yaml");
    await (await workbench.problems()).filter({ hasText: "rnu" }).waitFor();

    const offered = await workbench.offered("Divisi:");
    assert.ok(offered.includes("Divisi: Show Graph"), offered.join(", "));
    assert.ok(!offered.some((title) => /^Divisi: (Run|Resume)/.test(title)), offered.join(", "));
    await workbench.command("Divisi: Show Graph");
    await workbench.webview().locator("#size", { hasText: "1 node" }).waitFor();
    assert.ok(await workbench.webview().locator("#run").isHidden());

    // Where an agent is used may be asked, so the lenses are there; those that run are not.
    await workbench.lens("used by 0").first().waitFor();
    assert.equal(await workbench.lens("Run").count(), 0);
    await picture("untrusted");
    assert.ok(!existsSync(join(folder, "ran")) && !existsSync(join(folder, ".divisi")));

    await workbench.command("Workspaces: Manage Workspace Trust");
    await workbench.page.locator(".workspace-trust-editor .monaco-button", { hasText: /^Trust$/ }).click();
    await workbench.file("foreign.dag.yaml");
    await workbench.lens("Run").waitFor();
  } finally {
    await wary.stop();
  }
});
