import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { axeFaults } from "./support/axe.ts";
import { type Deployment, startExample } from "./support/deployment.ts";
import { RUN_TIMEOUT_MS } from "./support/runs.ts";
import { useVisitor } from "./support/visitor.ts";

let example: Deployment | undefined;
beforeAll(async () => {
  example = await startExample(join(import.meta.dirname, "../../.."));
});
afterAll(() => example?.stop());

const visitor = useVisitor(() => example?.url ?? "");

const open = (page: Page, path: string) => page.goto(`${example?.url ?? ""}${path}`);

test(
  "an external asset is looked at from its page, which shows the version that was seen",
  { timeout: 2 * RUN_TIMEOUT_MS },
  async () => {
    const page = await visitor.open("/assets/source/birdstrikes");
    const main = page.getByRole("main");
    await main.getByText("Heddle observes this asset, and has not looked at it yet.").waitFor();
    await main.getByText("when somebody asks").waitFor();
    await main.getByRole("button", { name: "Observe" }).click();
    await main.getByText(/it last saw other data at/u).waitFor({ timeout: RUN_TIMEOUT_MS });
    await main.getByText("Data version").waitFor();
    await main.getByText("bytes").first().waitFor();
    expect(await axeFaults(page)).toEqual([]);

    // Again: the run finds that there is nothing new, and the version stays.
    await main.getByRole("button", { name: "Observe" }).click();
    await open(page, "/assets/source/birdstrikes?tab=runs");
    await expect.poll(() => page.getByRole("table").getByRole("row").count(), { timeout: RUN_TIMEOUT_MS }).toBe(3);
    expect(await axeFaults(page)).toEqual([]);
  },
);
