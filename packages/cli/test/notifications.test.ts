import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { openDatabase, type Database } from "@heddle/storage";
import { findProject } from "@heddle/engine";
import { startDaemon, type Daemon } from "@heddle/engine/daemon";
import { createTestDatabase, type TestDatabase } from "@heddle/test-support";
import { afterAll, beforeAll, expect, test } from "vitest";
import { heddle, type HeddleResult } from "./support/heddle.ts";
import { createProject } from "./support/project.ts";

const DEFINITIONS = `
import { asset, definitions, notify, runFailed, slack, webhook } from "@heddle/core";

const report = asset({ key: "report", materialize: () => 1 });
export default definitions({
  assets: [report],
  notifications: [
    notify({ name: "alarm", on: runFailed(), to: webhook({ urlEnv: "ALARM_URL" }) }),
    notify({ name: "unset", on: runFailed(), to: slack({ urlEnv: "NOT_SET" }) }),
  ],
});
`;

const project = createProject("notifications", DEFINITIONS);
let database: TestDatabase;
let env: NodeJS.ProcessEnv;
let db: Database;
let daemon: Daemon | undefined;
let receiver: Server;
/** What the receiver answers, and the ids of what it was sent. */
let status = 204;
const heard: unknown[] = [];

beforeAll(async () => {
  receiver = createServer((request, response) => {
    request.resume().on("end", () => {
      heard.push(request.headers["webhook-id"]);
      response.writeHead(status).end("the channel is archived");
    });
  });
  await new Promise<void>((resolve) => {
    receiver.listen(0, "127.0.0.1", resolve);
  });
  database = await createTestDatabase();
  env = { DATABASE_URL: database.url };
  db = await openDatabase({ url: database.url, applicationName: "heddle-daemon" });
  const loaded = Promise.withResolvers<void>();
  // It listens on a port, so it has an address with one.
  const { port } = receiver.address() as AddressInfo;
  daemon = await startDaemon({
    db,
    log: { info() {}, warn() {}, error() {} },
    projects: [findProject(project.directory)],
    watch: false,
    notifications: { allowedHosts: ["127.0.0.1"], secrets: { ALARM_URL: `http://127.0.0.1:${port}/` } },
    onLoad: (_, error) => (error === undefined ? loaded.resolve() : loaded.reject(error)),
  });
  await loaded.promise;
});

afterAll(async () => {
  await daemon?.stop();
  receiver.closeAllConnections();
  receiver.close();
  await db[Symbol.asyncDispose]();
  project[Symbol.dispose]();
  await database[Symbol.asyncDispose]();
});

const run = (...args: string[]): Promise<HeddleResult> =>
  heddle(["notifications", ...args], { cwd: project.directory, env });
const documents = (text: string): Record<string, unknown>[] =>
  text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as Record<string, unknown>]));

test("what is declared is listed, and a test is delivered", async () => {
  const listed = await run();
  expect(listed).toMatchObject({ code: 0, stderr: "" });
  expect(listed.stdout).toMatch(/^alarm +runs that failed +webhook .*0 sent/mu);
  expect((await run("messages")).stdout).toBe("no messages\n");
  const tried = await run("test", "alarm");
  expect(tried).toMatchObject({ code: 0, stderr: "" });
  expect(tried.stdout).toMatch(/^\d+ +alarm +sent /u);
  expect(heard).toHaveLength(1);
});

test("one that is refused says why, is listed among the failed, and is sent again under its id when that is mended", async () => {
  status = 410;
  const refused = await run("test", "alarm");
  expect(refused.code).toBe(1);
  expect(refused.stdout).toContain("the receiver answered 410 the channel is archived");
  const [failed] = documents((await run("messages", "--failed", "--json")).stdout);
  expect(failed).toMatchObject({ notification: "alarm", state: "failed", attempts: 1, key: heard[1] });
  status = 204;
  const id = String(failed?.["id"]);
  expect((await run("retry", id)).stdout).toBe(`message ${id} is tried again\n`);
  await expect.poll(() => heard.length, { timeout: 30_000 }).toBe(3);
  expect(heard[2]).toBe(heard[1]);
  await expect
    .poll(async () => documents((await run("messages", "--json")).stdout).map(({ state }) => state), {
      timeout: 30_000,
    })
    .toEqual(["sent", "sent"]);
  expect((await run("retry", id)).stdout).toMatch(/is not tried again: it was delivered/u);
  expect((await run("retry")).stdout).toBe("no message has failed\n");
});

test("a variable that the daemon does not have, and a name that there is not, are told", async () => {
  const unset = await run("test", "unset");
  expect(unset.code).toBe(1);
  expect(unset.stdout).toContain("no environment variable NOT_SET");
  const unknown = await run("test", "alarn");
  expect(unknown.code).not.toBe(0);
  expect(unknown.stderr).toContain('"alarm"');
  expect((await run("retry", "999999")).stderr).toMatch(/^error /u);
});
