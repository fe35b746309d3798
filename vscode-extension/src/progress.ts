import * as vscode from "vscode";
import type { LanguageClient, ProgressToken, WorkDoneProgressBegin, WorkDoneProgressEnd, WorkDoneProgressReport } from "vscode-languageclient/node";

type Value = WorkDoneProgressBegin | WorkDoneProgressReport | WorkDoneProgressEnd;
type Next = (token: ProgressToken, value: Value) => void;

interface Shown {
  readonly progress: vscode.Progress<{ message?: string; increment?: number }>;
  percentage: number;
  readonly end: () => void;
}

/**
 * Shows what can be cancelled as a notification with a Cancel button; by itself the client's library shows it in the
 * status bar only, without one.
 */
export function showProgress(client: () => LanguageClient | undefined): (token: ProgressToken, value: Value, next: Next) => void {
  const shown = new Map<ProgressToken, Shown>();
  return (token, value, next) => {
    if (value.kind === "begin") {
      if (value.cancellable !== true) {
        next(token, value);
        return;
      }
      begin(token, value, shown, client);
      return;
    }
    const known = shown.get(token);
    if (known === undefined) {
      next(token, value);
    } else if (value.kind === "end") {
      known.end();
    } else {
      report(known, value);
    }
  };
}

function begin(
  token: ProgressToken,
  value: WorkDoneProgressBegin,
  shown: Map<ProgressToken, Shown>,
  client: () => LanguageClient | undefined,
): void {
  const options = { location: vscode.ProgressLocation.Notification, title: value.title, cancellable: true };
  void vscode.window.withProgress(options, (progress, cancelled) => {
    cancelled.onCancellationRequested(() => {
      void client()?.sendNotification("window/workDoneProgress/cancel", { token });
    });
    return new Promise<void>((resolve) => {
      const entry: Shown = {
        progress,
        percentage: 0,
        end: () => {
          shown.delete(token);
          resolve();
        },
      };
      shown.set(token, entry);
      report(entry, value);
    });
  });
}

function report(entry: Shown, { message, percentage }: { message?: string; percentage?: number }): void {
  const increment = percentage === undefined ? 0 : Math.max(0, percentage - entry.percentage);
  entry.percentage += increment;
  entry.progress.report({ increment, ...(message === undefined ? {} : { message }) });
}
