import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { validateDefinitions, type Definitions } from "@heddle/core";
import { snapshotDefinitions, TEMPLATE_FIELDS } from "@heddle/core/internal";
import { generateProject } from "@heddle/test-support/generated-project";
import { afterAll, expect, test } from "vitest";

const PAGE = readFileSync(new URL("../../../docs/notifications.md", import.meta.url), "utf8");
const [, code = ""] = /```ts file=src\/definitions\.ts\n(.+?)```/su.exec(PAGE) ?? [];
const project = generateProject({
  name: "notifications-page",
  within: import.meta.dirname,
  files: {
    "src/definitions.ts": code,
    "tsconfig.json": JSON.stringify({ extends: "../../../tsconfig.json", include: ["src"] }),
  },
});
afterAll(() => project[Symbol.dispose]());

test("the page's definitions compile and are valid", async () => {
  const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");
  expect(spawnSync(process.execPath, [tsc, "-p", project.directory], { encoding: "utf8" }).stdout).toBe("");
  const module = (await import(join(project.directory, "src", "definitions.ts"))) as { readonly default: Definitions };
  expect(validateDefinitions(module.default)).toEqual([]);
  const { notifications = [] } = snapshotDefinitions(module.default, {
    codeVersionOf: () => "1",
    projectDirectory: "/",
  });
  expect(notifications.map(({ name, to }) => [name, to.map(({ kind }) => kind)])).toEqual([
    ["alarm", ["slack", "webhook"]],
    ["changes", ["email"]],
  ]);
});

test("the page names every field of a template", () => {
  const named = [...PAGE.matchAll(/`\{\{(?<name>[a-z.]+)\}\}`/gu)].map(({ groups }) => groups?.["name"]);
  expect(new Set(named)).toEqual(new Set(Object.keys(TEMPLATE_FIELDS)));
});
