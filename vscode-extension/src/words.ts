/** How things are said: states, times, cost. Pure, and the same for all views. */
import type { NodeState, RunAtAGlance } from "./protocol";

export type StateName = NodeState["is"];

const STATES: Partial<Record<StateName, string>> = {
  pending: "waits",
  waiting_approval: "waits for approval",
  retry_wait: "waits for its next try",
  waiting_decision: "waits for a decision",
  expanded: "expanded",
  compensation_failed: "could not be undone",
  compensated: "undone",
  compensating: "is being undone",
};

/** A node's state in words: "waits for approval". */
export function stateInWords(state: StateName): string {
  return STATES[state] ?? state.replaceAll("_", " ");
}

/** What a state looks like: views have a colour and a sign for each. */
export type Look = "waiting" | "running" | "attention" | "done" | "failed" | "skipped";

const LOOKS: Record<StateName, Look> = {
  pending: "waiting",
  ready: "waiting",
  retry_wait: "waiting",
  running: "running",
  stopping: "running",
  merging: "running",
  expanded: "running",
  compensating: "running",
  waiting_approval: "attention",
  waiting_decision: "attention",
  lost: "attention",
  succeeded: "done",
  reused: "done",
  compensated: "skipped",
  skipped: "skipped",
  blocked: "skipped",
  cancelled: "skipped",
  failed: "failed",
  compensation_failed: "failed",
};

export function lookOf(state: StateName): Look {
  return LOOKS[state];
}

/** A sign for those who do not see colours. */
export const SIGNS: Record<Look, string> = {
  waiting: "·",
  running: "▶",
  attention: "!",
  done: "✓",
  failed: "✗",
  skipped: "–",
};

export function lookOfRun(status: RunAtAGlance["status"]): Look {
  switch (status) {
    case "succeeded":
      return "done";
    case "failed":
    case "compensation_failed":
      return "failed";
    case "running":
    case "stopping":
    case "cancelling":
      return "running";
    case "paused":
    case "halted":
    case "orphaned":
      return "attention";
    case "planned":
      return "waiting";
    case "cancelled":
    case "compensated":
      return "skipped";
  }
}

/** Whether a run goes on only by somebody's answer to one of its nodes. */
export function waitsForPerson(run: Pick<RunAtAGlance, "pauseCause">): boolean {
  return run.pauseCause === "approval" || run.pauseCause === "decision";
}

/** `1h 2m`, `3m 4s`, `5.6s`, `78ms`. */
export function duration(ms: number): string {
  if (ms < 1000) {
    return `${String(Math.round(ms))}ms`;
  }
  if (ms < 10_000) {
    return `${(Math.floor(ms / 100) / 10).toFixed(1)}s`;
  }
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) {
    return `${String(seconds)}s`;
  }
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) {
    return `${String(minutes)}m ${String(seconds % 60)}s`;
  }
  return `${String(Math.floor(minutes / 60))}h ${String(minutes % 60)}m`;
}

/** `$0.42`; small amounts keep two figures that count. */
export function cost(usd: number): string {
  return usd > 0 && usd < 0.01 ? `$${usd.toPrecision(2)}` : `$${usd.toFixed(2)}`;
}

/** Longer or shorter than before: `+1.2s`, `-400ms`. */
export function difference(ms: number): string {
  return `${ms < 0 ? "-" : "+"}${duration(Math.abs(ms))}`;
}
