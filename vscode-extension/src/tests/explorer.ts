import * as vscode from "vscode";

import type { Actions } from "../commands/actions";
import { isDag } from "../documents";
import type { KnownNode } from "../protocol";
import type { RunState } from "../runs/state";
import type { RunStore } from "../runs/store";
import type { RunningServer } from "../server";
import { type Look, lookOf, stateInWords } from "../words";

const FILES = "**/*.dag.{yaml,yml,json}";
const MOST = 1000;

/** DAGs as suites and their nodes as tests, for those who run everything from the Test Explorer. */
export class TestExplorer implements vscode.Disposable {
  private readonly controller = vscode.tests.createTestController("divisi", "Divisi");
  private readonly subscription: vscode.Disposable;

  constructor(
    private readonly server: RunningServer,
    private readonly store: RunStore,
    private readonly actions: Actions,
  ) {
    const watcher = vscode.workspace.createFileSystemWatcher(FILES);
    this.controller.resolveHandler = async (item) => {
      await (item === undefined ? this.findFiles() : this.findNodes(item));
    };
    this.controller.refreshHandler = () => this.findFiles();
    this.controller.createRunProfile("Run", vscode.TestRunProfileKind.Run, (request, token) => this.run(request, token), true);
    this.subscription = vscode.Disposable.from(
      this.controller,
      watcher,
      watcher.onDidCreate((file) => {
        this.add(file);
      }),
      watcher.onDidChange((file) => {
        const item = this.controller.items.get(file.toString());
        return item === undefined ? undefined : this.findNodes(item);
      }),
      watcher.onDidDelete((file) => {
        this.controller.items.delete(file.toString());
      }),
    );
  }

  dispose(): void {
    this.subscription.dispose();
  }

  private async findFiles(): Promise<void> {
    const files = await vscode.workspace.findFiles(FILES, undefined, MOST);
    files.forEach((file) => {
      this.add(file);
    });
  }

  private add(file: vscode.Uri): void {
    if (isDag(file)) {
      const item = this.controller.createTestItem(file.toString(), vscode.workspace.asRelativePath(file), file);
      item.canResolveChildren = true;
      this.controller.items.add(item);
    }
  }

  private async findNodes(item: vscode.TestItem): Promise<void> {
    const { uri } = item;
    if (uri === undefined) {
      return;
    }
    await vscode.workspace.openTextDocument(uri);
    const graph = await this.server.request("divisi/graph", { textDocument: { uri: uri.toString() } });
    const nodes = (graph?.nodes ?? []).map((node, at) => {
      const child = this.controller.createTestItem(node.id, node.id, uri);
      const start = graph?.places[at]?.idRange.start;
      child.description = node.work;
      child.sortText = String(at).padStart(5, "0");
      if (start !== undefined) {
        child.range = new vscode.Range(start.line, start.character, start.line, start.character);
      }
      return child;
    });
    item.children.replace(nodes);
  }

  /** A file is run as a whole; a node with everything that it waits for. */
  private async run(request: vscode.TestRunRequest, token: vscode.CancellationToken): Promise<void> {
    const test = this.controller.createTestRun(request);
    const all: vscode.TestItem[] = [];
    this.controller.items.forEach((item) => all.push(item));
    for (const item of request.include ?? all) {
      if (!token.isCancellationRequested && request.exclude?.includes(item) !== true) {
        await this.runOne(item, test, token);
      }
    }
    test.end();
  }

  private async runOne(item: vscode.TestItem, test: vscode.TestRun, token: vscode.CancellationToken): Promise<void> {
    const suite = item.parent ?? item;
    await this.findNodes(suite);
    const id = await this.actions.run(item.uri, item.parent === undefined ? {} : { to: item.id });
    if (id === undefined) {
      test.errored(item, new vscode.TestMessage("It was not run."));
      return;
    }
    const told = new Map<string, Look>();
    await new Promise<void>((resolve) => {
      const show = (): void => {
        const state = this.store.peek(id);
        if (state !== undefined) {
          mark(suite, state, test, told);
          if (!state.run.isLive) {
            listening.dispose();
            resolve();
          }
        }
      };
      const listening = vscode.Disposable.from(
        this.store.onDidChange(show),
        token.onCancellationRequested(() => {
          const run = this.store.peek(id)?.run;
          return run === undefined ? undefined : this.actions.cancel(run);
        }),
      );
      void this.store.refresh().then(() => this.store.get(id)).then(show);
    });
  }
}

/** Tells how each node is, where that has changed: a failure that is told again is listed again. */
function mark(suite: vscode.TestItem, state: RunState, test: vscode.TestRun, told: Map<string, Look>): void {
  suite.children.forEach((item) => {
    const node = state.node(item.id);
    const look = node === undefined ? undefined : lookOf(node.state.is);
    if (node !== undefined && look !== undefined && told.get(item.id) !== look) {
      told.set(item.id, look);
      markOne(item, node, look, test);
    }
  });
}

function markOne(item: vscode.TestItem, node: KnownNode, look: Look, test: vscode.TestRun): void {
  switch (look) {
    case "waiting":
    case "attention":
      test.enqueued(item);
      break;
    case "running":
      test.started(item);
      break;
    case "done":
      test.passed(item, node.wallMs);
      break;
    case "failed":
      test.failed(item, new vscode.TestMessage(node.detail ?? stateInWords(node.state.is)), node.wallMs);
      break;
    case "skipped":
      test.skipped(item);
      break;
  }
}
