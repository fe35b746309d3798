import * as vscode from "vscode";

import { dagInView } from "../documents";
import type { GraphPanel } from "../graph/panel";
import type { RunAtAGlance } from "../protocol";
import type { RunStore } from "../runs/store";
import type { Entry } from "../runs/tree";
import type { RunningServer } from "../server";
import type { TimelinePanel } from "../timeline/panel";
import { waitsForPerson } from "../words";
import type { Actions } from "./actions";
import { convert, createAgent, importTracker, newDag, plan, report } from "./files";

interface Parts {
  readonly server: RunningServer;
  readonly store: RunStore;
  readonly actions: Actions;
  readonly graph: GraphPanel;
  readonly timeline: TimelinePanel;
}

/** The commands of the palette. */
export function registerCommands(parts: Parts): vscode.Disposable {
  return vscode.Disposable.from(ofPalette(parts), ofTree(parts), ofFiles());
}

/** Those that ask which DAG or which run is meant. */
function ofPalette({ server, store, actions, graph, timeline }: Parts): vscode.Disposable {
  return vscode.Disposable.from(
    command("run", (file) => actions.run(dagInView(file))),
    command("runWithArguments", (file) => actions.run(dagInView(file), { asks: true })),
    command("runTo", async (file) => {
      const dag = dagInView(file);
      const to = dag === undefined ? undefined : await chooseNode(server, dag);
      if (to !== undefined) {
        await actions.run(dag, { to });
      }
    }),
    command("cancel", ofRun(store, "Which run to cancel", (run) => run.isLive, (run) => actions.cancel(run))),
    command("pause", ofRun(store, "Which run to pause", isGoing, (run) => actions.pause(run, false))),
    command("unpause", ofRun(store, "Which run goes on", isPaused, (run) => actions.pause(run, true))),
    command("resume", ofRun(store, "Which run to resume", isUnfinished, (run) => actions.resume(run))),
    command("showTimeline", ofRun(store, "Which run to show", () => true, (run) => {
      timeline.open(run.run);
    })),
    command("refreshRuns", () => store.refresh()),
    command("showGraph", (file) => {
      const dag = dagInView(file);
      if (dag === undefined) {
        void vscode.window.showInformationMessage("Open a DAG file first, then show its graph.");
      } else {
        graph.show(dag);
      }
    }),
    command("restartServer", () => server.restart()),
  );
}

/** Those of the tree of runs, where it is clear what is meant. */
function ofTree({ actions }: Parts): vscode.Disposable {
  const ofNode = (name: string, act: (run: RunAtAGlance, node: string) => Promise<void>): vscode.Disposable =>
    command(name, async (entry) => {
      if (isEntry(entry) && entry.kind === "node") {
        await act(entry.run, entry.node.path);
      }
    });
  return vscode.Disposable.from(
    ofNode("openLog", (run, node) => actions.openLog(run, node)),
    ofNode("runFromHere", (run, node) => actions.resume(run, [node])),
    ofNode("approve", (run, node) => actions.approve(run, node, true)),
    ofNode("reject", (run, node) => actions.approve(run, node, false)),
    ofNode("runLostAgain", (run, node) => actions.decide(run, node, "retry")),
    ofNode("markAsSucceeded", (run, node) => actions.decide(run, node, "succeeded")),
    ofNode("markAsFailed", (run, node) => actions.decide(run, node, "failed")),
    command("openFile", async (entry) => {
      if (isEntry(entry)) {
        const line = entry.kind === "node" ? (entry.node.line ?? 0) : 0;
        await vscode.window.showTextDocument(vscode.Uri.parse(entry.run.uri), { selection: new vscode.Range(line, 0, line, 0) });
      }
    }),
  );
}

/** Those that make files, or tell of them. */
function ofFiles(): vscode.Disposable {
  const active = (): vscode.Uri | undefined => vscode.window.activeTextEditor?.document.uri;
  return vscode.Disposable.from(
    command("newDag", newDag),
    command("createAgent", createAgent),
    command("convert", () => convert(active())),
    command("importTracker", () => importTracker(active())),
    command("plan", (file) => plan(dagInView(file))),
    command("findUnusedAgents", () => report(["agents", "--unused"])),
    command("doctor", () => report(["doctor"])),
  );
}

function command(name: string, act: (argument: unknown) => unknown): vscode.Disposable {
  return vscode.commands.registerCommand(`divisi.${name}`, act);
}

function isEntry(argument: unknown): argument is Entry {
  return typeof argument === "object" && argument !== null && "kind" in argument && "run" in argument;
}

const isPaused = (run: RunAtAGlance): boolean => run.isLive && run.status === "paused" && !waitsForPerson(run);
const isGoing = (run: RunAtAGlance): boolean => run.isLive && run.status === "running";
const isUnfinished = (run: RunAtAGlance): boolean => !run.isLive && run.status !== "succeeded";

/** One of the nodes of a DAG. */
async function chooseNode(server: RunningServer, file: vscode.Uri): Promise<string | undefined> {
  const graph = await server.request("divisi/graph", { textDocument: { uri: file.toString() } });
  const items = (graph?.nodes ?? []).map((node) => ({ label: node.id, description: node.work }));
  const placeHolder = "Run this node and everything that it waits for";
  return (await vscode.window.showQuickPick(items, { placeHolder }))?.label;
}

/** What is done with the run of the tree that was pointed at, or with one that is asked for. */
function ofRun(
  store: RunStore,
  question: string,
  fits: (run: RunAtAGlance) => boolean,
  act: (run: RunAtAGlance) => Promise<void> | void,
): (entry: unknown) => Promise<void> {
  return async (entry) => {
    const run = isEntry(entry) ? entry.run : await choose(store, question, fits);
    if (run !== undefined) {
      await act(run);
    }
  };
}

/** Asks which run is meant where there are several. */
async function choose(
  store: RunStore,
  question: string,
  fits: (run: RunAtAGlance) => boolean,
): Promise<RunAtAGlance | undefined> {
  await store.refresh();
  const runs = store.runs.filter(fits);
  if (runs.length < 2) {
    if (runs.length === 0) {
      void vscode.window.showInformationMessage("There is no such run.");
    }
    return runs[0];
  }
  const items = runs.map((run) => ({ label: run.dag, description: `${run.status}, ${run.run}`, run }));
  return (await vscode.window.showQuickPick(items, { placeHolder: question }))?.run;
}
