import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { heddle } from "./support/heddle.ts";

const cwd = mkdtempSync(join(tmpdir(), "heddle-cli-"));
afterAll(() => rmSync(cwd, { recursive: true }));

/** Writes the name of every package that is resolved to standard error. */
const TRACE = `data:text/javascript,
  import { registerHooks } from "node:module";
  import { writeSync } from "node:fs";
  registerHooks({ resolve: (name, context, next) => (/^[@a-z]/.test(name) && writeSync(2, name + ";"), next(name, context)) });`;

describe("help", () => {
  test("lists the commands and the exit codes", async () => {
    const { code, stdout } = await heddle(["--help"], { cwd });
    expect(code).toBe(0);
    for (const name of ["dev", "materialize", "backfill", "runs", "assets", "check", "doctor", "migrate"]) {
      expect(stdout).toMatch(new RegExp(`^  ${name}\\b`, "m"));
    }
    expect(stdout).toContain("Exit codes:");
  });

  test("loads nothing but the parser, so that it is quick", async () => {
    const { stderr } = await heddle(["--help"], { cwd, flags: ["--import", TRACE] });
    const packages = stderr.split(";").filter((name) => name !== "" && !/^(?:node|file):/.test(name));
    expect(new Set(packages)).toEqual(new Set(["@heddle/cli", "commander"]));
  });

  test("of a command has its options", async () => {
    const { code, stdout } = await heddle(["backfill", "--help"], { cwd });
    expect(code).toBe(0);
    expect(stdout).toContain("--partitions <text>");
  });

  test("is shown for a command that is not complete", async () => {
    const { code, stderr } = await heddle([], { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain("Usage: heddle [options] [command]");
  });

  test("the version is the package's", async () => {
    const { code, stdout } = await heddle(["--version"], { cwd });
    expect({ code, stdout }).toEqual({ code: 0, stdout: "0.1.0\n" });
  });
});

describe("what is called wrongly ends with 2 and says what was meant", () => {
  test.for<[args: string[], stderr: string]>([
    [["chekc"], "error CONFIG_INVALID: unknown command 'chekc'\n  hint: Did you mean check?\n"],
    [["runs", "lst"], "error CONFIG_INVALID: unknown command 'lst'\n  hint: Did you mean list?\n"],
    [["check", "--jsno"], "error CONFIG_INVALID: unknown option '--jsno'\n  hint: Did you mean --json?\n"],
    [
      ["materialize"],
      "error CONFIG_INVALID: missing required argument 'selection'\n  hint: `heddle --help` lists the commands, `heddle <command> --help` its options.\n",
    ],
    [
      ["materialize", "x", "--only", "new"],
      "error CONFIG_INVALID: --only new is not known\n  hint: Use missing, failed, stale, or several of them joined by commas.\n",
    ],
    [
      ["plan", "x", "--cascade", "upstream"],
      "error CONFIG_INVALID: --cascade upstream is not known\n  hint: Use one of self, upstream-missing, downstream.\n",
    ],
    [
      ["plan", "x", "--order", "random"],
      "error CONFIG_INVALID: --order random is not known\n  hint: Use one of oldest, newest.\n",
    ],
    [
      ["plan", "x", "--chunk", "0"],
      'error CONFIG_INVALID: --chunk is "0"\n  hint: It has to be a whole number from 1 to 1000000.\n',
    ],
    [
      ["plan", "x", "--overlap", "ignore"],
      "error CONFIG_INVALID: --overlap ignore is not known\n  hint: Use one of leave-out, wait, refuse.\n",
    ],
    [
      ["plan", "x", "--config", "[1]"],
      'error CONFIG_INVALID: --config is no object\n  hint: Write config by asset key: {"weather/raw": {"station": 7}}, or @file.json.\n',
    ],
    [
      ["backfill", "x", "--plan", "newest"],
      'error CONFIG_INVALID: --plan "newest" is not the hash of a plan\n  hint: Give what `heddle plan` prints, or its first 8 digits or more.\n',
    ],
    [
      ["backfill", "x", "--tag", "urgent"],
      'error CONFIG_INVALID: --tag "urgent" has no name and value\n  hint: Write it as name=value.\n',
    ],
    [
      ["backfill", "x", "--concurrency", "many"],
      'error CONFIG_INVALID: --concurrency is "many"\n  hint: It has to be a whole number from 1 to 10000.\n',
    ],
    [
      ["dev", "--port", "65536"],
      'error CONFIG_INVALID: --port is "65536"\n  hint: It has to be a whole number from 0 to 65535.\n',
    ],
  ])("heddle %s", async ([args, stderr]) => {
    expect(await heddle(args, { cwd })).toEqual({ code: 2, stdout: "", stderr });
  });

  test("HEDDLE_PORT is named when it cannot be a port", async () => {
    const { code, stderr } = await heddle(["dev"], { cwd, env: { HEDDLE_PORT: "http" } });
    expect(code).toBe(2);
    expect(stderr).toBe(
      'error CONFIG_INVALID: HEDDLE_PORT is "http"\n  hint: It has to be a whole number from 0 to 65535.\n',
    );
  });
});

describe("a directory without a project", () => {
  test.for(["check", "dev", "migrate", "runs", "assets"])("heddle %s ends with 3", async (command) => {
    const { code, stdout, stderr } = await heddle([command], { cwd });
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
    expect(stderr).toBe(
      `error CODE_LOCATION_NOT_FOUND: ${cwd} has no module with definitions (looked for src/definitions.ts, definitions.ts, src/definitions.js, definitions.js, heddle.ts)\n` +
        '  hint: Write `export default definitions({ assets: [] })` into src/definitions.ts, or name the module in package.json: {"heddle": {"definitions": "path/to/module.ts"}}.\n',
    );
  });

  test("a directory that is not there", async () => {
    const { code, stderr } = await heddle(["check", "--project", "nowhere"], { cwd });
    expect(code).toBe(3);
    expect(stderr).toContain(`error CODE_LOCATION_NOT_FOUND: there is no directory ${join(cwd, "nowhere")}\n`);
  });
});

test("--json makes one document of an error", async () => {
  const { code, stdout, stderr } = await heddle(["check", "--json"], { cwd });
  expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
  expect(JSON.parse(stderr)).toMatchObject({
    error: { code: "CODE_LOCATION_NOT_FOUND", message: expect.any(String), where: null, hint: expect.any(String) },
  });
});

test("--verbose adds the stack", async () => {
  const { stderr } = await heddle(["check", "--verbose"], { cwd });
  expect(stderr).toMatch(/^ {2}HeddleError: .*\n(?: {4,}at .*\n)+/m);
});
