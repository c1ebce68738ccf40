import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { generateProject } from "@heddle/test-support/generated-project";
import { expect, test } from "vitest";
import { DOCS_NAMES } from "./support/docs-names.ts";

const ROOT = new URL("../../../", import.meta.url);
const PAGES = [
  ...readdirSync(new URL("docs/", ROOT)).flatMap((name) => (name.endsWith(".md") ? [`docs/${name}`] : [])),
  ...["core", "cli", "io", "testing"].map((name) => `packages/${name}/README.md`),
];

const source = (path: string): string[] => [fileURLToPath(new URL(path, ROOT))];
/** What is no dependency of this package: itself, and the library of the reader's choice. */
const PATHS = {
  "@heddle/testing": source("packages/testing/src/index.ts"),
  "@heddle/testing/conformance": source("packages/testing/src/conformance.ts"),
  zod: source("packages/io/node_modules/zod/index.d.ts"),
};

/** What examples import from modules of the reader's, and what they use without a word. */
const ASIDE = {
  "src/names.d.ts": DOCS_NAMES,
  "src/code-versions/src/raw.ts": `import { asset } from "@heddle/core";
    export const raw = asset({ key: "raw", materialize: () => "text" });`,
  "src/columns-and-data/src/raw.ts": `import { asset } from "@heddle/core";
    export const flightsRaw = asset({ key: "flights/raw", materialize: () => [{ origin: "SEA", delay: 3 }] });
    export const airportsClean = asset({ key: "airports", materialize: () => [{ code: "SEA", state: "WA" }] });`,
  "src/io-managers/src/raw.ts": `import { asset } from "@heddle/core";
    import { date, float64, parquet, table, utf8 } from "@heddle/io/parquet";
    const schema = table({ day: date(), station: utf8(), tempMax: float64().nullable() });
    export const rawWeather = asset({ key: "weather/raw", io: parquet({ schema }), materialize: () => fetchRows() });`,
  // The README's project is the one that the package of tests speaks of.
  "src/packages-testing/src/definitions.ts": Object.values(readBlocks("README.md")).join(""),
};

/** The blocks of TypeScript on a page, by the paths of the modules that they are: `file=` names one, else it is its line. */
function readBlocks(page: string): Readonly<Record<string, string>> {
  const text = readFileSync(new URL(page, ROOT), "utf8");
  const folder = page.startsWith("docs/") ? basename(page, ".md") : dirname(page).replace("/", "-");
  return Object.fromEntries(
    [...text.matchAll(/^```ts(?: file=(\S+))?\n(.+?)^```/gmsu)].map(({ index, 1: file, 2: code = "" }) => {
      const line = text.slice(0, index).split("\n").length;
      return [`src/${folder}/${file ?? `src/line-${line}.ts`}`, code];
    }),
  );
}

test("every block of TypeScript in the documents compiles", () => {
  const blocks = Object.assign({}, ...PAGES.map((page) => readBlocks(page))) as Record<string, string>;
  expect(Object.keys(blocks).length).toBeGreaterThan(20);
  using project = generateProject({
    name: "docs-examples",
    within: import.meta.dirname,
    files: {
      ...blocks,
      ...ASIDE,
      "tsconfig.json": JSON.stringify({
        extends: "../../../tsconfig.json",
        compilerOptions: { noUnusedLocals: false, paths: PATHS },
        include: ["src"],
      }),
    },
  });
  const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");
  expect(spawnSync(process.execPath, [tsc, "-p", project.directory], { encoding: "utf8" }).stdout).toBe("");
}, 120_000);
