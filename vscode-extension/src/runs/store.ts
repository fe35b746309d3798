import * as vscode from "vscode";

import type { RunAtAGlance, RunEvent } from "../protocol";
import type { RunningServer } from "../server";
import { RunState } from "./state";

/** What is known of the runs of this window: the list, and in full those that somebody looks at. */
export class RunStore implements vscode.Disposable {
  private listed: RunAtAGlance[] = [];
  private readonly known = new Map<string, RunState>();
  /** Runs that are being asked for, and the events that came meanwhile. */
  private readonly asked = new Map<string, { answer: Promise<RunState | undefined>; events: RunEvent[] }>();
  private readonly changes = new vscode.EventEmitter<string | undefined>();
  private readonly subscription: vscode.Disposable;
  private refreshing: Promise<void> | undefined;

  /** A run changed; all may have where none is named. */
  readonly onDidChange = this.changes.event;

  constructor(private readonly server: RunningServer) {
    this.subscription = vscode.Disposable.from(
      server.onRunEvent((event) => {
        this.hear(event);
      }),
      server.onStart(() => void this.refresh()),
      server.onEnd(() => {
        this.known.clear();
        this.changes.fire(undefined);
      }),
    );
  }

  dispose(): void {
    this.subscription.dispose();
    this.changes.dispose();
  }

  /** The latest first; those that are followed as they are now. */
  get runs(): readonly RunAtAGlance[] {
    return this.listed.map((run) => this.known.get(run.run)?.run ?? run);
  }

  get live(): readonly RunAtAGlance[] {
    return this.runs.filter((run) => run.isLive);
  }

  /** What is known in full by now. */
  peek(run: string): RunState | undefined {
    return this.known.get(run);
  }

  /** The latest run of a file; asked for where it is not known yet. */
  async latestOf(uri: vscode.Uri): Promise<RunState | undefined> {
    const latest = this.runs.find((run) => isOf(run, uri));
    return latest === undefined ? undefined : await this.get(latest.run);
  }

  /** The run of the same file before this one. */
  async before(run: string): Promise<RunState | undefined> {
    const at = this.listed.findIndex((listed) => listed.run === run);
    const uri = this.listed[at]?.uri;
    const before = this.listed.slice(at + 1).find((listed) => listed.uri === uri);
    return before === undefined ? undefined : await this.get(before.run);
  }

  /** All that is known of a run. */
  async get(run: string): Promise<RunState | undefined> {
    const known = this.known.get(run);
    if (known !== undefined) {
      return known;
    }
    const asked = this.asked.get(run);
    if (asked !== undefined) {
      return await asked.answer;
    }
    const events: RunEvent[] = [];
    const answer = this.ask(run, events);
    this.asked.set(run, { answer, events });
    return await answer;
  }

  /** Asks for the list anew. */
  refresh(): Promise<void> {
    this.refreshing ??= this.list().finally(() => {
      this.refreshing = undefined;
    });
    return this.refreshing;
  }

  private async list(): Promise<void> {
    try {
      const { runs } = await this.server.request("divisi/runs", {});
      this.listed = runs;
    } catch {
      // Without a server nothing is known.
      this.listed = [];
    }
    // What goes on is followed in full from here on.
    await Promise.all(this.listed.filter((run) => run.isLive).map((run) => this.get(run.run)));
    this.changes.fire(undefined);
  }

  private async ask(run: string, events: RunEvent[]): Promise<RunState | undefined> {
    try {
      const root = this.listed.find((listed) => listed.run === run)?.root;
      if (root === undefined) {
        return undefined;
      }
      const state = new RunState(await this.server.request("divisi/run", { root, run }));
      for (const event of events) {
        state.apply(event);
      }
      this.known.set(run, state);
      this.changes.fire(run);
      return state;
    } catch {
      return undefined;
    } finally {
      this.asked.delete(run);
    }
  }

  private hear(event: RunEvent): void {
    const known = this.known.get(event.run);
    if (known === undefined) {
      const asked = this.asked.get(event.run);
      if (asked !== undefined) {
        asked.events.push(event);
      } else {
        void this.discover(event.run);
      }
      return;
    }
    if (known.misses(event)) {
      this.known.delete(event.run);
      void this.get(event.run);
      return;
    }
    if (known.apply(event)) {
      this.changes.fire(event.run);
    }
  }

  /** A run that is not in the list yet. */
  private async discover(run: string): Promise<void> {
    if (!this.listed.some((listed) => listed.run === run)) {
      await this.refresh();
    }
    await this.get(run);
  }
}

/** Whether the run is one of the DAG in this file. */
export function isOf(run: RunAtAGlance, uri: vscode.Uri): boolean {
  return vscode.Uri.parse(run.uri).toString() === uri.toString();
}
