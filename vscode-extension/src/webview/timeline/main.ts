/** The page of the timeline: a table, so that it can be read without seeing its bars. */
import type { FromPage, ToPage } from "../../timeline/messages";
import type { Bar, Row, Timeline } from "../../timeline/model";
import { cost, difference, duration, SIGNS } from "../../words";
import { keep, listen, tell as tellHost } from "../host";
import { byId, html, svg } from "../svg";

const tell: (message: FromPage) => void = tellHost;
/** Bars are drawn in units of a thousandth of the span. */
const UNITS = 1000;

listen((data) => {
  const { timeline } = data as ToPage;
  if (timeline !== null) {
    keep({ run: timeline.run });
    show(timeline);
  }
});

function show(timeline: Timeline): void {
  byId("name").textContent = timeline.dag;
  byId("status").textContent = [timeline.status, duration(timeline.total), ...money(timeline.usd)].join(" · ");
  byId("before").textContent = compared(timeline);
  const body = document.querySelector("tbody");
  // A button that has the focus keeps it while bars grow.
  const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset["node"] : undefined;
  body?.replaceChildren(...timeline.rows.map((row) => line(row, timeline.span)));
  if (focused !== undefined) {
    body?.querySelector<HTMLElement>(`[data-node="${CSS.escape(focused)}"]`)?.focus();
  }
}

function compared({ before, total, usd }: Timeline): string {
  if (before === undefined) {
    return "";
  }
  const parts = [`the run before ${before.status}`, `${difference(total - before.total)} against ${duration(before.total)}`];
  if (usd !== undefined && before.usd !== undefined) {
    parts.push(`${cost(usd)} against ${cost(before.usd)}`);
  }
  return parts.join(", ");
}

function money(usd: number | undefined): string[] {
  return usd === undefined ? [] : [cost(usd)];
}

function line(row: Row, span: number): HTMLTableRowElement {
  const button = html("button", { type: "button", textContent: row.node, title: "Open Log", disabled: row.attempts.length === 0 });
  button.dataset["node"] = row.node;
  button.addEventListener("click", () => {
    tell({ type: "log", node: row.node });
  });
  const earlier = row.before;
  const change = earlier === undefined || row.attempts.length === 0 ? "" : difference(row.total - earlier.total);
  const element = html("tr", {}, [
    html("th", { scope: "row" }, [button]),
    html("td", { textContent: `${SIGNS[row.look]} ${row.state}` }),
    html("td", { textContent: row.attempts.length === 0 ? "" : duration(row.total) }),
    html("td", { textContent: change }),
    html("td", { className: "bars" }, [drawing(row, span)]),
  ]);
  element.dataset["look"] = row.look;
  element.classList.toggle("critical", row.isCritical);
  return element;
}

function drawing(row: Row, span: number): SVGSVGElement {
  const scale = UNITS / span;
  const bar = ({ start, end }: Bar, name: string, y: number, height: number): SVGRectElement => {
    const width = Math.max((end - start) * scale, 2);
    const title = svg("title", {}, [`${name}: ${duration(start)} to ${duration(end)}`]);
    return svg("rect", { class: name, x: start * scale, y, width, height }, [title]);
  };
  return svg(
    "svg",
    { viewBox: `0 0 ${String(UNITS)} 20`, preserveAspectRatio: "none", "aria-hidden": "true" },
    [
      ...(row.before?.attempts ?? []).map((attempt) => bar(attempt, "before", 14, 4)),
      ...row.attempts.map((attempt) => bar(attempt, "now", 3, 10)),
    ],
  );
}

tell({ type: "ready" });
