import { expect, test } from "vitest";
import { launch, runEnds } from "./support/runs.ts";
import { useVisitor } from "./support/visitor.ts";

const visitor = useVisitor();

test("a blocking check that fails explains itself from the list of assets to the rows that it found", async () => {
  const page = await visitor.open("/assets?launch=key:flights/raw&parts=2001-07-01");
  await launch(page, "Materialize 1 partition of 1 asset");
  await runEnds(page, "failed");
  await page
    .getByText(/was not published: day_is_complete/u)
    .first()
    .waitFor();

  // Somebody else comes, who knows nothing of that run.
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Assets" }).click();
  await page
    .getByRole("group", { name: "Status" })
    .getByRole("checkbox", { name: /^failed/u })
    .check();
  await page.getByRole("table", { name: "Assets" }).getByRole("link", { name: "flights/raw" }).click();
  await page.getByRole("heading", { level: 1, name: "flights/raw" }).waitFor();
  await page.getByText(/^1 partition failed, 2001-07-01/u).waitFor();
  // What the check found is said once.
  expect(await page.getByText(/^Check day_is_complete fails/u).count()).toBe(0);
  await page.getByRole("button", { name: "1 failed", exact: true }).click();

  const partition = page.getByRole("region", { name: "Chosen partition" });
  await partition.getByRole("heading", { name: "2001-07-01" }).waitFor();
  await partition.getByText("day_is_complete", { exact: true }).waitFor();
  await partition.getByText("2001-07-01 has 6 flights, expected are at least 10000", { exact: true }).waitFor();
  // The rows that the check has seen, and what to do about it.
  expect(await partition.getByRole("row").count()).toBe(1 + 6);
  await partition
    .getByText(/Correct the data or the check and materialize again/u)
    .first()
    .waitFor();
  // What its function wrote last.
  await partition.getByRole("listitem").filter({ hasText: "read the day" }).waitFor();
  await partition.getByRole("link", { name: "flights/clean" }).waitFor();
  expect(new URL(page.url()).searchParams.get("partition")).toMatch(/^\d+$/u);
});

test("a check stands on the page of its asset as it stands in the list of checks, whatever its newest result says", async () => {
  // The next day passes, and is looked at last.
  const page = await visitor.open("/assets?launch=key:flights/raw&parts=2001-06-30");
  await launch(page, "Materialize 1 partition of 1 asset");
  await runEnds(page, "success");
  await page.goto("/checks?asset=flights/raw");
  const listed = page.getByRole("table", { name: "Checks" }).getByRole("row").filter({ hasText: "day_is_complete" });
  await listed.getByText("failed", { exact: true }).first().waitFor();

  await page.goto("/assets/flights/raw?tab=checks");
  const check = page.locator("#checks > li").filter({ hasText: "day_is_complete" });
  await check.getByText("failed", { exact: true }).waitFor();
  await check.getByText("2001-07-01 has 6 flights, expected are at least 10000", { exact: true }).waitFor();
  expect(await check.getByRole("row").count()).toBe(1 + 6);
  // Descriptions are Markdown.
  await page.locator("#checks code").getByText("flights/clean", { exact: true }).first().waitFor();
  await check.getByRole("button", { name: "2001-07-01", exact: true }).click();
  await page.getByRole("region", { name: "Chosen partition" }).getByRole("heading", { name: "2001-07-01" }).waitFor();
});
