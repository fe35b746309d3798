import * as vscode from "vscode";

import type { KnownNode, RunAtAGlance } from "../protocol";
import { cost, duration, type Look, lookOf, lookOfRun, stateInWords } from "../words";
import { contextOfNode, contextOfRun } from "./context";
import type { RunState } from "./state";
import type { RunStore } from "./store";

/** Events are gathered this long: a tree that is drawn anew for each cannot be read. */
const GATHER_MS = 200;

const ICONS: Record<Look, vscode.ThemeIcon> = {
  waiting: new vscode.ThemeIcon("circle-outline"),
  running: new vscode.ThemeIcon("sync~spin", new vscode.ThemeColor("charts.yellow")),
  attention: new vscode.ThemeIcon("question", new vscode.ThemeColor("charts.orange")),
  done: new vscode.ThemeIcon("pass", new vscode.ThemeColor("testing.iconPassed")),
  failed: new vscode.ThemeIcon("error", new vscode.ThemeColor("testing.iconFailed")),
  skipped: new vscode.ThemeIcon("circle-slash", new vscode.ThemeColor("testing.iconSkipped")),
};

/** A run, or a node of one. */
export type Entry =
  | { readonly kind: "run"; readonly run: RunAtAGlance }
  | { readonly kind: "node"; readonly run: RunAtAGlance; readonly node: KnownNode };

/** The runs of the workspace and their nodes, the latest run first. */
export class RunTree implements vscode.TreeDataProvider<Entry>, vscode.Disposable {
  private readonly changes = new vscode.EventEmitter<undefined>();
  private readonly view: vscode.TreeView<Entry>;
  private readonly subscription: vscode.Disposable;
  private timer: NodeJS.Timeout | undefined;
  readonly onDidChangeTreeData = this.changes.event;

  constructor(private readonly store: RunStore) {
    this.view = vscode.window.createTreeView("divisi.runs", { treeDataProvider: this });
    this.subscription = vscode.Disposable.from(
      this.view,
      this.changes,
      store.onDidChange(() => {
        this.timer ??= setTimeout(() => {
          this.timer = undefined;
          this.show();
        }, GATHER_MS);
      }),
    );
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.subscription.dispose();
  }

  async getChildren(entry?: Entry): Promise<Entry[]> {
    if (entry === undefined) {
      return this.store.runs.map((run) => ({ kind: "run", run }));
    }
    const state = entry.kind === "run" ? await this.store.get(entry.run.run) : undefined;
    return (state?.nodes ?? []).map((node) => ({ kind: "node", run: entry.run, node }));
  }

  getTreeItem(entry: Entry): vscode.TreeItem {
    return entry.kind === "run" ? runItem(entry.run, this.store.peek(entry.run.run)) : nodeItem(entry.run, entry.node);
  }

  private show(): void {
    this.changes.fire(undefined);
    const { length } = this.store.live;
    this.view.badge = length === 0 ? undefined : { value: length, tooltip: `${String(length)} live` };
  }
}

function runItem(run: RunAtAGlance, known: RunState | undefined): vscode.TreeItem {
  const { Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem(run.dag, run.isLive ? Expanded : Collapsed);
  item.id = run.run;
  const parts = [run.isLive ? `${run.status} ${String(run.done)}/${String(run.total)}` : run.status];
  if (run.endedAt !== undefined) {
    parts.push(duration(Math.max(0, run.endedAt - run.startedAt)));
  }
  if (known?.usd !== undefined) {
    parts.push(cost(known.usd));
  }
  parts.push(new Date(run.startedAt).toLocaleTimeString());
  item.description = parts.join(" · ");
  item.iconPath = ICONS[lookOfRun(run.status)];
  item.contextValue = contextOfRun(run);
  item.tooltip = `${run.dag}: ${run.status}\n${new Date(run.startedAt).toLocaleString()}\n${run.run}`;
  item.accessibilityInformation = { label: `Run of ${run.dag}, ${item.description}` };
  return item;
}

function nodeItem(run: RunAtAGlance, node: KnownNode): vscode.TreeItem {
  const item = new vscode.TreeItem(node.path);
  item.id = `${run.run} ${node.path}`;
  const parts = [stateInWords(node.state.is)];
  if (node.wallMs !== undefined) {
    parts.push(duration(node.wallMs));
  }
  if (node.attempt > 1) {
    parts.push(`attempt ${String(node.attempt)}`);
  }
  if (node.usage?.usd !== undefined) {
    parts.push(cost(node.usage.usd));
  }
  item.description = parts.join(" · ");
  item.iconPath = ICONS[lookOf(node.state.is)];
  item.tooltip = [node.title ?? node.path, stateInWords(node.state.is), node.detail ?? ""].filter((text) => text !== "").join("\n");
  item.contextValue = contextOfNode(run, node);
  item.accessibilityInformation = { label: `Node ${node.path}, ${item.description}` };
  if (node.attempt > 0) {
    item.command = { command: "divisi.openLog", title: "Open Log", arguments: [{ kind: "node", run, node }] };
  }
  return item;
}
