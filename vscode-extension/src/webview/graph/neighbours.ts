/** Who stands next to whom, for the arrow keys and for what is read out. Pure. */
import type { Graph } from "../../protocol";

export type Direction = "left" | "right" | "up" | "down";

export class Neighbours {
  private readonly waitsFor: number[][];
  private readonly waitedForBy: number[][];
  private readonly columns = new Map<number, number[]>();

  constructor(private readonly graph: Graph) {
    this.waitsFor = graph.nodes.map(() => []);
    this.waitedForBy = graph.nodes.map(() => []);
    for (const { from, to } of graph.edges) {
      this.waitsFor[to]?.push(from);
      this.waitedForBy[from]?.push(to);
    }
    graph.nodes.forEach((node, at) => {
      const column = this.columns.get(node.level) ?? [];
      column.push(at);
      this.columns.set(node.level, column);
    });
    for (const column of this.columns.values()) {
      column.sort((a, b) => this.y(a) - this.y(b));
    }
  }

  /** The nodes that `node` waits for. */
  before(node: number): readonly number[] {
    return this.waitsFor[node] ?? [];
  }

  /** The nodes that wait for `node`. */
  after(node: number): readonly number[] {
    return this.waitedForBy[node] ?? [];
  }

  /** Where an arrow key leads: along a dependency to the sides, within the column up and down. */
  next(node: number, direction: Direction): number | undefined {
    switch (direction) {
      case "left":
        return this.nearest(node, this.before(node));
      case "right":
        return this.nearest(node, this.after(node));
      case "up":
      case "down": {
        const column = this.columns.get(this.graph.nodes[node]?.level ?? 0) ?? [];
        return column[column.indexOf(node) + (direction === "up" ? -1 : 1)];
      }
    }
  }

  /** The first node whose name, title or work holds what is searched for, behind `from`. */
  find(text: string, from: number): number | undefined {
    const wanted = text.toLowerCase();
    const count = this.graph.nodes.length;
    const order = Array.from({ length: count }, (_, step) => (from + step) % count);
    return wanted === "" ? undefined : order.find((at) => this.matches(at, wanted));
  }

  /** Whether a node holds what is searched for, in lower case. */
  matches(at: number, wanted: string): boolean {
    const node = this.graph.nodes[at];
    return node !== undefined && `${node.id} ${node.title ?? ""} ${node.work}`.toLowerCase().includes(wanted);
  }

  private nearest(node: number, others: readonly number[]): number | undefined {
    const distance = (other: number): number => Math.abs(this.y(other) - this.y(node));
    return [...others].sort((a, b) => distance(a) - distance(b))[0];
  }

  private y(node: number): number {
    return this.graph.nodes[node]?.y ?? 0;
  }
}
