import { join } from "node:path";
import { chromium, type Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { findChromium } from "./support/chromium.ts";
import { type Deployment, startProject } from "./support/deployment.ts";
import { expectSameDocument, launch, markDocument, runEnds } from "./support/runs.ts";
import { PAGE_TIMEOUT_MS, useVisitor } from "./support/visitor.ts";

const FILES = {
  "src/definitions.ts": `import { asset, definitions } from "@heddle/core";
export default definitions({ assets: [asset({ key: "orders", materialize: () => 1 })] });
`,
};

const visitor = useVisitor();

describe("several tabs", () => {
  test("share one event stream, and another one goes on with it when its tab is closed", async () => {
    const first = await visitor.open("/assets");
    await first.getByRole("button", { name: "live" }).waitFor();
    const context = first.context();
    const streams: string[] = [];
    context.on("request", (request) => {
      if (request.url().includes("events.stream")) streams.push(request.frame().page() === first ? "first" : "another");
    });
    const second = await context.newPage();
    await second.goto("/assets");
    await second.getByRole("button", { name: "live" }).waitFor();
    const third = await context.newPage();
    await third.goto("/runs");
    await third.getByRole("button", { name: "live" }).waitFor();
    expect(streams).toEqual([]);
    await first.close();
    await expect.poll(() => streams).toEqual(["another"]);
    await second.goto("/assets?launch=key:airports/raw");
    await launch(second, "Materialize 1 partition of 1 asset");
    await runEnds(second, "success");
    // The tab that was not touched has heard of it.
    await third.getByText("success").first().waitFor();
  });
});

describe("a server that goes and comes back", () => {
  let deployment: Deployment;
  let browser: Browser;
  beforeAll(async () => {
    deployment = await startProject(join(import.meta.dirname, "../../.."), FILES);
    browser = await chromium.launch({ executablePath: findChromium() });
  }, 90_000);
  afterAll(async () => {
    await browser.close();
    await deployment.stop();
  });

  test("leaves the page as it is, says so, and goes on by itself", async () => {
    expect(deployment.url).not.toBe(inject("catalogUrl"));
    const context = await browser.newContext({ baseURL: deployment.url, viewport: { width: 1440, height: 900 } });
    context.setDefaultTimeout(PAGE_TIMEOUT_MS);
    const page = await context.newPage();
    await page.goto("/assets");
    await page.getByRole("button", { name: "live" }).waitFor();
    await page.getByRole("cell", { name: "orders", exact: true }).waitFor();
    await markDocument(page);
    await deployment.pause();
    await page.getByText("Live updates lost").waitFor();
    await page.getByText(/What you see is as of \d\d:\d\d, and is read anew/u).waitFor();
    await page.getByRole("button", { name: "offline" }).waitFor();
    // What is there stays, and so does everything that needs no server.
    expect(await page.getByRole("cell", { name: "orders", exact: true }).isVisible()).toBe(true);
    await page
      .getByRole("button", { name: "missing" })
      .or(page.getByRole("checkbox", { name: /missing/u }))
      .first()
      .click();
    await expect.poll(() => new URL(page.url()).searchParams.get("status")).toBe("missing");
    await deployment.goOn();
    await page.getByRole("button", { name: "live" }).waitFor({ timeout: 60_000 });
    await page.getByText("Live updates lost").waitFor({ state: "detached" });
    await expectSameDocument(page);
    await page.keyboard.press("g");
    await page.keyboard.press("r");
    await page.getByRole("heading", { level: 1, name: "Runs" }).waitFor();
    await context.close();
  });
});
