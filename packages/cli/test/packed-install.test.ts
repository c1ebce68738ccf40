import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startProgram } from "./support/heddle.ts";
import { leftOver } from "./support/processes.ts";
import { readSteps, TutorialSession } from "./support/tutorial.ts";

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const INSTALL_TIMEOUT_MS = 220_000;

let root: string;
let directory: string;
/** Without what this repository puts on the path, but with its Node. */
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  // Outside of the workspace, where nothing of it can be found by chance.
  root = await realpath(mkdtempSync(join(tmpdir(), "heddle-packed-")));
  directory = join(root, "shop");
  const path = [dirname(process.execPath), ...(process.env["PATH"] ?? "").split(delimiter)];
  env = {
    PATH: path.filter((part) => !part.startsWith(ROOT) || part === dirname(process.execPath)).join(delimiter),
    npm_config_update_notifier: "false",
    npm_config_loglevel: "error",
  };
  await run(process.execPath, [join(ROOT, "scripts", "new-project.mjs"), directory], {
    env: { ...process.env, ...env },
    timeout: INSTALL_TIMEOUT_MS,
  });
}, INSTALL_TIMEOUT_MS);

afterAll(() => rmSync(root, { recursive: true, force: true }));

const TEN_LINES = `import { asset, definitions } from "@heddle/core";

const numbers = asset({ key: "numbers", materialize: () => [1, 2, 3] });
const sum = asset({
  key: "sum",
  deps: { numbers },
  materialize: ({ deps }) => deps.numbers.reduce((a, b) => a + b, 0),
});

export default definitions({ assets: [numbers, sum] });
`;

test("a project of ten lines runs on the packed packages, outside of the workspace", async () => {
  expect(TEN_LINES.trim().split("\n")).toHaveLength(10);
  const definitions = join(directory, "definitions.ts");
  writeFileSync(definitions, TEN_LINES);
  const settings = { ...env, HEDDLE_PORT: "0" };
  await using dev = startProgram("npx", ["heddle", "dev"], { cwd: directory, env: settings });
  const [, address = ""] = await dev.printed(/^Heddle catalog: (http:\/\/127\.0\.0\.1:\d+)$/m);

  await using launched = startProgram("npx", ["heddle", "materialize", "+sum", "--json"], { cwd: directory, env });
  const { code, stdout, stderr } = await launched.result();
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(JSON.parse(stdout.trim().split("\n").at(-1) ?? "")).toMatchObject({ status: "success", total: 2 });

  const page = await (await fetch(address)).text();
  expect(page).toContain("<title>Heddle</title>");
  const [, script = ""] = /<script type="module"[^>]* src="([^"]+)"/.exec(page) ?? [];
  const loaded = await fetch(new URL(script, address));
  expect({ ok: loaded.ok, type: loaded.headers.get("content-type") }).toEqual({
    ok: true,
    type: "text/javascript; charset=utf-8",
  });
  const answer = await fetch(`${address}/api/trpc/assets.snapshot?input=%7B%7D`);
  expect(await answer.json()).toMatchObject({
    result: { data: { kind: "snapshot", keys: expect.arrayContaining(["numbers", "sum"]) } },
  });

  dev.signal("SIGINT");
  await dev.result();
  expect(dev.stdout()).toMatch(/^stopping …$/m);
  expect(await leftOver(directory)).toEqual([]);
  rmSync(definitions);
  rmSync(join(directory, ".heddle"), { recursive: true });
}, 120_000);

test("each step of docs/getting-started.md does what the page says", async () => {
  const page = readFileSync(join(ROOT, "docs", "getting-started.md"), "utf8");
  const steps = readSteps(page);
  expect(steps.filter(({ kind }) => kind === "command").length).toBeGreaterThan(10);
  const session = new TutorialSession({ directory, env: { ...env, HEDDLE_PORT: "0" } });
  await using _ended = session;
  for (const step of steps) await session.take(step);
  await session.stop();
  expect(await leftOver(directory)).toEqual([]);
}, 300_000);

test("nothing of the workspace is in the packages", () => {
  const scope = join(directory, "node_modules", "@heddle");
  for (const name of readdirSync(scope)) {
    const manifest = readFileSync(join(scope, name, "package.json"), "utf8");
    expect(manifest).not.toMatch(/workspace:|catalog:/);
    const files = readdirSync(join(scope, name), { recursive: true, encoding: "utf8" });
    expect(files.filter((file) => /\.test(?:-d)?\.|(?:^|\/)test\/|tsconfig|\.turbo/.test(file))).toEqual([]);
    expect(files).toEqual(expect.arrayContaining(["LICENSE", "README.md"]));
  }
});
