/** What the page of the graph view and the extension say to each other. */
import type { Graph, GraphChange } from "../protocol";
import type { StateName } from "../words";

/** What is shown at a node of a run. */
export interface NodeNow {
  readonly state: StateName;
  readonly detail?: string;
  readonly attempt: number;
  /** When its live attempt began, in milliseconds since the epoch. */
  readonly startedAt?: number;
  readonly wallMs?: number;
  readonly usd?: number;
  readonly outputs: Readonly<Record<string, string>>;
}

/** The run whose states are shown. */
export interface RunNow {
  readonly run: string;
  readonly status: string;
  readonly isLive: boolean;
  readonly done: number;
  readonly total: number;
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly usd?: number;
  readonly nodes: Readonly<Record<string, NodeNow>>;
}

export type ToPage =
  | { readonly type: "graph"; readonly file: string; readonly graph: Graph | null; readonly mayRun: boolean }
  | { readonly type: "run"; readonly run: RunNow | null }
  /** The cursor stands in a node of the text. */
  | { readonly type: "select"; readonly node: string | null }
  /** Draw this SVG as a PNG and send it back. */
  | { readonly type: "draw"; readonly svg: string }
  | { readonly type: "refused"; readonly reason: string };

export type FromPage =
  | { readonly type: "ready" }
  /** Show the node in the text; with the keyboard's focus, where that is asked for. */
  | { readonly type: "reveal"; readonly node: number; readonly takesFocus: boolean }
  | { readonly type: "change"; readonly change: GraphChange }
  | { readonly type: "addNode"; readonly after?: string }
  | { readonly type: "log"; readonly node: string }
  | { readonly type: "run" | "runFrom" | "cancel"; readonly node?: string }
  | { readonly type: "export"; readonly format: "svg" | "png" | "mermaid" }
  | { readonly type: "drawn"; readonly png: string };
