/** The settings that the user made, and no others: a default of the editor would outdo the project's `divisi.toml`. */
import * as vscode from "vscode";

interface Property {
  readonly scope?: string;
}

/** Settings of the extension itself, which the server does not know or does not take from an editor. */
const OWN = /^divisi\.(server|mcp)\./;

/** As the server takes them: one object, nested by the dots of the names. */
export function settingsMade(extension: vscode.Extension<unknown>): object {
  const manifest = extension.packageJSON as { contributes: { configuration: { properties: Record<string, Property> } } };
  const made = {};
  for (const [name, property] of Object.entries(manifest.contributes.configuration.properties)) {
    const inspected = OWN.test(name) ? undefined : vscode.workspace.getConfiguration().inspect(name);
    // What bears on what may run is never taken from a workspace, whatever the editor makes of its scope.
    const value: unknown =
      property.scope === "machine"
        ? inspected?.globalValue
        : (inspected?.workspaceFolderValue ?? inspected?.workspaceValue ?? inspected?.globalValue);
    if (value !== undefined) {
      put(made, name.split(".").slice(1), value);
    }
  }
  return made;
}

function put(into: Record<string, unknown>, [first, ...rest]: string[], value: unknown): void {
  if (first === undefined) {
    return;
  }
  if (rest.length === 0) {
    into[first] = value;
    return;
  }
  const inner = (into[first] ?? {}) as Record<string, unknown>;
  into[first] = inner;
  put(inner, rest, value);
}
