import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { expectSameDocument, markDocument } from "./support/runs.ts";
import { useVisitor } from "./support/visitor.ts";

const visitor = useVisitor();

/** The project is bundled and loaded anew after a file was saved. */
const LOAD_TIMEOUT_MS = 30_000;

const definitions = join(inject("projectDirectory"), "src/definitions.ts");
const extra = join(inject("projectDirectory"), "src/assets/extra.ts");
let before = "";

beforeAll(async () => {
  before = await readFile(definitions, "utf8");
});
afterAll(async () => {
  await writeFile(definitions, before);
  await rm(extra, { force: true });
});

const GREETING = `import { asset } from "@heddle/core";

/** Made by a test. */
export const greeting = asset({ key: "extra/greeting", group: "extra", materialize: () => {} });
`;

test("an asset file appears without a restart, and a broken one is named with its line", async () => {
  const page = await visitor.open("/assets");
  await markDocument(page);

  await writeFile(extra, GREETING);
  await writeFile(
    definitions,
    `import { greeting } from "./assets/extra.ts";\n${before.replace("assets: [", "assets: [\n    greeting,")}`,
  );
  const table = page.getByRole("table", { name: "Assets" });
  await table.getByRole("link", { name: "extra/greeting" }).waitFor({ timeout: LOAD_TIMEOUT_MS });

  await writeFile(extra, `${GREETING}\nexport const broken = asset({\n`);
  const banner = page.getByRole("status").filter({ hasText: "does not load" });
  await banner.waitFor({ timeout: LOAD_TIMEOUT_MS });
  await banner.getByText(/^src\/assets\/extra\.ts:\d+$/u).waitFor();
  // The last good version stays in force.
  expect(await table.getByRole("link", { name: "extra/greeting" }).count()).toBe(1);
  await page.getByRole("button", { name: /1 problem/u }).click();
  await page.getByText("Still serving the version loaded").waitFor();
  await page.keyboard.press("Escape");

  await writeFile(extra, GREETING);
  await banner.waitFor({ state: "detached", timeout: LOAD_TIMEOUT_MS });
  await expectSameDocument(page);
});
