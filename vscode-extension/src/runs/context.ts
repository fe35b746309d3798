/** What the menus of the tree of runs go by; `package.json` says which command stands at which. Pure. */
import type { KnownNode, RunAtAGlance } from "../protocol";

export function contextOfRun(run: Pick<RunAtAGlance, "isLive" | "status">): string {
  return ["run", run.isLive ? "live" : "over", run.status].join(" ");
}

export function contextOfNode(run: Pick<RunAtAGlance, "isLive">, node: Pick<KnownNode, "state" | "attempt">): string {
  return ["node", run.isLive ? "live" : "over", node.state.is, node.attempt > 0 ? "started" : ""].join(" ");
}
