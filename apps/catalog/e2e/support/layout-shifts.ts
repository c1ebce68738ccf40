import type { Page } from "playwright-core";

/** Something that moved on its own. */
interface LayoutShift {
  /** The share of the window that it concerned, times how far it went. */
  readonly value: number;
  /** What moved, from where to where. */
  readonly moved: readonly string[];
}

/** Everything that moves on its own from now on is remembered, until the document is left. */
export async function watchLayoutShifts(page: Page): Promise<void> {
  await page.evaluate(observe, false);
}

/** Everything that moves on its own in the documents that are opened next is remembered, from the first paint on. */
export async function watchLoads(page: Page): Promise<void> {
  await page.addInitScript(observe, true);
}

/** What has moved since {@link watchLayoutShifts}, or {@link watchLoads} and the last load. */
export function layoutShifts(page: Page): Promise<readonly LayoutShift[]> {
  // Set by the function below.
  return page.evaluate(() => (globalThis as unknown as { readonly layoutShifts: LayoutShift[] }).layoutShifts);
}

/** Runs in the page. @param fromStart whether it counts what moved before */
function observe(fromStart: boolean): void {
  const shifts: LayoutShift[] = [];
  Object.assign(globalThis, { layoutShifts: shifts });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      // The types of the DOM do not know of these entries.
      const { value, hadRecentInput, sources } = entry as unknown as {
        readonly value: number;
        readonly hadRecentInput: boolean;
        readonly sources: readonly {
          readonly node: Node | null;
          readonly previousRect: DOMRect;
          readonly currentRect: DOMRect;
        }[];
      };
      if (hadRecentInput) continue;
      const place = ({ x, y, width, height }: DOMRect): string => [x, y, width, height].map(Math.round).join(",");
      const moved = sources.map(({ node, previousRect: from, currentRect: to }) => {
        const text = node?.textContent?.slice(0, 60) ?? "";
        return `${node?.nodeName ?? "?"} "${text}" from ${place(from)} to ${place(to)}`;
      });
      shifts.push({ value, moved });
    }
  }).observe({ type: "layout-shift", buffered: fromStart });
}
