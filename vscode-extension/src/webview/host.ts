interface Api {
  postMessage(message: unknown): void;
  setState(state: unknown): void;
  getState(): unknown;
}

declare function acquireVsCodeApi(): Api;

const api = acquireVsCodeApi();

/** Talks to the extension. */
export function tell(message: object): void {
  api.postMessage(message);
}

/** Keeps what is needed to show the page again when the window is loaded anew. */
export function keep(state: object): void {
  api.setState(state);
}

/** Hears what the extension says. */
export function listen(take: (message: unknown) => void): void {
  window.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
    take(data);
  });
}
