/** One event of a run, as `divisi/runEvent` carries it; the fields beyond these depend on `type`. */
export interface RunEvent {
  readonly run: string;
  readonly seq: number;
  readonly type: string;
  readonly dag?: string;
}
