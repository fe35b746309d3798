import { spawn } from "node:child_process";
import { homedir } from "node:os";
import { createInterface } from "node:readline";

/** A message of the Model Context Protocol, as far as it is looked at. */
interface Message {
  readonly id?: number;
  readonly result?: { readonly content?: readonly { readonly text?: string }[]; readonly isError?: boolean };
  readonly error?: { readonly message: string };
}

/** What a tool said. */
export interface Answer {
  readonly text: string;
  readonly isError: boolean;
}

const HELLO = {
  protocolVersion: "2025-06-18",
  capabilities: {},
  clientInfo: { name: "divisi-vscode", version: "0" },
};

/**
 * Asks one tool of `divisi mcp` about the workspace in `folder`. The server reads everything anew for each question, so
 * that a process for each costs no more.
 */
export function ask(program: string, folder: string, tool: string, input: object, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve, reject) => {
    // A bare name is looked up in the working directory too on some systems, so that is not the workspace.
    const server = spawn(program, ["mcp", "--root", folder], { cwd: homedir(), stdio: ["pipe", "pipe", "ignore"], signal });
    const send = (message: object): void => {
      server.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
    };
    server.on("error", reject);
    server.stdin.on("error", reject);
    server.on("close", () => {
      reject(new Error("divisi ended without an answer"));
    });
    createInterface({ input: server.stdout }).on("line", (line) => {
      const message = JSON.parse(line) as Message;
      if (message.id === 1) {
        send({ method: "notifications/initialized" });
        send({ id: 2, method: "tools/call", params: { name: tool, arguments: input } });
      } else if (message.id === 2) {
        resolve(answerOf(message));
        server.stdin.end();
      }
    });
    send({ id: 1, method: "initialize", params: HELLO });
  });
}

function answerOf({ result, error }: Message): Answer {
  const text = result?.content?.map((part) => part.text ?? "").join("\n") ?? error?.message ?? "";
  return { text, isError: result?.isError ?? true };
}
