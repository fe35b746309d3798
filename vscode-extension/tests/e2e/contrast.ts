/**
 * Contrast of what is drawn. axe reads the colours of HTML; a picture has its own: texts and lines of an SVG.
 * Runs in the page, so it stands for itself.
 */
export interface Drawn {
  /** Texts, each on the shape `on` of the same group. */
  readonly texts: string;
  /** Lines and borders that tell something, on the background of the page. */
  readonly lines: string;
}

/** What is too faint: texts below 4.5 to 1, lines below 3 to 1 (WCAG 2.2, 1.4.3 and 1.4.11). */
export function tooFaint(root: Element, { texts, lines }: Drawn): string[] {
  type Colour = readonly [number, number, number, number];
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  if (canvas === null) {
    return ["there is no canvas"];
  }
  /** In whatever notation: painted, and looked at. */
  const colour = (css: string): Colour => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = "rgba(0, 0, 0, 0)";
    canvas.fillStyle = css;
    canvas.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0, alpha = 0] = canvas.getImageData(0, 0, 1, 1).data;
    return [red, green, blue, alpha / 255];
  };
  const over = (top: Colour, below: Colour): Colour => {
    const mix = (at: 0 | 1 | 2): number => top[at] * top[3] + below[at] * (1 - top[3]);
    return [mix(0), mix(1), mix(2), 1];
  };
  const light = (of: Colour): number => {
    const part = (at: 0 | 1 | 2): number => {
      const share = of[at] / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    };
    return 0.2126 * part(0) + 0.7152 * part(1) + 0.0722 * part(2);
  };
  const ratio = (one: Colour, other: Colour): number => {
    const [more, less] = [Math.max(light(one), light(other)), Math.min(light(one), light(other))];
    return (more + 0.05) / (less + 0.05);
  };
  const page = colour(getComputedStyle(document.documentElement).getPropertyValue("--vscode-editor-background"));
  const behind = (element: Element): Colour => {
    const shape = element.parentElement?.querySelector("rect");
    return shape == null ? page : over(colour(getComputedStyle(shape).fill), page);
  };
  const faint = new Set<string>();
  const judge = (element: Element, paint: string, on: Colour, least: number): void => {
    const [red, green, blue, alpha] = colour(paint);
    const reached = ratio(over([red, green, blue, alpha * Number(getComputedStyle(element).opacity)], on), on);
    if (reached < least) {
      const name = `${element.parentElement?.getAttribute("class") ?? ""} ${element.parentElement?.dataset["look"] ?? ""}`;
      faint.add(`${name.trim()} > ${element.tagName}.${element.getAttribute("class") ?? ""}: ${paint} has ${reached.toFixed(2)}, not ${String(least)}`);
    }
  };
  for (const text of root.querySelectorAll(texts)) {
    if (text.textContent !== "") {
      // Times stand above their node, on the page or on its phase.
      judge(text, getComputedStyle(text).fill, text.matches(".time") ? page : behind(text), 4.5);
    }
  }
  for (const line of root.querySelectorAll(lines)) {
    const style = getComputedStyle(line);
    judge(line, style.stroke === "none" ? style.fill : style.stroke, page, 3);
  }
  return [...faint];
}
