import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { useVisitor } from "./support/visitor.ts";

const visitor = useVisitor();

describe("the lineage", () => {
  test("is painted, searched and focused, and its address says what it shows", async () => {
    const page = await visitor.open("/lineage");
    const tree = page.getByRole("tree", { name: "Assets by group" });
    await tree.getByRole("treeitem", { name: /^flights\/clean,/u }).waitFor();
    await expect.poll(() => coloursOf(page)).toBeGreaterThan(4);

    await page.getByRole("textbox", { name: "Find in the lineage" }).fill("summ");
    expect(await tree.getByRole("treeitem", { name: /^reports\//u }).count()).toBe(1);
    await tree.getByRole("treeitem", { name: /^reports\/summary,/u }).click();
    await expectFocus(page, "reports/summary");
    const panel = page.getByRole("complementary", { name: "Asset in focus" });
    await panel.getByText("nothing depends on it").waitFor();
    await page.getByText("19 assets up, 0 assets down").waitFor();
    // Cards are elements of the document once they are near.
    await page.getByRole("button", { name: /^reports\/ ?summary/u, pressed: true }).waitFor();
  });

  test("is walked by keyboard alone", async () => {
    const page = await visitor.open("/lineage?focus=flights/clean");
    await expectFocus(page, "flights/clean");
    await page.keyboard.press("ArrowRight");
    await expectFocus(page, "flights/airport_days");
    await page.keyboard.press("ArrowLeft");
    await expectFocus(page, "flights/clean");
    await page.keyboard.press("[");
    await page.getByRole("slider", { name: /^Depth/u }).waitFor();
    await expect.poll(() => new URL(page.url()).searchParams.get("depth")).toBe("20");
    await page.keyboard.press("o");
    await page.getByRole("tree").waitFor({ state: "detached" });
    await page.keyboard.press("o");
    await page.getByRole("tree").waitFor();
    await page.keyboard.press("m");
    await page.getByRole("dialog", { name: "Materialize" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.keyboard.press("Escape");
    await expectFocus(page, null);
  });

  test("is a tree for those who do not see it", async () => {
    const page = await visitor.open("/lineage");
    const tree = page.getByRole("tree", { name: "Assets by group" });
    await tree.focus();
    await page.keyboard.press("Home");
    const airports = tree.getByRole("treeitem", { name: /^airports \d/u });
    expect(await airports.getAttribute("aria-expanded")).toBe("true");
    await page.keyboard.press("ArrowLeft");
    await expect.poll(() => airports.getAttribute("aria-expanded")).toBe("false");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await expectFocus(page, "airports/clean");
    const active = await tree.getAttribute("aria-activedescendant");
    expect(await page.locator(`[id="${active ?? ""}"]`).getAttribute("aria-label")).toMatch(/^airports\/clean,/u);
  });

  test("shows what a selection leaves, and which part of it leaves nothing", async () => {
    const page = await visitor.open("/lineage?sel=group:flights");
    await page.getByText("8 assets of 24").waitFor();
    await page.getByRole("textbox", { name: "Filter by selection" }).fill("group:flights and key:nothing");
    await page.getByText("No asset is left by this selection.").waitFor();
    const clauses = await page.locator("main li").filter({ hasText: "matches" }).allInnerTexts();
    expect(clauses.map((text) => text.replace(/\s+/gu, " "))).toEqual([
      "group:flights matches 8 assets by itself",
      "key:nothing matches nothing",
    ]);
  });
});

async function expectFocus(page: Page, key: string | null): Promise<void> {
  await expect.poll(() => new URL(page.url()).searchParams.get("focus")).toBe(key);
  const panel = page.getByRole("complementary", { name: "Asset in focus" });
  if (key === null) await panel.waitFor({ state: "detached" });
  else await panel.getByText(key, { exact: true }).first().waitFor();
}

/** How many colours the canvas holds; one that was not painted holds a single one. */
function coloursOf(page: Page): Promise<number> {
  return page.evaluate(() => {
    const canvas = document.querySelector("canvas");
    const context = canvas?.getContext("2d");
    if (canvas === null || context === null || context === undefined || canvas.width === 0) return 0;
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size;
  });
}
