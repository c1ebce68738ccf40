import { expect, test } from "vitest";
import { launch, runEnds } from "./support/runs.ts";
import { useVisitor } from "./support/visitor.ts";

const visitor = useVisitor();

/** The ordinal of 2001-02-03 in `flights/raw`, whose days are counted from 1970. */
const FEBRUARY_3 = 11_356;

test("a check is run on what is stored, and its run makes nothing", async () => {
  let page = await visitor.open("/assets?launch=key:flights/raw&parts=2001-02-03");
  await launch(page, "Materialize 1 partition of 1 asset");
  await runEnds(page, "success");
  const made = new URL(page.url()).pathname;

  page = await visitor.open(`/checks/flights/raw?check=day_is_complete&partition=${FEBRUARY_3}`);
  await page.getByRole("button", { name: "Run day_is_complete" }).click();
  const dialog = page.getByRole("dialog", { name: "Run day_is_complete" });
  await dialog.getByText("What is stored is judged.").waitFor();
  // Other tests make partitions of it too: which one is the newest is theirs to say.
  await dialog.getByRole("radio", { name: "Newest partition" }).click();
  await dialog.getByText(/^day_is_complete · 2001-/u).waitFor();
  await dialog.getByRole("radio", { name: "The chosen partition" }).click();
  await dialog.getByText("day_is_complete · 2001-02-03").waitFor();
  await dialog.getByRole("button", { name: "Run on 1 partition" }).click();
  await page.getByText("runs checks and makes nothing").waitFor();
  await runEnds(page, "success");
  expect(new URL(page.url()).pathname).not.toBe(made);

  page = await visitor.open("/checks");
  await page.getByRole("button", { name: "Run all checks" }).click();
  await page.getByRole("dialog", { name: "Run all checks" }).getByText("flights/raw").waitFor();
});
