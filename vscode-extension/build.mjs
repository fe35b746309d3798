// Bundles the extension, and each page of its views for itself: `node build.mjs [--minify]`.
import { rmSync } from "node:fs";

import { build } from "esbuild";

const minify = process.argv.includes("--minify");
const common = { bundle: true, minify, logLevel: "warning" };
rmSync("dist", { recursive: true, force: true });

await build({
  ...common,
  entryPoints: ["src/extension.ts"],
  outfile: "dist/extension.js",
  platform: "node",
  target: "node20",
  format: "cjs",
  external: ["vscode"],
});
for (const page of ["graph", "timeline"]) {
  const entryPoints = [`src/webview/${page}/main.ts`, `src/webview/${page}/style.css`];
  await build({
    ...common,
    entryPoints: entryPoints.map((file) => ({ in: file, out: page })),
    outdir: "dist",
    platform: "browser",
    target: "es2022",
    format: "iife",
  });
}
