import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { axeFaults } from "./support/axe.ts";
import { type Deployment, startProject } from "./support/deployment.ts";
import { launch, runEnds } from "./support/runs.ts";
import { useVisitor } from "./support/visitor.ts";

/** Names and errors as nobody should write them, and something that depends on what fails. */
const FILES = {
  "src/definitions.ts": `import { asset, assetCheck, definitions, externalAsset, fail, schedule, sensor } from "@heddle/core";

const outside = externalAsset({ key: "outside" });
const source = asset({ key: "a/source", group: "first", materialize() { throw new Error("<img src=x onerror=alert(1)> אבג " + "e".repeat(400)); } });
const made = asset({ key: "b/<b>made</b>", group: "<i>second</i>", materialize: () => 1 });
const left = asset({ key: "c/left", deps: { source }, materialize: () => 1 });
const right = asset({ key: "${"long_".repeat(45)}right", deps: { left, made }, materialize: () => 1 });
const notNull = assetCheck({ asset: made, name: "not_null", severity: "error", check: () => fail() });

export default definitions({
  assets: [outside, source, made, left, right],
  checks: [notNull],
  schedules: [schedule({ name: "hourly", cron: "0 * * * *", selection: [made] })],
  sensors: [
    sensor({
      name: "inbox",
      intervalMs: 1_000,
      enabledByDefault: false,
      evaluate() { throw new Error("the inbox is <b>locked</b>\\nat line 2"); },
    }),
  ],
});
`,
};

let deployment: Deployment;
beforeAll(async () => {
  deployment = await startProject(join(import.meta.dirname, "../../.."), FILES);
}, 90_000);
afterAll(() => deployment.stop());

const visitor = useVisitor(() => deployment.url);

async function materialize(page: Page, selection: string, effect: string): Promise<void> {
  await page.goto(`/assets?launch=${encodeURIComponent(selection)}`);
  await launch(page, effect);
}

describe("Home", () => {
  test("offers to make everything while nothing is made", async () => {
    const page = await visitor.open("/");
    await page.getByText("Nothing is made yet: 4 assets wait for their first run.").waitFor();
    await page.getByText("0 of 4 assets fresh").waitFor();
    await page.getByText("Nothing runs, and nothing waits.").waitFor();
    await page.getByText("No run was at work in this span of time.").waitFor();
    await page.getByRole("heading", { name: "Next 24 hours" }).waitFor();
    await page.getByText("24 ticks").waitFor();
    expect(await page.getByRole("list", { name: "Needs attention" }).count()).toBe(0);
    expect(await axeFaults(page)).toEqual([]);
    await page.getByRole("button", { name: "Materialize all" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Materialize 4 partitions of 4 assets" }).waitFor();
    expect(new URL(page.url()).searchParams.get("launch")).toBe("*");
  });

  test("ranks what failed by what depends on it, and shows texts of user code as they are", async () => {
    const page = await visitor.open("/");
    await materialize(page, "key:a/source", "Materialize 1 partition of 1 asset");
    await runEnds(page, "failed");
    await materialize(page, 'key:"b/*"', "Materialize 1 partition of 1 asset");
    await runEnds(page, "success");
    await page.keyboard.press("g");
    await page.keyboard.press("h");
    await page.getByRole("heading", { level: 1, name: "Home" }).waitFor();
    const list = page.getByRole("list", { name: "Needs attention" });
    await list.getByRole("listitem").nth(1).waitFor();
    const texts = await list.getByRole("listitem").allTextContents();
    expect(texts[0]).toContain("a/source2 downstream");
    const lines = await list.getByRole("listitem").first().getByRole("paragraph").allTextContents();
    expect(lines[0]).toMatch(/^<img src=x onerror=alert\(1\)> אבג eee/u);
    expect(texts[1]).toContain("b/<b>made</b>1 downstream");
    expect(texts[1]).toContain("1 check failed: not_null");
    expect(await page.locator("main img").count()).toBe(0);
  });

  test("is worked through by keyboard: acknowledged with x, taken back, opened with Enter", async () => {
    const page = await visitor.open("/");
    const list = page.getByRole("list", { name: "Needs attention" });
    await list.getByRole("listitem").nth(1).waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await page.keyboard.press("x");
    await page.getByRole("heading", { name: "Needs attention (1)" }).waitFor();
    await page.getByRole("checkbox", { name: "1 acknowledged or snoozed" }).check();
    expect(new URL(page.url()).searchParams.get("quiet")).toBe("1");
    await list.getByText(/^Acknowledged/u).waitFor();
    await list.getByRole("button", { name: /^Take back/u }).click();
    await page.getByRole("heading", { name: "Needs attention (2)" }).waitFor();
    await page.keyboard.press("k");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/assets\/a\/source$/u);
  });

  test("snoozes with a note that others read", async () => {
    const page = await visitor.open("/?quiet=1");
    await page.getByRole("button", { name: "Acknowledge a/source" }).click();
    await page.getByRole("textbox", { name: "Note for others" }).fill("vendor was told <b>twice</b>");
    await page.getByRole("radio", { name: "for 1 day" }).check();
    await page.getByRole("button", { name: "Snooze", exact: true }).click();
    await page.getByText("vendor was told <b>twice</b>").waitFor();
    await page.getByText("Snoozed until").waitFor();
    expect(await page.getByRole("list", { name: "Needs attention" }).getByRole("listitem").count()).toBe(2);
    await page.getByRole("button", { name: /^Take back/u }).click();
    await page.getByRole("heading", { name: "Needs attention (2)" }).waitFor();
  });

  test("tells of a sensor that fails, above the assets, and opens it by keyboard", { timeout: 120_000 }, async () => {
    const page = await visitor.open("/automation");
    await page.getByRole("button", { name: "Turn on inbox" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Turn on" }).click();
    await page.getByRole("button", { name: "Turn off inbox" }).waitFor();
    await page.goto("/");
    const rules = page.getByRole("list", { name: "Schedules and sensors that fail" });
    await rules.getByText(/the inbox is <b>locked<\/b>$/u).waitFor({ timeout: 60_000 });
    await page.getByRole("heading", { name: /^Needs attention \(\d\)$/u }).waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/automation\/sensors\/inbox$/u);
  });

  test("lists starred assets, and keeps the grouping of the timeline in the address", async () => {
    const page = await visitor.open("/assets/c/left");
    await page.getByRole("button", { name: "Favourite" }).click();
    await page.getByRole("button", { name: "Favourite", pressed: true }).waitFor();
    await page.getByRole("link", { name: "Home", exact: true }).click();
    await page.getByRole("region", { name: "Favourites" }).getByRole("link", { name: "c/left" }).waitFor();
    await page.getByRole("radio", { name: "cause" }).click();
    await expect.poll(() => new URL(page.url()).searchParams.get("by")).toBe("cause");
    const chart = page.getByRole("slider", { name: "Run on the timeline" });
    await chart.focus();
    await page.keyboard.press("ArrowLeft");
    await expect.poll(() => chart.getAttribute("aria-valuetext")).toMatch(/^Run \d+ of .*, (?:failed|success), /u);
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/runs\/\d+$/u);
  });
});

test("instants are shown in the time zone that was chosen, on the next visit too", async () => {
  const page = await visitor.open("/");
  await page.getByRole("button", { name: /^Time zone: / }).click();
  await page.getByRole("textbox", { name: "Find a time zone" }).fill("kolkata");
  await page.getByRole("radio", { name: /^Asia\/Kolkata/u }).check();
  await page.keyboard.press("Escape");
  const title = (): Promise<string | null> => page.locator("main time").first().getAttribute("title");
  await expect.poll(title).toMatch(/\+05:30 \(Asia\/Kolkata\)$/u);
  await page.reload();
  await expect.poll(title).toMatch(/\+05:30/u);
});
