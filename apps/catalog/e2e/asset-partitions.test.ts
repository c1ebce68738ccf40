import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { axeFaults } from "./support/axe.ts";
import { type Deployment, startProject } from "./support/deployment.ts";
import { launch, runEnds } from "./support/runs.ts";
import { useVisitor } from "./support/visitor.ts";

const WORKSPACE = join(import.meta.dirname, "../../..");

const PROJECT = {
  "src/definitions.ts": `import { asset, dailyPartitions, definitions, hourlyPartitions, multiPartitions, staticPartitions } from "@heddle/core";

const days = dailyPartitions({ start: "2024-01-01", end: "2024-02-01" });
const regions = staticPartitions(["eu-west", "us-east", "asia"]);
const orders = asset({
  key: "shop/orders",
  partitions: multiPartitions({ day: days, region: regions }),
  materialize({ partition }) {
    if (partition.key === "2024-01-07|us-east") throw new Error("the warehouse does not answer");
    return [partition.key];
  },
});
const kinds = asset({
  key: "shop/kinds",
  partitions: multiPartitions({ day: days, region: regions, kind: staticPartitions(["web", "store"]) }),
  materialize: () => 1,
});
const hours = asset({ key: "shop/hours", partitions: hourlyPartitions({ start: "1900-01-01", end: "2014-02-01" }), materialize: () => 1 });

export default definitions({ assets: [orders, kinds, hours] });
`,
};

let shop: Deployment | undefined;
beforeAll(async () => {
  shop = await startProject(WORKSPACE, PROJECT);
  // The server answers before the project is loaded.
  const asked = `${shop.url}/api/trpc/assets.get?input=${encodeURIComponent('{"key":"shop/hours"}')}`;
  await vi.waitFor(async () => expect(await (await fetch(asked)).text()).toContain('"kind":"asset"'), 30_000);
});
afterAll(() => shop?.stop());
const visitor = useVisitor(() => shop?.url ?? "");

describe("the partitions one by one", () => {
  test("fill the page down to its lower edge, and cut no line", async () => {
    const page = await visitor.open("/assets/shop/hours?tab=partitions");
    const lines = page.getByRole("rowgroup", { name: "Partitions" });
    await lines.getByRole("row").filter({ hasText: "2014-01-31" }).first().waitFor();
    const place = (): Promise<readonly number[]> =>
      lines.evaluate((own) => {
        const bottom = own.closest("main")?.getBoundingClientRect().bottom ?? 0;
        return [bottom - own.getBoundingClientRect().bottom, own.clientHeight % 30];
      });
    const [below = Number.NaN, cut] = await place();
    expect(below).toBeGreaterThan(0);
    expect(below).toBeLessThan(50);
    expect(cut).toBe(0);
    const before = await lines.evaluate((own) => own.clientHeight);
    await page.setViewportSize({ width: 1440, height: 1200 });
    await expect.poll(() => lines.evaluate((own) => own.clientHeight)).toBe(before + 300);
  });
});

describe("partitions of two dimensions", () => {
  test("are chosen in words, walked through by keyboard, and acted upon", async () => {
    const first = await visitor.open("/assets?launch=key:shop/orders&parts=day%3D2024-01-05..2024-01-09");
    await launch(first, "Materialize 15 partitions of 1 asset");
    await runEnds(first, "failed");

    const page = await visitor.open("/assets/shop/orders?tab=partitions");
    const field = page.getByRole("textbox", { name: "Choose partitions" });
    await field.fill("region=us-est");
    await page.getByText(/in the dimension "region" there is no partition "us-est".*Did you mean "us-east"/u).waitFor();
    await field.fill("region=us-east & status:failed,missing");
    await page.getByText("27 of 93 partitions").waitFor();
    expect(new URL(page.url()).searchParams.get("pick")).toBe("region=us-east & status:failed,missing");
    const table = page.getByRole("table", { name: /one by one$/u });
    await table.getByRole("row").filter({ hasText: "2024-01-31|us-east" }).waitFor();
    expect(await table.getAttribute("aria-rowcount")).toBe("28");

    // The address alone shows the same.
    await page.reload();
    await page.getByText("27 of 93 partitions").waitFor();
    const bar = page.getByRole("region", { name: "Marked partitions" });
    await bar.getByRole("button", { name: "Materialize" }).click();
    const dialog = page.getByRole("dialog", { name: "Materialize" });
    await dialog.getByRole("button", { name: "Materialize 27 partitions of 1 asset" }).waitFor();
    expect(new URL(page.url()).searchParams.get("only")).toBe("missing,failed");
    await page.keyboard.press("Escape");
    await bar.getByRole("button", { name: "Clear" }).click();
    await page.getByText("All 93 partitions").waitFor();

    const grid = page.getByRole("grid", { name: "Partitions of shop/orders by dimension" });
    await grid.focus();
    await page.keyboard.press("f");
    await grid.getByRole("gridcell", { name: "2024-01-07 × us-east, failed" }).waitFor({ state: "attached" });
    await page.keyboard.press("Enter");
    const panel = page.getByRole("region", { name: "Chosen partition" });
    await panel.getByRole("heading", { name: "2024-01-07|us-east" }).waitFor();
    await grid.focus();
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Shift+Space");
    await page.getByText("31 of 93 partitions").waitFor();
    expect(await field.inputValue()).toBe("*|eu-west");
    await page.getByRole("button", { name: "Mark region asia" }).click();
    await expect.poll(() => field.inputValue()).toBe("*|asia");
    expect(await axeFaults(page)).toEqual([]);

    await bar.getByRole("button", { name: "Wipe…" }).click();
    const wipe = page.getByRole("dialog", { name: "Wipe shop/orders" });
    expect(await wipe.getByRole("textbox", { name: "Partitions" }).inputValue()).toBe("*|asia");
    await wipe.getByRole("textbox", { name: /^Type/u }).fill("shop/orders");
    await wipe.getByRole("button", { name: "Wipe 31 partitions" }).click();
    await wipe.waitFor({ state: "detached" });
    await page.getByRole("button", { name: "9 fresh" }).waitFor();
  });

  test("of three are the worst behind each cell, until one is fixed", async () => {
    const first = await visitor.open("/assets?launch=key:shop/kinds&parts=day%3D2024-01-02%20%26%20kind%3Dweb");
    await launch(first, "Materialize 3 partitions of 1 asset");
    await runEnds(first, "success");
    const page = await visitor.open("/assets/shop/kinds?tab=partitions");
    const grid = page.getByRole("grid", { name: "Partitions of shop/kinds by dimension" });
    await grid.focus();
    await page.keyboard.press("ArrowRight");
    await grid.getByRole("gridcell", { name: "2024-01-02 × eu-west, missing" }).waitFor({ state: "attached" });
    await page.getByRole("combobox", { name: "kind" }).selectOption("web");
    await grid.getByRole("gridcell", { name: "2024-01-02 × eu-west, fresh" }).waitFor({ state: "attached" });
    await page.getByRole("combobox", { name: "Down" }).selectOption("kind");
    await grid.getByRole("gridcell", { name: "2024-01-02 × web, fresh" }).waitFor({ state: "attached" });
    expect(new URL(page.url()).searchParams.get("down")).toBe("kind");
  });
});

test("a million partitions are paged through from both ends, and put in order by what is recorded", async () => {
  const first = await visitor.open("/assets?launch=key:shop/hours&parts=1970-01-01..1970-01-02");
  await launch(first, "Materialize 48 partitions of 1 asset");
  await runEnds(first, "success");
  const page = await visitor.open("/assets/shop/hours?tab=partitions");
  const table = page.getByRole("table", { name: /one by one$/u });
  const row = (name: string) => table.getByRole("row").filter({ hasText: name });
  await row("2014-01-31-23:00").waitFor();
  await table.getByRole("rowgroup", { name: "Partitions" }).focus();
  await page.keyboard.press("End");
  await row("1900-01-01-00:00").waitFor();
  expect(await row("1900-01-01-00:00").getAttribute("aria-rowindex")).toBe("1000057");
  expect(await table.getByRole("row").count()).toBeLessThan(20);
  await table.getByRole("button", { name: "Materialized" }).click();
  await row("1970-01-0").first().waitFor();
  await page.getByText(/^The first 10,000 of 1,000,056 in this order/u).waitFor();
  await page.getByRole("button", { name: "48 fresh" }).click();
  await page.getByText("48 of 1,000,056 partitions").waitFor();
  await expect.poll(() => table.getAttribute("aria-rowcount")).toBe("49");
});
