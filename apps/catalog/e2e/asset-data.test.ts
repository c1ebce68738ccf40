import { expect, test } from "vitest";
import { launch, runEnds } from "./support/runs.ts";
import { useVisitor } from "./support/visitor.ts";

const visitor = useVisitor();

test("the data of an asset is looked at, and a column followed to where it comes from", async () => {
  const page = await visitor.open("/assets?launch=key:airports/*&cascade=upstream_missing");
  await launch(page, "Materialize 2 partitions of 2 assets");
  await runEnds(page, "success");

  await page.goto("/assets/airports/clean");
  const data = page.getByRole("region", { name: "Data" });
  await data.getByRole("button", { name: /^Data/u }).click();
  const rows = data.getByRole("table", { name: "First rows" });
  await rows.getByRole("cell", { name: "Thigpen" }).waitFor({ timeout: 30_000 });
  await data.getByText("the first 100 rows of 3,376, 7 columns").waitFor();
  await rows.getByRole("columnheader", { name: /^code Utf8 00M to ZZV/u }).waitFor();
  await data.getByRole("button", { name: "More rows" }).click();
  await data.getByText("the first 1,000 rows of 3,376, 7 columns").waitFor({ timeout: 30_000 });

  await page.getByRole("tab", { name: "Columns" }).click();
  const columns = page.getByRole("region", { name: "Table of columns" });
  await columns.getByRole("button", { name: "code", exact: true }).click();
  const path = page.getByRole("region", { name: "Path of code" });
  await path.getByRole("link", { name: /^iata airports\/raw/u }).click();
  await page.getByRole("heading", { level: 1, name: "airports/raw" }).waitFor();
  expect(new URL(page.url()).searchParams.get("column")).toBe("iata");
  // The same path, seen from its other end.
  await page
    .getByRole("region", { name: "Path of iata" })
    .getByRole("link", { name: /^code airports\/clean/u })
    .waitFor();
});

test("what is wrong in the address of a tab is a notice, and the page is there", async () => {
  const page = await visitor.open("/assets/airports/raw?tab=nonsense");
  await page.getByText("Left out of the address").waitFor();
  expect(await page.getByRole("tab", { name: "Overview" }).getAttribute("aria-selected")).toBe("true");
  await page.getByRole("tab", { name: "Overview" }).focus();
  await page.keyboard.press("End");
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowRight");
  expect(new URL(page.url()).searchParams.get("tab")).toBe("lineage");
});
