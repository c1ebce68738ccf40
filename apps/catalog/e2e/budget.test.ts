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

test("a page asks for its scripts and the assets before its first script has arrived, and only once", async () => {
  const page = await visitor.open("/runs");
  const asked: string[] = [];
  const released = Promise.withResolvers<void>();
  await page.route(/\/assets\/index-[\w-]+\.js$/, async (route) => {
    await released.promise;
    await route.continue();
  });
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  const early = [
    /assets\.snapshot$/,
    /assets\.status$/,
    /layout\.worker-[\w-]+\.js$/,
    /lineage-page-[\w-]+\.js$/,
    /inter-latin-wght-normal-.+\.woff2$/,
  ];
  const all = Promise.all(
    early.map((path) => page.waitForRequest((request) => path.test(new URL(request.url()).pathname))),
  );
  const loaded = page.goto("/lineage");
  await all;
  released.resolve();
  await loaded;
  await page.getByRole("treeitem").first().waitFor();
  for (const path of early) expect(asked.filter((own) => path.test(own))).toHaveLength(1);
});

test("a second visit takes the assets from the browser's own copy", async () => {
  const page = await visitor.open("/assets");
  const sent = (): Promise<boolean | undefined> =>
    page.evaluate(() => {
      const asked = performance.getEntriesByType("resource").find(({ name }) => name.includes("/assets.snapshot?"));
      // What is not sent again counts as its headers alone.
      if (asked instanceof PerformanceResourceTiming) return asked.transferSize > asked.encodedBodySize;
    });
  await page.getByRole("link", { name: "flights/raw" }).first().waitFor();
  expect(await sent()).toBe(true);
  await page.goto("/lineage");
  await page.getByRole("treeitem").first().waitFor();
  expect(await sent()).toBe(false);
});
