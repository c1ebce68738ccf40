import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { generateProject } from "@heddle/test-support/generated-project";
import { afterAll, expect, test } from "vitest";

const PAGE = readFileSync(new URL("../../../docs/custom-io-managers.md", import.meta.url), "utf8");

/** The page's files, by their path. */
const files = Object.fromEntries(
  [...PAGE.matchAll(/```ts file=(?<path>\S+)\n(?<code>.+?)```/gsu)].map(({ groups }) => [
    groups?.["path"] ?? "",
    groups?.["code"] ?? "",
  ]),
);
const project = generateProject({
  name: "custom-io-managers",
  // A package that depends on this one, as a user's project does.
  within: join(import.meta.dirname, "../../../assets-example/test"),
  files: {
    ...files,
    "tsconfig.json": JSON.stringify({ extends: "../../../tsconfig.json", include: ["src"] }),
  },
});
afterAll(() => project[Symbol.dispose]());

test("the page's I/O manager compiles", () => {
  expect(Object.keys(files)).toEqual(["src/gzip-json.ts", "src/gzip-json.test.ts"]);
  const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");
  expect(spawnSync(process.execPath, [tsc, "-p", project.directory], { encoding: "utf8" }).stdout).toBe("");
});

// Its tests become tests of this file.
await import(join(project.directory, "src", "gzip-json.test.ts"));
