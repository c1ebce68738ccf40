import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Deployment, findDaemon, startProject } from "./support/deployment.ts";
import { expectSameDocument, launch, markDocument, stepsDone } from "./support/runs.ts";
import { PAGE_TIMEOUT_MS, useVisitor } from "./support/visitor.ts";

const WORKSPACE = join(import.meta.dirname, "../../..");

/** 100,000 hours, each of which says that it was made. */
const DEFINITIONS = `
import { asset, definitions, hourlyPartitions } from "@heddle/core";

const hours = hourlyPartitions({ start: "2010-01-01", end: "2021-05-29T16:00" });
const cells = asset({ key: "grid/cells", partitions: hours, materialize() {} });
export default definitions({ assets: [cells] });
`;
const PARTITIONS = 100_000;
/** Longest that the whole backfill may take on a machine that does other things, too. */
const BACKFILL_TIMEOUT_MS = 240_000;

let grid: Deployment | undefined;
beforeAll(async () => {
  grid = await startProject(WORKSPACE, { "src/definitions.ts": DEFINITIONS });
});
afterAll(() => grid?.stop());

const visitor = useVisitor(() => grid?.url ?? "");

describe("a backfill of 100,000 partitions", () => {
  test(
    "is launched, canceled, resumed while its daemon is killed, and makes each partition once",
    { timeout: 2 * BACKFILL_TIMEOUT_MS },
    async () => {
      const page = await visitor.open("/assets?launch=key:grid/cells");
      await markDocument(page);
      await launch(page, "Materialize 100,000 partitions of 1 asset");
      const first = runOf(page);
      await stepsReach(page, 5_000);
      await page.getByRole("button", { name: "Cancel run" }).click();
      await page
        .getByRole("dialog")
        .getByRole("button", { name: /^Cancel run \d+$/u })
        .click();
      const resume = page.getByRole("button", { name: /^Resume the rest \([\d,]+\)$/u });
      await resume.waitFor({ timeout: PAGE_TIMEOUT_MS });
      const kept = await countsOf(first);
      expect(kept.success).toBeGreaterThan(0);
      expect(kept.canceled).toBeGreaterThan(0);
      expect(kept.success + kept.canceled).toBe(PARTITIONS);

      await resume.click();
      await page.waitForURL((url) => url.pathname !== `/runs/${first}`);
      const second = runOf(page);
      await stepsReach(page, 5_000);
      const killed = await daemonPid();
      process.kill(killed, "SIGKILL");
      await page
        .locator("main")
        .getByText("success", { exact: true })
        .first()
        .waitFor({ timeout: BACKFILL_TIMEOUT_MS });
      expect(await daemonPid()).not.toBe(killed);
      await expectSameDocument(page);

      // What the first run made is not made again, and nothing is left out.
      expect(await countsOf(second)).toMatchObject({ success: kept.canceled, failed: 0, canceled: 0 });
      const asset = await visitor.open("/assets/grid/cells");
      await asset.getByRole("button", { name: "100,000 fresh" }).waitFor();
      const middle = await historyOf("2015-07-01-00:00");
      expect(middle).toHaveLength(1);
    },
  );
});

function runOf(page: Page): number {
  return Number(new URL(page.url()).pathname.split("/").at(-1));
}

async function stepsReach(page: Page, steps: number): Promise<void> {
  await expect.poll(() => stepsDone(page), { timeout: BACKFILL_TIMEOUT_MS, interval: 200 }).toBeGreaterThan(steps);
}

interface Counts {
  readonly success: number;
  readonly failed: number;
  readonly canceled: number;
}

async function countsOf(runId: number): Promise<Counts> {
  const { counts } = (await ask("runs.get", { runId })) as { readonly counts: Counts };
  return counts;
}

/** Every materialization of a partition. */
async function historyOf(partition: string): Promise<readonly unknown[]> {
  const { runs } = (await ask("partitions.status", { key: "grid/cells" })) as { readonly runs: readonly number[] };
  const [, first = 0] = runs;
  const ordinal =
    first + (Date.parse(`${partition.slice(0, 10)}T00:00Z`) - Date.parse("2010-01-01T00:00Z")) / 3_600_000;
  const detail = await ask("partitions.detail", { key: "grid/cells", ordinal });
  const { partitionKey, materializations } = detail as {
    readonly partitionKey: string;
    readonly materializations: readonly unknown[];
  };
  expect(partitionKey).toBe(partition);
  return materializations;
}

/** Asks the API as the page does. */
async function ask(procedure: string, input: object): Promise<unknown> {
  const response = await fetch(`${grid?.url}/api/trpc/${procedure}?input=${encodeURIComponent(JSON.stringify(input))}`);
  expect(response.status).toBe(200);
  const { result } = (await response.json()) as { readonly result: { readonly data: unknown } };
  return result.data;
}

async function daemonPid(): Promise<number> {
  let pid: number | undefined;
  await expect.poll(async () => (pid = await findDaemon(grid?.pid ?? 0)), { timeout: PAGE_TIMEOUT_MS }).toBeDefined();
  return pid ?? 0;
}
