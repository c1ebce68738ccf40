import { describe, expect, test } from "vitest";
import { useVisitor } from "./support/visitor.ts";

const visitor = useVisitor();

describe("the palette", () => {
  test("materializes what an order names, and begins with what was opened last", async () => {
    const page = await visitor.open("/assets/airports/raw");
    await page.keyboard.press("Control+k");
    const results = page.getByRole("listbox", { name: "Results" });
    await page.getByRole("combobox", { name: /^Go to anything/u }).fill("materialize flights raw last 7 days");
    await results.getByRole("option", { name: "Materialize flights/raw, last 7" }).waitFor();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: "Materialize" }).waitFor();
    const address = new URL(page.url());
    expect(address.searchParams.get("launch")).toBe("key:flights/raw");
    expect(address.searchParams.get("parts")).toBe("last 7");
    await page.goto("/runs");
    await page.getByRole("heading", { level: 1, name: "Runs" }).waitFor();
    await page.keyboard.press("Control+k");
    expect(await results.getByRole("option").first().textContent()).toContain("airports/raw");
  });
});

describe("the shell", () => {
  test("goes everywhere by two keys, and says which", async () => {
    const page = await visitor.open("/");
    for (const [key, name] of [
      ["a", "Assets"],
      ["r", "Runs"],
      ["h", "Home"],
    ] as const) {
      await page.keyboard.press("g");
      await page.keyboard.press(key);
      await page.getByRole("heading", { level: 1, name }).waitFor();
    }
    await page.keyboard.press("?");
    const help = page.getByRole("dialog", { name: "Keyboard" });
    await help.getByText("Lineage", { exact: true }).waitFor();
    expect(await help.getByText("Acknowledge the asset").count()).toBe(1);
  });

  test("shows statuses in colours that stay apart when that is chosen", async () => {
    const page = await visitor.open("/assets");
    const fresh = (): Promise<string> =>
      page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--fresh").trim());
    const before = await fresh();
    await page.getByRole("button", { name: "Theme" }).click();
    await page.getByRole("checkbox", { name: /^High distinction/u }).check();
    expect(await fresh()).not.toBe(before);
    await page.reload();
    await page.getByRole("heading", { level: 1 }).waitFor();
    expect(await fresh()).not.toBe(before);
  });

  test("names assets that an address without a page may have meant", async () => {
    const page = await visitor.open("/flights/raw");
    await page.getByText("There is no page at this address.").waitFor();
    await page.getByRole("button", { name: /^Look for “raw”/u }).click();
    const field = page.getByRole("combobox", { name: /^Go to anything/u });
    expect(await field.inputValue()).toBe("raw");
    await page.getByRole("option", { name: "flights/raw" }).first().waitFor();
    await page.keyboard.press("Escape");
    await field.waitFor({ state: "detached" });
    await page.getByRole("link", { name: "flights/raw" }).click();
    await page.waitForURL(/\/assets\/flights\/raw$/u);
    await expect.poll(() => page.getByRole("heading", { level: 1 }).textContent()).toBe("flights/raw");
  });
});
