import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { axeFaults } from "./support/axe.ts";
import { type Deployment, startProject } from "./support/deployment.ts";
import { registerForeignCode } from "./support/foreign-code.ts";
import { useVisitor } from "./support/visitor.ts";

const WORKSPACE = join(import.meta.dirname, "../../..");
const READERS = 2_000;
const LOAD_TIMEOUT_MS = 60_000;

/** One asset that all others read. */
const HUB = `import { asset, definitions } from "@heddle/core";

const events = asset({ key: "hub/events", materialize: () => 1 });
const readers = Array.from({ length: ${READERS} }, (_, i) =>
  asset({ key: "readers/reader_" + String(i).padStart(4, "0"), deps: { events }, materialize: ({ deps }) => deps.events }),
);

export default definitions({ assets: [events, ...readers] });
`;

let shop: Deployment | undefined;
beforeAll(async () => {
  const started = await startProject(WORKSPACE, { "src/definitions.ts": HUB });
  shop = started;
  // Each fits when it comes, and the two together make a circle.
  const register = (location: string, assets: Readonly<Record<string, readonly string[]>>) =>
    registerForeignCode(started, { workspace: WORKSPACE, location, assets });
  await register("till", {
    "till/sales": ["books/prices"],
    "till/days": [],
    "till/weeks": ["till/sales", "till/days"],
  });
  await register("books", { "books/prices": ["till/sales"] });
});
afterAll(() => shop?.stop());

const visitor = useVisitor(() => shop?.url ?? "");

describe("assets that depend on each other in a circle", () => {
  test("are drawn with all others, without the edge that closes it, which is named", async () => {
    const page = await visitor.open("/lineage?sel=group:till or group:books");
    const edges = page.getByRole("list", { name: "Edges that are not drawn" });
    await edges.getByText("books/prices → till/sales").or(edges.getByText("till/sales → books/prices")).waitFor();
    expect(await edges.getByRole("listitem").count()).toBe(1);
    for (const key of ["till/days", "till/sales", "till/weeks", "books/prices"]) {
      await page
        .getByRole("button", { name: new RegExp(key.replace("/", "/ ?"), "u") })
        .first()
        .waitFor();
    }
    expect(await axeFaults(page)).toEqual([]);
    await page.goto("/lineage?focus=till/sales");
    const panel = page.getByRole("complementary", { name: "Asset in focus" });
    await panel
      .getByRole("region", { name: "Upstream" })
      .getByRole("button", { name: /books\/prices/u })
      .waitFor();
    await panel
      .getByRole("region", { name: "Downstream" })
      .getByRole("button", { name: /books\/prices/u })
      .waitFor();
    await edges.waitFor();
    await page.goto("/assets/till/sales?tab=lineage");
    await page.getByText(/2 assets within/u).waitFor();
    await edges.waitFor();
    await page.goto("/assets/till/sales");
    await page.getByRole("heading", { level: 1, name: "till/sales" }).waitFor();
  });
});

describe("an asset that 2,000 others read", () => {
  test("is found, focused and walked from, and lists what reads it", { timeout: 180_000 }, async () => {
    const page = await visitor.open("/lineage?focus=hub/events");
    const panel = page.getByRole("complementary", { name: "Asset in focus" });
    const readers = panel.getByRole("region", { name: "Downstream" });
    await readers.getByRole("heading", { name: "Downstream 2,000" }).waitFor({ timeout: LOAD_TIMEOUT_MS });
    await page.getByText("0 assets up, 2,000 assets down").waitFor();
    expect(await readers.getByRole("listitem").count()).toBe(60);
    const rest = readers.getByText("and 1,940 more");
    await rest.scrollIntoViewIfNeeded();
    expect(await rest.isVisible()).toBe(true);
    await readers.getByRole("button", { name: /reader_0000/u }).scrollIntoViewIfNeeded();
    await readers.getByRole("button", { name: /reader_0003/u }).click();
    await page.getByText("1 asset up, 0 assets down").waitFor();
    await page.keyboard.press("0");
    expect(await axeFaults(page)).toEqual([]);
  });
});
