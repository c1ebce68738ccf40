import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { launch, runEnds } from "./support/runs.ts";
import { useVisitor } from "./support/visitor.ts";

const visitor = useVisitor();

/** Every page, and what can be over it; `ready` is there when the page is whole. */
const PAGES: readonly {
  readonly name: string;
  readonly path: string;
  readonly ready: string;
  readonly keys?: string;
}[] = [
  { name: "home", path: "/", ready: "[aria-label='Next 24 hours'] li, [aria-label='Next 24 hours'] p" },
  { name: "assets", path: "/assets", ready: "[role=table] [role=cell]" },
  { name: "assets without a match", path: "/assets?sel=key:nothing", ready: "text=No asset is left" },
  { name: "a misread address", path: "/assets?sort=backwards&sel=status:(", ready: "text=Left out of the address" },
  { name: "assets as a tree", path: "/assets?view=tree&open=flights/", ready: "[aria-expanded=true]" },
  { name: "assets by day", path: "/assets?view=matrix", ready: "[role=cell] [role=img]" },
  { name: "asset", path: "/assets/flights/raw?partition=11353", ready: "[aria-label='Chosen partition'] h3" },
  { name: "asset without partitions", path: "/assets/reports/summary", ready: "text=Materialization" },
  { name: "lineage of an asset", path: "/assets/flights/clean?tab=lineage", ready: "[aria-label=Upstream]" },
  { name: "columns of an asset", path: "/assets/flights/clean?tab=columns&column=delay", ready: "text=Path of" },
  { name: "runs of an asset", path: "/assets/flights/raw?tab=runs", ready: "text=All runs of this asset" },
  { name: "checks of an asset", path: "/assets/flights/raw?tab=checks", ready: "#checks" },
  { name: "unknown asset", path: "/assets/flights/nothing", ready: "text=No asset has this key" },
  { name: "lineage", path: "/lineage", ready: "[role=treeitem]" },
  { name: "lineage in focus", path: "/lineage?focus=flights/clean", ready: "[aria-label='Asset in focus'] h2" },
  {
    name: "lineage of a column",
    path: "/lineage?focus=flights/clean&cols=flights/clean:late",
    ready: "[aria-label='Path of late'] button",
  },
  {
    name: "lineage by owner with a slider over time",
    path: "/lineage?overlay=owner&time=shown",
    ready: "[role=slider][aria-label=Moment]",
  },
  { name: "lineage with paths", path: "/lineage?path=flights/raw,reports/summary", ready: "[aria-label=Paths] b" },
  {
    name: "lineage of a partition",
    path: "/lineage?focus=flights/clean&overlay=partition:2001-03-01",
    ready: "[aria-label=Partition] b",
  },
  { name: "runs", path: "/runs", ready: "h1" },
  { name: "automation", path: "/automation", ready: "h1" },
  { name: "checks", path: "/checks", ready: "[role=table] [role=cell]" },
  { name: "checks by what they found", path: "/checks?group=message&status=never", ready: "[role=table] [role=cell]" },
  {
    name: "check without a result",
    path: "/checks/flights/raw?check=day_is_complete",
    ready: "[aria-label='Partitions'] [role=slider]",
  },
  { name: "unknown check", path: "/checks/flights/raw", ready: "text=The address names no check" },
  {
    name: "launch",
    path: "/assets?launch=group:flights&parts=2001-03-01..2001-03-07&cascade=downstream",
    ready: "[role=dialog] tbody td",
  },
  {
    name: "launch with every setting",
    path: '/assets?launch=group:flights&each={"flights/raw":"2001-03-01..2001-03-07"}&only=missing,stale&order=newest&tags={"team":"data"}',
    ready: "[role=dialog] tbody td",
  },
  {
    name: "launch that is refused",
    path: "/assets?launch=key:flights/raw&parts=2001-03-99",
    ready: "[role=dialog] [aria-invalid=true]",
  },
  {
    name: "asset with keys that come and go",
    path: "/assets/reports/hub_profile?tab=partitions",
    ready: "text=Add keys",
  },
  { name: "palette", path: "/assets", ready: "[role=option]", keys: "Control+k" },
  { name: "keyboard help", path: "/lineage", ready: "[role=dialog] kbd", keys: "?" },
  { name: "no page", path: "/nowhere", ready: "text=There is no page" },
];

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

test.each(PAGES)("$name has no serious fault that axe finds", async ({ path, ready, keys }) => {
  const page = await visitor.open(path);
  if (keys !== undefined) await page.keyboard.press(keys);
  await page.locator(ready).first().waitFor();
  expect(await seriousFaults(page)).toEqual([]);
});

test("a run has no serious fault that axe finds", async () => {
  const page = await visitor.open("/assets?launch=key:airports/raw");
  await launch(page, "Materialize 1 partition of 1 asset");
  await runEnds(page, "success");
  for (const name of ["Timeline", "Steps", "Logs"]) {
    await page.getByRole("tab", { name }).click();
    expect({ name, faults: await seriousFaults(page) }).toEqual({ name, faults: [] });
  }
});

const COLOUR_RULES = ["color-contrast", "link-in-text-block"];

/** What axe calls serious or critical in either theme, as theme, rule and element. */
async function seriousFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const faults: string[] = [];
  for (const theme of ["dark", "light"]) {
    await page.evaluate((chosen) => document.documentElement.setAttribute("data-theme", chosen), theme);
    // The second theme is the same document in other colours.
    const options = { resultTypes: ["violations"], ...(theme === "light" ? { runOnly: COLOUR_RULES } : {}) };
    const { violations } = await page.evaluate<AxeResults>(`axe.run(document, ${JSON.stringify(options)})`);
    for (const { id, impact, nodes } of violations) {
      if (impact !== "serious" && impact !== "critical") continue;
      for (const { html, failureSummary } of nodes) faults.push(`${theme}, ${id}: ${html}\n${failureSummary ?? ""}`);
    }
  }
  return faults;
}
