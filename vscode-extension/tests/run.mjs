// Bundles the tests of one folder and runs them with Node's own runner:
// `node tests/run.mjs unit|e2e|pictures|measure [FLAGS OF NODE]`. All but the unit tests install the package for this
// machine, which carries the program that `DIVISI_COMMAND` names, else the one of a debug build.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";

import { build } from "esbuild";

const [suite, ...flags] = process.argv.slice(2);
const folder = join(import.meta.dirname, suite);
const tests = readdirSync(folder).filter((name) => name.endsWith(".test.ts"));
if (suite !== "unit") {
  const program = process.env["DIVISI_COMMAND"] ?? join(import.meta.dirname, "../../target/debug/divisi");
  const target = `linux-${process.arch}`;
  const made = spawnSync(process.execPath, ["package.mjs", "--target", target, "--program", program, "--out", "dist/divisi.vsix"], {
    cwd: join(import.meta.dirname, ".."),
    stdio: "inherit",
  });
  if (made.status !== 0) {
    process.exit(made.status ?? 1);
  }
}
const outdir = join(import.meta.dirname, "../dist/tests");
await build({
  entryPoints: tests.map((name) => join(folder, name)),
  bundle: true,
  platform: "node",
  target: "node20",
  format: "esm",
  outExtension: { ".js": ".mjs" },
  external: ["playwright-core"],
  sourcemap: "inline",
  outdir,
  logLevel: "warning",
});
const bundles = tests.map((name) => join(outdir, name.replace(/\.ts$/, ".mjs")));
// One browser at a time: several would wait for each other's processor.
const runner = ["--enable-source-maps", "--test-concurrency=1", ...flags, "--test"];
const { status } = spawnSync(process.execPath, [...runner, ...bundles], { stdio: "inherit" });
process.exit(status ?? 1);
