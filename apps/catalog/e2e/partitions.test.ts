import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Deployment, startProject } from "./support/deployment.ts";
import { launch, runEnds, RUN_TIMEOUT_MS, stepsDone } from "./support/runs.ts";
import { BROKEN_DAY, shopProject } from "./support/shop-project.ts";
import { useVisitor } from "./support/visitor.ts";

/** The project is bundled and loaded anew after a file was saved. */
const LOAD_TIMEOUT_MS = 30_000;

const WORKSPACE = join(import.meta.dirname, "../../..");

let directory = "";
let shop: Deployment | undefined;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "heddle-shop-"));
  shop = await startProject(WORKSPACE, shopProject(join(directory, "repaired")));
});
afterAll(async () => {
  await shop?.stop();
  await rm(directory, { recursive: true, force: true });
});

const visitor = useVisitor(() => shop?.url ?? "");

describe("what is missing and failed", () => {
  test("of two assets of different grain is launched and made, and nothing else", async () => {
    const first = await visitor.open("/assets?launch=key:shop/orders&parts=2024-01-01..2024-02-15");
    await launch(first, "Materialize 46 partitions of 1 asset");
    await runEnds(first, "failed");
    const firstRun = new URL(first.url()).pathname;
    await writeFile(join(directory, "repaired"), "");

    const page = await visitor.open("/assets?launch=key:shop/orders,shop/revenue");
    const dialog = page.getByRole("dialog", { name: "Materialize" });
    const states = dialog.getByRole("group", { name: "Which of them" });
    await states.getByRole("button", { name: "Missing" }).click();
    await states.getByRole("button", { name: "Failed" }).click();
    const plan = dialog.getByRole("region", { name: "Plan" });
    await plan.getByText(`${BROKEN_DAY}, 2024-02-16..2024-02-29 (15)`).waitFor();
    await plan.getByText("1 failed, 14 missing").waitFor();
    await plan.getByText("2024-01..2024-02 (2)").waitFor();
    expect(new URL(page.url()).searchParams.get("only")).toBe("missing,failed");
    await launch(page, "Materialize 17 partitions of 2 assets");
    await runEnds(page, "success");

    await page.getByRole("tab", { name: "Steps" }).click();
    const steps = page.getByRole("list", { name: "Steps" });
    await steps.getByRole("button", { name: /2024-02-16/u }).waitFor();
    const lines = await steps.getByRole("listitem").allInnerTexts();
    const made = lines.map((line) => /shop\/\w+\s+([\d-]+)/u.exec(line)?.[1] ?? "");
    expect(made.toSorted()).toEqual(["2024-01", "2024-02", BROKEN_DAY, ...daysOf(16, 29)].toSorted());

    // Each partition tells the whole story of how it came about.
    await steps.getByRole("button", { name: new RegExp(BROKEN_DAY, "u") }).click();
    await steps.getByRole("link", { name: `shop/orders ${BROKEN_DAY}` }).click();
    const partition = page.getByRole("region", { name: "Chosen partition" });
    await partition.getByRole("heading", { name: BROKEN_DAY }).waitFor();
    const attempts = partition.getByRole("listitem").filter({ hasText: /attempt 1 of run/u });
    expect(await attempts.count()).toBe(2);
    await attempts.nth(1).getByRole("button", { name: "error" }).click();
    await attempts.nth(1).getByText("the orders of this day are unreadable").first().waitFor();
    expect(await attempts.nth(1).getByRole("link", { name: /^run/u }).getAttribute("href")).toBe(firstRun);
    await attempts.nth(0).getByRole("link", { name: /^logs/u }).click();
    await page.getByRole("log", { name: "Log lines" }).waitFor();
  });

  test("is marked on the strip piece by piece, and each asset may have partitions of its own", async () => {
    const page = await visitor.open("/assets?launch=key:shop/orders,shop/revenue&parts=2024-01-05..2024-01-07");
    const dialog = page.getByRole("dialog", { name: "Materialize" });
    const field = dialog.getByRole("textbox", { name: "Partitions" });
    const strip = dialog.getByRole("slider", { name: "Partitions of shop/orders" });
    await strip.focus();
    await page.keyboard.press("Home");
    await page.keyboard.press("Space");
    await expect.poll(() => field.inputValue()).toBe("2024-01-01,2024-01-05..2024-01-07");
    for (let i = 0; i < 5; i++) await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Space");
    await expect.poll(() => field.inputValue()).toBe("2024-01-01,2024-01-05,2024-01-07");
    await dragAcross(page, { from: 0.5, to: 0.6 });
    await expect
      .poll(() => field.inputValue())
      .toMatch(/^2024-01-01,2024-01-05,2024-01-07,2024-01-31\.\.2024-02-\d\d$/u);

    await dialog.getByRole("radio", { name: "Each asset" }).click();
    await dialog.getByRole("button", { name: /^shop\/revenue/u }).click();
    await dialog.getByRole("textbox", { name: "Partitions of shop/revenue" }).fill("2024-02");
    await dialog.getByRole("button", { name: /^shop\/orders/u }).click();
    await dialog.getByRole("textbox", { name: "Partitions of shop/orders" }).fill("2024-02-01,2024-02-03");
    await dialog.getByRole("button", { name: "Materialize 3 partitions of 2 assets" }).waitFor();
    // The address holds it all.
    await page.reload();
    await dialog.getByRole("button", { name: "Materialize 3 partitions of 2 assets" }).waitFor();
  });
});

test("a plan that has changed is not launched, shows how, and is launched when it is confirmed again", async () => {
  const page = await visitor.open("/assets?launch=key:shop/pages&parts=2024-02-20..2024-02-22&only=missing");
  const dialog = page.getByRole("dialog", { name: "Materialize" });
  await dialog.getByRole("button", { name: "Materialize 3 partitions of 1 asset" }).waitFor();
  // The page hears nothing of what happens meanwhile.
  await page.route(/plan\.preview/u, () => {});
  const other = await visitor.open("/assets?launch=key:shop/pages&parts=2024-02-21");
  await launch(other, "Materialize 1 partition of 1 asset");
  await runEnds(other, "success");
  await dialog.getByRole("button", { name: "Materialize 3 partitions of 1 asset" }).click();
  const alert = dialog.getByRole("alert");
  await alert.getByText("The plan has changed since you saw it, so nothing was launched.").waitFor();
  await alert.getByText(/2024-02-21/u).waitFor();
  expect(new URL(page.url()).pathname).toBe("/assets");
  await page.unroute(/plan\.preview/u);
  await launch(page, "Materialize 2 partitions of 1 asset");
  await runEnds(page, "success");
});

test("what was skipped says which step upstream failed", async () => {
  const page = await visitor.open("/assets?launch=key:shop/returns,shop/refunds&parts=2024-01-01..2024-01-03");
  await launch(page, "Materialize 6 partitions of 2 assets");
  await runEnds(page, "failed");
  await page.getByRole("tab", { name: /^Failures/u }).click();
  const skipped = page.getByRole("region", { name: "Skipped" });
  await skipped.getByText("shop/refunds").waitFor();
  await skipped.getByRole("link", { name: "shop/returns 2024-01-02" }).waitFor();

  await page.getByRole("tab", { name: "Steps" }).click();
  await page.getByRole("button", { name: "1 skipped" }).click();
  const step = page.getByRole("list", { name: "Steps" }).getByRole("listitem");
  await expect.poll(() => step.count()).toBe(1);
  await step.getByRole("button").click();
  await step.getByRole("link", { name: "shop/returns 2024-01-02" }).click();
  await page.getByRole("heading", { level: 1, name: "shop/returns" }).waitFor();
  await page
    .getByRole("region", { name: "Chosen partition" })
    .getByText("the warehouse did not answer")
    .first()
    .waitFor();
});

describe("a dynamic asset", () => {
  test("gets keys, loses one, and what is left is made", async () => {
    const page = await visitor.open("/assets/shop/profile?tab=partitions");
    await page.getByText("No partition exists yet.").waitFor();
    await page.getByRole("button", { name: "Add keys" }).click();
    const dialog = page.getByRole("dialog", { name: "Add keys to customers" });
    const field = dialog.getByRole("textbox");
    await field.fill("acme\nbell|co, ltd\nacme\nd\u0007ng");
    await dialog.getByRole("list", { name: "Lines that are no keys" }).getByText("line 4").waitFor();
    expect(await dialog.getByRole("button", { name: "Add 2 keys" }).isDisabled()).toBe(true);
    await field.fill("acme\nbell|co, ltd\nzen");
    await dialog.getByRole("button", { name: "Add 3 keys" }).click();
    await dialog.waitFor({ state: "detached" });
    await page.getByRole("button", { name: "3 missing", exact: true }).waitFor();

    const keys = page.getByRole("list", { name: "Keys" });
    await keys.getByRole("checkbox", { name: "Mark zen" }).check();
    await page.getByRole("button", { name: "Remove 1" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Remove 1 key" }).click();
    await page.getByRole("button", { name: "2 missing", exact: true }).waitFor();
    expect(await keys.getByRole("listitem").count()).toBe(2);

    await keys.getByRole("button", { name: "bell|co, ltd" }).click();
    const partition = page.getByRole("region", { name: "Chosen partition" });
    await partition.getByRole("heading", { name: "bell|co, ltd" }).waitFor();
    await partition.getByRole("button", { name: "Materialize" }).click();
    await launch(page, "Materialize 1 partition of 1 asset");
    await runEnds(page, "success");
    await page.goto("/assets/shop/profile?tab=partitions");
    await page.getByRole("button", { name: "1 fresh" }).waitFor();
    await page.getByRole("button", { name: "1 missing", exact: true }).waitFor();

    // A removed key is shown as such, and keeps its history.
    await page.getByRole("checkbox", { name: "Show removed ones" }).check();
    await keys.getByRole("button", { name: "zen" }).click();
    await partition.getByText("The definition does not hold this partition any more.").waitFor();
  });
});

describe("a run that goes on", () => {
  test("is given other limits, canceled, and its rest is resumed", async () => {
    const page = await visitor.open("/assets?launch=key:shop/pages&parts=2024-01-01..2024-01-30&most=1");
    await launch(page, "Materialize 30 partitions of 1 asset");
    await page.getByText("at most 1 step at once").waitFor();
    await expect.poll(() => stepsDone(page), { timeout: RUN_TIMEOUT_MS }).toBeGreaterThan(1);
    await page.getByRole("button", { name: "Limits" }).click();
    const limits = page.getByRole("dialog", { name: "Limits of this run" });
    await limits.getByRole("spinbutton", { name: "Most steps at once" }).fill("2");
    await limits.getByRole("spinbutton", { name: "Priority" }).fill("7");
    await limits.getByRole("button", { name: "Change" }).click();
    await page.getByText("at most 2 steps at once").waitFor();
    await page.getByText("priority 7").waitFor();
    await page
      .getByRole("img", { name: /\b2 running/u })
      .first()
      .waitFor();

    await page.getByRole("button", { name: "Cancel run" }).click();
    await page
      .getByRole("dialog")
      .getByRole("button", { name: /^Cancel run \d+$/u })
      .click();
    const resume = page.getByRole("button", { name: /^Resume the rest \(\d+\)$/u });
    await resume.waitFor({ timeout: RUN_TIMEOUT_MS });
    const rest = Number(/\d+/u.exec((await resume.textContent()) ?? "")?.[0]);
    expect(rest).toBeGreaterThan(0);
    expect(rest).toBeLessThan(30);
    const canceled = page.url();
    await resume.click();
    await expect.poll(() => page.url()).not.toBe(canceled);
    await page
      .getByText(new RegExp(`of ${rest} steps?$`, "u"))
      .first()
      .waitFor();
    await runEnds(page, "success");

    await page.goto("/assets/shop/pages");
    await page.getByRole("button", { name: "33 fresh" }).waitFor();
  });

  test("is paused and resumed from the list of runs", async () => {
    const page = await visitor.open("/assets?launch=key:shop/pages&parts=2024-02-01..2024-02-12&most=1");
    const heading = await launch(page, "Materialize 12 partitions of 1 asset");
    const id = /\d+/u.exec(heading)?.[0] ?? "";
    await page.goto("/runs");
    const actions = page.getByRole("button", { name: `Actions of run ${id}` });
    const row = page.getByRole("row").filter({ has: actions });
    await actions.click();
    const menu = page.getByRole("dialog", { name: `Run ${id}` });
    await menu.getByRole("button", { name: "Pause" }).click();
    await row.getByText("paused").waitFor();
    await actions.click();
    await menu.getByRole("button", { name: "Resume" }).click();
    await row.getByText("success").waitFor({ timeout: RUN_TIMEOUT_MS });
    await row.getByRole("link", { name: id, exact: true }).click();
    expect(await stepsDone(page)).toBe(12);
  });
});

test("config is asked for before a launch, and another one after it", async () => {
  const page = await visitor.open("/assets?launch=key:shop/prices");
  const dialog = page.getByRole("dialog", { name: "Materialize" });
  await dialog.getByRole("alert", { name: "Errors" }).waitFor();
  const button = dialog.getByRole("button", { name: "Materialize 1 partition of 1 asset" });
  expect(await button.isDisabled()).toBe(true);
  await dialog.getByText("what prices are told in").waitFor();
  await dialog.getByRole("combobox", { name: "currency" }).selectOption("USD");
  await dialog.getByRole("alert", { name: "Errors" }).waitFor({ state: "detached" });
  await dialog.getByRole("radio", { name: "JSON" }).click();
  const config = dialog.getByRole("textbox", { name: "shop/prices" });
  await config.fill('{ "currency": ');
  await dialog.getByText(/^This is no JSON/u).waitFor();
  expect(await button.isDisabled()).toBe(true);
  await config.fill('{ "currency": "EUR" }');
  // Pressed at once, it launches what was typed, and not what stood there before.
  await launch(page, "Materialize 1 partition of 1 asset");
  await runEnds(page, "success");

  await page.getByRole("button", { name: "Run everything again" }).click();
  const again = page.getByRole("dialog", { name: /^Run everything of run \d+ again$/u });
  await again.getByRole("radio", { name: "JSON" }).click();
  const editor = again.getByRole("textbox", { name: "shop/prices" });
  expect(JSON.parse(await editor.inputValue())).toEqual({ currency: "EUR" });
  await editor.fill('{ "currency": "USD" }');
  const first = page.url();
  await again.getByRole("button", { name: "Run 1 step again" }).click();
  await expect.poll(() => page.url()).not.toBe(first);
  await runEnds(page, "success");
  await page.goto("/assets/shop/prices");
  await page.getByText("in USD").first().waitFor();
});

describe("a definition that changes", () => {
  test("leaves history where it was, and shows it as such", async () => {
    const file = join(shop?.projectDirectory ?? "", "src/definitions.ts");
    const before = await readFile(file, "utf8");
    const page = await visitor.open("/assets/shop/returns?tab=partitions");
    await page.getByRole("button", { name: "2 fresh" }).waitFor();

    // The start moves: what was made before it is not asked for any more.
    await writeFile(file, before.replace('start: "2024-01-01"', 'start: "2024-01-02"'));
    const gone = page.getByRole("list", { name: "Partitions that do not exist any more" });
    await gone.getByRole("button", { name: "2024-01-01" }).click({ timeout: LOAD_TIMEOUT_MS });
    const partition = page.getByRole("region", { name: "Chosen partition" });
    await partition.getByText("The definition does not hold this partition any more.").waitFor();
    await partition.getByText(/^attempt 1 of/u).waitFor();
    await partition.getByRole("button", { name: "Close partition" }).click();

    // Weeks instead of days are numbered otherwise: the days are another definition, with all that was made of them.
    await writeFile(file, before.replaceAll("dailyPartitions", "weeklyPartitions"));
    const former = page.getByRole("list", { name: "Former definitions" }).getByRole("button").first();
    await former.getByText("2 materialized").waitFor({ timeout: LOAD_TIMEOUT_MS });
    await former.click();
    await page.getByRole("slider", { name: "Former partitions of shop/returns" }).waitFor();
    expect(await page.getByRole("list", { name: "Former definitions" }).getByRole("listitem").count()).toBe(1);
    await writeFile(file, before);
    await page.getByRole("button", { name: "2 fresh" }).waitFor({ timeout: LOAD_TIMEOUT_MS });
  });
});

function daysOf(first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, i) => `2024-02-${String(first + i).padStart(2, "0")}`);
}

/** Drags over a part of the strip in the dialog; `from` and `to` are shares of its width. */
async function dragAcross(page: Page, { from, to }: { readonly from: number; readonly to: number }): Promise<void> {
  const box = await page.getByRole("dialog").locator("canvas").boundingBox();
  if (box === null) throw new Error("the strip is not shown");
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width * from + 1, y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * to - 1, y, { steps: 5 });
  await page.mouse.up();
}
