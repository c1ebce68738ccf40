import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { axeFaults } from "./support/axe.ts";
import { type Deployment, startExample } from "./support/deployment.ts";
import { launch, RUN_TIMEOUT_MS, runEnds } from "./support/runs.ts";
import { useVisitor } from "./support/visitor.ts";

const WORKSPACE = join(import.meta.dirname, "../../..");

let example: Deployment | undefined;
beforeAll(async () => {
  example = await startExample(WORKSPACE);
});
afterAll(() => example?.stop());

const visitor = useVisitor(() => example?.url ?? "");

const open = (page: Page, path: string) => page.goto(`${example?.url ?? ""}${path}`);

/** The project is bundled and loaded anew after a file was saved. */
const LOAD_TIMEOUT_MS = 60_000;

/** The version of the project that is in force. */
const codeVersion = (page: Page): Promise<string> =>
  page.evaluate(async () => {
    const answer = await fetch("/api/trpc/deployment.get");
    return /"codeVersion":"[^"]*"/u.exec(await answer.text())?.[0] ?? "";
  });

test(
  "a source partition has other data: exactly what reads it follows, and the catalog says why, and why not",
  { timeout: 4 * RUN_TIMEOUT_MS },
  async () => {
    const page = await visitor.open("/assets?launch=group:birdstrikes%20or%20group:airports");
    await launch(page, "Materialize 29 partitions of 5 assets");
    await runEnds(page, "success");

    // The year 1995 is corrected in the source: it has a report less.
    const path = join(example?.projectDirectory ?? "", "src/assets/birdstrikes.ts");
    const source = await readFile(path, "utf8");
    const corrected = source.replace(
      "const rows = records\n",
      'const rows = records\n      .filter((_, row) => partition.key !== "1995" || row % 2 === 0)\n',
    );
    expect(corrected).not.toBe(source);
    const loaded = await codeVersion(page);
    await writeFile(path, corrected);
    await expect.poll(() => codeVersion(page), { timeout: LOAD_TIMEOUT_MS }).not.toBe(loaded);
    await open(page, "/assets?launch=key:birdstrikes/raw&parts=1995");
    await launch(page, "Materialize 1 partition of 1 asset");
    await runEnds(page, "success");

    await open(page, "/automation?kind=condition&text=birdstrikes");
    const row = page.getByRole("row").filter({ hasText: "birdstrikes/clean" });
    await row.getByRole("link", { name: /^run \d+$/u }).waitFor({ timeout: RUN_TIMEOUT_MS });
    expect(await axeFaults(page)).toEqual([]);
    await row.getByRole("link", { name: "birdstrikes/clean" }).click();
    await page.getByRole("heading", { level: 1, name: "birdstrikes/clean" }).waitFor();
    const evaluations = page.getByRole("list", { name: "Evaluations" });
    await evaluations.getByText("requested 1 partition: 1995").waitFor();

    // The evaluation as it was: the tree is walked by keys.
    await evaluations.getByRole("button", { expanded: false }).first().click();
    const tree = page.getByRole("tree", { name: "The condition as it was evaluated" });
    await tree.getByRole("treeitem", { name: /^kept fresh.*holds for some.*1 of 13: 1995/u }).press("ArrowDown");
    await tree.getByRole("treeitem").nth(1).press("ArrowUp");
    expect(
      await tree.getByRole("treeitem", { name: /^kept fresh/u }).evaluate((item) => item === document.activeElement),
    ).toBe(true);
    expect(await axeFaults(page)).toEqual([]);

    // Why did 1996 not run? The part that keeps it from running is named.
    const why = page.getByRole("region", { name: "Why, and why not?" });
    await why.getByRole("textbox").fill("1996");
    await why.getByRole("link", { name: "1996", exact: true }).first().waitFor();
    await why.getByText("not requested", { exact: true }).waitFor();
    await why.getByText("an evaluation now would not request it").waitFor();
    await why.getByRole("treeitem", { name: /does not hold ?, the first part that does not/u }).waitFor();
    expect(new URL(page.url()).searchParams.get("partition")).toBe("1996");

    // One run made both, and nothing else.
    await evaluations.getByRole("link", { name: /^run \d+$/u }).click();
    await runEnds(page, "success");
    await page.getByText(/^2 of 2 steps$/u).waitFor();
    await page.getByRole("main").getByText("birdstrikes/by_airport").first().waitFor();
    await open(page, "/runs");
    await page.getByRole("table", { name: "Runs" }).getByRole("row").nth(3).waitFor();
    expect(await page.getByRole("table", { name: "Runs" }).getByRole("row").count()).toBe(1 + 3);

    await open(page, "/assets/birdstrikes/clean?tab=automation");
    await page.getByRole("list", { name: "Evaluations" }).getByText("requested 1 partition: 1995").waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await open(page, "/automation");
    await page.getByRole("button", { name: "What if now?" }).click();
    await page.getByRole("dialog").getByText("Nothing: everything is as its condition wants it.").waitFor();

    // What was corrected is told line by line.
    await open(page, "/assets/birdstrikes/raw?tab=changes");
    const changes = page.getByRole("list", { name: "Changes of the definition" });
    await changes.getByRole("button", { name: "Lines that came and went", expanded: false }).first().click();
    const lines = page.getByRole("region", { name: "Lines of src/assets/birdstrikes.ts" });
    await lines.getByText(/^now: .*partition\.key !== "1995"/u).waitFor();
    expect(await lines.getByText(/^before: /u).count()).toBe(0);
    expect(await axeFaults(page)).toEqual([]);
  },
);

test("a condition says what is declared of the runs that it asks for", async () => {
  const page = await visitor.open("/assets/source/weather?tab=automation");
  const runs = page.getByText(/^Its runs /u);
  await expect.poll(() => runs.textContent()).toBe("Its runs take at most 10 m or are canceled.");
});
