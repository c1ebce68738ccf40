import { readFile, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { axeFaults } from "./support/axe.ts";
import { type Deployment, startProject } from "./support/deployment.ts";
import { launch, runEnds } from "./support/runs.ts";
import { useVisitor } from "./support/visitor.ts";

const WORKSPACE = join(import.meta.dirname, "../../..");

const PROJECT = {
  "src/definitions.ts": `
import { asset, definitions, notify, runFailed, stepFailed, webhook } from "@heddle/core";

export const broken = asset({
  key: "shop/broken",
  pool: "warehouse",
  materialize: () => { throw new Error("the till is empty"); },
});

export default definitions({
  assets: [broken],
  pools: { warehouse: 2 },
  notifications: [
    notify({ name: "alarm", on: [runFailed(), stepFailed()], to: webhook({ urlEnv: "ALARM_URL" }), gatherMs: 0, minIntervalMs: 0 }),
    notify({ name: "unheard", on: runFailed(), to: webhook({ url: "https://127.0.0.1:9/alerts" }), gatherMs: 0 }),
  ],
});
`,
};

/** The project is bundled and loaded anew after a file was saved. */
const LOAD_TIMEOUT_MS = 60_000;

let receiver: Server;
const heard: string[] = [];
let shop: Deployment | undefined;
beforeAll(async () => {
  receiver = createServer((request, response) => {
    let body = "";
    request.on("data", (part: Buffer) => (body += part.toString()));
    request.on("end", () => {
      heard.push(body);
      response.end("ok");
    });
  });
  await new Promise<void>((resolve) => {
    receiver.listen(0, "127.0.0.1", resolve);
  });
  const address = receiver.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  process.env["ALARM_URL"] = `http://127.0.0.1:${port}/alarm`;
  process.env["HEDDLE_NOTIFY_ALLOW_HOSTS"] = `127.0.0.1:${port}`;
  shop = await startProject(WORKSPACE, PROJECT);
});
afterAll(async () => {
  await shop?.stop();
  delete process.env["ALARM_URL"];
  delete process.env["HEDDLE_NOTIFY_ALLOW_HOSTS"];
  receiver.close();
});

const visitor = useVisitor(() => shop?.url ?? "");

describe("a deployment", () => {
  test("shows its code, its processes and its settings", async () => {
    const page = await visitor.open("/deployment");
    await page.getByRole("heading", { level: 1, name: "Deployment" }).waitFor();
    await page.getByRole("list", { name: "Code locations" }).getByText("loaded", { exact: true }).waitFor();
    await page.getByRole("button", { name: /^Reload/u }).click();
    await page.getByText("is loaded again").waitFor();
    expect(await axeFaults(page)).toEqual([]);

    await page.getByRole("tab", { name: "Processes" }).click();
    await page.getByRole("table", { name: "Loops of the daemon" }).getByText("schedules and sensors").waitFor();
    await page.getByRole("table", { name: "Workers" }).getByText("alive").waitFor();
    expect(new URL(page.url()).searchParams.get("tab")).toBe("processes");
    expect(await axeFaults(page)).toEqual([]);

    await page.getByRole("tab", { name: "Settings" }).click();
    await page.getByRole("table", { name: "Retention" }).getByText("730 days").waitFor();
    expect(await axeFaults(page)).toEqual([]);
  });

  test("has pools that are set with a reason, which the audit log keeps", async () => {
    const page = await visitor.open("/deployment?tab=pools");
    await page.getByRole("button", { name: "Set the slots of warehouse" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Slots", { exact: true }).fill("1");
    await dialog.getByLabel(/^Reason/u).fill("the warehouse is being moved");
    expect(await axeFaults(page)).toEqual([]);
    await dialog.getByRole("button", { name: "Set slots" }).click();
    await page.getByRole("table", { name: "Pools" }).getByText("set by hand, declared 2").waitFor();

    await page.getByRole("tab", { name: "Audit log" }).click();
    const changes = page.getByRole("table", { name: "Changes" });
    const line = changes.getByRole("row").filter({ hasText: "pools.set" });
    await line.getByText("warehouse", { exact: true }).waitFor();
    expect(await line.textContent()).toContain("the warehouse is being moved");
    expect(await axeFaults(page)).toEqual([]);
    await page.getByRole("radio", { name: "Refused" }).click();
    await page.getByText("No change is left by these filters.").waitFor();
  });

  test("tells of a failed run, and says which message could not be delivered", async () => {
    const page = await visitor.open("/assets?launch=key:shop/broken");
    await launch(page, "Materialize 1 partition of 1 asset");
    const runPage = page.url();
    await runEnds(page, "failed");
    await page.goto(`${shop?.url ?? ""}/deployment?tab=notifications`);
    const messages = page.getByRole("table", { name: "Messages" });
    const undelivered = messages.getByRole("row").filter({ hasText: "unheard" });
    await undelivered.getByText("failed", { exact: true }).waitFor();
    expect(await undelivered.textContent()).toContain("which is not a public address");
    const delivered = messages.getByRole("row").filter({ hasText: "alarm" });
    await delivered.getByText("sent", { exact: true }).first().waitFor();
    expect(heard.join("\n")).toContain("the till is empty");
    expect(await axeFaults(page)).toEqual([]);

    await undelivered.getByRole("button", { name: /^Retry message/u }).click();
    await page.getByText("The message is tried again").waitFor();
    await page.getByRole("button", { name: "Test alarm" }).click();
    await messages.getByText("A test of the notification alarm.").waitFor();

    await page.goto(runPage);
    await page
      .getByText(/could not be delivered/u)
      .first()
      .waitFor();
  });

  test("tells on Home which code does not load, until it does again", { timeout: 180_000 }, async () => {
    const page = await visitor.open("/");
    const file = join(shop?.projectDirectory ?? "", "src/definitions.ts");
    const before = await readFile(file, "utf8");
    await writeFile(file, `throw new Error("the <b>key</b> of the till is lost");\n${before}`);
    const trouble = page.getByRole("list", { name: "Code that does not load" });
    await trouble.getByText("the <b>key</b> of the till is lost").waitFor({ timeout: LOAD_TIMEOUT_MS });
    await trouble.getByText(/^1 asset goes on with the version of/u).waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await trouble.getByRole("link", { name: /^Code of/u }).click();
    await page.getByRole("list", { name: "Code locations" }).getByText("does not load").waitFor();
    await page.goBack();
    await writeFile(file, before);
    await trouble.waitFor({ state: "detached", timeout: LOAD_TIMEOUT_MS });
  });
});

describe("what code reads and writes by", () => {
  const example = useVisitor();

  test("is listed with what takes it", async () => {
    const page = await example.open("/deployment?tab=resources");
    const resources = page.getByRole("table", { name: "Resources" });
    const line = resources.getByRole("row").filter({ hasText: "flights" });
    await line.getByText("src/assets/flights.ts:").waitFor();
    await page.getByRole("table", { name: "I/O managers" }).getByText("tables, with their columns").first().waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await line.getByRole("link", { name: "flights/raw" }).click();
    await page.waitForURL(/\/assets\/flights\/raw$/u);
  });
});
