import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, inject } from "vitest";
import { findChromium } from "./chromium.ts";

/** Longest wait for anything that takes no work of the server. */
export const PAGE_TIMEOUT_MS = 30_000;

/** Somebody who uses the catalog in a browser. */
export interface Visitor {
  /** Opens a page of the catalog, such as `/assets`. `prepare`: what is done with the empty page before. */
  open(path: string, prepare?: (page: Page) => Promise<void>): Promise<Page>;
}

/**
 * Gives the tests of a file a browser, on the deployment of all browser tests unless `catalogUrl` names another one.
 * After each test everything that the pages complained about must be nothing: errors on the console, uncaught errors,
 * requests that failed, and requests to any other host. `seeksUnknown`: asks for what there is not, which is answered with 404.
 */
export function useVisitor(
  catalogUrl: () => string = () => inject("catalogUrl"),
  { seeksUnknown = false }: { readonly seeksUnknown?: boolean } = {},
): Visitor {
  let browser: Browser | undefined;
  let complaints: string[] = [];

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: findChromium() });
  });
  afterEach(async () => {
    const heard = complaints;
    complaints = [];
    for (const context of browser?.contexts() ?? []) await context.close();
    expect(heard).toEqual([]);
  });
  afterAll(() => browser?.close());

  return {
    async open(path, prepare) {
      if (browser === undefined) throw new Error("a page is opened before the browser has started");
      const base = catalogUrl();
      const context = await browser.newContext({
        baseURL: base,
        colorScheme: "dark",
        reducedMotion: "reduce",
        viewport: { width: 1440, height: 900 },
      });
      context.setDefaultTimeout(PAGE_TIMEOUT_MS);
      const page = await context.newPage();
      listen(page, base, (complaint) => {
        if (!(seeksUnknown && UNKNOWN.test(complaint))) complaints.push(complaint);
      });
      await prepare?.(page);
      await page.goto(path);
      await page.locator("h1").first().waitFor({ state: "attached" });
      return page;
    },
  };
}

/** What pages and the console say of an answer of the API that there is none. */
const UNKNOWN = /^404 from \S+\/api\/trpc\/|^console: Failed to load resource: .* status of 404 /u;

function listen(page: Page, base: string, complain: (complaint: string) => void): void {
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complain(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => complain(`uncaught: ${error.message}`));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(`${base}/`) && !/^(?:data|blob):/u.test(url)) complain(`request to another host: ${url}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400) complain(`${response.status()} from ${response.url()}`);
  });
}
