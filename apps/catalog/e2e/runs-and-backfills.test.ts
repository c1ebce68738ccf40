import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunDetail } from "@heddle/api";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { axeFaults } from "./support/axe.ts";
import { type Deployment, startProject } from "./support/deployment.ts";
import { expectSameDocument, launch, markDocument, runEnds, RUN_TIMEOUT_MS } from "./support/runs.ts";

import { BROKEN_DAY, shopProject } from "./support/shop-project.ts";
import { PAGE_TIMEOUT_MS, useVisitor } from "./support/visitor.ts";

const WORKSPACE = join(import.meta.dirname, "../../..");
const repaired = join(tmpdir(), `heddle-repaired-${process.pid}-${Date.now()}`);

let shop: Deployment | undefined;
/** The run that makes orders and revenue, of which one day cannot be made. */
let broken = 0;

beforeAll(async () => {
  shop = await startProject(WORKSPACE, shopProject(repaired));
});
afterAll(() => shop?.stop());

const visitor = useVisitor(() => shop?.url ?? "");

describe("a run that fails", () => {
  test("is launched from an address that was shared, and says first what failed", { timeout: 180_000 }, async () => {
    const page = await visitor.open("/assets?launch=shop/orders or shop/revenue&tags={%22team%22:%22data%22}&tries=1");
    await launch(page, "Materialize 62 partitions of 2 assets");
    await runEnds(page, "failed");
    broken = Number(new URL(page.url()).pathname.split("/").at(-1));
    await page
      .getByRole("link", { name: `shop/orders ${BROKEN_DAY}` })
      .first()
      .waitFor();
    await page.keyboard.press("n");
    await page.locator("[aria-current=true]").getByText("the orders of this day are unreadable").first().waitFor();
    expect(new URL(page.url()).search).toContain("error=0");
  });

  test("shows when its steps ran, what they made and what they were launched with", { timeout: 180_000 }, async () => {
    const page = await visitor.open(`/runs/${broken}?tab=timeline`);
    await page.getByText(/^Critical path:/u).waitFor();
    const picture = page.getByRole("group", { name: /^Timeline of \d+ bars in 2 rows$/u });
    await picture.focus();
    await page.keyboard.press("ArrowDown");
    await page
      .getByText(/^shop\/orders 2024-/u)
      .first()
      .waitFor({ state: "attached" });
    await page.keyboard.press("Enter");
    await page
      .getByRole("region", { name: "Chosen step" })
      .getByText(/^attempt 1/u)
      .waitFor();
    await page.keyboard.press("t");
    await page.getByRole("radio", { name: "Assets" }).click();
    await page.getByRole("button", { name: "Table", exact: true }).click();
    await page.getByRole("region", { name: "Timeline as a table" }).getByText("shop/revenue").waitFor();
    expect(new URL(page.url()).search).toContain("rows=assets");

    await page.keyboard.press("g");
    await page
      .getByRole("region", { name: "Graph of the run" })
      .getByRole("button", { name: /shop\/revenue/u })
      .waitFor();
    await page.keyboard.press("i");
    const outputs = page.getByRole("list", { name: "Outputs" });
    await outputs.getByRole("button", { name: /shop\/orders\s*2024-01-01/u }).click();
    await outputs.getByText("Stored").first().waitFor();
    await page.keyboard.press("c");
    await page.getByRole("region", { name: "Launched with" }).getByText("team=data").waitFor();
    for (const tab of ["timeline", "graph", "steps", "logs", "io", "config", "failures"]) {
      await page.goto(`/runs/${broken}?tab=${tab}`);
      await page.getByRole("tabpanel").waitFor();
      await everythingRead(page);
      expect({ tab, faults: await axeFaults(page) }).toEqual({ tab, faults: [] });
    }
  });

  test("is found by asset and partition, tag and time, and by nothing else", async () => {
    const page = await visitor.open(`/runs?asset=shop/orders&partition=${BROKEN_DAY}`);
    await runLine(page, broken).waitFor();
    await page.getByRole("textbox", { name: "Asset", exact: true }).fill("shop/pages");
    await page.getByText("No run is left by these filters.").waitFor();
    await page.getByRole("button", { name: "Clear filters" }).click();
    await page.getByRole("textbox", { name: "Tag", exact: true }).fill("team=data");
    await page.getByRole("textbox", { name: "Created", exact: true }).fill("last 1d");
    await expect.poll(() => new URL(page.url()).search).toContain("from=last");
    await runLine(page, broken).waitFor();
    await page.getByRole("textbox", { name: "Created", exact: true }).fill("soon");
    await page.getByText(/^Write last 7d/u).waitFor();
    expect(await axeFaults(page)).toEqual([]);
  });
});

describe("a backfill", () => {
  test("is judged in one picture, by keyboard, and a failed step is retried alone", { timeout: 240_000 }, async () => {
    const page = await visitor.open("/backfills");
    await page.getByRole("link", { name: `Backfill ${broken}` }).click();
    const orders = page.getByRole("slider", { name: "Steps of shop/orders" });
    await orders.waitFor();
    await page.keyboard.press("f");
    await expect.poll(() => orders.getAttribute("aria-valuetext")).toBe(`${BROKEN_DAY}, failed`);
    const chosen = page.getByRole("region", { name: "Chosen step" });
    await chosen.getByText("the orders of this day are unreadable").first().waitFor();
    await page.getByRole("figure", { name: "Throughput" }).waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await page.keyboard.press("Enter");
    await page.waitForURL(new RegExp(`/runs/${broken}\\?.*tab=steps`, "u"));
    await page.getByRole("tab", { name: /^Steps/u, selected: true }).waitFor();
    await chosen.getByText("the orders of this day are unreadable").first().waitFor();

    await writeFile(repaired, "");
    await page.goto(`/runs/${broken}?tab=steps&steps=failed`);
    await page.getByRole("checkbox", { name: `Retry shop/orders ${BROKEN_DAY}` }).check();
    await page.getByRole("button", { name: "Retry 1 chosen step" }).click();
    await page.waitForURL((url) => url.pathname !== `/runs/${broken}`);
    await runEnds(page, "success");
    await page
      .getByRole("link", { name: `run ${broken}` })
      .first()
      .waitFor();
  });

  test(
    "is paused by the space bar, goes on and is canceled on its own page, without a reload",
    { timeout: 240_000 },
    async () => {
      const page = await visitor.open("/assets?launch=shop/pages&most=1");
      await launch(page, "Materialize 60 partitions of 1 asset");
      const id = Number(new URL(page.url()).pathname.split("/").at(-1));
      await page.getByRole("link", { name: "as a backfill" }).click();
      await page.waitForURL(new RegExp(`/backfills/${id}`, "u"));
      await markDocument(page);
      await page
        .getByRole("list", { name: "States of steps" })
        .getByText(/made$/u)
        .waitFor({ timeout: RUN_TIMEOUT_MS });
      await page.keyboard.press("Space");
      await page.getByRole("button", { name: "Resume" }).waitFor({ timeout: PAGE_TIMEOUT_MS });
      await page.keyboard.press("Space");
      await page.getByRole("button", { name: "Pause" }).waitFor({ timeout: PAGE_TIMEOUT_MS });
      await page.getByRole("button", { name: "Cancel run" }).click();
      await page
        .getByRole("dialog")
        .getByRole("button", { name: `Cancel run ${id}` })
        .click();
      const rest = page.getByRole("button", { name: /^Resume the rest/u });
      await rest.waitFor({ timeout: RUN_TIMEOUT_MS });
      expect(await rest.isEnabled()).toBe(true);
      await expectSameDocument(page);
    },
  );
});

describe("a backfill that goes on", () => {
  test(
    "takes the newest first when that is chosen, and is canceled so that what runs is made",
    { timeout: 240_000 },
    async () => {
      const page = await visitor.open("/assets?launch=shop/pages&most=1");
      await launch(page, "Materialize 60 partitions of 1 asset");
      const id = Number(new URL(page.url()).pathname.split("/").at(-1));
      await page.goto(`/backfills/${id}`);
      const states = page.getByRole("list", { name: "States of steps" });
      await states.getByText(/made$/u).waitFor({ timeout: RUN_TIMEOUT_MS });
      await page.getByRole("button", { name: "Limits" }).click();
      const limits = page.getByRole("dialog", { name: "Limits of this run" });
      await limits.getByRole("radio", { name: "Newest first" }).click();
      expect(await axeFaults(page)).toEqual([]);
      await limits.getByRole("button", { name: "Change" }).click();
      await page.getByText("newest partitions first").waitFor();
      const strip = page.getByRole("slider", { name: "Steps of shop/pages" });
      await strip.focus();
      await page.keyboard.press("End");
      await expect
        .poll(() => strip.getAttribute("aria-valuetext"), { timeout: RUN_TIMEOUT_MS })
        .toBe("2024-02-29, made");
      await page.getByRole("button", { name: "Cancel run" }).click();
      const asked = page.getByRole("dialog", { name: `Cancel run ${id}?` });
      await asked.getByRole("radio", { name: /^Let finish/u }).check();
      expect(await axeFaults(page)).toEqual([]);
      await asked.getByRole("button", { name: `Cancel run ${id}` }).click();
      await page.getByRole("button", { name: /^Resume the rest/u }).waitFor({ timeout: RUN_TIMEOUT_MS });
      const { counts, letsFinish, order } = await runOf(id);
      expect({ letsFinish, order, failed: counts.failed, sum: counts.success + counts.canceled }).toEqual({
        letsFinish: true,
        order: "newest",
        failed: 0,
        sum: 60,
      });
    },
  );
});

test("the lists of runs and backfills have no serious fault when nothing is in them", async () => {
  for (const path of ["/runs?status=paused", "/backfills?status=paused", "/backfills/x", "/runs/x"]) {
    const page = await visitor.open(path);
    await everythingRead(page);
    expect({ path, faults: await axeFaults(page) }).toEqual({ path, faults: [] });
  }
});

/** What the API tells of a run. */
async function runOf(runId: number) {
  const input = encodeURIComponent(JSON.stringify({ runId }));
  const response = await fetch(`${shop?.url}/api/trpc/runs.get?input=${input}`);
  const { result } = (await response.json()) as { readonly result: { readonly data: RunDetail } };
  return result.data;
}

/** Waits until nothing stands for what is still to come. */
async function everythingRead(page: Page): Promise<void> {
  await expect.poll(() => page.getByText(/^(?:Reading|Comparing)/u).count(), { timeout: PAGE_TIMEOUT_MS }).toBe(0);
}

function runLine(page: Page, runId: number) {
  return page.getByRole("table", { name: "Runs" }).getByRole("link", { name: String(runId), exact: true });
}
