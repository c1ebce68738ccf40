import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const COLOUR_RULES = ["color-contrast", "link-in-text-block"];

/** Everything that axe finds wrong in either theme, as theme, rule and element. */
export async function axeFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const before = await page.evaluate(() => document.documentElement.getAttribute("data-theme"));
  const faults: string[] = [];
  for (const theme of ["dark", "light"]) {
    await page.evaluate((chosen) => document.documentElement.setAttribute("data-theme", chosen), theme);
    // The second theme is the same document in other colours.
    const options = { resultTypes: ["violations"], ...(theme === "light" ? { runOnly: COLOUR_RULES } : {}) };
    const { violations } = await page.evaluate<AxeResults>(`axe.run(document, ${JSON.stringify(options)})`);
    for (const { id, nodes } of violations) {
      for (const { html, failureSummary } of nodes) faults.push(`${theme}, ${id}: ${html}\n${failureSummary ?? ""}`);
    }
  }
  await page.evaluate((chosen) => document.documentElement.setAttribute("data-theme", chosen ?? "dark"), before);
  return faults;
}
