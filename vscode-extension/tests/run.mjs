// Bundles the tests of one folder and runs them with Node's own runner: `node tests/run.mjs unit|e2e [FLAGS OF NODE]`.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";

import { build } from "esbuild";

const [suite, ...flags] = process.argv.slice(2);
const folder = join(import.meta.dirname, suite);
const tests = readdirSync(folder).filter((name) => name.endsWith(".test.ts"));
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
const { status } = spawnSync(process.execPath, ["--enable-source-maps", ...flags, "--test", ...bundles], { stdio: "inherit" });
process.exit(status ?? 1);
