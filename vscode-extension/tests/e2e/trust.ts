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

    // The lens is the server's own, and the server refuses.
    await workbench.page.locator(".codelens-decoration a", { hasText: /^Run$/ }).click();
    await workbench.notification("does not trust this workspace").waitFor();
    await picture("untrusted");
    assert.ok(!existsSync(join(folder, "ran")) && !existsSync(join(folder, ".divisi")));
  } finally {
    await wary.stop();
  }
});
