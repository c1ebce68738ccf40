import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Deployment, startProject } from "./support/deployment.ts";
import { launch, runEnds } from "./support/runs.ts";
import { useVisitor } from "./support/visitor.ts";

const WORKSPACE = join(import.meta.dirname, "../../..");
const READ_TIMEOUT_MS = 60_000;

/** A step that writes a million lines, and one that writes ten million characters without an end of line. */
const PROJECT: Readonly<Record<string, string>> = {
  "src/definitions.ts": `import { asset, definitions } from "@heddle/core";

const many = asset({
  key: "log/many",
  materialize({ log }) {
    for (let i = 1; i <= 1_000_000; i++) log.info("line " + i);
    return 1;
  },
});
const long = asset({
  key: "log/long",
  materialize() {
    console.log("0123456789".repeat(1_000_000));
    return 1;
  },
});

export default definitions({ assets: [many, long] });
`,
};

let shop: Deployment | undefined;
beforeAll(async () => {
  shop = await startProject(WORKSPACE, PROJECT);
});
afterAll(() => shop?.stop());

const visitor = useVisitor(() => shop?.url ?? "");

describe("the log of a step", () => {
  test("of a million lines shows what is kept and says that the rest is not", { timeout: 300_000 }, async () => {
    const page = await visitor.open("/assets?launch=key:log/many&tries=1");
    await launch(page, "Materialize 1 partition of 1 asset");
    await runEnds(page, "success");
    const run = new URL(page.url()).pathname;
    await page.goto(`${run}?tab=logs`);
    const log = page.getByRole("log", { name: "Log lines" });
    await log.getByText(/^\d+ more lines were dropped: a step keeps the first 20 MB of its log$/u).waitFor();
    const find = page.getByRole("textbox", { name: "Find in the logs" });
    await find.fill("line 54321");
    await log.getByText("line 54321", { exact: true }).waitFor({ timeout: READ_TIMEOUT_MS });
    await find.fill("nothing like it");
    await page.getByText(/^No line was written that fits/u).waitFor({ timeout: READ_TIMEOUT_MS });
    await find.fill("");
    for (const count of ["1,000", "1,500", "2,000"]) {
      await log.press("Home");
      await log.getByRole("button", { name: "Earlier lines" }).click();
      await page.getByText(new RegExp(`^${count} lines`, "u")).waitFor();
    }
    expect(await log.locator("[data-index]").count()).toBeLessThan(200);
    await log.press("End");
    await log.getByText(/more lines were dropped/u).waitFor();
  });

  test("of one line of 10 MB shows its beginning and gives all that is kept", { timeout: 180_000 }, async () => {
    const page = await visitor.open("/assets?launch=key:log/long&tries=1");
    await launch(page, "Materialize 1 partition of 1 asset");
    await runEnds(page, "success");
    await page.goto(`${new URL(page.url()).pathname}?tab=logs`);
    const log = page.getByRole("log", { name: "Log lines" });
    await page.getByText(/^153 lines/u).waitFor();
    await log.press("Home");
    const all = log.getByRole("button", { name: "download all 10 MB" });
    await all.waitFor({ timeout: READ_TIMEOUT_MS });
    await log.getByRole("button", { name: "… show 14,384 more" }).click();
    await log.getByRole("button", { name: "… show 14,384 more" }).waitFor({ state: "detached" });
    const [download] = await Promise.all([page.waitForEvent("download"), all.click()]);
    let bytes = 0;
    for await (const chunk of await download.createReadStream()) bytes += Buffer.byteLength(chunk);
    expect(bytes).toBe(10_000_000);
  });
});
