/** What is said of the selected node, and what can be done with it: plain buttons, so that a keyboard is enough. */
import type { FromPage, RunNow } from "../../graph/messages";
import type { Graph } from "../../protocol";
import { cost, duration, lookOf, SIGNS, stateInWords } from "../../words";
import { html } from "../svg";
import type { Neighbours } from "./neighbours";

export interface Subject {
  readonly graph: Graph;
  readonly neighbours: Neighbours;
  readonly run: RunNow | null;
  readonly mayRun: boolean;
}

/** Longer texts are cut; the file and the log have them whole. */
const LONGEST = 2000;

/** The elements for node `at`. */
export function details(subject: Subject, at: number, tell: (message: FromPage) => void): Node[] {
  const { graph, run } = subject;
  const node = graph.nodes[at];
  if (node === undefined) {
    return [];
  }
  const now = run?.nodes[node.id];
  const facts = [
    node.work,
    `level ${String(node.level + 1)}${node.mark === "critical" ? ", on the critical path" : ""}`,
    `estimated ${duration(node.estimateMs)}`,
  ];
  const parts: Node[] = [html("h2", { textContent: node.title ?? node.name }), html("p", { textContent: facts.join(" · ") })];
  if (now !== undefined) {
    const figures = [
      `${SIGNS[lookOf(now.state)]} ${stateInWords(now.state)}`,
      now.wallMs === undefined ? "" : `took ${duration(now.wallMs)}`,
      now.attempt > 1 ? `attempt ${String(now.attempt)}` : "",
      now.usd === undefined ? "" : cost(now.usd),
    ];
    const state = html("p", { className: "state", textContent: figures.filter((text) => text !== "").join(" · ") });
    state.dataset["look"] = lookOf(now.state);
    parts.push(state);
    if (now.detail !== undefined && now.detail !== "") {
      parts.push(html("p", { className: "detail", textContent: now.detail }));
    }
  }
  parts.push(actions(subject, at, tell), ...dependencies(subject, at, tell));
  if (node.text !== undefined) {
    parts.push(html("h3", { textContent: "Prompt or program" }), text(node.text));
  }
  for (const [name, value] of Object.entries(now?.outputs ?? {})) {
    parts.push(html("h3", { textContent: `Output ${name}` }), text(value));
  }
  return parts;
}

function actions({ graph, run, mayRun }: Subject, at: number, tell: (message: FromPage) => void): Node {
  const node = graph.nodes[at]?.id ?? "";
  const buttons = [button("Show in File", () => { tell({ type: "reveal", node: at, takesFocus: true }); })];
  const now = run?.nodes[node];
  if (now !== undefined && now.attempt > 0) {
    buttons.push(button("Open Log", () => { tell({ type: "log", node }); }));
  }
  if (run !== null && !run.isLive && now !== undefined && mayRun) {
    buttons.push(button("Run from Here", () => { tell({ type: "runFrom", node }); }));
  }
  if (graph.canChange) {
    buttons.push(button("Add Node After", () => { tell({ type: "addNode", after: node }); }));
  }
  return html("div", { className: "actions" }, buttons);
}

function dependencies({ graph, neighbours }: Subject, at: number, tell: (message: FromPage) => void): Node[] {
  const node = graph.nodes[at]?.id ?? "";
  const items = neighbours.before(at).map((before) => {
    const on = graph.nodes[before]?.id ?? "";
    const parts: Node[] = [html("span", { textContent: on })];
    if (graph.canChange) {
      const remove = button("Remove", () => { tell({ type: "change", change: { kind: "removeDependency", node, on } }); });
      remove.setAttribute("aria-label", `Remove: no longer wait for ${on}`);
      parts.push(remove);
    }
    return html("li", {}, parts);
  });
  const parts: Node[] = [html("h3", { textContent: items.length === 0 ? "Waits for nothing" : "Waits for" })];
  if (items.length > 0) {
    parts.push(html("ul", {}, items));
  }
  if (graph.canChange) {
    parts.push(adder(graph, neighbours, at, tell));
  }
  return parts;
}

/** A list of the nodes that it could wait for. */
function adder(graph: Graph, neighbours: Neighbours, at: number, tell: (message: FromPage) => void): Node {
  const node = graph.nodes[at]?.id ?? "";
  const waited = new Set([at, ...neighbours.before(at)]);
  const others = graph.nodes.filter((other, index) => !waited.has(index) && other.id !== "");
  const choice = html("select", { ariaLabel: `Let ${node} wait for` }, [
    html("option", { value: "", textContent: "Wait for …" }),
    ...others.map(({ id }) => html("option", { value: id, textContent: id })),
  ]);
  choice.addEventListener("change", () => {
    if (choice.value !== "") {
      tell({ type: "change", change: { kind: "addDependency", node, on: choice.value } });
      choice.value = "";
    }
  });
  return choice;
}

function button(label: string, press: () => void): HTMLButtonElement {
  const element = html("button", { type: "button", textContent: label });
  element.addEventListener("click", press);
  return element;
}

function text(value: string): Node {
  const shown = value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value;
  return html("pre", { textContent: shown, tabIndex: 0 });
}
