import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { axeFaults } from "./support/axe.ts";
import { findChromium } from "./support/chromium.ts";
import { markDocument } from "./support/runs.ts";
import { PAGE_TIMEOUT_MS } from "./support/visitor.ts";

let browser: Browser | undefined;
beforeAll(async () => {
  browser = await chromium.launch({ executablePath: findChromium() });
});
afterAll(() => browser?.close());

/** A page, and every error that nobody has caught. @param prepare done to the page before it asks for anything */
async function open(
  path: string,
  prepare?: (page: Page) => Promise<void>,
): Promise<{ readonly page: Page; readonly uncaught: readonly string[] }> {
  if (browser === undefined) throw new Error("a page is opened before the browser has started");
  const context = await browser.newContext({
    baseURL: inject("catalogUrl"),
    reducedMotion: "reduce",
    viewport: { width: 1440, height: 900 },
  });
  context.setDefaultTimeout(PAGE_TIMEOUT_MS);
  const page = await context.newPage();
  const uncaught: string[] = [];
  page.on("pageerror", (error) => uncaught.push(error.message));
  await prepare?.(page);
  await page.goto(path);
  await page.locator("main h1").first().waitFor({ state: "attached" });
  return { page, uncaught };
}

/** From now on the server has another build: its page names other scripts, and those of this one are gone. */
async function updateServer(page: Page): Promise<void> {
  await page.route(
    (url) => url.pathname === "/",
    (route) =>
      route.fulfill({ contentType: "text/html", body: `<script type="module" src="/assets/next.js"></script>` }),
  );
  await page.route(/\/assets\/[^/]+\.js$/u, (route) => route.fulfill({ status: 404, body: "" }));
}

/** Changes the answer of one procedure, wherever it stands in a batch. */
async function changeAnswer(page: Page, procedure: string, change: (answer: unknown) => unknown): Promise<void> {
  await page.route(new RegExp(`/api/trpc/[^?]*${procedure.replace(".", "\\.")}`, "u"), async (route) => {
    const response = await route.fetch();
    const answers: unknown = await response.json();
    const calls = new URL(route.request().url()).pathname.slice("/api/trpc/".length).split(",");
    const changed = (Array.isArray(answers) ? answers : [answers]).map((answer: unknown, i) =>
      calls[i] === procedure ? change(answer) : answer,
    );
    await route.fulfill({ response, json: Array.isArray(answers) ? changed : changed[0] });
  });
}

const banner = (page: Page) =>
  page.getByRole("status").filter({ hasText: "The server has another version than this page" });

describe("a server that was updated while a page was open", () => {
  test("is gone on with by itself when a page is opened that this build cannot load any more", async () => {
    const { page } = await open("/assets");
    await page.getByRole("link", { name: "flights/raw" }).waitFor();
    await markDocument(page);
    let isUpdated = false;
    page.on("request", (request) => (isUpdated ||= request.isNavigationRequest()));
    await page.route(/\/assets\/[^/]+\.js$/u, (route) =>
      isUpdated ? route.continue() : route.fulfill({ status: 404, body: "" }),
    );
    await page.getByRole("navigation").getByRole("link", { name: "Checks" }).click();
    await page.getByRole("heading", { level: 1, name: "Checks" }).waitFor();
    expect(await page.evaluate(() => document.documentElement.hasAttribute("data-marked"))).toBe(false);
  });

  test("is told when a part of the page is gone, with a way to reload", async () => {
    const { page } = await open("/assets");
    await page.getByRole("link", { name: "flights/raw" }).waitFor();
    await updateServer(page);
    await page.keyboard.press("Control+k");
    await page.getByRole("heading", { name: "This page is of another version than the server" }).waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await page.unrouteAll();
    await page.getByRole("button", { name: "Reload" }).first().click();
    await page.getByRole("link", { name: "flights/raw" }).waitFor();
  });

  test("is noticed when it does not know what it is asked", async () => {
    const { page, uncaught } = await open("/assets");
    await page.route(
      (url) => url.pathname === "/",
      (route) => route.fulfill({ contentType: "text/html", body: "<p>another build</p>" }),
    );
    await changeAnswer(page, "runs.list", () => ({
      error: {
        message: "No procedure found",
        code: -32004,
        data: { code: "NOT_FOUND", httpStatus: 404, path: "runs.list" },
      },
    }));
    await page.getByRole("navigation").getByRole("link", { name: "Runs" }).click();
    await page.getByRole("main").getByRole("alert").first().waitFor();
    await banner(page).waitFor();
    expect(uncaught).toEqual([]);
  });

  test("is survived when it answers with words that the page does not know", async () => {
    const { page } = await open("/assets");
    await page.route(
      (url) => url.pathname === "/",
      (route) => route.fulfill({ contentType: "text/html", body: "<p>another build</p>" }),
    );
    await changeAnswer(page, "runs.list", () => ({
      result: { data: { items: [{ id: 1, status: "dreaming", news: true }], nextCursor: null } },
    }));
    await page.getByRole("navigation").getByRole("link", { name: "Runs" }).click();
    await banner(page).waitFor();
    await page.getByRole("heading", { name: "This page is of another version than the server" }).waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await page.getByRole("navigation").getByRole("link", { name: "Assets" }).click();
    await page.getByRole("link", { name: "flights/raw" }).waitFor();
  });
});

describe("a server that is slow", () => {
  test("is waited for: the page says what it reads, and shows it when it has come", async () => {
    const { page, uncaught } = await open("/assets");
    const { promise, resolve } = Promise.withResolvers<void>();
    await page.route(/runs\.list/u, async (route) => {
      await promise;
      await route.continue();
    });
    await page.getByRole("navigation").getByRole("link", { name: "Runs" }).click();
    await page.getByRole("heading", { level: 1, name: "Runs" }).waitFor();
    await page.getByRole("status", { name: /^Reading/u }).waitFor();
    resolve();
    await page.getByRole("status", { name: /^Reading/u }).waitFor({ state: "detached" });
    expect(uncaught).toEqual([]);
  });
});

test("code that comes into force between the answers of a page that opens is shown", async () => {
  let snapshots = 0;
  const { page, uncaught } = await open("/assets", (opened) =>
    changeAnswer(opened, "assets.snapshot", (answer) => (++snapshots === 1 ? EMPTY_SNAPSHOT : answer)),
  );
  await page.getByRole("link", { name: "flights/raw" }).waitFor();
  expect(snapshots).toBe(2);
  expect(uncaught).toEqual([]);
});

test("a worker that could not be loaded with the page is started anew, and lays out the lineage", async () => {
  let asked = 0;
  const { page, uncaught } = await open("/lineage", async (opened) => {
    await opened.route(/\/layout\.worker-[^/]+\.js$/u, (route) => (++asked === 1 ? route.abort() : route.continue()));
  });
  await page.getByRole("treeitem", { name: /^flights\/clean,/u }).waitFor();
  expect(asked).toBe(2);
  expect(uncaught).toEqual([]);
});

/** The declared assets before any code is in force. */
const EMPTY_SNAPSHOT = {
  result: {
    data: {
      kind: "snapshot",
      version: "",
      ...Object.fromEntries(
        [
          "ids",
          "keys",
          "groups",
          "groupOf",
          "codeLocations",
          "codeLocationOf",
          "external",
          "summaries",
          "owners",
          "tags",
          "kinds",
          "partitions",
          "partitionsOf",
          "checkCounts",
        ].map((column) => [column, []]),
      ),
      edges: { counts: [], back: [] },
    },
  },
};
