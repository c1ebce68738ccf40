import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Deployment, startProject } from "./support/deployment.ts";
import { layoutShifts, watchLoads } from "./support/layout-shifts.ts";
import { launch, runEnds } from "./support/runs.ts";
import { PAGE_TIMEOUT_MS, useVisitor } from "./support/visitor.ts";

/** Every page has something to list: failures, checks, conditions, a schedule, a run over many partitions. */
const FILES = {
  "src/definitions.ts": `import { asset, assetCheck, dailyPartitions, definitions, eager, fail, schedule } from "@heddle/core";

const days = dailyPartitions({ start: "2024-01-01", end: "2024-03-01" });
const mills = Array.from({ length: 6 }, (_, i) =>
  asset({ key: "mill/part_" + i, group: "mill", materialize() { throw new Error("the wheel of part " + i + " stands still"); } }));
const grain = asset({ key: "shop/grain", group: "shop", owners: ["team:shop"], partitions: days, materialize: ({ partition }) => partition.key });
const flour = asset({ key: "shop/flour", group: "shop", partitions: days, deps: { grain }, automation: eager(), materialize: ({ deps }) => deps.grain });
const weighed = assetCheck({ asset: grain, name: "weighed", check: () => fail() });

export default definitions({
  assets: [...mills, grain, flour],
  checks: [weighed],
  schedules: [schedule({ name: "hourly", cron: "0 * * * *", selection: [grain], partitions: "2024-01-05" })],
});
`,
};

const PATHS = [
  "/",
  "/assets",
  "/assets/shop/grain",
  "/assets/shop/grain?tab=partitions",
  "/assets/shop/flour?tab=automation",
  "/lineage",
  "/runs",
  "/runs/2",
  "/backfills",
  "/backfills/1",
  "/automation",
  "/automation/conditions/shop/flour",
  "/checks",
  "/deployment",
  "/no/such/page",
];

const WINDOWS = [
  { name: "desktop", width: 1440, height: 900, most: 0.01 },
  { name: "phone", width: 390, height: 844, most: 0.05 },
] as const;

/** Longer than the shell takes to be painted, so that what answers bring comes to a page that is looked at already. */
const ANSWER_DELAY_MS = 150;
/** Charts and canvases draw in the frames after their data came. */
const SETTLE_MS = 1_000;

let deployment: Deployment | undefined;
const visitor = useVisitor(() => deployment?.url ?? "");
beforeAll(async () => {
  deployment = await startProject(join(import.meta.dirname, "../../.."), FILES);
}, 90_000);
afterAll(() => deployment?.stop());

test("something has been made, and something has failed", { timeout: 240_000 }, async () => {
  const page = await visitor.open("/assets?launch=group:mill");
  await launch(page, "Materialize 6 partitions of 6 assets");
  await runEnds(page, "failed");
  await page.goto("/assets?launch=key:shop/grain&parts=2024-01-01..2024-01-20");
  await launch(page, "Materialize 20 partitions of 1 asset");
  await runEnds(page, "success");
  expect(new URL(page.url()).pathname).toBe("/runs/2");
});

describe.each(WINDOWS)("nothing jumps while a page is opened for the first time: $name", ({ width, height, most }) => {
  test.each(PATHS)("%s", async (path) => {
    const page = await visitor.open(path, async (empty) => {
      await empty.setViewportSize({ width, height });
      await watchLoads(empty);
      await delayAnswers(empty);
    });
    const waiting = page.getByRole("status", { name: /^(?:Reading|Finding|Evaluating)/u });
    await expect.poll(() => waiting.count(), { timeout: PAGE_TIMEOUT_MS }).toBe(0);
    await page.waitForTimeout(SETTLE_MS);
    const shifts = await layoutShifts(page);
    const sum = shifts.reduce((total, { value }) => total + value, 0);
    expect(sum < most ? [] : shifts).toEqual([]);
  });
});

/** Answers come one after the other, as over a network. */
async function delayAnswers(page: Page): Promise<void> {
  await page.route(/\/api\/trpc\/(?!events)/u, async (route) => {
    const answer = await route.fetch();
    await new Promise((resolve) => {
      setTimeout(resolve, ANSWER_DELAY_MS);
    });
    await route.fulfill({ response: answer });
  });
}
