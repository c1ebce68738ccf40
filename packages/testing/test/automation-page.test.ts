import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { eager, validateDefinitions, type Definitions } from "@heddle/core";
import { compileAutomation, snapshotDefinitions } from "@heddle/core/internal";
import { generateProject } from "@heddle/test-support/generated-project";
import { afterAll, expect, test } from "vitest";

const PAGE = readFileSync(new URL("../../../docs/automation.md", import.meta.url), "utf8");
const [, code = ""] = /```ts file=src\/definitions\.ts\n(.+?)```/su.exec(PAGE) ?? [];
const project = generateProject({
  name: "automation-page",
  within: import.meta.dirname,
  files: {
    "src/definitions.ts": code,
    "tsconfig.json": JSON.stringify({ extends: "../../../tsconfig.json", include: ["src"] }),
  },
});
afterAll(() => project[Symbol.dispose]());

const load = async (): Promise<{ readonly default: Definitions }> =>
  (await import(join(project.directory, "src", "definitions.ts"))) as { readonly default: Definitions };

test("the page's definitions compile, are valid, and can be evaluated", async () => {
  const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");
  expect(spawnSync(process.execPath, [tsc, "-p", project.directory], { encoding: "utf8" }).stdout).toBe("");
  const { default: declared } = await load();
  expect(validateDefinitions(declared)).toEqual([]);
  const { assets } = snapshotDefinitions(declared, { codeVersionOf: () => "1", projectDirectory: "/" });
  const { targets } = compileAutomation({ assets, version: "1" });
  expect(targets.map(({ asset, check }) => [asset.key, check?.name ?? null])).toEqual([
    ["shop/orders", null],
    ["shop/report", null],
    ["shop/archive", null],
    ["shop/dashboard", null],
  ]);
});

test("eager() has the parts that the page names, and no others", () => {
  const [, tree = ""] = /```text\neager\(\)\n(.+?)```/su.exec(PAGE) ?? [];
  const labels = new Set([...JSON.stringify(eager().spec).matchAll(/"label":"([^"]+)"/gu)].map(([, label]) => label));
  const named = tree
    .split("\n")
    .flatMap((line) => /^[├└│─ ]+(?:not )?([a-z ]+?) {1,}\S*[a-zA-Z]+(?:\(|:| last)/u.exec(line)?.[1] ?? []);
  expect(new Set(named)).toEqual(labels);
});
