// Makes the package that is installed: `node package.mjs [--target linux-x64 --program ../target/dist/divisi] [--out FILE]`.
// With a program the package is for that platform alone and needs nothing else; without one it finds `divisi` on the PATH.
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { notices } from "./notices.mjs";

const { values } = parseArgs({
  options: {
    target: { type: "string" },
    program: { type: "string" },
    // The platform as Rust names it, where it is not this machine.
    rust: { type: "string" },
    out: { type: "string" },
    // Where the pictures of the README are found once it stands on a page of its own.
    images: { type: "string" },
  },
});
const { target, program, images } = values;
if ((target === undefined) !== (program === undefined)) {
  throw new Error("--target and --program belong together: a program runs on one platform");
}
const out = values.out ?? `dist/divisi${target === undefined ? "" : `-${target}`}.vsix`;

run(["build.mjs", "--minify"]);
rmSync("server", { recursive: true, force: true });
if (program !== undefined) {
  const bundled = join("server", target.startsWith("win32") ? "divisi.exe" : "divisi");
  mkdirSync("server");
  cpSync(program, bundled);
  chmodSync(bundled, 0o755);
}
const licences = ["LICENSE-MIT", "LICENSE-APACHE"];
licences.forEach((licence) => cpSync(join("..", licence), licence));
const NOTICES = "THIRD_PARTY_NOTICES.txt";
const rust = program === undefined ? undefined : (values.rust ?? machine());
writeFileSync(NOTICES, notices(JSON.parse(readFileSync("dist/bundled.json", "utf8")), rust));
try {
  run([
    ...["node_modules/@vscode/vsce/vsce", "package", "--no-dependencies", "--allow-missing-repository", "--skip-license", "--out", out],
    ...(target === undefined ? [] : ["--target", target]),
    ...(images === undefined ? ["--no-rewrite-relative-links"] : ["--baseImagesUrl", images, "--baseContentUrl", images]),
  ]);
} finally {
  // Else a package without a program would carry the one of the package before.
  ["server", NOTICES, ...licences].forEach((path) => rmSync(path, { recursive: true, force: true }));
}

function run(script) {
  const { status } = spawnSync(process.execPath, script, { stdio: "inherit" });
  if (status !== 0) {
    throw new Error(`${script[0]} ended with ${String(status)}`);
  }
}

function machine() {
  return /^host: (.+)$/m.exec(execFileSync("rustc", ["-vV"], { encoding: "utf8" }))[1];
}
