import { describe, expect, test } from "vitest";
import { axeFaults } from "./support/axe.ts";
import { useVisitor } from "./support/visitor.ts";

const visitor = useVisitor();

describe("the assets", () => {
  test("are found by a selection that completes itself", async () => {
    const page = await visitor.open("/assets");
    await page.getByRole("table", { name: "Assets" }).getByRole("cell").first().waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("gr");
    const options = page.getByRole("listbox", { name: "Ways to go on" });
    await options.getByRole("option", { name: "group:" }).waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.keyboard.type("fli");
    await options.getByRole("option", { name: "flights" }).waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Tab");
    await expect.poll(() => new URL(page.url()).searchParams.get("sel")).toBe("group:flights");
    expect(await options.count()).toBe(0);
    await page.getByRole("link", { name: "flights/raw" }).waitFor();
    await page.keyboard.press("Control+a");
    await page.keyboard.type("status:(");
    await page.keyboard.press("Escape");
    await page.getByRole("status").getByText("status:(", { exact: true }).waitFor();
  });

  test("show their owners in full beside the filters", async () => {
    const page = await visitor.open("/assets");
    const owner = page.getByRole("cell", { name: "@flight-analytics", exact: true });
    await owner.first().waitFor();
    const cut = await owner.evaluateAll((cells) => cells.filter((cell) => cell.scrollWidth > cell.clientWidth).length);
    expect(cut).toBe(0);
  });

  test("are links: a click stays in the page, one with Ctrl opens a tab", async () => {
    const page = await visitor.open("/assets");
    const link = page.getByRole("link", { name: "flights/raw" });
    expect(await link.getAttribute("href")).toBe("/assets/flights/raw");
    const opened = page.context().waitForEvent("page");
    await link.click({ modifiers: ["ControlOrMeta"] });
    await (await opened).waitForURL("**/assets/flights/raw");
    await page.evaluate(() => Object.assign(window, { isSamePage: true }));
    await link.click();
    await page.getByRole("heading", { level: 1, name: "flights/raw" }).waitFor();
    expect(await page.evaluate(() => "isSamePage" in window)).toBe(true);
  });

  test("are marked by keyboard and materialized together", async () => {
    const page = await visitor.open("/assets?sel=group:flights");
    await page.getByRole("link", { name: "flights/raw" }).waitFor();
    for (const key of ["j", "x", "j", "j", "Shift+X"]) await page.keyboard.press(key);
    const bar = page.getByRole("toolbar", { name: "Selected assets" });
    await bar.getByText("3 assets selected").waitFor();
    await page.getByRole("checkbox", { name: "Select all assets" }).click();
    const all = await page.getByRole("checkbox", { name: /^Select flights\// }).count();
    await bar.getByText(`${all} assets selected`).waitFor();
    await page.keyboard.press("Escape");
    await bar.waitFor({ state: "detached" });
    await page.keyboard.press("x");
    await page.keyboard.press("m");
    await page.getByRole("dialog", { name: "Materialize" }).waitFor();
    expect(new URL(page.url()).searchParams.get("launch")).toMatch(/^key:flights\//u);
  });

  test("are paused together with a reason, say what they wait for, and are compared two by two", async () => {
    const page = await visitor.open("/assets?sel=group:flights&cols=status,expected");
    await page.getByRole("link", { name: "on condition" }).first().waitFor();
    await page.getByRole("checkbox", { name: "Select flights/clean" }).check();
    await page.getByRole("checkbox", { name: "Select flights/raw" }).check();
    const bar = page.getByRole("toolbar", { name: "Selected assets" });
    const switchAll = async (choice: "Pause" | "Resume"): Promise<void> => {
      await bar.getByRole("button", { name: "Automation" }).click();
      const dialog = page.getByRole("dialog", { name: "Automation of 2 assets" });
      await dialog.getByRole("radio", { name: choice }).check();
      await dialog.getByRole("textbox", { name: /^Reason/u }).fill("the source is being mended");
      await dialog.getByRole("button", { name: `${choice} 2 assets` }).click();
      await dialog.waitFor({ state: "detached" });
    };
    await switchAll("Pause");
    await page.getByText("The automation of 1 asset is off").waitFor();
    await page.getByText("1 has no condition").waitFor();
    await page.getByRole("link", { name: "paused" }).waitFor();
    await switchAll("Resume");
    await page.getByRole("link", { name: "paused" }).waitFor({ state: "detached" });
    await bar.getByRole("button", { name: "Compare" }).click();
    const compared = page.getByRole("dialog", { name: "Compare two assets" });
    await compared.getByRole("row", { name: /^Group flights flights$/u }).waitFor();
    await compared.getByRole("row", { name: /^Reads ?, differs .*flights\/raw/u }).waitFor();
    expect(await axeFaults(page)).toEqual([]);
  });

  test("are a tree of their keys, and a matrix of days, by address", async () => {
    const page = await visitor.open("/assets?view=tree");
    const flights = page.getByRole("button", { name: /^flights\// });
    await flights.waitFor();
    expect(await page.getByRole("link", { name: "flights/raw" }).count()).toBe(0);
    await flights.click();
    await page.getByRole("link", { name: "flights/raw" }).waitFor();
    expect(new URL(page.url()).searchParams.get("open")).toBe("flights/");
    await page.getByRole("radio", { name: "matrix" }).click();
    await page.getByRole("columnheader", { name: "The last 14 days" }).waitFor();
    await page.getByRole("radio", { name: "30 days" }).click();
    await page.getByRole("img", { name: /^flights\/raw, last 30 days: / }).waitFor();
    await page.reload();
    await page.getByRole("img", { name: /^flights\/raw, last 30 days: / }).waitFor();
  });

  test("show the columns that were chosen, and views of them are kept for everybody", async () => {
    const page = await visitor.open("/assets?sel=group:flights&cols=status,downstream");
    await page.getByRole("columnheader", { name: "Downstream" }).waitFor();
    expect(await page.getByRole("columnheader", { name: "Owners" }).count()).toBe(0);
    await page.getByRole("button", { name: "Columns" }).click();
    await page.getByRole("checkbox", { name: "Durations" }).check();
    await page.keyboard.press("Escape");
    await page.getByRole("columnheader", { name: "Durations" }).waitFor();
    await page.getByRole("columnheader", { name: "Downstream" }).getByRole("button").click();
    await expect.poll(() => new URL(page.url()).searchParams.get("sort")).toBe("downstream");
    const address = page.url();
    await page.getByRole("button", { name: "Views" }).click();
    await page.getByRole("textbox", { name: "Name of this view" }).fill("<b>Flights</b>");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByRole("link", { name: "<b>Flights</b>" }).waitFor();
    await page.goto("/assets");
    await page.getByRole("button", { name: "Views" }).click();
    await page.getByRole("link", { name: "<b>Flights</b>" }).click();
    await expect.poll(() => page.url()).toBe(address);
    await page.getByRole("button", { name: "Views" }).click();
    await page.getByRole("button", { name: "Delete the view <b>Flights</b>" }).click();
    await page.getByText("None yet.").waitFor();
  });

  test("an address that is misread says so, and the page works", async () => {
    const page = await visitor.open("/assets?view=cube&cols=weight&days=3");
    await page.getByText("Left out of the address").waitFor();
    await page.getByRole("link", { name: "flights/raw" }).waitFor();
    await page.getByRole("button", { name: "Dismiss" }).click();
    expect(await page.getByText("Left out of the address").count()).toBe(0);
  });
});
