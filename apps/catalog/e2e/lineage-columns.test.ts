import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { axeFaults } from "./support/axe.ts";
import { type Deployment, startProject } from "./support/deployment.ts";
import { keysOf } from "./support/keys.ts";
import { useVisitor } from "./support/visitor.ts";

const WORKSPACE = join(import.meta.dirname, "../../..");

/** An amount from where it arrives to where nobody says what becomes of it, among columns that have nothing to do with it. */
const PROJECT: Readonly<Record<string, string>> = {
  "src/definitions.ts": `import { asset, definitions, dep } from "@heddle/core";

const others = Object.fromEntries(Array.from({ length: 11 }, (_, i) => ["other" + (i + 1), { from: {} }]));
const orders = asset({ key: "shop/orders", materialize: () => [], columns: { id: { from: {} }, net: { from: {} }, tax: { from: {} }, ...others } });
const clean = asset({
  key: "shop/clean",
  deps: { orders },
  materialize: () => [],
  columns: { id: { from: { orders: "id" } }, amount: { from: { orders: ["net", "tax"] } }, note: {} },
});
const totals = asset({
  key: "reports/totals",
  deps: { clean: dep(clean, { columns: ["amount"] }) },
  materialize: () => [],
  columns: { sum: { from: { clean: ["amount"] } }, mean: { from: { clean: ["amount"] } }, most: { from: { clean: "amount" } } },
});
const letter = asset({ key: "reports/letter", deps: { clean: dep(clean, { columns: ["amount"] }) }, materialize: () => 1 });
const dashboard = asset({ key: "reports/dashboard", deps: { totals }, materialize: () => 1 });
const weather = asset({ key: "weather/today", materialize: () => 1 });

export default definitions({ assets: [orders, clean, totals, letter, dashboard, weather] });
`,
};

let shop: Deployment | undefined;
beforeAll(async () => {
  shop = await startProject(WORKSPACE, PROJECT);
});
afterAll(() => shop?.stop());

const visitor = useVisitor(() => shop?.url ?? "");

const paramOf = (page: Page, name: string): string | null => new URL(page.url()).searchParams.get(name);
const panelOf = (page: Page) => page.getByRole("complementary", { name: "Asset in focus" });
const barOf = (page: Page) => page.getByRole("region", { name: "Column", exact: true }).locator("visible=true");
const fieldOf = (page: Page) => page.getByRole("combobox", { name: "Find a column" });

describe("columns on the lineage", () => {
  test("one is found, its path shown and left by keyboard alone", async () => {
    const page = await visitor.open("/lineage?focus=shop/clean");
    const keys = keysOf(page);
    const panel = panelOf(page);
    await panel.getByText("shop/clean", { exact: true }).waitFor();
    await keys.press("c");
    const field = fieldOf(page);
    await expect.poll(() => field.evaluate((element) => element === document.activeElement)).toBe(true);
    expect(paramOf(page, "cols")).toBe("shown");
    await panel.getByRole("option", { name: "amount" }).waitFor();
    expect(await panel.getByRole("option").allInnerTexts()).toEqual([
      expect.stringMatching(/^id\s+from 1$/u),
      expect.stringMatching(/^amount\s+from 2, into 4$/u),
      expect.stringMatching(/^note\s+origin unknown$/u),
    ]);

    await keys.write("a");
    await panel.getByText("1 of 3 shown").waitFor();
    await keys.press("Enter");
    await expect.poll(() => paramOf(page, "cols")).toBe("shop/clean:amount");
    // Once more leaves it; then by arrows.
    await keys.press("Enter");
    await expect.poll(() => paramOf(page, "cols")).toBe("shown");
    await keys.press("Escape", "ArrowDown", "Enter");
    await expect.poll(() => paramOf(page, "cols")).toBe("shop/clean:amount");
    expect(await panel.getByRole("option", { selected: true }).innerText()).toContain("amount");
    await barOf(page).getByText("amount of shop/clean: 4 assets on its path").waitFor();
    const path = panel.getByRole("region", { name: "Path of amount" });
    await path.getByText("4 assets on the path: 1 upstream, 2 downstream.").waitFor();
    expect(await path.getByRole("button").allInnerTexts()).toEqual([
      expect.stringMatching(/^shop\/orders\s+net, tax$/u),
      expect.stringMatching(/^shop\/clean\s+amount$/u),
      expect.stringMatching(/^reports\/letter\s+reads it$/u),
      expect.stringMatching(/^reports\/totals\s+mean, most \+1$/u),
      // Those that do not say what becomes of it.
      "reports/letter",
      "reports/dashboard",
    ]);
    await path.getByText("reads it and does not say what comes of it").waitFor();
    await path.getByText("reads reports/totals and does not say which of its columns").waitFor();
    expect(await axeFaults(page)).toEqual([]);

    // From the path to one of its assets, with the column still shown.
    await keys.reach(path.getByRole("button", { name: /^shop\/orders/u }));
    await keys.press("Enter");
    await expect.poll(() => paramOf(page, "focus")).toBe("shop/orders");
    await panel.getByText("Columns 2 of 14 on the path").waitFor();
    expect(paramOf(page, "cols")).toBe("shop/clean:amount");
    await keys.press("Escape");
    await expect.poll(() => paramOf(page, "cols")).toBe("shown");
    await keys.press("Escape");
    await expect.poll(() => paramOf(page, "cols")).toBe(null);
    expect(paramOf(page, "focus")).toBe("shop/orders");
    await keys.press("Escape");
    await panel.waitFor({ state: "detached" });
  });

  test("the field's own Escape empties it, leaves the column, and then the list", async () => {
    const page = await visitor.open("/lineage?focus=shop/clean&cols=shop/clean:amount");
    const field = fieldOf(page);
    await field.fill("am");
    await field.press("Escape");
    expect(await field.inputValue()).toBe("");
    expect(paramOf(page, "cols")).toBe("shop/clean:amount");
    await field.press("Escape");
    await expect.poll(() => paramOf(page, "cols")).toBe("shown");
    await field.press("Escape");
    await field.waitFor({ state: "detached" });
    await keysOf(page).expectFocusKept();
    expect(paramOf(page, "focus")).toBe("shop/clean");
  });

  test("cards and the outline name the columns of a path, and nothing else does", async () => {
    const page = await visitor.open("/lineage?cols=shop/orders:tax");
    await barOf(page).getByText("tax of shop/orders: 4 assets on its path").waitFor();
    const tree = page.getByRole("tree", { name: "Assets by group" });
    await tree.getByRole("treeitem", { name: /^shop\/clean, .*, column amount$/u }).waitFor();
    await tree.getByRole("treeitem", { name: /^reports\/totals, .*, column mean, most, sum$/u }).waitFor();
    await tree.getByRole("treeitem", { name: /^reports\/letter, .*, reads the column$/u }).waitFor();
    await tree.getByRole("treeitem", { name: /^reports\/dashboard, [a-z]+$/u }).waitFor();
    await tree.getByRole("treeitem", { name: /^weather\/today, [a-z]+$/u }).waitFor();
    // What is not known leads to the panel; from near, cards say the same.
    await barOf(page).getByRole("button", { name: "2 not known" }).click();
    await expect.poll(() => paramOf(page, "focus")).toBe("shop/orders");
    await panelOf(page).getByText("Not known 2").waitFor();
    await page.keyboard.press("Space");
    await page
      .getByRole("group", { name: "Assets in view" })
      .getByRole("button", { name: /^shop\/ ?orders.*tax/u })
      .waitFor();
    await barOf(page).getByRole("button", { name: "Leave the column" }).click();
    await barOf(page).waitFor({ state: "detached" });
    await tree.getByRole("treeitem", { name: /^shop\/clean, [a-z]+$/u }).waitFor();
  });

  test("ten of many columns are listed, those on the path before all others", async () => {
    const page = await visitor.open("/lineage?focus=shop/orders");
    await page.getByRole("button", { name: "View", exact: true }).click();
    await page.getByRole("checkbox", { name: "Columns of the focus" }).check();
    await page.keyboard.press("Escape");
    const panel = panelOf(page);
    await panel.getByText("10 of 14 shown").waitFor();
    expect(await panel.getByRole("option").count()).toBe(10);
    await panel.getByRole("button", { name: "Show 4 more" }).click();
    await expect.poll(() => panel.getByRole("option").count()).toBe(14);
    await panel.getByRole("option", { name: "other11" }).click();
    await panel.getByText("No asset says that it comes from another column, or goes into one.").waitFor();
    await panel.getByText("reads shop/orders and does not say which of its columns").waitFor();
    expect(await panel.getByRole("option").first().innerText()).toBe("other11");
    // Chosen once more it is left.
    await panel.getByRole("option", { name: "other11" }).click();
    await expect.poll(() => paramOf(page, "cols")).toBe("shown");
  });

  test("assets that the filter hides are counted, and a moment of the past knows no columns", async () => {
    const page = await visitor.open("/lineage?sel=key:shop/*&cols=shop/clean:amount");
    await barOf(page).getByText("4 assets on its path, 2 filtered out").waitFor();
    await page.goto(`/lineage?time=shown&at=${Date.now()}&focus=shop/clean&cols=shop/clean:amount`);
    await panelOf(page).getByText("for now only, not for this moment").waitFor();
    await barOf(page).getByText("for now only, not for this moment").waitFor();
    expect(await fieldOf(page).count()).toBe(0);
  });

  test.each(["shop/clean:amounts", "shop/gone:amount", "amount"])(
    "an address with cols=%s says what is wrong",
    async (cols) => {
      const page = await visitor.open(`/lineage?focus=shop/clean&cols=${cols}`);
      await page.getByText(`cols=${cols}`, { exact: true }).waitFor();
      await panelOf(page).getByText("shop/clean", { exact: true }).waitFor();
      expect(await barOf(page).count()).toBe(0);
      await page.getByRole("button", { name: "Dismiss" }).click();
      await page.getByText(`cols=${cols}`, { exact: true }).waitFor({ state: "detached" });
    },
  );

  test("the columns of an asset's page lead there, its lineage does, and what goes to anything", async () => {
    const page = await visitor.open("/assets/shop/clean?tab=columns&column=amount");
    await page.getByRole("link", { name: "On the lineage" }).click();
    await expect.poll(() => paramOf(page, "cols")).toBe("shop/clean:amount");
    await panelOf(page).getByRole("region", { name: "Path of amount" }).waitFor();
    await page.goto("/assets/shop/orders?tab=lineage");
    await page.getByRole("link", { name: "Columns on the lineage" }).click();
    await panelOf(page).getByRole("listbox", { name: "Columns" }).waitFor();
    await page.keyboard.press("ControlOrMeta+k");
    await page.getByRole("combobox", { name: /^Go to anything/u }).fill("amount");
    await page.getByRole("option", { name: "amount of shop/clean" }).waitFor();
    await page.keyboard.press("Shift+Enter");
    await expect.poll(() => paramOf(page, "cols")).toBe("shop/clean:amount");
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard" }).getByText("Columns of the focus").waitFor();
  });
});
