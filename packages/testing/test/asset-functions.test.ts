import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { AnyAsset, Definitions } from "@heddle/core";
import { generateProject } from "@heddle/test-support/generated-project";
import { expect, it } from "vitest";
import { materializeInMemory } from "../src/index.ts";

const PAGE = readFileSync(new URL("../../../docs/asset-functions.md", import.meta.url), "utf8");

/** What the example exports. */
interface Example {
  readonly default: Definitions;
  readonly raw: AnyAsset;
  readonly month: AnyAsset;
}

it("the page's example of many partitions compiles, and makes what it says", async () => {
  const [, code = ""] = /```ts file=src\/definitions\.ts\n(.+?)```/su.exec(PAGE) ?? [];
  expect(code).toContain("deps.stream.concat()");
  using project = generateProject({
    name: "asset-functions",
    within: import.meta.dirname,
    files: {
      "src/definitions.ts": code,
      "tsconfig.json": JSON.stringify({ extends: "../../../tsconfig.json", include: ["src"] }),
    },
  });

  const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");
  const compiled = spawnSync(process.execPath, [tsc, "-p", project.directory], { encoding: "utf8" });
  expect(compiled.stdout).toBe("");

  const example = (await import(join(project.directory, "src", "definitions.ts"))) as Example;
  const result = await materializeInMemory(example.default, {
    assets: [example.raw, example.month],
    partitions: "2026-01-01..2026-01-31",
  });
  result.assertOk();
  // From 10 to 40 degrees, of which eleven days are hot.
  expect(await result.value(example.month, "2026-01")).toEqual({ rows: 62, most: 40, hot: 11, stations: 2 });
});
