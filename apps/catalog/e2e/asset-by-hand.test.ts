import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { axeFaults } from "./support/axe.ts";
import { type Deployment, startProject } from "./support/deployment.ts";
import { launch, runEnds } from "./support/runs.ts";
import { useVisitor } from "./support/visitor.ts";

const DEFINITIONS = `import { asset, definitions, eager, meta, output, staticPartitions } from "@heddle/core";

const shops = staticPartitions(["bern", "genf", "linz"]);

/** What was sold, shop by shop. */
const sales = asset({
  key: "shop/sales",
  partitions: shops,
  materialize({ partition }) {
    const found = meta.json({ shop: partition.key, lines: [1, 2, 3], deep: { a: { b: "c" } } });
    return output({ value: { shop: partition.key }, metadata: { found } });
  },
});

const total = asset({ key: "shop/total", deps: { sales }, automation: eager(), materialize: () => ({ total: 3 }) });

export default definitions({ assets: [sales, total] });
`;

/** The project is bundled and loaded anew after a file was saved. */
const LOAD_TIMEOUT_MS = 30_000;
const START_TIMEOUT_MS = 90_000;
let deployment: Deployment;

beforeAll(async () => {
  deployment = await startProject(join(import.meta.dirname, "../../.."), { "src/definitions.ts": DEFINITIONS });
}, START_TIMEOUT_MS);
afterAll(() => deployment.stop());

const visitor = useVisitor(() => deployment.url);

async function choose(page: Page, entry: RegExp): Promise<void> {
  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("dialog", { name: "By hand" }).getByRole("button", { name: entry }).click();
}

test("what was made elsewhere is reported, and is up to date from then on", async () => {
  const page = await visitor.open("/assets/shop/sales");
  await choose(page, /^Report materialization/u);
  const dialog = page.getByRole("dialog", { name: "Report shop/sales" });
  await dialog.getByLabel("Partitions").fill("bern");
  await dialog.getByText("1 partition", { exact: true }).waitFor();
  await dialog.getByLabel(/^Data version/u).fill("by-hand");
  await dialog.getByLabel(/^Metadata/u).fill("rows: 41\nsource: archive");
  await dialog.getByLabel(/^Reason/u).fill("the till was offline");
  expect(await axeFaults(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Report 1 partition" }).click();
  await dialog.waitFor({ state: "detached" });
  await page.getByRole("button", { name: /1 fresh/u }).waitFor();
  const latest = page.getByRole("region", { name: "Latest materialization" });
  await latest.getByText("archive").waitFor();
  await latest.getByRole("link", { name: /^run \d+$/u }).click();
  await page
    .getByText(/report/u)
    .first()
    .waitFor();
});

test("neighbours, metadata as a tree, and a wipe that wants the key", async () => {
  const page = await visitor.open("/assets/shop/sales");
  await page.getByRole("button", { name: "Materialize", exact: true }).click();
  await launch(page, "Materialize 2 partitions of 1 asset");
  await runEnds(page, "success");
  await page.goto("/assets/shop/sales");
  const readers = page.getByRole("region", { name: "Neighbours" }).getByRole("list", { name: "Read by" });
  await readers.getByRole("link", { name: /shop\/total/u }).waitFor();
  const tree = page.getByRole("region", { name: "Latest materialization" }).getByRole("group", { name: "found" });
  await tree.getByRole("button", { name: /^lines/u }).waitFor();
  expect(await tree.getByText("“c”").count()).toBe(0);
  await tree.getByRole("button", { name: /^a: /u }).click();
  await tree.getByText("“c”").waitFor();
  expect(await axeFaults(page)).toEqual([]);

  await choose(page, /^Wipe/u);
  const dialog = page.getByRole("dialog", { name: "Wipe shop/sales" });
  await dialog.getByLabel("Partitions").fill("genf,linz");
  const wipe = dialog.getByRole("button", { name: "Wipe 2 partitions" });
  expect(await wipe.isDisabled()).toBe(true);
  await dialog.getByLabel(/^Type/u).fill("shop/sale");
  expect(await wipe.isDisabled()).toBe(true);
  await dialog.getByLabel(/^Type/u).fill("shop/sales");
  await dialog.getByLabel(/^Reason/u).fill("counted twice");
  expect(await axeFaults(page)).toEqual([]);
  await wipe.click();
  await dialog.waitFor({ state: "detached" });
  await page.getByRole("button", { name: "2 missing", exact: true }).waitFor();

  await page.goto("/deployment?tab=audit");
  await page.getByText("assets.wipe").first().waitFor();
});

test("the automation of an asset is paused and resumed from its page", async () => {
  const page = await visitor.open("/assets/shop/total");
  await choose(page, /^Pause automation/u);
  await page
    .getByRole("dialog", { name: /^Turn off/u })
    .getByRole("button", { name: "Turn off" })
    .click();
  await page.getByRole("dialog", { name: /^Turn off/u }).waitFor({ state: "detached" });
  await choose(page, /^Resume automation/u);
  await page
    .getByRole("dialog", { name: /^Turn on/u })
    .getByRole("button", { name: "Turn on" })
    .click();
  await page.getByRole("dialog", { name: /^Turn on/u }).waitFor({ state: "detached" });
  await page.getByRole("button", { name: "More actions" }).click();
  const entry = page.getByRole("dialog", { name: "By hand" }).getByRole("button", { name: /^Pause automation/u });
  await entry.waitFor();
  expect(await entry.isEnabled()).toBe(true);
});

test("the code of an asset is shown as it was loaded, and what has changed since", async () => {
  const page = await visitor.open("/assets/shop/sales?tab=code");
  const source = page.getByRole("region", { name: "Source of src/definitions.ts" });
  await source.getByText('key: "shop/sales"', { exact: false }).waitFor();
  await page.getByText("It reads no asset.").waitFor();
  // What colours it has come when the pieces have colours of their own.
  await source.locator("code span").first().waitFor();
  expect(await axeFaults(page)).toEqual([]);
  const file = join(deployment.projectDirectory, "src/definitions.ts");
  await writeFile(file, DEFINITIONS.replace("partitions: shops,", 'partitions: shops,\n  owners: ["@ana"],'));
  await page.goto("/assets/shop/sales?tab=changes");
  const changes = page.getByRole("list", { name: "Changes of the definition" });
  await expect
    .poll(
      async () => {
        await page.reload();
        await changes.getByRole("listitem").first().waitFor();
        return changes.getByRole("heading", { name: "Owners" }).count();
      },
      { timeout: LOAD_TIMEOUT_MS },
    )
    .toBe(1);
  await changes.getByText("now: @ana").waitFor();
  await changes.getByRole("heading", { name: "Oldest version that is kept" }).waitFor();
  expect(await axeFaults(page)).toEqual([]);
  await page.getByRole("tab", { name: "Code", exact: true }).click();
  await source.getByText("@ana", { exact: false }).waitFor();
});
