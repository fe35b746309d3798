/** The page of the graph view. */
import type { FromPage, RunNow, ToPage } from "../../graph/messages";
import type { Graph } from "../../protocol";
import { cost, duration } from "../../words";
import { keep, listen, tell as tellHost } from "../host";
import { byId, html, svg } from "../svg";
import { details } from "./details";
import { type Direction, Neighbours } from "./neighbours";
import { toPng } from "./png";
import { Scene } from "./scene";
import { Viewport } from "./viewport";

const ARROWS: Record<string, Direction> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
};
/** A press that moves less is a click. */
const DRAG = 4;
const STEP = 60;
const ZOOM_STEP = 1.25;

const tell: (message: FromPage) => void = tellHost;
const picture = byId("picture");
const stage = byId("stage");
const search = byId("search") as HTMLInputElement;
const viewport = new Viewport(picture, stage);

let shown: { graph: Graph; neighbours: Neighbours; scene: Scene } | undefined;
let file: string | undefined;
let run: RunNow | null = null;
let mayRun = false;
let selected: number | undefined;
let edge: number | undefined;

listen((data) => {
  const message = data as ToPage;
  switch (message.type) {
    case "graph":
      mayRun = message.mayRun;
      showGraph(message.file, message.graph);
      break;
    case "run":
      showRun(message.run);
      break;
    case "select":
      selectFromText(message.node);
      break;
    case "draw":
      void toPng(message.svg).then((png) => {
        tell({ type: "drawn", png });
      });
      break;
    case "refused":
      byId("message").textContent = message.reason;
      break;
  }
});

function showGraph(from: string, graph: Graph | null): void {
  const isOther = file !== from;
  const kept = selected === undefined || isOther ? undefined : shown?.graph.nodes[selected]?.id;
  file = from;
  keep({ file });
  byId("message").textContent = graph === null ? "This file holds no DAG." : "";
  if (graph === null) {
    shown = undefined;
    stage.replaceChildren();
    byId("details").replaceChildren();
    return;
  }
  const started = performance.now();
  const neighbours = new Neighbours(graph);
  const scene = new Scene(graph, neighbours);
  const isFirst = shown === undefined || isOther;
  shown = { graph, neighbours, scene };
  showFound();
  stage.replaceChildren(scene.root);
  byId("name").textContent = graph.name;
  byId("size").textContent = graph.size;
  edge = undefined;
  const at = kept === undefined ? -1 : graph.nodes.findIndex((node) => node.id === kept);
  select(at < 0 ? undefined : at);
  if (isFirst) {
    viewport.fit(graph);
  }
  showRun(run);
  // For the tests, which measure the time to the first picture.
  requestAnimationFrame(() => {
    picture.dataset["drawn"] = String(Math.round(performance.now() - started));
  });
}

function showRun(now: RunNow | null): void {
  run = now;
  shown?.scene.showRun(now?.nodes ?? {});
  byId("status").textContent = now === null ? "" : statusOf(now);
  const bar = byId("progress") as HTMLProgressElement;
  bar.hidden = now?.isLive !== true;
  bar.max = now?.total ?? 1;
  bar.value = now?.done ?? 0;
  byId("run").hidden = !mayRun || now?.isLive === true;
  byId("cancel").hidden = now?.isLive !== true;
  tick();
  showDetails();
}

function statusOf(now: RunNow): string {
  const took = duration(Math.max(0, (now.endedAt ?? Date.now()) - now.startedAt));
  const parts = [now.status, `${String(now.done)}/${String(now.total)} nodes`, took];
  if (now.usd !== undefined) {
    parts.push(cost(now.usd));
  }
  return parts.join(" · ");
}

/** Times of live attempts grow. */
function tick(): void {
  if (run?.isLive === true) {
    byId("status").textContent = statusOf(run);
    shown?.scene.tick(Date.now());
  }
}
setInterval(tick, 1000);

function select(node: number | undefined): void {
  selected = node;
  shown?.scene.select(node);
  showDetails();
}

/** By the keyboard or the mouse: the text follows. */
function selectHere(node: number): void {
  selectEdge(undefined);
  select(node);
  shown?.scene.focus(node);
  const box = shown?.graph.nodes[node];
  if (box !== undefined) {
    viewport.show(box);
  }
  tell({ type: "reveal", node, takesFocus: false });
}

function selectFromText(id: string | null): void {
  const at = shown?.graph.nodes.findIndex((node) => node.id === id) ?? -1;
  const box = shown?.graph.nodes[at];
  if (box !== undefined && at !== selected) {
    select(at);
    viewport.show(box);
  }
}

function selectEdge(at: number | undefined): void {
  edge = at;
  shown?.scene.selectEdge(at);
}

function showDetails(): void {
  const panel = byId("details");
  panel.hidden = shown === undefined || selected === undefined;
  if (shown === undefined || selected === undefined) {
    return;
  }
  const focused = panel.contains(document.activeElement) ? nameOf(document.activeElement) : undefined;
  panel.replaceChildren(...details({ ...shown, run, mayRun }, selected, tell));
  if (focused !== undefined) {
    const same = [...panel.querySelectorAll<HTMLElement>("button, select, pre")].find((it) => nameOf(it) === focused);
    (same ?? panel).focus();
  }
}

/** What tells a control of the details from the others, so that it keeps the focus when they are made anew. */
function nameOf(element: Element | null): string {
  return `${element?.tagName ?? ""} ${element?.getAttribute("aria-label") ?? element?.textContent ?? ""}`;
}

function removeEdge(): void {
  const chosen = edge === undefined ? undefined : shown?.graph.edges[edge];
  if (shown === undefined || chosen === undefined || !shown.graph.canChange) {
    return;
  }
  const [node, on] = [shown.graph.nodes[chosen.to]?.id, shown.graph.nodes[chosen.from]?.id];
  if (node !== undefined && on !== undefined) {
    tell({ type: "change", change: { kind: "removeDependency", node, on } });
  }
}

picture.addEventListener("keydown", (event) => {
  const direction = ARROWS[event.key];
  const node = selected ?? Scene.nodeAt(event.target);
  if (direction !== undefined && node !== undefined && !event.shiftKey) {
    const next = selected === undefined ? node : shown?.neighbours.next(node, direction);
    if (next !== undefined) {
      selectHere(next);
    }
  } else if (direction !== undefined) {
    const [dx, dy] = { left: [STEP, 0], right: [-STEP, 0], up: [0, STEP], down: [0, -STEP] }[direction];
    viewport.pan(dx ?? 0, dy ?? 0);
  } else if ((event.key === "Enter" || event.key === " ") && Scene.nodeAt(event.target) !== undefined) {
    const at = Scene.nodeAt(event.target) ?? 0;
    if (event.key === "Enter" && at === selected) {
      tell({ type: "reveal", node: at, takesFocus: true });
    } else {
      selectHere(at);
    }
  } else if (event.key === "Delete" || event.key === "Backspace") {
    removeEdge();
  } else if (event.key === "+" || event.key === "=") {
    viewport.zoom(ZOOM_STEP);
  } else if (event.key === "-") {
    viewport.zoom(1 / ZOOM_STEP);
  } else if (event.key === "0") {
    fitAll();
  } else if (event.key === "/") {
    search.focus();
  } else if (event.key === "Escape") {
    selectEdge(undefined);
    select(undefined);
  } else {
    return;
  }
  event.preventDefault();
});

picture.addEventListener("pointerdown", (event) => {
  const node = Scene.nodeAt(event.target);
  const isDrawing = node !== undefined && Scene.isHandle(event.target) && shown?.graph.canChange === true;
  if (event.button !== 0) {
    return;
  }
  const from = { x: event.clientX, y: event.clientY };
  let last = from;
  let hasMoved = false;
  const line = isDrawing ? startLine(event) : undefined;
  const move = (moved: PointerEvent): void => {
    hasMoved ||= Math.hypot(moved.clientX - from.x, moved.clientY - from.y) > DRAG;
    if (line !== undefined) {
      line.to(viewport.inPicture(moved));
    } else if (hasMoved) {
      viewport.pan(moved.clientX - last.x, moved.clientY - last.y);
    }
    last = { x: moved.clientX, y: moved.clientY };
  };
  const end = (ended: PointerEvent): void => {
    picture.removeEventListener("pointermove", move);
    line?.remove();
    const target = document.elementFromPoint(ended.clientX, ended.clientY);
    if (line !== undefined && node !== undefined) {
      connect(node, Scene.nodeAt(target));
    } else if (!hasMoved) {
      press(event.target);
    }
  };
  picture.addEventListener("pointermove", move);
  window.addEventListener("pointerup", end, { once: true });
});

function press(target: EventTarget | null): void {
  const node = Scene.nodeAt(target);
  if (node !== undefined) {
    selectHere(node);
    return;
  }
  selectEdge(Scene.edgeAt(target));
  if (edge === undefined) {
    select(undefined);
  }
  picture.focus();
}

picture.addEventListener("dblclick", (event) => {
  const node = Scene.nodeAt(event.target);
  if (node !== undefined) {
    tell({ type: "reveal", node, takesFocus: true });
  }
});

/** The line that follows the pointer while an edge is drawn. */
function startLine(event: PointerEvent): { to: (end: { x: number; y: number }) => void; remove: () => void } {
  const start = viewport.inPicture(event);
  const line = svg("path", { class: "wire drawing" });
  shown?.scene.root.append(line);
  return {
    to: (end) => {
      line.setAttribute("d", `M${String(start.x)} ${String(start.y)}L${String(end.x)} ${String(end.y)}`);
    },
    remove: () => {
      line.remove();
    },
  };
}

function connect(from: number, to: number | undefined): void {
  const [on, node] = [shown?.graph.nodes[from]?.id, to === undefined ? undefined : shown?.graph.nodes[to]?.id];
  if (on !== undefined && node !== undefined && from !== to) {
    tell({ type: "change", change: { kind: "addDependency", node, on } });
  }
}

function fitAll(): void {
  if (shown !== undefined) {
    viewport.fit(shown.graph);
  }
}

/** Dims what is not searched for; a new drawing knows nothing of it yet. */
function showFound(): void {
  const found = shown?.scene.search(search.value) ?? 0;
  byId("found").textContent = search.value === "" ? "" : `${String(found)} found`;
}

search.addEventListener("input", showFound);
search.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && shown !== undefined) {
    const next = shown.neighbours.find(search.value, selected === undefined ? 0 : selected + 1);
    const box = next === undefined ? undefined : shown.graph.nodes[next];
    if (next !== undefined && box !== undefined) {
      select(next);
      viewport.show(box);
      tell({ type: "reveal", node: next, takesFocus: false });
    }
  } else if (event.key === "Escape") {
    search.value = "";
    search.dispatchEvent(new Event("input"));
    picture.focus();
  }
});

const presses: Record<string, () => void> = {
  fit: fitAll,
  larger: () => { viewport.zoom(ZOOM_STEP); },
  smaller: () => { viewport.zoom(1 / ZOOM_STEP); },
  add: () => { tell({ type: "addNode" }); },
  run: () => { tell({ type: "run" }); },
  cancel: () => { tell({ type: "cancel" }); },
};
for (const [id, act] of Object.entries(presses)) {
  byId(id).addEventListener("click", act);
}
const formats = byId("export") as HTMLSelectElement;
formats.append(
  html("option", { value: "", textContent: "Export …" }),
  ...["svg", "png", "mermaid"].map((value) => html("option", { value, textContent: value === "mermaid" ? "Mermaid" : value.toUpperCase() })),
);
formats.addEventListener("change", () => {
  if (formats.value !== "") {
    tell({ type: "export", format: formats.value as "svg" | "png" | "mermaid" });
    formats.value = "";
  }
});

tell({ type: "ready" });
