import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startProject, type Deployment } from "./support/deployment.ts";
import { HUB_LEAVES, LONG, LONG_KEY, ODD_PROJECT } from "./support/odd-project.ts";
import { launch, RUN_TIMEOUT_MS } from "./support/runs.ts";
import { useVisitor } from "./support/visitor.ts";

const WORKSPACE = join(import.meta.dirname, "../../..");
/** Ten pages, each at two widths. */
const ENOUGH_MS = 240_000;
const PHONE = { width: 390, height: 844 };
const DESK = { width: 1440, height: 900 };

let odd: Deployment | undefined;
beforeAll(async () => {
  odd = await startProject(WORKSPACE, ODD_PROJECT);
}, ENOUGH_MS);
afterAll(() => odd?.stop());

const visitor = useVisitor(() => odd?.url ?? "");

/** Elements with text of their own that stick out of the window, and cannot be scrolled to. */
async function cutOff(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const isHidden = (element: Element): boolean => {
      for (let at: Element | null = element; at !== null && at !== document.body; at = at.parentElement) {
        const { overflowX, textOverflow } = getComputedStyle(at);
        // The page itself is not meant to be scrolled sideways.
        const scrolls = (overflowX === "auto" || overflowX === "scroll") && at.querySelector("h1") === null;
        if (scrolls || textOverflow === "ellipsis") return true;
      }
      return false;
    };
    const width = document.documentElement.clientWidth;
    return [...document.querySelectorAll("main *")]
      .filter((element) =>
        [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim() !== ""),
      )
      .filter((element) => element.getClientRects().length > 0 && !isHidden(element))
      .filter((element) => [...element.getClientRects()].some(({ right }) => right > width + 1))
      .map((element) => `${element.tagName} ${(element.textContent ?? "").slice(0, 60)}`);
  });
}

describe("names with markup, marks of direction and 300 characters", () => {
  test("are text on every page, and stay within it", { timeout: ENOUGH_MS }, async () => {
    const first = await visitor.open("/assets?launch=key:odd/names");
    await launch(first, "Materialize 4 partitions of 1 asset");
    const run = new URL(first.url()).pathname;
    await first.getByRole("button", { name: /^Retry/u }).waitFor({ timeout: RUN_TIMEOUT_MS });
    for (const path of [
      "/",
      "/assets",
      "/assets/odd/names",
      "/assets/odd/names?tab=checks",
      `/assets/${LONG_KEY}`,
      run,
      "/runs",
      "/checks",
      "/automation",
      `/automation/schedules/${LONG.slice(0, 100)}`,
    ]) {
      const page = await visitor.open(path);
      for (const size of [DESK, PHONE]) {
        await page.setViewportSize(size);
        await page
          .locator("main")
          .getByText(/odd|long0123|abcdefghij|<img/u)
          .first()
          .waitFor({ state: "attached" });
        expect({ path, width: size.width, cut: await cutOff(page) }).toEqual({ path, width: size.width, cut: [] });
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(size.width);
      }
      expect(await page.title()).not.toBe("owned");
      expect(await page.locator("main img").count()).toBe(0);
      await page.close();
    }
  });
});

test("a hub that two thousand assets read is one row among them, with its count", async () => {
  const page = await visitor.open("/assets?q=key:hub/center");
  await page.getByText(HUB_LEAVES.toLocaleString("en"), { exact: true }).first().waitFor();
  expect(await cutOff(page)).toEqual([]);
});

test("a strip of one partition, and of a million", async () => {
  const one = await visitor.open("/assets/strips/one");
  await one.getByRole("button", { name: "1 missing", exact: true }).waitFor();
  expect(await cutOff(one)).toEqual([]);
  const million = await visitor.open("/assets/strips/million");
  await million.getByRole("button", { name: "1,000,000 missing", exact: true }).waitFor();
  expect(await cutOff(million)).toEqual([]);
});
