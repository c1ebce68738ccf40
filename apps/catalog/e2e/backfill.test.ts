import type { Page } from "playwright-core";
import { describe, expect, inject, test } from "vitest";
import { findDaemon } from "./support/deployment.ts";
import { expectSameDocument, launch, markDocument, runEnds, RUN_TIMEOUT_MS, stepsDone } from "./support/runs.ts";
import { PAGE_TIMEOUT_MS, useVisitor } from "./support/visitor.ts";

const visitor = useVisitor();

describe("a backfill", () => {
  test("is launched from the table of assets, followed and judged without a reload", async () => {
    const assets = await visitor.open("/assets");
    const asset = await visitor.open("/assets/flights/airport_days");
    await Promise.all([markDocument(assets), markDocument(asset)]);

    // Everything that the 182 days of the daily assets of flights are made from.
    await assets.getByRole("combobox", { name: "Filter by selection" }).fill("+flights/airport_days");
    await assets.getByText("7 of 24", { exact: true }).waitFor();
    await assets.getByRole("button", { name: "Materialize", exact: true }).click();
    const dialog = assets.getByRole("dialog", { name: "Materialize" });
    await dialog.getByRole("button", { name: "All", exact: true }).click();
    await dialog.getByRole("cell", { name: "flights/airport_days" }).waitFor();
    await launch(assets, "Materialize 548 partitions of 5 assets");

    await expect.poll(() => stepsDone(assets), { timeout: RUN_TIMEOUT_MS }).toBeGreaterThan(20);
    expect(await stepsDone(assets)).toBeLessThan(548);
    await runEnds(assets, "failed");
    expect(await stepsDone(assets)).toBe(548);
    await assets.getByText("1 step failed, 2 skipped because of it.").waitFor();
    await expectSameDocument(assets);

    // Meanwhile the page of the asset has followed by itself.
    await asset.getByRole("button", { name: "181 fresh" }).waitFor({ timeout: PAGE_TIMEOUT_MS });
    await asset.getByRole("tab", { name: "Runs" }).click();
    await asset.getByRole("table", { name: "Newest runs of this asset" }).getByText("failed").first().waitFor();
    await expectSameDocument(asset);
  });

  test("goes on when the daemon is killed in the middle of it", async () => {
    const page = await visitor.open("/assets/flights/raw?launch=key:flights/raw&parts=2001-01-01..2001-03-31");
    await launch(page, "Materialize 90 partitions of 1 asset");
    await markDocument(page);
    await expect.poll(() => stepsDone(page), { timeout: RUN_TIMEOUT_MS }).toBeGreaterThan(10);
    const killed = await daemonPid();
    process.kill(killed, "SIGKILL");
    await runEnds(page, "success");
    expect(await stepsDone(page)).toBe(90);
    expect(await daemonPid()).not.toBe(killed);
    await page.getByRole("button", { name: "live" }).waitFor();
    await expectSameDocument(page);
  });

  test("is launched with limits in time, and says whether it skips what is up to date", async () => {
    const page = await visitor.open("/assets?launch=key:airports/raw&begin=30&take=60&reuse=never");
    const dialog = page.getByRole("dialog", { name: "Materialize" });
    await dialog.getByText("Everything is made again, by assets with cache too.").waitFor();
    const takes = dialog.getByRole("spinbutton", { name: "Takes at most, minutes" });
    expect(await takes.inputValue()).toBe("60");
    await takes.fill("45");
    await dialog.getByRole("spinbutton", { name: "Is over within, minutes" }).fill("90");
    await expect.poll(() => new URL(page.url()).searchParams.get("within")).toBe("90");
    const run = await launch(page, "Materialize 1 partition of 1 asset");
    const input = encodeURIComponent(JSON.stringify({ runId: Number(run.replace("Run ", "")) }));
    const { limits } = await page.evaluate(async (query) => {
      const response = await fetch(`/api/trpc/runs.get?input=${query}`, { headers: { "x-heddle": "1" } });
      const answer = await response.json();
      return answer.result.data;
    }, input);
    expect(limits.map(({ limit }: { limit: string }) => limit)).toEqual(["start", "timeout", "deadline"]);
    await runEnds(page, "success");
  });

  test("of which nothing is left to make cannot be launched, and an impossible range says why", async () => {
    const page = await visitor.open("/assets?launch=key:flights/raw&parts=2001-02-03&only=missing,failed");
    const dialog = page.getByRole("dialog", { name: "Materialize" });
    await makeDay(page, "2001-02-03");
    await dialog.getByRole("button", { name: "Nothing to materialize" }).waitFor();
    expect(await dialog.getByRole("button", { name: "Nothing to materialize" }).isDisabled()).toBe(true);

    await dialog.getByRole("textbox", { name: "Partitions" }).fill("2001-02-30");
    await dialog
      .getByText(/"2001-02-30"/u)
      .first()
      .waitFor();
    await dialog.getByRole("textbox", { name: "Partitions" }).fill("2001-02-03..2001-02-05");
    await dialog.getByRole("button", { name: "All", exact: true }).click();
    await dialog.getByRole("button", { name: "Materialize 3 partitions of 1 asset" }).waitFor();
    expect(new URL(page.url()).search).toContain("parts=2001-02-03..2001-02-05");
  });
});

/** Makes one day of `flights/raw` through another page, and comes back to a plan that knows. */
async function makeDay(page: Page, day: string): Promise<void> {
  const other = await visitor.open(`/assets?launch=key:flights/raw&parts=${day}`);
  await launch(other, "Materialize 1 partition of 1 asset");
  await runEnds(other, "success");
  await page.reload();
}

/** The daemon among the processes that `heddle dev` has started; one that was killed is started again after a moment. */
async function daemonPid(): Promise<number> {
  let pid: number | undefined;
  await expect
    .poll(
      async () => {
        pid = await findDaemon(inject("heddlePid"));
        return pid;
      },
      { timeout: PAGE_TIMEOUT_MS },
    )
    .toBeDefined();
  return pid ?? 0;
}
