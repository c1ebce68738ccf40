import { setTimeout } from "node:timers/promises";
import { get } from "node:http";
import type { Browser, Page } from "playwright-core";
import { median } from "../benchmark.ts";
import { visit } from "./browser.ts";
import { HOURS_KEY } from "./generated-definitions.ts";
import { percentile } from "./probes.ts";

/** Thousands of bytes of an answer as it travels, compressed. */
export function wireKb(address: string, procedure: string, input: unknown): Promise<number> {
  const url = new URL(`/api/trpc/${procedure}`, address);
  url.searchParams.set("input", JSON.stringify(input));
  const headers = { "accept-encoding": "gzip", "x-heddle": "1", "sec-fetch-site": "same-origin" };
  return new Promise((resolve, reject) => {
    get(url, { headers }, (response) => {
      let bytes = 0;
      response.on("data", (chunk: Buffer) => (bytes += chunk.length));
      response.on("error", reject);
      response.on("end", () => {
        if (response.statusCode === 200) resolve(bytes / 1_000);
        else reject(new Error(`${procedure} answered ${String(response.statusCode)}`));
      });
    }).on("error", reject);
  });
}

/** The table of all assets. */
export interface TableFigures {
  readonly firstRowsMs: number;
  /** The median of the keystrokes; each until the rows that it asks for are there. */
  readonly keystrokeMs: number;
  readonly scrollFps: number;
}

const CELL = "[role=table] [role=cell], table tbody td";

/** Opens the table some times, then types into its filter and scrolls through it. */
export async function measureTable(browser: Browser, address: string, rounds: number): Promise<TableFigures> {
  const firstRows: number[] = [];
  for (let round = 0; round < rounds; round++) firstRows.push(await visit(browser, `${address}/assets`, firstRowAt));
  const rest = await visit(browser, `${address}/assets`, async (page) => {
    await firstRowAt(page);
    await setTimeout(500);
    return { scrollFps: await scroll(page), keystrokeMs: await type(page) };
  });
  return { firstRowsMs: median(firstRows), ...rest };
}

function firstRowAt(page: Page): Promise<number> {
  return page.evaluate((cell) => heddleBench.until(() => document.querySelector(cell) !== null), CELL);
}

async function scroll(page: Page): Promise<number> {
  const deltas = await page.evaluate((cell) => {
    let scroller = document.querySelector(cell)?.parentElement ?? null;
    while (scroller !== null && scroller.scrollHeight <= scroller.clientHeight + 10) scroller = scroller.parentElement;
    if (scroller === null) throw new Error("nothing scrolls");
    const step = (scroller.scrollHeight - scroller.clientHeight) / 180;
    const element = scroller;
    return heddleBench.frames(3_000, () => {
      element.scrollTop += step;
    });
  }, CELL);
  return (1_000 * deltas.length) / deltas.reduce((sum, ms) => sum + ms, 0);
}

async function type(page: Page): Promise<number> {
  const field = page
    .getByRole("textbox", { name: "Filter by selection" })
    .or(page.getByRole("combobox", { name: "Filter by selection" }));
  await field.first().focus();
  const times = await page.evaluate(async () => {
    const input = document.activeElement;
    if (!(input instanceof HTMLInputElement)) throw new Error("no field");
    const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")?.set;
    const shown = (): string => document.querySelector("main")?.textContent ?? "";
    const found: number[] = [];
    for (const text of ["o", "or", "orders_1", "orders_12", "orders_123"]) {
      const before = shown();
      const began = performance.now();
      set?.call(input, text);
      input.dispatchEvent(new Event("input", { bubbles: true }));
      const changed = await heddleBench.until(() => shown() !== before);
      found.push(changed - began);
      await heddleBench.frames(400, () => {});
    }
    return found;
  });
  return median(times);
}

/** Milliseconds of the search behind a query of the palette, the median of some. */
export async function measurePalette(browser: Browser, address: string): Promise<number> {
  return visit(browser, `${address}/assets`, async (page) => {
    await firstRowAt(page);
    await page.keyboard.press("Control+k");
    const times: number[] = [];
    await page
      .getByRole("dialog")
      .getByRole("combobox")
      .or(page.getByRole("dialog").getByRole("textbox"))
      .first()
      .waitFor();
    for (const letter of "orders_12") {
      const before = await page.evaluate(() => performance.now());
      await page.keyboard.type(letter);
      const { duration } = await page.evaluate((after) => heddleBench.timing("palette-query", after), before);
      times.push(duration);
    }
    return median(times);
  });
}

/** The strip of an asset with very many partitions. */
export interface StripFigures {
  readonly firstDrawMs: number;
  readonly hoverP95Ms: number;
}

export async function measureStrip(browser: Browser, address: string, rounds: number): Promise<StripFigures> {
  const draws: number[] = [];
  const hovers: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await visit(browser, `${address}/assets/${HOURS_KEY}?tab=partitions`, async (page) => {
      draws.push(await page.evaluate(async () => (await heddleBench.timing("partition-strip")).duration));
      await setTimeout(300);
      const deltas = await page.evaluate(async () => {
        const canvas = document.querySelector("[role=slider] canvas, canvas");
        if (canvas === null) throw new Error("no strip");
        const { left, top, width, height } = canvas.getBoundingClientRect();
        return heddleBench.frames(1_500, (frame) => {
          const clientX = left + ((frame * 9) % width);
          canvas.dispatchEvent(new PointerEvent("pointermove", { bubbles: true, clientX, clientY: top + height / 2 }));
        });
      });
      hovers.push(percentile(deltas, 0.95));
    });
  }
  return { firstDrawMs: median(draws), hoverP95Ms: median(hovers) };
}

/** Thousands of bytes of scripts that the first page loads before it can be used, compressed. */
export async function measureFirstRouteKb(browser: Browser, address: string): Promise<number> {
  return visit(browser, address, async (page) => {
    await page.locator("h1").first().waitFor({ state: "attached" });
    await setTimeout(1_000);
    const bytes = await page.evaluate(() =>
      performance
        .getEntriesByType("resource")
        .filter((entry) => entry instanceof PerformanceResourceTiming && entry.name.endsWith(".js"))
        .reduce((sum, entry) => sum + (entry instanceof PerformanceResourceTiming ? entry.encodedBodySize : 0), 0),
    );
    return bytes / 1_000;
  });
}

/** Milliseconds that this machine takes to paint 20,000 rectangles on a canvas, so that figures can be compared. */
export async function measureCanvas(browser: Browser): Promise<number> {
  return visit(browser, "about:blank", (page) =>
    page.evaluate(() => {
      const canvas = document.createElement("canvas");
      canvas.width = 1_440;
      canvas.height = 900;
      const context = canvas.getContext("2d");
      if (context === null) throw new Error("no canvas");
      const times: number[] = [];
      for (let round = 0; round < 7; round++) {
        const began = performance.now();
        for (let i = 0; i < 20_000; i++) {
          context.fillStyle = `hsl(${i % 360} 50% 50%)`;
          context.fillRect((i * 37) % 1_440, (i * 91) % 900, 14, 6);
        }
        // Reading back waits for what was painted.
        context.getImageData(0, 0, 1, 1);
        times.push(performance.now() - began);
      }
      return times.toSorted((a, b) => a - b)[3] ?? Number.NaN;
    }),
  );
}
