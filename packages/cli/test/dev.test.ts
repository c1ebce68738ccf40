import { createTestDatabase, type GeneratedProject } from "@heddle/test-support";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { heddle, startHeddle, type RunningHeddle } from "./support/heddle.ts";
import { leftOver, processesOf } from "./support/processes.ts";
import { createProject } from "./support/project.ts";

const DEFINITIONS = `
import { existsSync, writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { asset, definitions } from "@heddle/core";

const numbers = asset({ key: "numbers", materialize: () => [1, 2, 3] });
const patient = asset({
  key: "patient",
  async materialize({ signal }) {
    while (!existsSync("go-on")) await pause(50, undefined, { signal });
    return 1;
  },
});
const deaf = asset({
  key: "deaf",
  materialize() {
    writeFileSync("deaf-began", "");
    for (;;) continue;
  },
});
export default definitions({ assets: [numbers, patient, deaf] });
`;

const ADDRESS = /^Heddle catalog: (http:\/\/127\.0\.0\.1:(\d+))$/m;

/** Starts `heddle dev`; the catalog's files are the project's own, so that these tests need no built catalog. */
function startDev({ directory }: GeneratedProject, env: NodeJS.ProcessEnv = {}): RunningHeddle {
  const settings = { HEDDLE_PORT: "0", HEDDLE_CATALOG_DIR: join(directory, "catalog"), HEDDLE_PROCESSES: "1", ...env };
  return startHeddle(["dev"], { cwd: directory, env: settings });
}

/** Ends the process of `heddle dev` that the pattern finds, without asking it. */
function killProcess(directory: string, pattern: RegExp): void {
  const found = processesOf(directory).find(({ command }) => pattern.test(command));
  if (found === undefined) throw new Error(`no process matches ${String(pattern)}`);
  process.kill(found.pid, "SIGKILL");
}

describe("with nothing but a project", () => {
  test("it shows what is broken, recovers, starts what dies again, and goes on where it was", async () => {
    using project = createProject("developed", DEFINITIONS.replace("[1, 2, 3]", "[1, 2 3]"));
    const { directory } = project;
    const run = (...args: string[]) => heddle(args, { cwd: directory });
    let runId: string;
    {
      await using dev = startDev(project);
      const [, address = ""] = await dev.printed(ADDRESS);
      await dev.printed(/heddle dev goes on, and loads the project again when its files change/);
      expect(dev.stderr()).toBe(
        "error CODE_LOCATION_BUILD_FAILED: the code of developed does not build:\n" +
          '  src/definitions.ts:6:66: Expected "]" but found "3"\n' +
          "  hint: Correct the lines above; Heddle keeps the last good version until then.\n" +
          "heddle dev goes on, and loads the project again when its files change\n",
      );
      // There is no good version yet to go on with.
      const early = await run("materialize", "numbers");
      expect(early.code).toBe(1);
      expect(early.stderr).toContain("error CODE_LOCATION_BUILD_FAILED: ");
      project.write({ "src/definitions.ts": DEFINITIONS });
      await dev.printed(/^developed loads again$/m);
      expect(await run("materialize", "numbers", "--json")).toMatchObject({ code: 0, stderr: "" });
      const page = await fetch(address);
      expect(await page.text()).toContain("<title>Heddle</title>");

      expect(await run("dev")).toEqual({
        code: 3,
        stdout: "",
        stderr:
          `error PROCESS_ALREADY_RUNNING: heddle dev already serves ${directory} (process ${dev.child.pid}): ${address}\n` +
          "  hint: Open that address; other commands, such as heddle materialize, use it by themselves. Or stop it first.\n",
      });

      killProcess(directory, /daemon\/(?:dist|src)\/worker\.[jt]s/);
      await dev.printed(/^the worker died \(SIGKILL\); it is started again in 500 ms$/m);
      expect(await run("materialize", "numbers", "--json")).toMatchObject({ code: 0 });
      killProcess(directory, /bin\/postgres /);
      await dev.printed(
        /^the database died; it is started again\n(?:.*\n)*the database is back; nothing that was acknowledged is lost$/m,
      );
      expect(await run("materialize", "numbers", "--json")).toMatchObject({ code: 0 });

      const launched = await run("materialize", "patient", "--detach", "--json");
      runId = String(JSON.parse(launched.stdout.trim().split("\n").at(-1) ?? "").run);
      await expect
        .poll(async () => (await run("runs", "show", runId, "--json")).stdout, { timeout: 60_000, interval: 100 })
        .toContain('"running":1');
      dev.signal("SIGINT");
      const { code, stdout } = await dev.result();
      expect(code).toBe(0);
      expect(stdout).toMatch(/^stopping …$/m);
      expect(await leftOver(directory)).toEqual([]);
    }
    // The step that was handed back is taken up again.
    project.write({ "go-on": "" });
    await using again = startDev(project);
    await again.printed(ADDRESS);
    await expect
      .poll(async () => (await run("runs", "show", runId, "--json")).stdout, { timeout: 60_000, interval: 100 })
      .toContain('"status":"success"');
    again.signal("SIGINT");
    expect((await again.result()).code).toBe(0);
    expect(await leftOver(directory)).toEqual([]);
  }, 240_000);
});

describe("stopping", () => {
  test.for(["SIGTERM", "SIGHUP"] as const)("%s ends everything", async (signal) => {
    await using database = await createTestDatabase();
    using project = createProject("stopped", DEFINITIONS);
    await using dev = startDev(project, { DATABASE_URL: database.url });
    await dev.printed(ADDRESS);
    dev.signal(signal);
    expect((await dev.result()).code).toBe(0);
    expect(await leftOver(project.directory)).toEqual([]);
  });

  test("in the middle of its start", async () => {
    using project = createProject("hurried", DEFINITIONS);
    await using dev = startDev(project);
    // The socket on which it answers others is the first thing that it makes.
    await expect.poll(() => processesOf(project.directory).length, { timeout: 30_000, interval: 5 }).toBeGreaterThan(1);
    dev.signal("SIGINT");
    expect(await dev.result()).toMatchObject({ code: 0, stderr: "" });
    expect(await leftOver(project.directory)).toEqual([]);
  });

  test("twice does not wait for steps that go on", async () => {
    await using database = await createTestDatabase();
    using project = createProject("impatient", DEFINITIONS);
    await using dev = startDev(project, { DATABASE_URL: database.url });
    await dev.printed(ADDRESS);
    const env = { DATABASE_URL: database.url };
    expect(await heddle(["materialize", "deaf", "--detach"], { cwd: project.directory, env })).toMatchObject({
      code: 0,
    });
    const begun = /--max-old-space-size/;
    await expect
      .poll(() => processesOf(project.directory).some(({ command }) => begun.test(command)), { timeout: 60_000 })
      .toBe(true);
    dev.signal("SIGINT");
    await dev.printed(/stopping …/);
    dev.signal("SIGINT");
    expect((await dev.result()).code).toBe(130);
    expect(await leftOver(project.directory)).toEqual([]);
  });
});

describe("the port", () => {
  test("that was asked for and is taken is an error", async () => {
    await using database = await createTestDatabase();
    using project = createProject("crowded", DEFINITIONS);
    await using other = await occupy(0);
    const { code, stdout, stderr } = await startDev(project, {
      DATABASE_URL: database.url,
      HEDDLE_PORT: String(other.port),
    }).result();
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
    expect(stderr).toBe(
      `error CONFIG_PORT_TAKEN: port ${other.port} is in use on 127.0.0.1\n` +
        "  hint: Stop the other program, or choose another port with HEDDLE_PORT.\n",
    );
    expect(await leftOver(project.directory)).toEqual([]);
  });

  test("is the next free one from 4321 on when none was asked for", async () => {
    await using database = await createTestDatabase();
    using project = createProject("neighbourly", DEFINITIONS);
    // Somebody else's program on it does as well.
    await using _taken = await occupy(4321).catch(() => null);
    await using dev = startDev(project, { DATABASE_URL: database.url, HEDDLE_PORT: "" });
    const [, , port] = await dev.printed(ADDRESS);
    expect(Number(port)).toBeGreaterThan(4321);
    expect(Number(port)).toBeLessThanOrEqual(4341);
  });
});

test("a database that does not answer ends the start with 3", async () => {
  using project = createProject("unconnected", DEFINITIONS);
  const { code, stdout, stderr } = await startDev(project, {
    DATABASE_URL: "postgresql://ana:secret@127.0.0.1:1/heddle",
  }).result();
  expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
  expect(stderr).toMatch(
    /^error DATABASE_UNAVAILABLE: cannot connect to the database at 127\.0\.0\.1:1\/heddle: .*\n {2}hint: .*\n$/,
  );
});

async function occupy(port: number): Promise<{ readonly port: number } & AsyncDisposable> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    // A TCP server's address is an object.
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
