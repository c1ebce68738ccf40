import { setTimeout } from "node:timers/promises";
import type { Browser, Page } from "playwright-core";
import { median } from "../benchmark.ts";
import { heapMb, launchBrowser, visit } from "./browser.ts";
import { percentile } from "./probes.ts";
import type { ServedDeployment } from "./served-deployment.ts";

/** What one visit of the lineage costs. */
export interface LineageLoad {
  /** From the request of the page until the lineage is painted and can be dragged. */
  readonly paintedMs: number;
  /** In the worker. */
  readonly layoutMs: number;
  /** Longest time that the page did not react while it was laid out and painted first. */
  readonly gapMs: number;
}

/** Visits the lineage with a browser that was never there, some times, and takes the middle of each figure. */
export async function measureLineageLoad({ address }: ServedDeployment, rounds: number): Promise<LineageLoad> {
  const loads: LineageLoad[] = [];
  for (let round = 0; round < rounds; round++) {
    await using browser = await launchBrowser();
    loads.push(await visit(browser, `${address}/lineage`, readLoad));
  }
  const middle = (figure: keyof LineageLoad): number => median(loads.map((load) => load[figure]));
  return { paintedMs: middle("paintedMs"), layoutMs: middle("layoutMs"), gapMs: middle("gapMs") };
}

async function readLoad(page: Page): Promise<LineageLoad> {
  const load = await page.evaluate(async () => {
    const painted = await heddleBench.timing("lineage-painted");
    const layout = await heddleBench.timing("lineage-layout");
    const gapMs = heddleBench.longestGap(layout.start, painted.start);
    return { paintedMs: painted.start, layoutMs: layout.workMs ?? Number.NaN, gapMs };
  });
  await expectDraggable(page);
  return load;
}

/** Drags the picture by the mouse; the address then holds another place. */
async function expectDraggable(page: Page): Promise<void> {
  const before = page.url();
  await page.mouse.move(900, 500);
  await page.mouse.down();
  await page.mouse.move(960, 520, { steps: 3 });
  await page.mouse.up();
  await page.waitForURL((url) => url.href !== before && url.searchParams.has("x"));
}

/** Times between frames in the worst of three ways to move about: p95, and the ways by themselves. */
export interface Motion {
  readonly p95Ms: number;
  readonly ways: Readonly<Record<string, { readonly p95Ms: number; readonly fps: number }>>;
}

const MOTION_MS = 2_000;

/** Pans over everything, zooms in and out, and pans among cards. */
export async function measureMotion(browser: Browser, address: string, focusKey: string): Promise<Motion> {
  const ways = await visit(browser, `${address}/lineage`, async (page) => {
    await painted(page);
    return { panAll: await moveAbout(page, "pan"), zoom: await moveAbout(page, "zoom") };
  });
  const panCards = await visit(browser, `${address}/lineage?focus=${encodeURIComponent(focusKey)}`, async (page) => {
    await painted(page);
    await page.locator("button[aria-pressed=true]").first().waitFor({ state: "attached" });
    await page.keyboard.press("Escape");
    return moveAbout(page, "pan");
  });
  const all = { ...ways, panCards };
  return { p95Ms: Math.max(...Object.values(all).map(({ p95Ms }) => p95Ms)), ways: all };
}

async function painted(page: Page): Promise<void> {
  await page.evaluate(() => heddleBench.timing("lineage-painted"));
  // Fonts and the first statuses have arrived after this.
  await setTimeout(500);
}

async function moveAbout(page: Page, how: "pan" | "zoom"): Promise<{ p95Ms: number; fps: number }> {
  const deltas = await page.evaluate(
    async ({ zoom, durationMs }) => {
      const canvas = document.querySelector("canvas");
      if (canvas === null) throw new Error("no canvas");
      const { left, top, width, height } = canvas.getBoundingClientRect();
      return heddleBench.frames(durationMs, (frame) => {
        const back = Math.floor(frame / 30) % 2 === 1;
        canvas.dispatchEvent(
          new WheelEvent("wheel", {
            bubbles: true,
            cancelable: true,
            clientX: left + width / 2,
            clientY: top + height / 2,
            deltaY: (zoom ? -40 : 12) * (back ? -1 : 1),
            shiftKey: !zoom,
          }),
        );
      });
    },
    { zoom: how === "zoom", durationMs: MOTION_MS },
  );
  return { p95Ms: percentile(deltas, 0.95), fps: (1_000 * deltas.length) / deltas.reduce((sum, ms) => sum + ms, 0) };
}

/** Milliseconds from a click on an asset in the outline to the frame that shows all its ancestry. */
export async function measureFocus(browser: Browser, address: string, keys: readonly string[]): Promise<number> {
  return visit(browser, `${address}/lineage`, async (page) => {
    await painted(page);
    const times: number[] = [];
    for (const key of keys) {
      await page.getByRole("textbox", { name: "Find in the lineage" }).fill(key);
      await page
        .getByRole("treeitem", { name: `${key},` })
        .first()
        .waitFor();
      times.push(
        await page.evaluate(async (label) => {
          const item = [...document.querySelectorAll("[role=treeitem]")].find((own) =>
            own.ariaLabel?.startsWith(`${label},`),
          );
          if (!(item instanceof HTMLElement)) throw new Error("no line");
          const clicked = performance.now();
          item.click();
          const { start, duration } = await heddleBench.timing("lineage-focus", clicked);
          return start + duration - clicked;
        }, key),
      );
    }
    return median(times);
  });
}

/** Megabytes of objects with the lineage on the screen. */
export async function measureHeap(browser: Browser, address: string): Promise<number> {
  return visit(browser, `${address}/lineage`, async (page) => {
    await painted(page);
    return heapMb(page);
  });
}

/** Milliseconds in the worker after the code of one group was loaded anew while the lineage was open. */
export async function measureRelayout(browser: Browser, deployment: ServedDeployment): Promise<number> {
  return visit(browser, `${deployment.address}/lineage`, async (page) => {
    await painted(page);
    const times: number[] = [];
    for (const revision of [1, 2, 3]) {
      const before = await page.evaluate(() => performance.now());
      await deployment.register(revision);
      const { workMs } = await page.evaluate((after) => heddleBench.timing("lineage-layout", after), before);
      times.push(workMs ?? Number.NaN);
    }
    return median(times);
  });
}

const LIVE_CHANGES = 500;

/** Frames a second while 500 assets change in each of them. */
export async function measureLiveUpdates(browser: Browser, deployment: ServedDeployment): Promise<number> {
  return visit(browser, `${deployment.address}/lineage`, async (page) => {
    await painted(page);
    const deltas = await page.evaluate(
      async ({ changes, durationMs }) => {
        const response = await fetch("/api/trpc/assets.status?input=%7B%7D", { headers: { "x-heddle": "1" } });
        const { result } = (await response.json()) as { result: { data: { ids: number[]; totals: number[] } } };
        const { ids } = result.data;
        const statuses = ["missing", "fresh", "stale", "failed", "running", "queued", "skipped"];
        return heddleBench.frames(durationMs, (frame) => {
          const chosen = Array.from({ length: changes }, (_, i) => ids[(frame * 131 + i * 7) % ids.length] ?? 0);
          const column = (value: (i: number) => number): number[] => chosen.map((_, i) => value(i));
          heddleBench.emit({
            kind: "changes",
            at: Date.now(),
            definitionsVersion: null,
            deployment: false,
            partitions: [],
            runs: [],
            assets: {
              cursor: "",
              now: Date.now(),
              ids: chosen,
              codes: column((i) => (frame + i) % 6),
              lastMaterializedAt: column(() => Date.now()),
              totals: column(() => 400),
              counts: Object.fromEntries(
                statuses.map((status, code) => [status, column((i) => ((frame + i) % 6 === code ? 400 : 0))]),
              ),
              checks: { passed: column(() => 0), warned: column(() => 0), failed: column(() => 0) },
              freshness: column(() => -1),
            },
          });
        });
      },
      { changes: LIVE_CHANGES, durationMs: MOTION_MS },
    );
    return (1_000 * deltas.length) / deltas.reduce((sum, ms) => sum + ms, 0);
  });
}
