import type { Page } from "playwright-core";

/** Everything that moves on its own from now on is remembered, until the document is left. */
export async function watchLayoutShifts(page: Page): Promise<void> {
  await page.evaluate(() => {
    const moved: string[] = [];
    Object.assign(globalThis, { layoutShifts: moved });
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
        for (const { node, previousRect: from, currentRect: to } of sources) {
          const text = node?.textContent?.slice(0, 60) ?? "";
          const place = ({ x, y, width, height }: DOMRect): string => [x, y, width, height].map(Math.round).join(",");
          moved.push(`${value.toFixed(4)} ${node?.nodeName ?? "?"} "${text}" from ${place(from)} to ${place(to)}`);
        }
      }
    }).observe({ type: "layout-shift" });
  });
}

/** What has moved since {@link watchLayoutShifts}. */
export function layoutShifts(page: Page): Promise<readonly string[]> {
  // Set by the function above.
  return page.evaluate(() => (globalThis as unknown as { readonly layoutShifts: readonly string[] }).layoutShifts);
}
