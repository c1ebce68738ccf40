import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Deployment, startProject } from "./support/deployment.ts";
import { launch, runEnds } from "./support/runs.ts";
import { useVisitor } from "./support/visitor.ts";

const WORKSPACE = join(import.meta.dirname, "../../..");

/** Ten days, each made anew with other data; what reads them; and a report on all of these. */
const definitions = (unit: string): string => `
import { asset, dailyPartitions, definitions } from "@heddle/core";

const days = dailyPartitions({ start: "2026-01-01", end: "2026-01-11" });
const readings = asset({ key: "station/readings", group: "station", partitions: days, materialize: () => Math.random() + "${unit}" });
const means = asset({ key: "station/means", group: "station", partitions: days, deps: { readings }, materialize: ({ deps }) => deps.readings });
const report = asset({ key: "station/report", group: "station", deps: { means }, materialize: () => "report" });
export default definitions({ assets: [readings, means, report] });
`;

/** A change is loaded, judged and told. */
const TOLD_TIMEOUT_MS = 30_000;

let station: Deployment | undefined;
beforeAll(async () => {
  station = await startProject(WORKSPACE, { "src/definitions.ts": definitions("C") });
});
afterAll(() => station?.stop());

const visitor = useVisitor(() => station?.url ?? "");

function rowOf(page: Page, key: string): Locator {
  return page
    .getByRole("table", { name: "Assets" })
    .getByRole("row")
    .filter({ has: page.getByRole("link", { name: key }) });
}

test("a day that is made again makes stale what reads it; launching what is stale makes exactly that, and all is fresh", async () => {
  const page = await visitor.open("/assets?launch=*");
  await launch(page, "Materialize 21 partitions of 3 assets");
  await runEnds(page, "success");
  await page.goto("/assets?launch=key:station/readings&parts=2026-01-03");
  await launch(page, "Materialize 1 partition of 1 asset");
  await runEnds(page, "success");

  await page.goto("/assets");
  await rowOf(page, "station/means").getByText("stale 1").waitFor({ timeout: TOLD_TIMEOUT_MS });
  await rowOf(page, "station/report").getByText("stale").waitFor();
  await rowOf(page, "station/readings").getByText("fresh").waitFor();
  await page.goto("/assets?sel=status:stale");
  await rowOf(page, "station/means").waitFor();
  expect(await rowOf(page, "station/readings").count()).toBe(0);

  await page.goto("/assets/station/report");
  await page
    .getByText(
      /Stale: it reads what is stale itself: station\/means 2026-01-03, which reads station\/readings 2026-01-03/u,
    )
    .waitFor();
  await page.goto("/assets/station/means");
  await page.getByText(/1 partition, 2026-01-03, is stale: an input has come out different since/u).waitFor();
  await page.goto("/assets/station/means?tab=partitions");
  await page.getByRole("button", { name: "Materialize 1 stale" }).click();
  await launch(page, "Materialize 1 partition of 1 asset");
  await runEnds(page, "success");
  await page.goto("/assets");
  await rowOf(page, "station/means").getByText("fresh").waitFor({ timeout: TOLD_TIMEOUT_MS });
});

test("other code makes stale what it made, and what reads it, while the list is open", async () => {
  const page = await visitor.open("/assets");
  await rowOf(page, "station/readings").getByText("fresh").waitFor();
  await writeFile(join(station?.projectDirectory ?? "", "src/definitions.ts"), definitions("F"));
  await rowOf(page, "station/readings").getByText("stale 10").waitFor({ timeout: TOLD_TIMEOUT_MS });
  await rowOf(page, "station/means").getByText("stale 10").waitFor({ timeout: TOLD_TIMEOUT_MS });
  await page.goto("/assets/station/means?tab=partitions&partition=20454");
  await page
    .getByText(/Stale: it reads what is stale itself: station\/readings 2026-01-01, whose code has changed/u)
    .waitFor();
  expect(await page.getByRole("button", { name: "Materialize 10 stale" }).count()).toBe(1);
});
