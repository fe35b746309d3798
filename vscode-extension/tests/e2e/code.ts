import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { type Browser, chromium } from "playwright-core";

import { Workbench } from "./workbench";

/** The checkout: the tests are bundled into `vscode-extension/dist/tests/`. */
export const PROJECT = resolve(import.meta.dirname, "../../..");

const CHROMIUM_FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const SETTINGS = {
  "workbench.startupEditor": "none",
  // Else it follows the browser's.
  "workbench.colorTheme": "Default Dark Modern",
  "telemetry.telemetryLevel": "off",
  "extensions.autoUpdate": false,
  "update.mode": "none",
  // A workspace that is not trusted stays so; where trust is switched off nobody is asked anyway.
  "security.workspace.trust.startupPrompt": "never",
  "git.enabled": false,
  "chat.disableAIFeatures": true,
  "chat.commandCenter.enabled": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "editor.minimap.enabled": false,
  "window.commandCenter": false,
  // A hover over one row would cover the next.
  "workbench.hover.delay": 100_000,
};

interface Options {
  /** Ask for trust, as a fresh VS Code does. Without it every workspace is trusted. */
  readonly asksForTrust?: boolean;
}

/** One VS Code in a browser, with the packaged extension in it and nothing else: no setting, no `divisi` on the PATH. */
export class Code {
  private constructor(
    private readonly scene: string,
    private readonly port: number,
    private readonly server: ChildProcess,
    private readonly browser: Browser,
  ) {}

  static async start(options: Options = {}): Promise<Code> {
    // Sockets live below it, and their paths must be short.
    const scene = mkdtempSync(join(tmpdir(), "dvs-"));
    for (const folder of ["user/User", "user/Machine", "extensions", "home", "config", "data", "cache", "state", "run", "tmp"]) {
      mkdirSync(join(scene, folder), { recursive: true });
    }
    writeFileSync(join(scene, "empty.yaml"), "");
    writeFileSync(join(scene, "user/User/settings.json"), JSON.stringify(SETTINGS));

    const install = ["--install-extension", join(PROJECT, "vscode-extension/dist/divisi.vsix"), "--force"];
    await ended(run(scene, install));
    const port = await freePort();
    const trust = options.asksForTrust === true ? [] : ["--disable-workspace-trust"];
    const server = run(scene, [
      ...["--auth", "none", "--bind-addr", `127.0.0.1:${String(port)}`, ...trust],
      ...["--disable-telemetry", "--disable-update-check", "--disable-getting-started-override", "--ignore-last-opened"],
    ]);
    await healthy(port, scene);
    const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: CHROMIUM_FLAGS });
    return new Code(scene, port, server, browser);
  }

  /** A copy of a folder of the checkout, which the scenario may change. */
  workspace(name: string, source?: string): string {
    const folder = join(this.scene, "w", name);
    if (source === undefined) {
      mkdirSync(folder, { recursive: true });
    } else {
      cpSync(join(PROJECT, source), folder, { recursive: true });
    }
    return folder;
  }

  /** The text of a file of the extension, as it was installed. */
  installed(file: string): string {
    const extensions = join(this.scene, "extensions");
    const [ours] = readdirSync(extensions).filter((name) => name.startsWith("divisi."));
    return readFileSync(join(extensions, ours ?? "", file), "utf8");
  }

  /** A window with `folder` in it. */
  async open(folder: string, size = { width: 1280, height: 800 }): Promise<Workbench> {
    const context = await this.browser.newContext({ viewport: size });
    const page = await context.newPage();
    await page.goto(`http://127.0.0.1:${String(this.port)}/?folder=${folder}`);
    const workbench = new Workbench(page);
    await workbench.ready();
    return workbench;
  }

  /** Ends everything that was started, language servers included. */
  async stop(): Promise<void> {
    await this.browser.close();
    await endGroup(this.server);
    rmSync(this.scene, { recursive: true, force: true, maxRetries: 5 });
  }
}

function run(scene: string, args: string[]): ChildProcess {
  const log = openSync(join(scene, "code-server.log"), "a");
  const env = {
    PATH: pathWithout("divisi"),
    HOME: join(scene, "home"),
    SHELL: "/bin/bash",
    LANG: "C.UTF-8",
    // Else it looks a gallery up.
    EXTENSIONS_GALLERY: '{"serviceUrl":""}',
    XDG_CONFIG_HOME: join(scene, "config"),
    XDG_DATA_HOME: join(scene, "data"),
    XDG_CACHE_HOME: join(scene, "cache"),
    XDG_STATE_HOME: join(scene, "state"),
    XDG_RUNTIME_DIR: join(scene, "run"),
    TMPDIR: join(scene, "tmp"),
  };
  const entry = join(PROJECT, ".tools/vscode/node_modules/code-server/out/node/entry.js");
  const own = ["--config", join(scene, "empty.yaml")];
  const data = ["--user-data-dir", join(scene, "user"), "--extensions-dir", join(scene, "extensions")];
  return spawn(process.execPath, [entry, ...own, ...data, ...args], {
    env,
    // A group of its own: killing the wrapper alone would leave the extension host and the language server.
    detached: true,
    stdio: ["ignore", log, log],
  });
}

/** The folders of programs, without those that hold this one. */
function pathWithout(program: string): string {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.filter((folder) => !existsSync(join(folder, program))).join(delimiter);
}

async function ended(process: ChildProcess): Promise<void> {
  const code = await new Promise((resolve) => process.on("exit", resolve));
  if (code !== 0) {
    throw new Error(`The extension was not installed: status ${String(code)}`);
  }
}

async function endGroup(process: ChildProcess): Promise<void> {
  const { pid } = process;
  if (pid === undefined || process.exitCode !== null) {
    return;
  }
  const gone = new Promise((resolve) => process.once("exit", resolve));
  globalThis.process.kill(-pid, "SIGTERM");
  await Promise.race([gone, sleep(5000)]);
  try {
    globalThis.process.kill(-pid, "SIGKILL");
  } catch {
    // Nobody of the group is left.
  }
}

async function healthy(port: number, scene: string): Promise<void> {
  for (let look = 0; look < 300; look++) {
    try {
      if ((await fetch(`http://127.0.0.1:${String(port)}/healthz`)).ok) {
        return;
      }
    } catch {
      // It does not listen yet.
    }
    await sleep(100);
  }
  throw new Error(`code-server did not start: ${readFileSync(join(scene, "code-server.log"), "utf8")}`);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => {
        if (address !== null && typeof address === "object") {
          resolve(address.port);
        } else {
          reject(new Error("no port"));
        }
      });
    });
  });
}
