import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AUTOMATION_PROJECT } from "./support/automation-project.ts";
import { axeFaults } from "./support/axe.ts";
import { type Deployment, startProject } from "./support/deployment.ts";
import { launch, runEnds } from "./support/runs.ts";
import { useVisitor } from "./support/visitor.ts";

const WORKSPACE = join(import.meta.dirname, "../../..");

let shop: Deployment | undefined;
beforeAll(async () => {
  shop = await startProject(WORKSPACE, AUTOMATION_PROJECT);
});
afterAll(() => shop?.stop());

const visitor = useVisitor(() => shop?.url ?? "");

describe("a schedule", () => {
  test("says what it would do, ticks by hand, and keeps what became of it", async () => {
    const page = await visitor.open("/automation");
    await page.getByRole("radio", { name: /^Schedules/u }).click();
    const table = page.getByRole("table", { name: "Automation" });
    await table.getByRole("link", { name: "nightly" }).waitFor();
    // What they have made may be linked to as well.
    const names = await table.getByRole("link", { name: /^[a-z]+$/u }).allTextContents();
    expect(names).toEqual(["broken", "nightly", "quality", "reporting"]);
    await table.getByRole("link", { name: "nightly" }).click();
    await page.getByRole("heading", { level: 1, name: "nightly" }).waitFor();

    const next = page.getByRole("region", { name: "Next ticks" });
    await next.getByText(/02:30/u).first().waitFor();
    expect(await next.getByRole("listitem").count()).toBe(10);
    await next.getByRole("combobox").selectOption("UTC");
    await next
      .getByText(/0[01]:30/u)
      .first()
      .waitFor();
    expect(new URL(page.url()).searchParams.get("zone")).toBe("UTC");

    await page.getByRole("button", { name: "What would it do now?" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("1 run would be requested").waitFor();
    await dialog.getByText("2024-01-05..2024-01-06").waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await dialog.getByRole("button", { name: "Tick now" }).click();
    const ticks = page.getByRole("list", { name: "Ticks" });
    await ticks.getByText("by hand").waitFor();
    await ticks.getByRole("link", { name: /^run \d+$/u }).waitFor();

    // The strip is walked by keys; the tick that it stands on is in the address.
    await page.getByRole("slider", { name: /^Ticks/u }).press("ArrowLeft");
    await ticks.getByText("recorded").waitFor();
    expect(new URL(page.url()).searchParams.get("tick")).toMatch(/^\d+$/u);
    expect(await axeFaults(page)).toEqual([]);
  });

  test("whose function fails or skips says why, with what it logged", async () => {
    const page = await visitor.open("/automation/schedules/broken");
    await page.getByRole("button", { name: "What would it do now?" }).click();
    await page.getByRole("dialog").getByText("the calendar is unreadable").first().waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Tick now all the same" }).click();
    const ticks = page.getByRole("list", { name: "Ticks" });
    await ticks.getByText("the calendar is unreadable").waitFor();
    await page.goto(`${shop?.url ?? ""}/automation/schedules/reporting`);
    await page.getByRole("button", { name: "What would it do now?" }).click();
    await page.getByRole("dialog").getByText("the books are being closed").waitFor();
    const log = page.getByRole("dialog").getByRole("log");
    expect(await log.textContent()).toContain("the books are open");
  });

  test("of checks says which, and runs them on what is stored", async () => {
    const page = await visitor.open("/assets?launch=key:shop/orders&parts=2024-01-07");
    await launch(page, "Materialize 1 partition of 1 asset");
    await runEnds(page, "success");
    await page.goto(`${shop?.url ?? ""}/automation/schedules/quality`);
    await page.getByText("enough_rows, round_numbers of shop/orders").waitFor();
    await page.getByRole("button", { name: "What would it do now?" }).click();
    const requests = page.getByRole("dialog").getByRole("list", { name: "Runs that would be requested" });
    await requests.getByText("shop/orders · enough_rows · round_numbers").waitFor();
    await requests.getByText("1 step", { exact: true }).waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await page.getByRole("dialog").getByRole("button", { name: "Tick now" }).click();
    const ticks = page.getByRole("list", { name: "Ticks" });
    await ticks.getByRole("link", { name: /^run \d+$/u }).click();
    await runEnds(page, "success");
    await page.getByText(/^1 of 1 steps?$/u).waitFor();
  });

  test("is turned off and on with a reason, which the list shows", async () => {
    const page = await visitor.open("/automation?kind=schedule");
    await page.getByRole("button", { name: "Turn off reporting" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Reason (may be left out)").fill("holidays");
    await dialog.getByLabel("Your name").fill("ana");
    await dialog.getByRole("button", { name: "Turn off" }).click();
    const row = page.getByRole("row").filter({ hasText: "reporting" });
    await row.getByText("by ana: holidays").waitFor();
    await page.getByRole("group", { name: "State" }).getByRole("button", { name: /^off/u }).click();
    expect(await page.getByRole("table").getByRole("link").allTextContents()).toEqual(["reporting"]);
    await page.getByRole("button", { name: "Turn on reporting" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Turn on" }).click();
    await page.getByText("Nothing is left by these filters.").waitFor();
  });
});

describe("a sensor", () => {
  test("shows its cursor and those before, and begins again from one of them", async () => {
    const page = await visitor.open("/automation/sensors/new_files");
    const cursor = page.getByRole("region", { name: "Cursor" });
    await cursor.getByLabel("Cursor now").getByText("c.csv").waitFor();
    await page.getByRole("list", { name: "Ticks" }).getByText("no new files").waitFor();
    await cursor.getByRole("button", { name: "Use a.csv again" }).click();
    const dialog = page.getByRole("dialog");
    expect(await dialog.getByRole("textbox", { name: "Cursor" }).inputValue()).toBe("a.csv");
    await dialog.getByLabel("Reason (may be left out)").fill("b was wrong");
    await dialog.getByRole("button", { name: "Set the cursor" }).click();
    await cursor
      .getByRole("list", { name: "Cursors before" })
      .getByText(/set by .*: b was wrong/u)
      .waitFor();
    // It goes on from there by itself.
    await cursor.getByLabel("Cursor now").getByText("c.csv").waitFor();
    expect(await axeFaults(page)).toEqual([]);
  });
});

describe("checks", () => {
  test("are found from the worst, explain what they found, and are silenced with a reason", async () => {
    const page = await visitor.open("/checks");
    await page.getByRole("button", { name: /^no result \d$/u }).waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await page.goto(`${shop?.url ?? ""}/assets?launch=key:shop/orders&parts=2024-01-01..2024-01-20`);
    await launch(page, "Materialize 20 partitions of 1 asset");
    await runEnds(page, "success");

    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Checks" }).click();
    await page
      .getByRole("group", { name: "Status" })
      .getByRole("button", { name: /^failed 1/u })
      .click();
    const table = page.getByRole("table", { name: "Checks" });
    await table.getByText(/^2024-01-0\d has \d0 orders, expected are at least 100$/u).waitFor();
    await table.getByRole("link", { name: "enough_rows" }).click();

    await page.getByRole("heading", { level: 1, name: "enough_rows" }).waitFor();
    await page.getByRole("region", { name: "Partitions" }).getByText("9 failed, 0 warned, 11 passed").waitFor();
    const strip = page.getByRole("slider", { name: "Results of enough_rows by partition" });
    await strip.press("Home");
    expect(await strip.getAttribute("aria-valuetext")).toBe("2024-01-01, failed");
    await page.getByRole("figure", { name: "rows" }).waitFor();
    const results = page.getByRole("list", { name: "Results" });
    await results.getByText("2024-01-01 has 10 orders, expected are at least 100").first().click();
    // The rows that the check gave as a sample.
    await results.getByText("customer").first().waitFor();
    expect(await axeFaults(page)).toEqual([]);

    await page.getByRole("button", { name: "Silence", exact: true }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("radio", { name: "1 week" }).click();
    await dialog.getByLabel("Reason").fill("January is quiet");
    await dialog.getByLabel("Your name").fill("ana");
    await dialog.getByRole("button", { name: "Silence it" }).click();
    await page.getByText(/^Silenced until .* by ana: January is quiet$/u).waitFor();
    await page.goto(`${shop?.url ?? ""}/checks?silenced=yes&group=message`);
    await page.getByRole("img", { name: /^silenced until .*January is quiet/u }).waitFor();
    expect(await page.getByRole("table").getByRole("link").allTextContents()).toEqual(["enough_rows"]);
    await page.getByRole("button", { name: "Lift the silence of enough_rows of shop/orders" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Lift the silence" }).click();
    await page.getByText("No check is left by these filters.").waitFor();
  });

  test("are walked by keys, and what is not there is said", async () => {
    const page = await visitor.open("/checks?text=enough");
    await page.getByRole("link", { name: "enough_rows" }).waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "enough_rows" }).waitFor();
    await page.goto(`${shop?.url ?? ""}/checks?sel=key:nothing`);
    await page.getByText("No check is left by these filters.").waitFor();
    expect(await axeFaults(page)).toEqual([]);
  });
});

/** Pages, and what is there when they are whole. */
const ON_A_PHONE: readonly (readonly [path: string, ready: string])[] = [
  ["/automation", "nightly"],
  ["/automation/sensors/new_files", "no new files"],
  ["/automation/schedules/nightly", "Next ticks"],
  ["/checks", "enough_rows"],
  ["/checks/shop/orders?check=enough_rows", "Results"],
];

const GONE = [
  {
    path: "/automation/schedules/nightl",
    message: /^there is no schedule "nightl"\./u,
    hint: 'Did you mean "nightly"?',
    list: "All schedules",
  },
  {
    path: "/automation/sensors/zzz",
    message: /^there is no sensor "zzz"\./u,
    hint: "Check the spelling",
    list: "All sensors",
  },
  { path: "/runs/99999", message: /^there is no run 99999\./u, hint: "retention", list: "All runs" },
];

test.each(GONE)("$path says that there is none, and leads to the list", async ({ path, message, hint, list }) => {
  const page = await visitor.open("/automation");
  // A status of 404 would be a complaint of the console; the answer is the server's own.
  await page.route(/\/api\/trpc\/(?:schedules|sensors|runs)\.get/u, async (route) =>
    route.fulfill({ response: await route.fetch(), status: 200 }),
  );
  await page.goto(path);
  const alert = page.getByRole("alert");
  await alert.getByText(message).waitFor();
  await alert.getByText(hint).waitFor();
  expect(await alert.getByRole("button", { name: "Try again" }).count()).toBe(0);
  await alert.getByRole("link", { name: list }).click();
  await page.getByRole("heading", { level: 1, name: /^(?:Automation|Runs)$/u }).waitFor();
});

test("a phone shows automation and checks in its width", async () => {
  const page = await visitor.open("/automation");
  await page.setViewportSize({ width: 390, height: 844 });
  for (const [path, ready] of ON_A_PHONE) {
    await page.goto(`${shop?.url ?? ""}${path}`);
    await page.getByRole("main").getByText(ready, { exact: true }).first().waitFor();
    const isWide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
    expect([path, isWide]).toEqual([path, false]);
  }
});
