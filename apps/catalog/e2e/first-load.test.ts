import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { axeFaults } from "./support/axe.ts";
import { type Deployment, startProject } from "./support/deployment.ts";
import { expectSameDocument, markDocument } from "./support/runs.ts";
import { useVisitor } from "./support/visitor.ts";

const WORKSPACE = join(import.meta.dirname, "../../..");
const PLACES = ["/", "/assets", "/lineage"];
/** Bundling a project and reading it takes the longest on a busy machine. */
const LOAD_TIMEOUT_MS = 60_000;

const GOOD = `import { asset, definitions } from "@heddle/core";
export default definitions({ assets: [asset({ key: "shop/orders", materialize: () => 1 })] });
`;

let shop: Deployment | undefined;
afterEach(async () => {
  await shop?.stop();
  shop = undefined;
});

const visitor = useVisitor(() => shop?.url ?? "");

describe("a page that is opened before any code is in force", () => {
  test("says that it is being loaded, and shows it by itself", { timeout: 180_000 }, async () => {
    const gate = join(tmpdir(), `heddle-gate-${process.pid}-${Date.now()}`);
    shop = await startProject(WORKSPACE, {
      "src/definitions.ts": `import { existsSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
while (!existsSync(${JSON.stringify(gate)})) await setTimeout(100);
${GOOD}`,
    });
    const pages = await Promise.all(PLACES.map((path) => visitor.open(path)));
    for (const page of pages) {
      await page.getByText("Code is being loaded for the first time.").waitFor();
      await page.getByRole("button", { name: "loading code" }).waitFor();
      expect(await page.getByText("No assets are declared yet.").count()).toBe(0);
      expect(await axeFaults(page)).toEqual([]);
      await markDocument(page);
    }
    await writeFile(gate, "");
    const [home, assets, lineage] = pages;
    await assets?.getByRole("link", { name: "shop/orders" }).waitFor({ timeout: LOAD_TIMEOUT_MS });
    await home?.getByText("0 of 1 asset fresh").waitFor();
    await lineage?.getByRole("treeitem", { name: /orders/u }).waitFor();
    for (const page of pages) await expectSameDocument(page);
  });

  test("says what keeps it from loading, until it does", { timeout: 180_000 }, async () => {
    shop = await startProject(WORKSPACE, { "src/definitions.ts": `throw new Error("the till is <b>locked</b>");\n` });
    const page = await visitor.open("/assets");
    const broken = page.getByRole("list", { name: "Code that does not load" });
    await broken.getByText("the till is <b>locked</b>").waitFor({ timeout: LOAD_TIMEOUT_MS });
    expect(await axeFaults(page)).toEqual([]);
    await markDocument(page);
    await writeFile(join(shop.projectDirectory, "src/definitions.ts"), GOOD);
    await page.getByRole("link", { name: "shop/orders" }).waitFor({ timeout: LOAD_TIMEOUT_MS });
    await expectSameDocument(page);
  });
});
