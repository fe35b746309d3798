// The licences of what a package carries of others: the npm packages that are bundled, and the crates that are linked
// into the program. See docs/decisions/0040-third-party-notices.md.
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";

const LICENCE = /^(licen[cs]e|copying|notice|unlicense|copyright)/i;
const AS_TEXT = /^(\.(md|txt)|[-.][\w.-]+)?$/i;

/**
 * The text of the file. `bundled` are the files that went into the bundles, as esbuild tells them; `rust` is the platform
 * of the program as Rust names it, none where the package carries no program.
 */
export function notices(bundled, rust) {
  const parts = [...npmPackages(bundled), ...(rust === undefined ? [] : crates(rust))];
  const silent = parts.filter(({ texts, licence }) => texts.length === 0 && licence === undefined);
  if (silent.length > 0) {
    throw new Error(`No licence is known of ${silent.map(({ name }) => name).join(", ")}`);
  }
  const list = parts.map(({ name, licence, from }) => `- ${[name, licence, from].filter(Boolean).join(", ")}`);
  const texts = [...byText(parts)].map(([text, names]) => `${"-".repeat(80)}\n${names.join(", ")}\n\n${text}\n`);
  const standard = "- The standard library of Rust, MIT OR Apache-2.0, https://github.com/rust-lang/rust";
  return [
    "This package carries the work of others. What each part is, and under which licence; the licences' texts follow.\n",
    ...list,
    ...(rust === undefined ? [] : [standard]),
    "",
    ...texts,
  ].join("\n");
}

function npmPackages(bundled) {
  const folders = new Set(bundled.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.slice(0, 1) ?? []));
  return [...folders].sort().map((folder) => {
    const { name, version, license, homepage } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    return { name: `${name} ${version}`, licence: license, from: homepage, texts: textsIn(folder) };
  });
}

function crates(rust) {
  const args = ["metadata", "--format-version", "1", "--locked", "--filter-platform", rust];
  const { packages, resolve } = JSON.parse(
    execFileSync("cargo", args, { encoding: "utf8", maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "inherit"] }),
  );
  const nodes = new Map(resolve.nodes.map((node) => [node.id, node]));
  const found = new Set(packages.filter(({ name, source }) => name === "divisi" && source === null).map(({ id }) => id));
  // What is found meanwhile is walked as well. Build scripts and tests are not linked.
  for (const id of found) {
    const linked = nodes.get(id).deps.filter(({ dep_kinds }) => dep_kinds.some(({ kind }) => kind === null));
    linked.forEach(({ pkg }) => found.add(pkg));
  }
  return packages
    .filter(({ id, source }) => found.has(id) && source !== null)
    .sort((one, other) => one.name.localeCompare(other.name))
    .map(({ name, version, license, repository, license_file, manifest_path }) => ({
      name: `${name} ${version}`,
      licence: license ?? license_file ?? undefined,
      from: repository ?? undefined,
      texts: textsIn(dirname(manifest_path)),
    }));
}

/** The licences in a folder; none where the author left them out, and only names one. */
function textsIn(folder) {
  const isLicence = (name) => LICENCE.test(name) && AS_TEXT.test(name.replace(LICENCE, ""));
  const files = readdirSync(folder, { withFileTypes: true }).filter((file) => file.isFile() && isLicence(file.name));
  return files.map((file) => readFileSync(join(folder, file.name), "utf8").replaceAll("\r\n", "\n").trim());
}

/** Each text once, with the names of all parts that carry it. */
function byText(parts) {
  const byWords = new Map();
  for (const { name, texts } of parts) {
    for (const text of texts) {
      const words = text.replaceAll(/\s+/g, " ");
      const known = byWords.get(words) ?? [text, []];
      known[1].push(name);
      byWords.set(words, known);
    }
  }
  return byWords.values();
}
