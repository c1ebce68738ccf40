import { join } from "node:path";
import type { Page, Route } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { axeFaults } from "./support/axe.ts";
import { type Deployment, startProject } from "./support/deployment.ts";
import { useVisitor } from "./support/visitor.ts";

/** The pages that stand in the rail; each of them in the states that a new visitor or a bad day brings. */
const PLACES = ["/", "/assets", "/lineage", "/runs", "/backfills", "/automation", "/checks", "/deployment"];
/** Pages of one thing, with what they are made of. */
const THINGS = ["/assets/flights/raw", "/assets/flights/raw?tab=columns", "/checks/flights/raw?check=day_is_complete"];

const CATALOG_READ = /assets\.snapshot,assets\.status\?/;
const EVENTS = /events\.stream/;

describe("on a deployment with assets", () => {
  const visitor = useVisitor();

  test("everything is still to be read, and axe finds no fault", async () => {
    const page = await held(await visitor.open("/nowhere"), () => true);
    await page.goto("/assets", { waitUntil: "domcontentloaded" });
    await page.getByRole("status", { name: "Reading the assets" }).waitFor();
    expect(await axeFaults(page)).toEqual([]);
  });

  test.each([...PLACES, ...THINGS])("%s is still being read, and axe finds no fault", async (path) => {
    const page = await held(await visitor.open("/nowhere"), (url) => !CATALOG_READ.test(url) && !EVENTS.test(url));
    await page.goto(path, { waitUntil: "domcontentloaded" });
    await page.getByRole("main").getByRole("heading", { level: 1 }).first().waitFor({ state: "attached" });
    expect(await axeFaults(page)).toEqual([]);
  });

  test.each([...PLACES, ...THINGS])("%s could not be read, and axe finds no fault", async (path) => {
    const page = await visitor.open("/nowhere");
    await page.route(/\/api\/trpc\//, async (route) => {
      const url = route.request().url();
      if (CATALOG_READ.test(url) || EVENTS.test(url)) await route.continue();
      else await refuse(route);
    });
    await page.goto(path, { waitUntil: "domcontentloaded" });
    await page.getByRole("main").getByRole("heading", { level: 1 }).first().waitFor({ state: "attached" });
    // The lineage and the assets need no other call; elsewhere the page says what is wrong.
    if (path !== "/lineage" && path !== "/assets") {
      const alert = page.getByRole("main").getByRole("alert").filter({ hasText: "the disk is on fire" });
      await alert.first().waitFor();
    }
    expect(await axeFaults(page)).toEqual([]);
  });
});

describe("in a new project", () => {
  let deployment: Deployment | undefined;
  const visitor = useVisitor(() => deployment?.url ?? "");
  beforeAll(async () => {
    deployment = await startProject(join(import.meta.dirname, "../../.."), {
      "src/definitions.ts": `import { definitions } from "@heddle/core";\nexport default definitions({ assets: [] });\n`,
    });
  }, 90_000);
  afterAll(() => deployment?.stop());

  test.each(PLACES)("%s has nothing to show, and axe finds no fault", async (path) => {
    const page = await visitor.open(path);
    await page.getByRole("main").getByRole("heading", { level: 1 }).first().waitFor({ state: "attached" });
    await page.waitForLoadState("load");
    expect(await axeFaults(page)).toEqual([]);
  });
});

/** Holds requests back for as long as the page lives. */
async function held(page: Page, isHeld: (url: string) => boolean): Promise<Page> {
  await page.route(/\/api\/trpc\//, async (route) => {
    if (!isHeld(route.request().url())) await route.continue();
  });
  return page;
}

/** Answers as a server does where a procedure fails, one answer for each call of the batch. */
async function refuse(route: Route): Promise<void> {
  const { pathname } = new URL(route.request().url());
  const calls = pathname.slice("/api/trpc/".length).split(",");
  const answers = calls.map((path) => ({
    error: {
      message: "the disk is on fire",
      code: -32603,
      data: {
        code: "INTERNAL_SERVER_ERROR",
        httpStatus: 500,
        path,
        heddle: { code: "INTERNAL", message: "the disk is on fire", hint: null, correlationId: "c-1", details: {} },
      },
    },
  }));
  await route.fulfill({ status: 200, contentType: "application/json", body: JSON.stringify(answers) });
}
