import { createTestDatabase } from "@heddle/test-support";
import { join } from "node:path";
import { expect, test } from "vitest";
import { heddle, startHeddle, type RunningHeddle } from "./support/heddle.ts";
import { leftOver, processesOf } from "./support/processes.ts";
import { createProject } from "./support/project.ts";

const DEFINITIONS = `
import { asset, definitions } from "@heddle/core";
const numbers = asset({ key: "numbers", materialize: () => [1, 2, 3] });
export default definitions({ assets: [numbers] });
`;
const READY = /^(server|daemon|worker)[a-z, ]* of started on /m;

test("the processes are started apart from each other, know the code that there was, and stop in order", async () => {
  await using database = await createTestDatabase();
  using project = createProject("started", DEFINITIONS);
  const { directory } = project;
  const env = { DATABASE_URL: database.url, HEDDLE_PROCESSES: "1" };
  const start = (...names: string[]): RunningHeddle =>
    startHeddle(["start", ...names], {
      cwd: directory,
      env: { ...env, HEDDLE_PORT: "0", HEDDLE_CATALOG_DIR: join(directory, "catalog") },
    });
  const run = (...args: string[]) => heddle(args, { cwd: directory, env });

  await using server = start("server");
  const [, address = ""] = await server.printed(/^Heddle catalog: (http:\/\/127\.0\.0\.1:\d+)$/m);
  expect(await (await fetch(address)).text()).toContain("<title>Heddle</title>");
  await using worker = start("worker");
  await worker.printed(READY);
  {
    await using daemon = start("daemon");
    await daemon.printed(READY);
    expect(await run("materialize", "numbers", "--json")).toMatchObject({ code: 0, stderr: "" });
    // The command found everything running: it started nothing of its own.
    expect(processesOf(directory).filter(({ command }) => /worker\.[jt]s/.test(command))).toHaveLength(1);

    project.write({ "src/definitions.ts": DEFINITIONS.replace('"numbers"', '"figures"') });
    expect(await run("materialize", "figures")).toMatchObject({ code: 2 });
    daemon.signal("SIGTERM");
    expect(await daemon.result()).toMatchObject({ code: 0, stderr: "" });
  }
  await using next = start("daemon");
  await next.printed(READY);
  await expect.poll(async () => (await run("materialize", "figures")).code, { timeout: 60_000, interval: 200 }).toBe(0);

  for (const one of [server, worker, next]) one.signal("SIGINT");
  for (const one of [server, worker, next]) expect(await one.result()).toMatchObject({ code: 0, stderr: "" });
  expect(await leftOver(directory)).toEqual([]);
}, 180_000);

test("a process that there is not, and a port that is taken, are told", async () => {
  await using database = await createTestDatabase();
  using project = createProject("refused", DEFINITIONS);
  const { directory } = project;
  const options = {
    cwd: directory,
    env: { DATABASE_URL: database.url, HEDDLE_CATALOG_DIR: join(directory, "catalog") },
  };
  expect(await heddle(["start", "sever"], options)).toEqual({
    code: 2,
    stdout: "",
    stderr:
      'error CONFIG_INVALID: there is no process "sever"\n' +
      "  hint: Name server, daemon, worker, or none for all of them.\n",
  });

  await using first = startHeddle(["start", "server", "--port", "0", "--json"], options);
  const [line = ""] = await first.printed(/^\{.*"event":"ready".*$/m);
  const { address } = JSON.parse(line) as { address: string };
  const second = await heddle(["start", "server", "--port", new URL(address).port], options);
  expect(second).toMatchObject({ code: 3, stdout: "", stderr: expect.stringContaining("CONFIG_PORT_TAKEN") });
  first.signal("SIGINT");
  expect((await first.result()).code).toBe(0);
}, 120_000);
