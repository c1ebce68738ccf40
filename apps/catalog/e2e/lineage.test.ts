import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { axeFaults } from "./support/axe.ts";
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

  test("offers what can be done with an asset: by key and by its card", async () => {
    const page = await visitor.open("/lineage?focus=flights/clean");
    const card = page.getByRole("button", { name: "Actions for flights/clean" });
    await card.waitFor();
    const menu = page.getByRole("menu", { name: "Actions for flights/clean" });
    await page.keyboard.press("a");
    await menu.getByRole("menuitem", { name: "Materialize" }).waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await menu.waitFor({ state: "detached" });
    await expectFocus(page, "flights/clean");
    await card.click();
    await menu.getByRole("menuitem", { name: "Show only its neighbours" }).click();
    await expect.poll(() => new URL(page.url()).searchParams.get("sel")).toBe("1+key:flights/clean+1");
    // The picture of the rest is there.
    await page.getByRole("treeitem", { name: /^reports\/summary,/u }).waitFor({ state: "detached" });
    // From afar there are no cards: the first time it comes near.
    await page.keyboard.press("a");
    await card.click();
    await menu.getByRole("menuitem", { name: "Its runs" }).click();
    await page.waitForURL(/\/runs\?asset=flights\/clean$/u);
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

  test("shows all paths from one asset to another", async () => {
    const page = await visitor.open("/lineage?focus=flights/raw");
    await expectFocus(page, "flights/raw");
    await page.keyboard.press("p");
    const bar = page.getByRole("region", { name: "Paths" });
    await bar.getByText("choose the other end").waitFor();
    const tree = page.getByRole("tree", { name: "Assets by group" });
    await page.getByRole("textbox", { name: "Find in the lineage" }).fill("summ");
    await tree.getByRole("treeitem", { name: /^reports\/summary,/u }).click();
    await bar.getByText(/^\d+ paths over \d+ assets: flights\/raw → reports\/summary$/u).waitFor();
    expect(new URL(page.url()).searchParams.get("path")).toBe("flights/raw,reports/summary");
    await page.getByRole("button", { name: "Leave the paths" }).click();
    await expectFocus(page, "flights/raw");
  });

  test("picks what lies upstream and downstream by keyboard, and takes it elsewhere as text", async () => {
    const page = await visitor.open("/lineage?focus=reports/summary");
    await expectFocus(page, "reports/summary");
    await page.keyboard.press("u");
    await page.getByRole("region", { name: "Picked assets" }).getByText("20 assets picked").waitFor();
    await page.getByRole("button", { name: "Export", exact: true }).click();
    const exported = page.waitForEvent("download");
    await page.getByRole("button", { name: "CSV" }).click();
    const file = await exported;
    expect(file.suggestedFilename()).toBe("lineage.csv");
    const lines = (await readFile(await file.path(), "utf8")).trim().split("\n");
    expect(lines.length).toBe(21);
    expect(lines[0]).toBe("key,group,kinds,owners,status,last_materialized_at,upstream");
    expect(lines.some((line) => line.startsWith("reports/summary,"))).toBe(true);
  });

  test.each([
    ["PNG", "PNG"],
    ["SVG", "flights/clean: "],
  ])("gives a picture of the view as %s", async (format, holds) => {
    const page = await visitor.open("/lineage?focus=flights/clean");
    await expectFocus(page, "flights/clean");
    await page.getByRole("button", { name: "Export", exact: true }).click();
    const exported = page.waitForEvent("download");
    await page.getByRole("button", { name: format, exact: true }).click();
    const content = await readFile(await (await exported).path());
    expect(content.toString("latin1")).toContain(holds);
  });

  test("is coloured by something else than the status, with a legend that says what", async () => {
    const page = await visitor.open("/lineage");
    await page.getByRole("button", { name: "View", exact: true }).click();
    await page.getByRole("radio", { name: "Group" }).check();
    await expect.poll(() => new URL(page.url()).searchParams.get("overlay")).toBe("group");
    const legend = page.getByRole("list", { name: "Legend: Group" });
    await legend.getByText("flights", { exact: true }).waitFor();
    for (const [name, title] of [
      ["Owner", "Owner"],
      ["Age", "Age"],
      ["Duration of a step", "Duration of a step"],
    ]) {
      await page.getByRole("radio", { name: name ?? "", exact: true }).check();
      await page.getByRole("list", { name: `Legend: ${title ?? ""}` }).waitFor();
    }
    await page.getByRole("radio", { name: "Status" }).check();
    await page.getByRole("list", { name: "Legend", exact: true }).waitFor();
  });

  test("shows any moment of the past by a slider, and nothing can be launched there", async () => {
    const page = await visitor.open("/lineage?focus=flights/clean");
    await expectFocus(page, "flights/clean");
    await page.keyboard.press("t");
    const slider = page.getByRole("slider", { name: "Moment" });
    expect(await slider.getAttribute("aria-valuetext")).toBe("Now");
    await page.getByRole("button", { name: "Materialize" }).first().waitFor();
    await slider.focus();
    await page.keyboard.press("Home");
    await page.getByText("There was no asset at this moment.").waitFor();
    expect(Number(new URL(page.url()).searchParams.get("at"))).toBeGreaterThan(0);
    await page.keyboard.press("End");
    await expectFocus(page, "flights/clean");
    expect(new URL(page.url()).searchParams.has("at")).toBe(false);
    // The deployment is minutes old: a moment of today.
    const answered = Promise.withResolvers<void>();
    await page.route(/lineage\.statusAt/u, async (request) => {
      await answered.promise;
      await request.continue();
    });
    await page.goto(`/lineage?time=shown&at=${Date.now()}&focus=flights/clean`);
    // Also while the moment is being read, and the graph is that of now.
    for (const answer of [false, true]) {
      if (answer) answered.resolve();
      await page.getByText("Reading this moment…").waitFor({ state: answer ? "detached" : "visible" });
      await expectFocus(page, "flights/clean");
      await page.getByRole("complementary", { name: "Asset in focus" }).getByText("Paths to…").waitFor();
      expect(await page.getByRole("complementary").getByRole("button", { name: "Materialize" }).count()).toBe(0);
    }
  });

  test("follows one partition through the graph", async () => {
    const page = await visitor.open("/lineage?focus=flights/clean");
    await page.getByRole("textbox", { name: "Follow a partition" }).fill("2001-03-01");
    await page.getByRole("button", { name: "Follow" }).click();
    const bar = page.getByRole("region", { name: "Partition" });
    await bar.getByText(/assets concerned/u).waitFor();
    await page.getByRole("list", { name: "Legend: Partition 2001-03-01" }).waitFor();
    expect(new URL(page.url()).searchParams.get("overlay")).toBe("partition:2001-03-01");
    await page.getByRole("button", { name: "Leave the partition" }).click();
    await bar.waitFor({ state: "detached" });
  });

  test("stands in an asset's page with what surrounds it", async () => {
    const page = await visitor.open("/assets/flights/clean?tab=lineage");
    const tree = page.getByRole("tree", { name: "Assets by group" });
    await tree.getByRole("treeitem", { name: /^flights\/raw,/u }).waitFor();
    expect(await tree.getByRole("treeitem", { name: /^reports\/summary,/u }).count()).toBe(0);
    await tree.getByRole("treeitem", { name: /^flights\/raw,/u }).click();
    await page.waitForURL(/\/assets\/flights\/raw\?tab=lineage$/u);
    await page.getByRole("link", { name: "Open in the lineage" }).click();
    await expectFocus(page, "flights/raw");
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
