import type { WorkspaceEdit } from "vscode-languageserver-protocol";

/** Parameters of the notifications that are not part of the protocol, by method. */
export interface OwnNotifications {
  "divisi/runEvent": RunEvent;
}

/** Results of the requests that are not part of the protocol, by method. */
export interface OwnResults {
  "divisi/graph": Graph | null;
  "divisi/changeGraph": WorkspaceEdit | null;
  "divisi/runs": { runs: RunAtAGlance[] };
  "divisi/run": KnownRun;
}

/** The graph of a DAG with a place for everything; lengths in pixels. `server/analysis/src/drawing/picture.rs`. */
export interface Graph {
  name: string;
  size: string;
  width: number;
  height: number;
  nodes: GraphNode[];
  edges: GraphEdge[];
  phases: ({ label: string } & Box)[];
  /** Indices of nodes. */
  criticalPath: number[];
  leftOut: number;
  /** For each node where it stands in the file. */
  places: { range: Range; idRange: Range }[];
  args: DeclaredArg[];
  canChange: boolean;
  version?: number;
}

export interface Position {
  line: number;
  character: number;
}

export interface Range {
  start: Position;
  end: Position;
}

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export type Mark = "none" | "critical" | "cyclic";

export interface GraphNode extends Box {
  id: string;
  name: string;
  title?: string;
  work: string;
  text?: string;
  estimateMs: number;
  level: number;
  mark: Mark;
}

/** Indices of nodes: `to` waits for `from`. */
export interface GraphEdge {
  from: number;
  to: number;
  mark: Mark;
  path: string;
}

export interface DeclaredArg {
  name: string;
  type: "string" | "integer" | "number" | "boolean" | "list";
  default?: unknown;
  required: boolean;
  description?: string;
  choices?: unknown[];
  secret: boolean;
}

type Verdict = "succeeded" | "failed" | "halted" | "cancelled" | "compensated" | "compensation_failed";

/** `server/lsp/src/handlers/runs.rs`. */
export interface RunAtAGlance {
  run: string;
  root: string;
  dag: string;
  uri: string;
  startedAt: number;
  endedAt?: number;
  isLive: boolean;
  status: "planned" | "running" | "paused" | "stopping" | "cancelling" | "orphaned" | Verdict;
  pauseCause?: "user" | "decision" | "approval" | "quota";
  done: number;
  total: number;
  failed: number;
}

/** `server/lsp/src/handlers/run.rs`. */
export interface KnownRun extends RunAtAGlance {
  seq: number;
  isPaused: boolean;
  maxParallel: number;
  args: Record<string, unknown>;
  usage?: Usage;
  isCostPartial: boolean;
  criticalPath: string[];
  nodes: KnownNode[];
}

export interface KnownNode {
  path: string;
  title?: string;
  phase?: string;
  line?: number;
  isGroup: boolean;
  state: NodeState;
  detail?: string;
  attempt: number;
  startedAt?: number;
  endedAt?: number;
  retryAt?: number;
  wallMs?: number;
  usage?: Usage;
  attempts: { startedAt: number; endedAt?: number }[];
  outputs: Record<string, string>;
  text?: string;
}

export interface Usage {
  input_tokens: number;
  cached_tokens?: number;
  output_tokens: number;
  turns?: number;
  usd?: number;
}

/** One event of a run: `EventRecord` in server/engine/src/event.rs. */
export type RunEvent = { v: 1; run: string; seq: number; at: number; critical: boolean } & (
  | { type: "run_planned"; dag: string; file: string; nodes: number; max_parallel: number }
  | { type: "host_started"; epoch: number; pid: number }
  | ({ type: "requested"; id: number } & { request: Request })
  | { type: "run_resumed"; id: number }
  | {
      type: "node_state";
      node: string;
      state: NodeState;
      attempt?: number;
      detail?: string;
      outputs?: Record<string, OutputValue>;
    }
  | { type: "attempt_granted"; node: string; attempt: number }
  | { type: "attempt_started"; node: string; attempt: number; pid: number; boot_id: string; start_time: number }
  | { type: "attempt_stopping"; node: string; attempt: number; cause: StopCause }
  | { type: "attempt_ended"; node: string; attempt: number; end: AttemptEnd; evidence: Evidence }
  | { type: "approval_asked"; node: string; question: string; about: string; expires_at?: number }
  | { type: "run_ended"; verdict: Verdict }
  | { type: "refused"; detail: string }
);

type Request =
  | { request: "cancel" | "pause" | "unpause" | "resume" }
  | { request: "cancel_node" | "forget"; node: string }
  | { request: "approve"; node: string; approved: boolean; by: string; comment?: string; about: string }
  | { request: "decide"; node: string; decision: "retry" | "succeeded" | "failed" };

export type NodeState =
  | { is: "pending" | "ready" | "waiting_approval" | "running" | "merging" | "retry_wait" | "lost" }
  | { is: "waiting_decision" | "expanded" | "succeeded" | "reused" | "skipped" | "blocked" | "cancelled" }
  | { is: "compensating" | "compensated" | "compensation_failed" }
  | { is: "stopping"; cause: StopCause }
  | { is: "failed"; kind: FailKind };

type StopCause = "timed_out" | "idle" | "cancelled" | "budget";

type FailKind =
  | "exit" | "timed_out" | "idle" | "output_missing" | "output_too_large" | "output_invalid" | "runner" | "spawn"
  | "expression" | "template" | "input" | "identity" | "budget" | "lost" | "merge_conflict" | "rejected" | "marked"
  | "children";

type AttemptEnd =
  | { is: "succeeded" | "timed_out" | "idle" | "cancelled" | "interrupted" | "lost" }
  | { is: "failed"; kind: FailKind };

interface Evidence {
  exit_code?: number;
  signal?: number;
  wall_ms: number;
  usage?: Usage;
  detail?: string;
}

type OutputValue =
  | { value: unknown }
  | { file: { path: string; digest: string; text?: string } }
  | { blob: { path: string; digest: string } };
