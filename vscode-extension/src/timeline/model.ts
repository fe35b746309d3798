/** A run as bars over time, beside the run before. Pure. */
import type { RunState } from "../runs/state";
import { lookOf, type Look, stateInWords } from "../words";

export interface Bar {
  /** From the start of the run, in milliseconds. */
  readonly start: number;
  readonly end: number;
}

export interface Row {
  readonly node: string;
  readonly look: Look;
  /** "succeeded", in words. */
  readonly state: string;
  readonly attempts: readonly Bar[];
  /** Time of all attempts. */
  readonly total: number;
  /** The same in the run before, if the node ran there. */
  readonly before?: { readonly attempts: readonly Bar[]; readonly total: number };
  readonly isCritical: boolean;
}

export interface Timeline {
  readonly dag: string;
  readonly run: string;
  readonly status: string;
  readonly isLive: boolean;
  readonly total: number;
  readonly usd?: number;
  readonly before?: { readonly run: string; readonly status: string; readonly total: number; readonly usd?: number };
  readonly rows: readonly Row[];
  /** How long the longer of both takes. */
  readonly span: number;
}

/** Nodes by their first attempt; those that did not start stand last. Groups stand for their instances and have no row. */
export function timeline(state: RunState, before: RunState | undefined, now: number): Timeline {
  const critical = new Set(state.run.criticalPath);
  const rows = state.nodes
    .filter((node) => !node.isGroup)
    .map((node): Row => {
      const attempts = bars(state, node.path, now);
      const earlier = before === undefined ? [] : bars(before, node.path, now);
      return {
        node: node.path,
        look: lookOf(node.state.is),
        state: stateInWords(node.state.is),
        attempts,
        total: length(attempts),
        ...(earlier.length === 0 ? {} : { before: { attempts: earlier, total: length(earlier) } }),
        isCritical: critical.has(node.path),
      };
    });
  const first = (row: Row): number => row.attempts[0]?.start ?? Number.POSITIVE_INFINITY;
  rows.sort((one, other) => (first(one) === first(other) ? 0 : first(one) - first(other)));
  const ends = rows.flatMap((row) => [...row.attempts, ...(row.before?.attempts ?? [])]).map(({ end }) => end);
  return {
    dag: state.run.dag,
    run: state.id,
    status: state.run.status,
    isLive: state.run.isLive,
    total: state.elapsed(now),
    ...(state.usd === undefined ? {} : { usd: state.usd }),
    ...(before === undefined
      ? {}
      : {
          before: {
            run: before.id,
            status: before.run.status,
            total: before.elapsed(now),
            ...(before.usd === undefined ? {} : { usd: before.usd }),
          },
        }),
    rows,
    span: Math.max(1, ...ends),
  };
}

function bars(state: RunState, path: string, now: number): Bar[] {
  const origin = state.run.startedAt;
  return (state.node(path)?.attempts ?? []).map(({ startedAt, endedAt }) => {
    const start = Math.max(0, startedAt - origin);
    return { start, end: Math.max(start, (endedAt ?? state.run.endedAt ?? now) - origin) };
  });
}

function length(attempts: readonly Bar[]): number {
  return attempts.reduce((sum, { start, end }) => sum + end - start, 0);
}
