/** The picture: one SVG, whose nodes are changed in place when a run goes on. */
import type { NodeNow } from "../../graph/messages";
import type { Graph, GraphEdge, GraphNode } from "../../protocol";
import { duration, lookOf, SIGNS, stateInWords } from "../../words";
import { svg } from "../svg";
import type { Neighbours } from "./neighbours";

interface Shown {
  readonly group: SVGGElement;
  readonly sign: SVGTextElement;
  readonly time: SVGTextElement;
}

export class Scene {
  readonly root: SVGSVGElement;
  private readonly nodes: Shown[];
  private readonly edges: SVGPathElement[];
  private now: Readonly<Record<string, NodeNow>> = {};
  private selected: number | undefined;

  constructor(
    private readonly graph: Graph,
    private readonly neighbours: Neighbours,
  ) {
    this.edges = graph.edges.map((edge, at) => drawEdge(graph, edge, at));
    this.nodes = graph.nodes.map((node, at) => drawNode(node, at));
    const bands = graph.phases.map((phase) => drawPhase(phase));
    this.root = svg(
      "svg",
      {
        width: graph.width,
        height: graph.height,
        viewBox: `0 0 ${String(graph.width)} ${String(graph.height)}`,
        role: "group",
        "aria-label": `${graph.name}: ${graph.size}`,
      },
      [
        svg("defs", {}, ["none", "critical", "cyclic"].map(drawTip)),
        svg("g", { "aria-hidden": "true" }, bands),
        svg("g", { class: "edges", "aria-hidden": "true" }, this.edges),
        svg("g", {}, this.nodes.map(({ group }) => group)),
      ],
    );
    graph.nodes.forEach((_, at) => {
      this.label(at);
    });
    this.nodes[0]?.group.setAttribute("tabindex", "0");
  }

  /** The node of an event's target. */
  static nodeAt(target: EventTarget | null): number | undefined {
    return indexOf(target, "g.node");
  }

  /** The edge of an event's target. */
  static edgeAt(target: EventTarget | null): number | undefined {
    return indexOf(target, "path.wire");
  }

  /** Whether the target is the handle from which an edge is drawn. */
  static isHandle(target: EventTarget | null): boolean {
    return target instanceof Element && target.matches(".handle");
  }

  /** Shows states; only nodes that changed are touched. */
  showRun(nodes: Readonly<Record<string, NodeNow>>): void {
    const before = this.now;
    this.now = nodes;
    this.graph.nodes.forEach((node, at) => {
      if (!isSame(before[node.id], nodes[node.id])) {
        this.showState(at);
      }
    });
  }

  /** Marks the one node that the keyboard and the details are about. */
  select(node: number | undefined): void {
    for (const at of [this.selected, node]) {
      if (at !== undefined) {
        const group = this.nodes[at]?.group;
        group?.classList.toggle("selected", at === node);
        group?.setAttribute("aria-pressed", String(at === node));
        group?.setAttribute("tabindex", at === node ? "0" : "-1");
      }
    }
    if (node !== undefined && node !== 0) {
      this.nodes[0]?.group.setAttribute("tabindex", "-1");
    }
    this.selected = node;
    this.graph.edges.forEach(({ from, to }, at) => {
      this.edges[at]?.classList.toggle("near", node !== undefined && (from === node || to === node));
    });
  }

  selectEdge(edge: number | undefined): void {
    this.edges.forEach((path, at) => path.classList.toggle("selected", at === edge));
  }

  /** Dims what does not hold the text that is searched for. */
  search(text: string): number {
    const wanted = text.toLowerCase();
    let found = 0;
    this.nodes.forEach(({ group }, at) => {
      const matches = wanted === "" || this.neighbours.matches(at, wanted);
      group.classList.toggle("dim", !matches);
      found += matches ? 1 : 0;
    });
    return wanted === "" ? 0 : found;
  }

  focus(node: number): void {
    this.nodes[node]?.group.focus({ preventScroll: true });
  }

  /** How long live attempts have taken by now. */
  tick(now: number): void {
    this.graph.nodes.forEach((node, at) => {
      const state = this.now[node.id];
      const shown = this.nodes[at];
      if (state?.startedAt !== undefined && shown !== undefined) {
        shown.time.textContent = duration(Math.max(0, now - state.startedAt));
      }
    });
  }

  private showState(at: number): void {
    const shown = this.nodes[at];
    const state = this.now[this.graph.nodes[at]?.id ?? ""];
    if (shown === undefined) {
      return;
    }
    const look = state === undefined ? undefined : lookOf(state.state);
    shown.group.setAttribute("data-look", look ?? "");
    shown.sign.textContent = look === undefined ? "" : SIGNS[look];
    shown.time.textContent = state?.wallMs === undefined ? "" : duration(state.wallMs);
    this.label(at);
  }

  /** What a screen reader says of a node. */
  private label(at: number): void {
    const node = this.graph.nodes[at];
    if (node === undefined) {
      return;
    }
    const state = this.now[node.id];
    const names = this.neighbours.before(at).map((before) => this.graph.nodes[before]?.name ?? "");
    const parts = [
      node.name,
      node.work,
      state === undefined ? "" : stateInWords(state.state),
      names.length === 0 ? "waits for nothing" : `waits for ${names.join(", ")}`,
      node.mark === "critical" ? "on the critical path" : "",
      node.mark === "cyclic" ? "part of a cycle" : "",
    ];
    this.nodes[at]?.group.setAttribute("aria-label", parts.filter((part) => part !== "").join(", "));
  }
}

function isSame(one: NodeNow | undefined, other: NodeNow | undefined): boolean {
  return one?.state === other?.state && one?.wallMs === other?.wallMs && one?.startedAt === other?.startedAt;
}

function indexOf(target: EventTarget | null, selector: string): number | undefined {
  const element = target instanceof Element ? target.closest<SVGElement>(selector) : null;
  const at = element?.dataset["at"];
  return at === undefined ? undefined : Number(at);
}

function drawNode(node: GraphNode, at: number): Shown {
  const { x, y, width, height } = node;
  const middle = x + width / 2;
  const sign = svg("text", { class: "sign", x: x + 6, y: y + 13 });
  const time = svg("text", { class: "time", x: x + width - 4, y: y - 3, "text-anchor": "end" });
  const group = svg(
    "g",
    { class: `node ${node.mark}`, "data-at": at, role: "button", tabindex: -1, "aria-pressed": "false" },
    [
      svg("rect", { x, y, width, height, rx: 6 }),
      svg("text", { class: "name", x: middle, y: y + 17, "text-anchor": "middle" }, [node.name]),
      svg("text", { class: "work", x: middle, y: y + 32, "text-anchor": "middle" }, [node.work]),
      sign,
      time,
      svg("circle", { class: "handle", cx: x + width, cy: y + height / 2, r: 5 }),
    ],
  );
  return { group, sign, time };
}

function drawEdge(graph: Graph, edge: GraphEdge, at: number): SVGPathElement {
  const path = svg("path", {
    class: `wire ${edge.mark}`,
    d: edge.path,
    "data-at": at,
    "marker-end": `url(#tip-${edge.mark})`,
  });
  const name = (node: number): string => graph.nodes[node]?.name ?? "";
  path.append(svg("title", {}, [`${name(edge.to)} waits for ${name(edge.from)}`]));
  return path;
}

function drawPhase({ label, x, y, width, height }: Graph["phases"][number]): SVGGElement {
  return svg("g", { class: "phase" }, [
    svg("rect", { x, y, width, height, rx: 8 }),
    svg("text", { x: x + 12, y: y + 16 }, [label]),
  ]);
}

function drawTip(mark: string): SVGMarkerElement {
  const size = { viewBox: "0 0 8 8", refX: 8, refY: 4, markerWidth: 8, markerHeight: 8 };
  return svg("marker", { id: `tip-${mark}`, ...size, markerUnits: "userSpaceOnUse", orient: "auto" }, [
    svg("path", { class: `tip ${mark}`, d: "M0 0 8 4 0 8z" }),
  ]);
}
