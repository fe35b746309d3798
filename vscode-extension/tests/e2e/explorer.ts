import { open, picture, scenario, workspace } from "./harness";

scenario("in the Test Explorer a DAG is a suite, and its nodes pass, fail and are skipped", async () => {
  const folder = workspace("suite", {
    "suite.dag.yaml": [
      "name: suite",
      "nodes:",
      "  - id: good",
      "    run: echo good",
      "  - id: bad",
      "    depends_on: [good]",
      "    run: cat nothing",
      "  - id: never",
      "    depends_on: [bad]",
      "    run: echo never",
    ],
  });
  const workbench = await open(folder);
  await workbench.file("suite.dag.yaml");
  await workbench.command("Testing: Focus on Test Explorer View");
  const rows = workbench.page.locator(".test-explorer .monaco-list-row");
  await rows.filter({ hasText: "suite.dag.yaml" }).waitFor();
  await workbench.command("Test: Run All Tests");
  const looks = (name: string, look: string): Promise<void> =>
    rows.filter({ hasText: name }).filter({ has: workbench.page.locator(`[class*="testing-${look}-icon"]`) }).waitFor();
  await looks("suite.dag.yaml", "failed");
  await rows.filter({ hasText: "suite.dag.yaml" }).locator(".monaco-tl-twistie").click();
  await looks("good", "passed");
  await looks("bad", "failed");
  await looks("never", "skipped");
  await picture("tests");
  // Each failure is told once.
  await workbench.page.locator(".test-output-peek-tree .monaco-list-row", { hasText: "exit status 1" }).waitFor();
});
