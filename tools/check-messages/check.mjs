// Checks messages of the server, recorded by the end-to-end tests, against the types of the protocol:
//
//   node check.mjs FOLDER
//
// Each line of each file in FOLDER is `{test, method, message}`; `method` is that of the message itself or, where it
// is an answer, of the request (`null` where that was none). Each message becomes an object literal of the type that
// the protocol gives it, so that missing, wrong and unknown properties are all errors of the TypeScript compiler.

import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import protocol from "vscode-languageserver-protocol/node";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const GENERATED = path.join(HERE, "messages.ts");

/** Names of the protocol's request and notification types by method, and of its registrations. */
const NAMES = new Map(
  Object.entries(protocol).flatMap(([name, value]) => (value?.type?.method ? [[value.type.method, name]] : [])),
);

const PRELUDE = `
import type * as lsp from "vscode-languageserver-protocol";
import type { OwnNotifications, OwnResults } from "./own.d.ts";
type ParamsOf<T> =
  T extends lsp.ProtocolRequestType<infer P, any, any, any, any> ? { params: P }
  : T extends lsp.ProtocolNotificationType<infer P, any> ? { params: P }
  : { params?: null };
type ResultOf<T> =
  T extends lsp.ProtocolRequestType0<infer R, any, any, any> ? NullForVoid<R>
  : T extends lsp.ProtocolRequestType<any, infer R, any, any, any> ? NullForVoid<R>
  : never;
/** \`void\` is how the package writes a result of \`null\`. */
type NullForVoid<R> = IsAny<R> extends true ? R : [R] extends [void] ? null : R;
type IsAny<R> = 0 extends 1 & R ? true : false;
type OptionsOf<T> = T extends lsp.RegistrationType<infer O> ? O : never;
type Notification<M extends string, P> = { jsonrpc: "2.0"; method: M } & P;
type Request<M extends string, P> = Notification<M, P> & { id: number | string };
type Answer<R> = { jsonrpc: "2.0"; id: number | string; result: R };
type Failure = { jsonrpc: "2.0"; id: number | string | null; error: { code: number; message: string; data?: unknown } };
type WorkDone = lsp.WorkDoneProgressBegin | lsp.WorkDoneProgressReport | lsp.WorkDoneProgressEnd;
type Progress = { params: { token: lsp.ProgressToken; value: WorkDone | lsp.WorkspaceDiagnosticReportPartialResult } };
`;

/** The type of a message as TypeScript writes it; none where nothing says what the method carries. */
function typeOf({ method, message }) {
  const name = NAMES.get(method);
  const type = name && `typeof lsp.${name}.type`;
  if ("error" in message) return "Failure";
  if (!("method" in message)) {
    if (method?.startsWith("divisi/")) return `Answer<OwnResults[${JSON.stringify(method)}]>`;
    return type && `Answer<ResultOf<${type}>>`;
  }
  const kind = "id" in message ? "Request" : "Notification";
  const named = JSON.stringify(method);
  if (method === "$/progress") return `Notification<${named}, Progress>`;
  if (type) return `${kind}<${named}, ParamsOf<${type}>>`;
  if (kind === "Notification" && method.startsWith("divisi/")) {
    return `Notification<${named}, { params: OwnNotifications[${named}] }>`;
  }
  return undefined;
}

/** The options of a registration are `any` in its own type; the method that is registered says more. */
function registrations({ test, method, message }) {
  if (method !== "client/registerCapability" || !("method" in message)) return [];
  return message.params.registrations.flatMap((registration) => {
    const name = NAMES.get(registration.method);
    const type = name && `OptionsOf<typeof lsp.${name}.type>`;
    return [{ test, method: `registration of ${registration.method}`, message: registration.registerOptions, type }];
  });
}

function readRecords(folder) {
  const files = readdirSync(folder).filter((name) => name.endsWith(".jsonl"));
  return files.flatMap((name) =>
    readFileSync(path.join(folder, name), "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line)),
  );
}

/** Each message once: ids and temporary folders make no difference to its type. */
function deduplicated(records) {
  const kept = new Map();
  for (const record of records) {
    const { id, ...rest } = record.message;
    const key = JSON.stringify([record.method, id === undefined || id === null, rest]);
    kept.set(key.replaceAll(/\/tmp\/[^/"]+/g, "/tmp"), record);
  }
  return [...kept.values()];
}

function compile(source) {
  const options = {
    strict: true,
    noEmit: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
    types: [],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
  };
  const host = ts.createCompilerHost(options);
  const { fileExists, getSourceFile } = host;
  host.fileExists = (file) => file === GENERATED || fileExists(file);
  host.getSourceFile = (file, ...rest) =>
    file === GENERATED ? ts.createSourceFile(file, source, rest[0], true) : getSourceFile(file, ...rest);
  const program = ts.createProgram([GENERATED], options, host);
  return ts.getPreEmitDiagnostics(program);
}

/** Where in the message a fault is: `result.items[3].kind`. */
function placeInMessage(file, position) {
  const steps = [];
  const descend = (node) => {
    if (position < node.getStart(file) || position >= node.getEnd()) return;
    if (ts.isPropertyAssignment(node)) steps.push(`.${node.name.text}`);
    if (node.parent && ts.isArrayLiteralExpression(node.parent)) steps.push(`[${node.parent.elements.indexOf(node)}]`);
    ts.forEachChild(node, descend);
  };
  descend(file);
  return steps.join("").replace(/^\./, "");
}

function report(fault, lines) {
  const text = ts.flattenDiagnosticMessageText(fault.messageText, "\n    ");
  if (fault.file?.fileName !== GENERATED) return `${fault.file?.fileName ?? ""}: ${text}`;
  const line = lines[fault.file.getLineAndCharacterOfPosition(fault.start).line];
  if (!line) return `prelude: ${text}`;
  const place = placeInMessage(fault.file, fault.start);
  return `${line.method}${place && ` at ${place}`} (test ${line.test}):\n    ${text}\n    ${JSON.stringify(line.message).slice(0, 400)}`;
}

function main(folder) {
  const recorded = readRecords(folder);
  const records = deduplicated(recorded).map((record) => ({ ...record, type: typeOf(record) }));
  records.push(...records.flatMap(registrations));
  const faults = [];
  /** By line of the generated file. */
  const lines = Array(PRELUDE.split("\n").length).fill(undefined);
  let source = PRELUDE;
  for (const record of records) {
    if (!record.type) {
      faults.push(`${record.method} (test ${record.test}): no such method in the protocol`);
      continue;
    }
    const at = lines.length - 1;
    lines[at] = record;
    lines.push(undefined);
    source += `export const m${at}: ${record.type} = ${JSON.stringify(record.message)};\n`;
  }
  faults.push(...compile(source).map((fault) => report(fault, lines)));
  const methods = new Set(records.map(({ method }) => method));
  for (const fault of faults) console.error(`${fault}\n`);
  console.log(`${recorded.length} messages, ${records.length} of them different, of ${methods.size} methods; ${faults.length} faults`);
  if (recorded.length === 0) console.error(`nothing was recorded in ${folder}`);
  process.exitCode = faults.length > 0 || recorded.length === 0 ? 1 : 0;
}

main(process.argv[2]);
