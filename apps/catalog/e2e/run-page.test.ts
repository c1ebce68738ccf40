import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { axeFaults } from "./support/axe.ts";
import { type Deployment, startProject } from "./support/deployment.ts";
import { layoutShifts, watchLayoutShifts } from "./support/layout-shifts.ts";
import { MILL_PROJECT } from "./support/mill-project.ts";
import { expectSameDocument, launch, markDocument, runEnds, RUN_TIMEOUT_MS, stepsDone } from "./support/runs.ts";
import { useVisitor } from "./support/visitor.ts";

const WORKSPACE = join(import.meta.dirname, "../../..");

let mill: Deployment | undefined;
beforeAll(async () => {
  mill = await startProject(WORKSPACE, MILL_PROJECT);
});
afterAll(() => mill?.stop());

const visitor = useVisitor(() => mill?.url ?? "");
const open = (page: Page, path: string) => page.goto(`${mill?.url ?? ""}${path}`);
const runOf = (page: Page): number => Number(new URL(page.url()).pathname.split("/").at(-1));

/** Launches as somebody at a terminal does; answers when the run is over, whatever became of it. */
async function launchByCommand(...args: readonly string[]): Promise<void> {
  const command = ["--conditions=@heddle/source", "--no-warnings", join(WORKSPACE, "packages/cli/bin/heddle.js")];
  const env = { ...process.env, NODE_OPTIONS: "", DATABASE_URL: "" };
  await promisify(execFile)(process.execPath, [...command, ...args], { cwd: mill?.projectDirectory, env }).catch(
    // A run that does not succeed is told by the exit code.
    () => undefined,
  );
}

describe("the logs of a run", () => {
  test("fold progress, lead to one line by its address, and name places in the source", async () => {
    const page = await visitor.open("/assets?launch=key:mill/chatty&tries=1");
    await launch(page, "Materialize 1 partition of 1 asset");
    await runEnds(page, "failed");
    await page.getByText("the stone is broken").first().waitFor();
    await page
      .getByRole("button", { name: /definitions\.ts:\d+:\d+/u })
      .first()
      .waitFor();
    await page.keyboard.press("l");
    const log = page.getByRole("log");
    await log.getByText("turn 299").waitFor();
    await log.getByRole("button", { name: "src/stones.ts:12:3" }).waitFor();
    await page.getByRole("textbox", { name: "Find in the logs" }).fill("grinding");
    await log.getByText("grinding 100 %", { exact: true }).waitFor();
    expect(await log.getByText("10 %\r").count()).toBe(0);
    await page.getByRole("button", { name: "Clear find in the logs" }).click();
    await page.getByRole("textbox", { name: "Find in the logs" }).fill("turn 17");
    await log.getByText("turn 17", { exact: true }).waitFor();
    await log
      .getByRole("button", { name: /^Link to the line/u })
      .first()
      .click();
    await expect.poll(() => new URL(page.url()).searchParams.get("line")).not.toBeNull();
    const address = new URL(page.url());
    address.searchParams.delete("text");
    await page.goto(address.href);
    await log.locator("[data-marked=true]").getByText("turn 17", { exact: true }).waitFor();
    expect(await log.locator("[data-marked=true]").isVisible()).toBe(true);
    expect(await axeFaults(page)).toEqual([]);
  });
});

describe("a run that goes on", () => {
  test(
    "says what is left of its limits, and is ended by force when it does not hear",
    { timeout: 180_000 },
    async () => {
      const page = await visitor.open("/runs");
      const launched = launchByCommand("materialize", "mill/stubborn", "--timeout", "1h", "--deadline", "2h");
      await page.getByRole("table", { name: "Runs" }).getByText("mill/stubborn").waitFor();
      await page
        .getByRole("row", { name: /mill\/stubborn/u })
        .getByRole("link")
        .first()
        .click();
      await page.getByText(/^(?:59 m|1 h).* left of its time-out, then it is canceled/u).waitFor();
      await page.getByText(/^(?:1 h 59 m|2 h).* left to its deadline, then that is told/u).waitFor();
      expect(await axeFaults(page)).toEqual([]);
      await page.keyboard.press("s");
      await page.getByRole("group", { name: "States of steps" }).getByText("1 running").waitFor();
      await page.getByRole("button", { name: "Cancel run" }).click();
      await page
        .getByRole("dialog")
        .getByRole("button", { name: /^Cancel run \d+$/u })
        .click();
      await page.getByText(/^Canceled: Somebody asked for it/u).waitFor();
      await page.getByRole("button", { name: "End by force" }).click();
      await page
        .getByRole("dialog")
        .getByRole("button", { name: /^End run \d+ now$/u })
        .click();
      await page.locator("main").getByText("canceled", { exact: true }).first().waitFor({ timeout: RUN_TIMEOUT_MS });
      await launched;
      expect(await page.getByText(/left of its time-out/u).count()).toBe(0);
    },
  );

  test("goes on in the page that shows it when the server was away", { timeout: 240_000 }, async () => {
    const context = (await visitor.open("/")).context();
    // The visitor's own page would complain of the requests that fail meanwhile.
    const page = await context.newPage();
    await open(page, "/assets?launch=key:mill/grain or key:mill/flour&most=1");
    await launch(page, "Materialize 80 partitions of 2 assets");
    await context.pages()[0]?.close();
    await markDocument(page);
    await expect.poll(() => stepsDone(page), { timeout: RUN_TIMEOUT_MS }).toBeGreaterThan(2);
    await mill?.pause();
    await page.getByText("Live updates lost").waitFor();
    const before = await stepsDone(page);
    await mill?.goOn();
    await page.getByText("Live updates lost").waitFor({ state: "detached", timeout: RUN_TIMEOUT_MS });
    await expect.poll(() => stepsDone(page), { timeout: RUN_TIMEOUT_MS }).toBeGreaterThan(before);
    await page.locator("main").getByText("success", { exact: true }).first().waitFor({ timeout: RUN_TIMEOUT_MS });
    expect(await stepsDone(page)).toBe(80);
    await expectSameDocument(page);
  });

  test("is compared with the run before, in the picture and in words", { timeout: 180_000 }, async () => {
    const page = await visitor.open("/assets?launch=key:mill/grain&parts=2024-01-01..2024-01-05");
    await launch(page, "Materialize 5 partitions of 1 asset");
    await runEnds(page, "success");
    await page.keyboard.press("t");
    await page.getByRole("button", { name: "Earlier run" }).click();
    await page.getByText(/^Thin lines: run \d+, which took /u).waitFor();
    await page.getByRole("button", { name: "Table", exact: true }).click();
    const table = page.getByRole("region", { name: "Timeline as a table" });
    await table.getByText("mill/grain").waitFor();
    await page.keyboard.press("c");
    await page.getByRole("region", { name: "Launched with" }).waitFor();
    expect(await axeFaults(page)).toEqual([]);
  });
});

describe("nothing moves on its own while a run goes on", () => {
  const watched = [
    { name: "Home", path: "/", ready: "Running now" },
    { name: "Assets", path: "/assets", ready: "Name" },
  ];
  test("on Home, on Assets and on the page of the run", { timeout: 240_000 }, async () => {
    const pages = await Promise.all(
      watched.map(async ({ path, ready }) => {
        const page = await visitor.open(path);
        await page.getByText(ready, { exact: true }).first().waitFor();
        await page.getByRole("button", { name: "live" }).waitFor();
        return page;
      }),
    );
    for (const page of pages) {
      await settled(page);
      await watchLayoutShifts(page);
    }
    const page = await visitor.open("/assets?launch=key:mill/grain or key:mill/flour&most=8");
    await launch(page, "Materialize 80 partitions of 2 assets");
    await page.getByRole("tabpanel").waitFor();
    await expect.poll(() => stepsDone(page), { timeout: RUN_TIMEOUT_MS }).toBeGreaterThan(0);
    await watchLayoutShifts(page);
    await runEnds(page, "success");
    expect({ run: runOf(page), moved: await layoutShifts(page) }).toEqual({ run: runOf(page), moved: [] });
    for (const [i, other] of pages.entries()) {
      expect({ page: watched[i]?.name, moved: await layoutShifts(other) }).toEqual({
        page: watched[i]?.name,
        moved: [],
      });
    }
  });
});

/** Fonts are there, and nothing stands for what is still to come. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await document.fonts.ready;
  });
  await expect.poll(() => page.getByText(/^(?:Reading|Finding)/u).count()).toBe(0);
}
