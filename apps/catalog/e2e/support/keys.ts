import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";

/** Most presses of the tab key from one control to another before it counts as out of reach. */
const MAX_STOPS = 60;

/** Uses a page as somebody does who has no pointer: from where the focus is, by what the tab key reaches next. */
export interface Keys {
  /** Presses keys one after the other. */
  press(...keys: readonly string[]): Promise<void>;
  /** Writes into what has the focus. */
  write(text: string): Promise<void>;
  /** Goes on by the tab key until `target` has the focus, and sees that this shows; fails when it cannot be reached. */
  reach(target: Locator): Promise<void>;
  /** Fails when the focus fell back to the document, from where everything must be walked again. */
  expectFocusKept(): Promise<void>;
}

/** Takes the pointer out of the reach of `page` and answers its keyboard. */
export function keysOf(page: Page): Keys {
  return {
    async press(...keys) {
      for (const key of keys) await page.keyboard.press(key);
    },
    write: (text) => page.keyboard.type(text),
    async reach(target) {
      await target.first().waitFor();
      const passed: string[] = [];
      for (let i = 0; i < MAX_STOPS; i++) {
        if (await hasFocus(target)) {
          expect(await showsFocus(page)).toBe(true);
          return;
        }
        await page.keyboard.press("Tab");
        passed.push(await describeFocus(page));
      }
      throw new Error(`it cannot be reached by the tab key, which went over: ${passed.join(" → ")}`);
    },
    async expectFocusKept() {
      await expect.poll(() => describeFocus(page)).not.toBe("BODY");
    },
  };
}

function hasFocus(target: Locator): Promise<boolean> {
  return target.evaluateAll((found) => found.some((element) => element === document.activeElement));
}

/** What has the focus, in few words. */
function describeFocus(page: Page): Promise<string> {
  return page.evaluate(() => {
    const focused = document.activeElement;
    if (focused === null || focused === document.body) return "BODY";
    return focused.getAttribute("aria-label") ?? (focused.textContent?.trim().slice(0, 40) || focused.tagName);
  });
}

/** Whether an outline is drawn about what has the focus, or about the field around it, within what is in view. */
function showsFocus(page: Page): Promise<boolean> {
  return page.evaluate(() => {
    const focused = document.activeElement;
    if (focused === null) return false;
    const box = focused.getBoundingClientRect();
    const inView = box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
    const isMarked = [focused, focused.parentElement].some((element) => {
      if (element === null) return false;
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      return outlineStyle !== "none" && Number.parseFloat(outlineWidth) > 0;
    });
    return inView && isMarked;
  });
}
