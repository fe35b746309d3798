/** What the page of the timeline and the extension say to each other. */
import type { Timeline } from "./model";

export type ToPage = { readonly type: "timeline"; readonly timeline: Timeline | null };

export type FromPage = { readonly type: "ready" } | { readonly type: "log"; readonly node: string };
