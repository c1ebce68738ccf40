import { existsSync } from "node:fs";
import { chromium, type Browser, type Page } from "playwright-core";
import { PROBE_SCRIPT, type Probes } from "./probes.ts";

declare global {
  var heddleBench: Probes;
}

const USUAL_PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const TIMEOUT_MS = 90_000;

/** Starts the browser that the pages are measured in. */
export function launchBrowser(): Promise<Browser> {
  const executablePath = [process.env["HEDDLE_CHROMIUM"] ?? "", ...USUAL_PLACES].find(
    (path) => path !== "" && existsSync(path),
  );
  if (executablePath === undefined) throw new Error("There is no Chromium; install it or name one in HEDDLE_CHROMIUM.");
  return chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--enable-precise-memory-info", "--js-flags=--expose-gc"],
  });
}

/** Opens a page as somebody does who was never there: nothing is cached. Closed with what it was opened for. */
export async function visit<T>(browser: Browser, address: string, look: (page: Page) => Promise<T>): Promise<T> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" });
  context.setDefaultTimeout(TIMEOUT_MS);
  try {
    await context.addInitScript(PROBE_SCRIPT);
    const page = await context.newPage();
    page.on("pageerror", (error) => console.error(`in the page: ${error.message}`));
    await page.goto(address);
    return await look(page);
  } finally {
    await context.close();
  }
}

/** Megabytes of JavaScript objects that are alive in a page. */
export async function heapMb(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  await session.send("Performance.enable");
  const { metrics } = await session.send("Performance.getMetrics");
  return (metrics.find(({ name }) => name === "JSHeapUsedSize")?.value ?? Number.NaN) / 1_048_576;
}
