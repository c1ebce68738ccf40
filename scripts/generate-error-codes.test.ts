import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ERROR_CATALOGUE } from "../packages/core/src/error-catalogue.ts";
import { ERROR_CODES_PAGE, renderErrorCodes } from "./generate-error-codes.ts";

test("docs/error-codes.md is up to date (run `node scripts/generate-error-codes.ts`)", () => {
  expect(readFileSync(ERROR_CODES_PAGE, "utf8")).toBe(renderErrorCodes(ERROR_CATALOGUE));
});

test("the page has one row for each code, in sections by area", () => {
  const page = renderErrorCodes({
    RUN_B: { summary: "b.", remedy: "Do b | c." },
    ASSET_A: { summary: "a.", remedy: "Do a." },
    RUN_A: { summary: "c.", remedy: "Do c." },
  });
  expect(page.match(/^## .*$/gmu)).toEqual(["## ASSET", "## RUN"]);
  expect(page.match(/`[A-Z]+_[A-Z]`/gu)).toEqual(["`ASSET_A`", "`RUN_A`", "`RUN_B`"]);
  expect(page).toContain(String.raw`Do b \| c.`);
});
