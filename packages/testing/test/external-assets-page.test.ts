import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { validateDefinitions, type Definitions } from "@heddle/core";
import { snapshotDefinitions } from "@heddle/core/internal";
import { generateProject } from "@heddle/test-support/generated-project";
import { afterAll, expect, test } from "vitest";

const PAGE = readFileSync(new URL("../../../docs/external-assets.md", import.meta.url), "utf8");
const [, code = ""] = /```ts file=src\/definitions\.ts\n(.+?)```/su.exec(PAGE) ?? [];
const project = generateProject({
  name: "external-assets-page",
  within: import.meta.dirname,
  files: {
    "src/definitions.ts": code,
    "tsconfig.json": JSON.stringify({ extends: "../../../tsconfig.json", include: ["src"] }),
  },
});
afterAll(() => project[Symbol.dispose]());

test("the page's definitions compile, are valid, and are observed as it says", async () => {
  const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");
  expect(spawnSync(process.execPath, [tsc, "-p", project.directory], { encoding: "utf8" }).stdout).toBe("");
  const loaded = (await import(join(project.directory, "src", "definitions.ts"))) as { readonly default: Definitions };
  expect(validateDefinitions(loaded.default)).toEqual([]);
  const { assets } = snapshotDefinitions(loaded.default, { codeVersionOf: () => "1", projectDirectory: "/" });
  expect(assets.map(({ key, kind, observed = false }) => [key, kind, observed])).toEqual([
    ["crm/customers", "external", true],
    ["partner/deliveries", "external", true],
    ["report", "asset", false],
  ]);
});
