/** What can be read off a refusal of the `divisi` program. Pure. */

/** The labels that `divisi convert` could not take for agents: it lists each, and how to name the agents last. */
export function labelsWithoutAgents(errors: string): string[] {
  const helps = errors.split("\n").flatMap((line) => /^\s*help: (.+)$/.exec(line)?.slice(1) ?? []);
  return helps.at(-1)?.startsWith("--agents ") === true ? helps.slice(0, -1) : [];
}
