/** Parameters of the notifications that are not part of the protocol, by method. */
export interface OwnNotifications {
  "divisi/runEvent": RunEvent;
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
  | { type: "run_ended"; verdict: "succeeded" | "failed" | "cancelled" | "compensated" | "compensation_failed" }
  | { type: "refused"; detail: string }
);

type Request = { request: "cancel" | "pause" | "unpause" | "resume" } | { request: "cancel_node"; node: string };

type NodeState =
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
  usage?: { input_tokens: number; output_tokens: number; usd?: number };
  detail?: string;
}

type OutputValue =
  | { value: unknown }
  | { file: { path: string; digest: string; text?: string } }
  | { blob: { path: string; digest: string } };
