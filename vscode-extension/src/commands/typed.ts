/** What somebody typed, as a value of the type that an argument declares. Pure. */
import type { DeclaredArg } from "../protocol";

/** Why the text is no value of the argument; undefined where it is one. */
export function problem(arg: Pick<DeclaredArg, "type" | "required" | "default">, text: string): string | undefined {
  if (text === "") {
    return arg.required && arg.default === undefined ? "A value is needed" : undefined;
  }
  const value = given(arg, text);
  switch (arg.type) {
    case "integer":
      return Number.isInteger(value) ? undefined : "A whole number is needed";
    case "number":
      return typeof value === "number" && Number.isFinite(value) ? undefined : "A number is needed";
    case "list":
      return Array.isArray(value) ? undefined : 'A list is needed: a, b or ["a", "b"]';
    default:
      return undefined;
  }
}

/** The value that the text stands for. */
export function given(arg: Pick<DeclaredArg, "type">, text: string): unknown {
  switch (arg.type) {
    case "string":
      return text;
    case "boolean":
      return text === "true";
    case "integer":
    case "number":
      return Number(text);
    case "list":
      return text.trimStart().startsWith("[") ? parsed(text) : text.split(",").map((item) => item.trim());
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
