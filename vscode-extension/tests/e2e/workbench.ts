import { type FrameLocator, type Locator, type Page } from "playwright-core";

/** Longer than anything takes; it only bounds a failing test. */
export const PATIENCE = 60_000;

/** One window, by what a person sees and types. */
export class Workbench {
  constructor(readonly page: Page) {
    page.setDefaultTimeout(PATIENCE);
  }

  /** Until the window shows its folder. */
  async ready(): Promise<void> {
    await this.page.locator(".explorer-folders-view .monaco-list-row").first().waitFor();
  }

  /** Loads the window anew as its user does: the browser's own reload may come before VS Code has kept what is open. */
  async reload(): Promise<void> {
    const loaded = this.page.waitForEvent("domcontentloaded");
    await this.command("Developer: Reload Window");
    await loaded;
    await this.ready();
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }

  /** Opens a file by its name. */
  async file(name: string): Promise<void> {
    await this.pick("Control+p", name, name);
    await this.page.locator(".monaco-editor .view-line").first().waitFor();
  }

  /** Runs a command of the palette by its whole title. */
  async command(title: string): Promise<void> {
    await this.pick("F1", `>${title}`, title);
  }

  /** Takes a colour theme by its name. */
  async theme(name: string): Promise<void> {
    await this.command("Preferences: Color Theme");
    await this.quickInput().fill(name);
    await this.choose(name);
    await this.quickInput().waitFor({ state: "hidden" });
  }

  /** Opens a list, types, chooses. A list that opened before the window knew of its entry is opened anew. */
  private async pick(key: string, typed: string, label: string): Promise<void> {
    const looks = 6;
    for (let look = 1; ; look++) {
      await this.page.keyboard.press(key);
      await this.quickInput().fill(typed);
      try {
        await this.rows().filter({ hasText: label }).first().click({ timeout: PATIENCE / looks });
        return;
      } catch (error) {
        if (look === looks) {
          throw error;
        }
        await this.page.keyboard.press("Escape");
      }
    }
  }

  /** Titles that the palette offers for what is typed. */
  async offered(typed: string): Promise<string[]> {
    await this.page.keyboard.press("F1");
    await this.quickInput().fill(`>${typed}`);
    await this.rows().first().waitFor();
    const titles = await this.rows().locator(".label-name").allInnerTexts();
    await this.page.keyboard.press("Escape");
    return titles;
  }

  /** Types into the question that is asked, and says yes. */
  async answer(text: string): Promise<void> {
    await this.quickInput().fill(text);
    await this.page.keyboard.press("Enter");
  }

  async choose(label: string): Promise<void> {
    await this.rows().filter({ hasText: label }).first().click();
  }

  /** Says yes to the question where to write; the window offers a place. */
  async save(path: string): Promise<void> {
    await this.page.waitForFunction(
      (wanted) => document.querySelector<HTMLInputElement>(".quick-input-box input")?.value === wanted,
      path,
    );
    await this.page.keyboard.press("Enter");
  }

  quickInput(): Locator {
    return this.page.locator(".quick-input-widget:visible .quick-input-box input");
  }

  rows(): Locator {
    return this.page.locator(".quick-input-widget:visible .quick-input-list .monaco-list-row");
  }

  /** Puts the cursor behind `text`, of which there must be one in the active editor. */
  async cursorBehind(text: string): Promise<void> {
    await this.page.locator(".editor-instance:visible .monaco-editor .view-line").first().click();
    await this.page.keyboard.press("Control+f");
    const find = this.page.locator(".find-widget.visible .find-part textarea");
    await find.fill(text);
    await this.page.locator(".find-widget.visible .matchesCount", { hasText: "1 of 1" }).waitFor();
    await this.page.keyboard.press("Escape");
    await this.page.keyboard.press("ArrowRight");
  }

  /** What the Problems panel lists. */
  async problems(): Promise<Locator> {
    const rows = this.page.locator(".markers-panel .monaco-list-row");
    if (!(await this.page.locator(".markers-panel").isVisible())) {
      await this.page.keyboard.press("Control+Shift+m");
    }
    return rows;
  }

  squiggles(): Locator {
    return this.page.locator(".monaco-editor .squiggly-error");
  }

  suggestions(): Locator {
    return this.page.locator(".suggest-widget.visible .monaco-list-row");
  }

  /** The notification that says `text`. */
  notification(text: string | RegExp): Locator {
    return this.page.locator(".notifications-toasts .notification-list-item", { hasText: text });
  }

  /** What stands above a line and can be clicked. */
  lens(title: string): Locator {
    return this.page.locator(".codelens-decoration a").filter({ hasText: new RegExp(`^${title}$`) });
  }

  statusBar(text: string | RegExp): Locator {
    return this.page.locator(".part.statusbar .statusbar-item", { hasText: text });
  }

  /** The page in the webview that is shown. */
  webview(): FrameLocator {
    return this.page.frameLocator("iframe.webview.ready").frameLocator("iframe#active-frame");
  }

  /** The text of the active editor, as far as it is shown. */
  async text(): Promise<string> {
    const lines = await this.page.locator(".editor-instance:visible .monaco-editor .view-line").allInnerTexts();
    // The editor draws spaces that do not break.
    return lines.join("\n").replaceAll("\u00a0", " ");
  }
}
