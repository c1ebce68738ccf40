import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Deployment, startProject } from "./support/deployment.ts";
import { keysOf } from "./support/keys.ts";
import { expectSameDocument, markDocument, runEnds, RUN_TIMEOUT_MS, stepsDone } from "./support/runs.ts";
import { PAGE_TIMEOUT_MS, useVisitor } from "./support/visitor.ts";

const WORKSPACE = join(import.meta.dirname, "../../..");
const repaired = join(tmpdir(), `heddle-keys-${process.pid}-${Date.now()}`);

/** Days of which one cannot be made until it is repaired, and what is made of them by itself once all are there. */
const PROJECT: Readonly<Record<string, string>> = {
  "src/definitions.ts": `import { existsSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { asset, dailyPartitions, definitions, onMissing } from "@heddle/core";

const days = dailyPartitions({ start: "2024-01-01", end: "2024-01-31" });

const orders = asset({
  key: "shop/orders",
  partitions: days,
  async materialize({ partition, signal }) {
    if (partition.key === "2024-01-02" && !existsSync(${JSON.stringify(repaired)})) throw new Error("unreadable");
    if (partition.key > "2024-01-03") await setTimeout(400, undefined, { signal });
    return { day: partition.key };
  },
});
const revenue = asset({
  key: "shop/revenue",
  partitions: days,
  deps: { orders },
  automation: onMissing(),
  materialize: ({ deps }) => deps.orders,
});

export default definitions({ assets: [orders, revenue] });
`,
};

let shop: Deployment | undefined;
beforeAll(async () => {
  shop = await startProject(WORKSPACE, PROJECT);
});
afterAll(() => shop?.stop());

const visitor = useVisitor(() => shop?.url ?? "");

describe("by keyboard alone", () => {
  test("failed and missing partitions are made, watched, canceled and retried", { timeout: 240_000 }, async () => {
    const page = await visitor.open("/assets/shop/orders");
    const keys = keysOf(page);
    await markDocument(page);
    const dialog = page.getByRole("dialog", { name: "Materialize" });
    const materialize = page.getByRole("button", { name: "Materialize", exact: true });

    // What closes gives the focus back to what opened it.
    await keys.reach(materialize);
    await keys.press("Enter");
    await dialog.waitFor();
    await keys.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await keys.reach(materialize);

    await keys.press("Enter");
    await keys.reach(dialog.getByRole("textbox", { name: "Partitions" }));
    await keys.press("ControlOrMeta+a");
    await keys.write("2024-01-01..2024-01-03");
    await keys.reach(dialog.getByRole("button", { name: "Materialize 3 partitions of 1 asset" }));
    await keys.press("Enter");
    await page.waitForURL(/\/runs\/\d+$/u);
    await keys.expectFocusKept();
    await runEnds(page, "failed");

    await page.goBack();
    expect(new URL(page.url()).search).not.toContain("launch");
    const both = page.getByRole("button", { name: "Materialize 28 failed and missing" });
    await both.waitFor({ timeout: PAGE_TIMEOUT_MS });
    await keys.reach(both);
    await keys.press("Enter");
    const states = dialog.getByRole("group", { name: "Which of them" });
    const rest = dialog.getByRole("button", { name: "Materialize 28 partitions of 1 asset" });
    await rest.waitFor();
    for (const state of ["Missing", "Failed"]) {
      await keys.reach(states.getByRole("button", { name: state }));
      expect(await states.getByRole("button", { name: state, pressed: true }).count()).toBe(1);
    }
    await keys.reach(dialog.locator("summary", { hasText: "More" }));
    await keys.press("Enter");
    await keys.reach(dialog.getByRole("spinbutton", { name: "Most steps at once" }));
    await keys.write("1");
    await keys.reach(rest);
    await keys.press("Enter");
    await page.waitForURL(/\/runs\/\d+$/u);
    await keys.expectFocusKept();

    await expect.poll(() => stepsDone(page), { timeout: RUN_TIMEOUT_MS }).toBeGreaterThan(1);
    const id = Number(new URL(page.url()).pathname.split("/").at(-1));
    const asked = page.getByRole("dialog", { name: `Cancel run ${id}?` });
    await keys.reach(page.getByRole("button", { name: "Cancel run" }));
    await keys.press("Enter");
    await asked.waitFor();
    await keys.press("Escape");
    await asked.waitFor({ state: "detached" });
    await keys.reach(page.getByRole("button", { name: "Cancel run" }));
    await keys.press("Enter");
    await keys.reach(asked.getByRole("radio", { name: /^Stop/u }));
    await keys.press("ArrowDown");
    expect(await asked.getByRole("radio", { name: /^Let finish/u }).isChecked()).toBe(true);
    await keys.reach(asked.getByRole("button", { name: `Cancel run ${id}` }));
    await keys.press("Enter");
    await page.getByRole("button", { name: /^Resume the rest/u }).waitFor({ timeout: RUN_TIMEOUT_MS });
    await keys.expectFocusKept();

    await writeFile(repaired, "");
    await keys.reach(page.getByRole("button", { name: /^Resume the rest/u }));
    await keys.press("Enter");
    await page.waitForURL((url) => /\/runs\/\d+$/u.test(url.pathname) && url.pathname !== `/runs/${id}`);
    await keys.expectFocusKept();
    await runEnds(page, "success");
    await expectSameDocument(page);
  });

  test("somebody finds out why a partition was not requested", async () => {
    const page = await visitor.open("/assets");
    const keys = keysOf(page);
    await markDocument(page);
    await keys.press("/");
    await keys.write("revenue");
    await page.getByText("1 of 2", { exact: true }).waitFor();
    // The first closes what is offered, the second leaves the field.
    await keys.press("Escape", "Escape", "j", "Enter");
    await page.getByRole("heading", { level: 1, name: "shop/revenue" }).waitFor();
    await keys.expectFocusKept();
    await keys.reach(page.getByRole("tab", { selected: true }));
    for (
      let i = 0;
      i < 12 && !(await page.getByRole("tab", { name: /^Automation/u, selected: true }).isVisible());
      i++
    ) {
      await keys.press("ArrowRight");
    }
    const why = page.getByRole("region", { name: "Why, and why not?" });
    await keys.reach(why.getByRole("textbox", { name: /^Partition/u }));
    await keys.write("2024-01-30");
    const tree = why.getByRole("tree");
    await tree.waitFor();
    await keys.reach(tree.getByRole("treeitem").first());
    expect(await tree.getByText("does not hold").count()).toBeGreaterThan(0);
    await expectSameDocument(page);
  });

  test("Enter follows the link that has the focus, and opens the line that keys have gone to since", async () => {
    const page = await visitor.open("/runs");
    const keys = keysOf(page);
    const heading = (name: string) => page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
    await page.getByRole("table", { name: "Runs" }).getByRole("row").nth(1).waitFor();
    await keys.press("j");
    const assets = page.getByRole("navigation").getByRole("link", { name: "Assets", exact: true });
    await keys.reach(assets);
    await keys.press("Enter");
    await heading("Assets");
    await keys.reach(page.getByRole("link", { name: "shop/revenue" }));
    await keys.press("j", "Enter");
    await heading("shop/orders");
    expect(new URL(page.url()).pathname).toBe("/assets/shop/orders");
  });
});
