// Bundles the extension, and each page of its views for itself: `node build.mjs [--minify]`. `dist/bundled.json` lists
// the files that went into the bundles.
import { rmSync, writeFileSync } from "node:fs";

import { build } from "esbuild";

const minify = process.argv.includes("--minify");
const common = { bundle: true, minify, logLevel: "warning", metafile: true };
const bundled = new Set();
const bundle = async (options) => {
  const { metafile } = await build({ ...common, ...options });
  Object.keys(metafile.inputs).forEach((file) => bundled.add(file));
};
rmSync("dist", { recursive: true, force: true });

await bundle({
  entryPoints: ["src/extension.ts"],
  outfile: "dist/extension.js",
  platform: "node",
  target: "node20",
  format: "cjs",
  external: ["vscode"],
});
for (const page of ["graph", "timeline"]) {
  const entryPoints = [`src/webview/${page}/main.ts`, `src/webview/${page}/style.css`];
  await bundle({
    entryPoints: entryPoints.map((file) => ({ in: file, out: page })),
    outdir: "dist",
    platform: "browser",
    target: "es2022",
    format: "iife",
  });
}
writeFileSync("dist/bundled.json", JSON.stringify([...bundled].sort()));
