import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchSearch } from "../src/features/launch/launch-search.ts";
import type { SearchParams } from "../src/search/search-schema.ts";
import { axeFaults } from "./support/axe.ts";
import { type Deployment, startProject } from "./support/deployment.ts";
import { EVERYTHING, everyPage } from "./support/pages.ts";
import { launch, runEnds } from "./support/runs.ts";
import { PAGE_TIMEOUT_MS, useVisitor } from "./support/visitor.ts";

let deployment: Deployment | undefined;
const visitor = useVisitor(() => deployment?.url ?? "");
const seeker = useVisitor(() => deployment?.url ?? "", { seeksUnknown: true });

beforeAll(async () => {
  deployment = await startProject(join(import.meta.dirname, "../../.."), EVERYTHING);
}, 90_000);
afterAll(() => deployment?.stop());

/** The first run of this deployment. */
const PAGES = everyPage(1);

test("something has been made that the pages can show", { timeout: 120_000 }, async () => {
  const page = await visitor.open("/assets?launch=key:shop/orders&parts=2024-01-01..2024-01-05");
  await launch(page, "Materialize 5 partitions of 1 asset");
  await runEnds(page, "success");
  expect(new URL(page.url()).pathname).toBe("/runs/1");
});

describe("an address that nobody has written", () => {
  test.each(PAGES.map(({ path, params }) => [path, params] as const))(
    "%s leaves out what it does not understand, says so, and goes on",
    async (path, params) => {
      for (const bad of inPieces(misread({ ...params, ...without(launchSearch.params, ["launch"]) }))) {
        const page = await visitor.open(withSearch(path, bad));
        const notice = page.getByRole("status").filter({ hasText: "Left out of the address" });
        await notice.waitFor();
        const told = await notice.locator("code").allTextContents();
        expect(told.map((text) => text.slice(0, text.indexOf("="))).toSorted()).toEqual(Object.keys(bad).toSorted());
        await expectWhole(page);
        await notice.getByRole("button", { name: "Dismiss" }).click();
        await notice.waitFor({ state: "detached" });
        await expectWhole(page);
        await page.context().close();
      }
    },
  );

  test.each(PAGES.map(({ path, params }) => [path, params] as const))(
    "%s takes any text where texts are taken, and is never blank",
    async (path, params) => {
      const texts = Object.keys(params).filter((name) => !path.includes(`${name}=`) && takesText(params[name]));
      for (const name of texts) {
        const page = await seeker.open(withSearch(path, { [name]: `)("*<b>\u202Eno\u0301where ${name}` }));
        await expectWhole(page);
        expect({ name, notices: await page.getByText("Left out of the address").count() }).toEqual({
          name,
          notices: 0,
        });
        await page.context().close();
      }
    },
  );

  test("a launch that cannot be read says what is wrong with it", async () => {
    const page = await visitor.open("/runs?launch=key:((&parts=nonsense&most=many");
    const dialog = page.getByRole("dialog", { name: "Materialize" });
    await dialog.locator("[aria-invalid=true]").first().waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    expect(new URL(page.url()).searchParams.get("launch")).toBeNull();
    await expectWhole(page);
  });
});

describe("what every page has", () => {
  test.each(PAGES)(
    "$path: link, command, help, filter, and reading anew",
    async ({ path, command, hasFilter, help }) => {
      const page = await visitor.open(path);
      await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
      const copied = (): Promise<string> => page.evaluate(() => navigator.clipboard.readText());
      await page.getByRole("button", { name: "Copy link to this view" }).click();
      await expect.poll(copied).toBe(page.url());
      await page.getByRole("button", { name: /^Copy as command/u }).click();
      await expect.poll(copied).toBe(command);

      await page.locator("body").focus();
      await page.keyboard.press("?");
      const dialog = page.getByRole("dialog", { name: "Keyboard" });
      await dialog.getByText("Read everything anew").waitFor();
      if (help !== undefined) await dialog.getByText(help, { exact: true }).waitFor();
      expect(await dialog.getByText("Filter").or(dialog.getByText("Find in the outline")).count()).toBe(
        hasFilter === true ? 1 : 0,
      );
      await page.keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });

      await page.keyboard.press("/");
      const inField = (): Promise<boolean> => page.evaluate(() => document.activeElement?.tagName === "INPUT");
      await expect.poll(inField).toBe(hasFilter === true);
      await page.evaluate(() => document.activeElement instanceof HTMLElement && document.activeElement.blur());
      const asked = page.waitForRequest(/\/api\/trpc\/(?!events)/u);
      await page.keyboard.press("r");
      await asked;
      await expectWhole(page);
    },
  );
});

describe("several assets at once", () => {
  test("are found by their tags, and reported by hand", async () => {
    const page = await visitor.open("/assets");
    const tags = page.getByRole("group", { name: "Tag" });
    await tags.getByRole("checkbox", { name: /^team=shop/u }).check();
    await expect.poll(() => new URL(page.url()).searchParams.get("tag")).toBe("team=shop");
    expect(await page.getByRole("link", { name: "shop/prices" }).count()).toBe(0);
    await page.getByRole("button", { name: "Copy as command: heddle assets list tag:team=shop" }).waitFor();
    await page.getByRole("checkbox", { name: "Select shop/orders" }).check();
    await tags.getByRole("checkbox", { name: /^team=shop/u }).uncheck();
    await page.getByRole("checkbox", { name: "Select shop/prices" }).check();
    await page.getByRole("toolbar", { name: "Selected assets" }).getByRole("button", { name: "Report" }).click();
    const dialog = page.getByRole("dialog", { name: "Report 2 assets" });
    expect(await axeFaults(page)).toEqual([]);
    await dialog.getByRole("textbox", { name: "Partitions" }).fill("2024-02-01..2024-02-03");
    await dialog.getByRole("button", { name: "Report 2 assets" }).click();
    await page.getByText("2 assets reported").waitFor();
    await dialog.waitFor({ state: "detached" });
    await page.goto("/runs?asset=shop/orders&partition=2024-02-02");
    await page
      .getByText(/report/u)
      .first()
      .waitFor();
  });
});

/** There is a page: a heading, something below it, and no fault of Heddle. */
async function expectWhole(page: Page): Promise<void> {
  await page.locator("main h1").first().waitFor({ state: "attached" });
  await expect
    .poll(async () => (await page.locator("main").innerText()).length, { timeout: PAGE_TIMEOUT_MS })
    .toBeGreaterThan(20);
  expect(await page.getByText("This page broke").count()).toBe(0);
}

const NONSENSE = "~nonsense~";

/** For every parameter a value that it does not take; those that take any text get one that is too long. */
function misread(params: SearchParams): Record<string, string> {
  return Object.fromEntries(
    Object.entries(params).flatMap(([name, { parse, expects }]) => {
      const most = Number(/text of up to (\d+)/u.exec(expects)?.[1] ?? 0);
      const bad = [NONSENSE, "x".repeat(most + 1)].find((value) => parse(value) === undefined);
      return bad === undefined ? [] : [[name, bad]];
    }),
  );
}

function takesText(param: SearchParams[string] | undefined): boolean {
  return param !== undefined && param.parse(NONSENSE) !== undefined;
}

/** Addresses that a server takes: it reads 16 KB at most. */
function inPieces(values: Record<string, string>): Record<string, string>[] {
  const pieces: Record<string, string>[] = [];
  let size = Infinity;
  for (const [name, value] of Object.entries(values)) {
    size += value.length;
    if (size > 9_000) {
      pieces.push({});
      size = value.length;
    }
    const piece = pieces.at(-1);
    if (piece !== undefined) piece[name] = value;
  }
  return pieces;
}

function without(params: SearchParams, names: readonly string[]): SearchParams {
  return Object.fromEntries(Object.entries(params).filter(([name]) => !names.includes(name)));
}

function withSearch(path: string, search: Readonly<Record<string, string>>): string {
  const own = new URL(path, "http://catalog");
  for (const [name, value] of Object.entries(search)) own.searchParams.set(name, value);
  return own.pathname + own.search;
}
