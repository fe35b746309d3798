import type { RunState } from "../runs/state";
import type { NodeNow, RunNow } from "./messages";

/** What the page of the graph is told of a run. Pure. */
export function runNow(state: RunState): RunNow {
  const { run } = state;
  return {
    run: run.run,
    status: run.status,
    isLive: run.isLive,
    done: run.done,
    total: run.total,
    startedAt: run.startedAt,
    ...(run.endedAt === undefined ? {} : { endedAt: run.endedAt }),
    ...(state.usd === undefined ? {} : { usd: state.usd }),
    nodes: Object.fromEntries(state.nodes.map((node): [string, NodeNow] => [
      node.path,
      {
        state: node.state.is,
        attempt: node.attempt,
        outputs: node.outputs,
        ...(node.detail === undefined ? {} : { detail: node.detail }),
        ...(node.startedAt === undefined ? {} : { startedAt: node.startedAt }),
        ...(node.wallMs === undefined ? {} : { wallMs: node.wallMs }),
        ...(node.usage?.usd === undefined ? {} : { usd: node.usage.usd }),
      },
    ])),
  };
}
