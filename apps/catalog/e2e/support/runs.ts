import type { Page } from "playwright-core";
import { expect } from "vitest";

/** Longest that a run of the tests may take. */
export const RUN_TIMEOUT_MS = 90_000;

/** Presses the button of the launch dialog, which must say exactly what is launched, and waits for the page of the run. */
export async function launch(page: Page, effect: string): Promise<string> {
  await page.getByRole("dialog").getByRole("button", { name: effect, exact: true }).click();
  await page.waitForURL(/\/runs\/\d+$/u);
  const heading = page.getByRole("heading", { level: 1, name: /^Run \d+$/u });
  await heading.waitFor();
  return (await heading.textContent()) ?? "";
}

/** How many steps of a run are over, as its page says now; -1 before it says anything. */
export async function stepsDone(page: Page): Promise<number> {
  const text = await page
    .getByText(/^[\d,]+ of [\d,]+ steps?$/u)
    .first()
    .textContent()
    .catch(() => null);
  return text === null ? -1 : Number.parseInt(text.replaceAll(",", ""), 10);
}

/** Waits until the page of a run shows that it is over. */
export async function runEnds(page: Page, status: "failed" | "success"): Promise<void> {
  const retry = page.getByRole("button", { name: /^Retry/u });
  const mark = page.locator("main").getByText(status, { exact: true }).first();
  await (status === "failed" ? retry : mark).waitFor({ timeout: RUN_TIMEOUT_MS });
}

/** Marks the document, so that `wasReloaded` tells whether it is still the same one. */
export async function markDocument(page: Page): Promise<void> {
  await page.evaluate(() => document.documentElement.setAttribute("data-marked", ""));
}

/** Fails when the document is another one than the one that was marked. */
export async function expectSameDocument(page: Page): Promise<void> {
  expect(await page.evaluate(() => document.documentElement.hasAttribute("data-marked"))).toBe(true);
}
