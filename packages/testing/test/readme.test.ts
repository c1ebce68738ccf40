import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { AnyAsset, Definitions } from "@heddle/core";
import { generateProject } from "@heddle/test-support/generated-project";
import { expect, it } from "vitest";
import { materializeInMemory } from "../src/index.ts";

const README = readFileSync(new URL("../../../README.md", import.meta.url), "utf8");

/** What the example exports. */
interface Example {
  readonly default: Definitions;
  readonly orders: AnyAsset;
  readonly revenue: AnyAsset;
}

it("the README's example compiles, and makes what it says", async () => {
  const [, code] = /```ts\n(.+?)```/su.exec(README) ?? [];
  expect(code).toContain("export default definitions(");
  using project = generateProject({
    name: "readme",
    within: import.meta.dirname,
    files: {
      "src/definitions.ts": code ?? "",
      "tsconfig.json": JSON.stringify({ extends: "../../../tsconfig.json", include: ["src"] }),
    },
  });

  const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");
  const compiled = spawnSync(process.execPath, [tsc, "-p", project.directory], { encoding: "utf8" });
  expect(compiled.stdout).toBe("");

  const example = (await import(join(project.directory, "src", "definitions.ts"))) as Example;
  const result = await materializeInMemory(example.default, {
    assets: [example.orders, example.revenue],
    partitions: "2026-01-01..2026-01-31",
  });
  result.assertOk();
  expect(result.checks.every(({ passed }) => passed)).toBe(true);
  expect(await result.value(example.revenue, "2026-01")).toEqual({ total: 31 * 3 * (9 + 14 + 21) });
});
