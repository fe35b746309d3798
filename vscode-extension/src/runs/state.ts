/** A run as its events tell it, from what the server knew of it at first. Pure. */
import type { KnownNode, KnownRun, RunAtAGlance, RunEvent } from "../protocol";
import { type StateName, waitsForPerson } from "../words";

const TERMINAL = new Set<StateName>([
  "succeeded",
  "reused",
  "failed",
  "skipped",
  "blocked",
  "cancelled",
  "compensating",
  "compensated",
  "compensation_failed",
]);

/** While a node is in one of them, the run does not wait for a person. */
const GOES_ON = new Set<StateName>(["ready", "running", "stopping", "merging", "retry_wait", "lost", "compensating"]);

/** States and figures of one run. */
export class RunState {
  private readonly byPath: Map<string, KnownNode>;

  constructor(private readonly known: KnownRun) {
    this.byPath = new Map(known.nodes.map((node) => [node.path, node]));
  }

  get id(): string {
    return this.known.run;
  }

  get seq(): number {
    return this.known.seq;
  }

  get run(): RunAtAGlance & Pick<KnownRun, "maxParallel" | "args" | "criticalPath" | "isPaused" | "isCostPartial"> {
    return this.known;
  }

  /** All nodes in plan order, groups too. */
  get nodes(): readonly KnownNode[] {
    return this.known.nodes;
  }

  node(path: string): KnownNode | undefined {
    return this.byPath.get(path);
  }

  /** What all agents' attempts cost; none where no runner tells. */
  get usd(): number | undefined {
    const told = this.nodes.flatMap((node) => (node.usage?.usd === undefined ? [] : [node.usage.usd]));
    return told.length === 0 ? undefined : told.reduce((sum, usd) => sum + usd, 0);
  }

  /** Time from its first attempt to its end, or to `now`. */
  elapsed(now: number): number {
    return Math.max(0, (this.known.endedAt ?? now) - this.known.startedAt);
  }

  /** Whether an event of it is missing before this one: what is known has to be asked for anew. */
  misses(event: RunEvent): boolean {
    return event.seq > this.known.seq + 1;
  }

  /** Takes an event in; whether it was new. */
  apply(event: RunEvent): boolean {
    if (event.seq <= this.known.seq) {
      return false;
    }
    this.known.seq = event.seq;
    this.take(event);
    this.count();
    this.askWhetherItWaits();
    return true;
  }

  private take(event: RunEvent): void {
    const { known } = this;
    switch (event.type) {
      case "host_started":
        known.isLive = true;
        known.status = "running";
        delete known.endedAt;
        break;
      case "requested":
        this.hear(event.request.request);
        break;
      case "run_resumed":
        known.isPaused = false;
        break;
      case "node_state":
        this.change(event.node, (node) => {
          node.state = event.state;
          node.detail = event.detail ?? "";
          if (TERMINAL.has(event.state.is)) {
            node.endedAt ??= event.at;
          } else {
            delete node.endedAt;
          }
          if (event.outputs !== undefined) {
            node.outputs = Object.fromEntries(
              Object.entries(event.outputs).map(([name, value]) => [name, shown(value)]),
            );
          }
        });
        break;
      case "attempt_granted":
        this.change(event.node, (node) => {
          node.attempt = event.attempt;
          node.startedAt = event.at;
        });
        break;
      case "attempt_started":
        this.change(event.node, (node) => {
          node.startedAt = event.at;
          node.attempts.push({ startedAt: event.at });
        });
        break;
      case "attempt_ended":
        this.change(event.node, (node) => {
          delete node.startedAt;
          node.wallMs = event.evidence.wall_ms;
          const last = node.attempts.at(-1);
          if (last !== undefined) {
            last.endedAt = event.at;
          }
          addUsage(node, event.evidence.usage);
        });
        break;
      case "run_ended":
        known.isLive = false;
        known.status = event.verdict;
        known.endedAt = event.at;
        break;
      default:
        break;
    }
  }

  private hear(request: string): void {
    if (request === "pause") {
      this.known.isPaused = true;
      this.known.status = "paused";
    } else if (request === "unpause") {
      this.known.isPaused = false;
      this.known.status = "running";
    } else if (request === "cancel") {
      this.known.status = "cancelling";
    }
  }

  private count(): void {
    const work = this.nodes.filter((node) => !node.isGroup);
    this.known.done = work.filter((node) => TERMINAL.has(node.state.is)).length;
    this.known.failed = work.filter((node) => node.state.is === "failed").length;
  }

  /** No event says that a run waits for a person: that follows from its nodes, as the server tells it in its list. */
  private askWhetherItWaits(): void {
    const { known } = this;
    if (!known.isLive || known.isPaused || known.status === "cancelling") {
      return;
    }
    const states = new Set(this.nodes.map((node) => node.state.is));
    const goesOn = [...states].some((state) => GOES_ON.has(state));
    const asks = states.has("waiting_decision") ? "decision" : states.has("waiting_approval") ? "approval" : undefined;
    if (!goesOn && asks !== undefined) {
      known.status = "paused";
      known.pauseCause = asks;
    } else if (waitsForPerson(known)) {
      known.status = "running";
      delete known.pauseCause;
    }
  }

  /** A node that was not planned, an instance, is new. */
  private change(path: string, change: (node: KnownNode) => void): void {
    let node = this.byPath.get(path);
    if (node === undefined) {
      node = { path, isGroup: false, state: { is: "pending" }, attempt: 0, attempts: [], outputs: {} };
      this.known.nodes.push(node);
      this.byPath.set(path, node);
    }
    change(node);
  }
}

function addUsage(node: KnownNode, usage: KnownNode["usage"]): void {
  if (usage === undefined) {
    return;
  }
  const before = node.usage;
  node.usage = {
    input_tokens: (before?.input_tokens ?? 0) + usage.input_tokens,
    output_tokens: (before?.output_tokens ?? 0) + usage.output_tokens,
    ...(usage.usd === undefined && before?.usd === undefined ? {} : { usd: (before?.usd ?? 0) + (usage.usd ?? 0) }),
  };
}

function shown(value: { value: unknown } | { file: { path: string } } | { blob: { path: string } }): string {
  if ("file" in value) {
    return value.file.path;
  }
  if ("blob" in value) {
    return value.blob.path;
  }
  return typeof value.value === "string" ? value.value : JSON.stringify(value.value);
}
