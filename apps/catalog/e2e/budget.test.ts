import { expect, test } from "vitest";
import { useVisitor } from "./support/visitor.ts";

const visitor = useVisitor();

/** Most that a page may load as scripts before it can be used, compressed. */
const SCRIPT_BUDGET_BYTES = 200 * 1_024;

const PAGES = [
  { path: "/assets", ready: "[role=table] [role=cell]" },
  { path: "/assets/flights/raw", ready: "[role=slider] canvas" },
  { path: "/lineage", ready: "[role=treeitem]" },
  { path: "/runs", ready: "h1" },
];

test.each(PAGES)("$path loads no more scripts than it may", async ({ path, ready }) => {
  const page = await visitor.open(path);
  await page.locator(ready).first().waitFor();
  const sizes = await page.evaluate(() =>
    performance
      .getEntriesByType("resource")
      .filter((entry) => entry instanceof PerformanceResourceTiming && entry.name.endsWith(".js"))
      .map((entry) => (entry instanceof PerformanceResourceTiming ? entry.encodedBodySize : 0)),
  );
  const total = sizes.reduce((sum, size) => sum + size, 0);
  expect(total).toBeGreaterThan(50 * 1_024);
  expect(total).toBeLessThan(SCRIPT_BUDGET_BYTES);
});
