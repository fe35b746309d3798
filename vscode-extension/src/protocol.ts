/**
 * What the server answers to requests of its own. The types are those that the server's recorded messages are checked
 * against.
 */
export type {
  Box,
  DeclaredArg,
  Graph,
  GraphEdge,
  GraphNode,
  KnownNode,
  KnownRun,
  NodeState,
  OwnResults,
  RunAtAGlance,
  RunEvent,
  Usage,
} from "../../tools/check-messages/own.d.ts";

/** A change of the graph, as `divisi/changeGraph` takes it. */
export type GraphChange =
  | { readonly kind: "addNode"; readonly id: string; readonly after?: string }
  | { readonly kind: "addDependency" | "removeDependency"; readonly node: string; readonly on: string };
