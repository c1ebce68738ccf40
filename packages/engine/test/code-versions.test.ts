import { generateProject } from "@heddle/test-support";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createBundler, loadDefinitions } from "../src/code-location/index.ts";
import { findProject } from "../src/index.ts";

/** Assets declared in many ways, in several modules. */
const FILES = {
  "src/definitions.ts": `
import { definitions } from "@heddle/core";
import cities, { both } from "./cities.ts";
import { raw, clean, lazy, stated } from "./assets.ts";
export default definitions({ assets: [raw, clean, lazy, stated, ...cities, ...both] });
`,
  "src/assets.ts": `
import { asset, dailyPartitions } from "@heddle/core";
import { sum } from "somewhere";
import { parse } from "./parse.ts";
import { limits } from "./limits.ts";
export const days = dailyPartitions({ start: "2024-01-01" });
// Made each night.
export const raw = asset({
  key: "raw",
  description: "As it comes",
  partitions: days,
  materialize: ({ partition }) => parse(partition.key),
});
export const clean = asset({
  key: "clean", partitions: days, deps: { raw },
  materialize({ deps }) {
    const { rows } = { rows: deps.raw.length };
    return sum(rows, limits.least);
  },
});
export const lazy = asset({ key: "lazy", materialize: async () => (await import("./lazy.ts")).make() });
export const stated = asset({ key: "stated", codeVersion: "7", materialize: () => parse("x") });
`,
  "src/parse.ts": `
export type Parsed = string[];
const separator = ",";
function even(n: number): boolean { return n === 0 || odd(n - 1); }
function odd(n: number): boolean { return n !== 0 && even(n - 1); }
export function parse(text: string): Parsed { return even(4) ? text.split(separator) : []; }
`,
  "src/limits.ts": `
export const limits = { least: 1 };
Object.assign(limits, { most: 2 });
`,
  "src/lazy.ts": `export const make = () => 1;\n`,
  "src/cities.ts": `
import { cityAsset } from "./city-asset.ts";
export default ["oslo", "rome"].map((city) => cityAsset(city));
export const both = [
  cityAsset("bern"),
  cityAsset("lima", { factor: 2 }),
];
`,
  "src/city-asset.ts": `
import { asset } from "@heddle/core";
import { Unit } from "./unit.ts";
export function cityAsset(city: string, { factor = 1 } = {}) {
  return asset({ key: \`city/\${city}\`, owners: ["ana"], materialize: () => ({ city, factor, unit: Unit.Metre }) });
}
`,
  "src/unit.ts": `export enum Unit { Metre, Foot }\n`,
  "node_modules/somewhere/package.json": JSON.stringify({
    name: "somewhere",
    version: "1.0.0",
    type: "module",
    main: "i.js",
  }),
  "node_modules/somewhere/i.js": `export const sum = (a, b) => a + b;`,
};

const project = generateProject({ name: "code-versions", within: import.meta.dirname, files: FILES });
afterAll(() => project[Symbol.dispose]());

async function readVersions(): Promise<ReadonlyMap<string, string>> {
  const found = findProject(project.directory);
  const bundler = await createBundler(found);
  try {
    const { assets } = await loadDefinitions(found, await bundler.build());
    return new Map(assets.map(({ key, codeVersion }) => [key, codeVersion]));
  } finally {
    await bundler.dispose();
  }
}

let before: ReadonlyMap<string, string>;
beforeAll(async () => {
  before = await readVersions();
});

const CITIES = ["city/bern", "city/lima", "city/oslo", "city/rome"];

/** Changes one file for a moment. @returns the assets that get another code version */
async function changedBy(file: keyof typeof FILES, from: string, to: string): Promise<string[]> {
  const text = FILES[file];
  expect(text).toContain(from);
  project.write({ [file]: text.replace(from, () => to) });
  try {
    const after = await readVersions();
    return [...after].flatMap(([key, version]) => (before.get(key) === version ? [] : [key])).toSorted();
  } finally {
    project.write({ [file]: text });
  }
}

describe("the code version of an asset", () => {
  it("is its own, unless one call declares several", () => {
    expect([...before.keys()].toSorted()).toEqual([
      "city/bern",
      "city/lima",
      "city/oslo",
      "city/rome",
      "clean",
      "lazy",
      "raw",
      "stated",
    ]);
    expect(before.get("city/oslo")).toBe(before.get("city/rome"));
    expect(new Set(before.values()).size).toBe(before.size - 1);
    expect(before.get("stated")).toBe("7");
  });

  it.each([
    ["comments", "src/assets.ts", "// Made each night.", "/* Made\n each day. */"],
    ["formatting", "src/assets.ts", "=> parse(partition.key)", "=>\n      parse(\n partition . key , )"],
    ["types", "src/parse.ts", "Parsed = string[]", "Parsed = readonly string[]"],
    ["a description", "src/assets.ts", "As it comes", "As it came"],
    ["the start of the partitions", "src/assets.ts", "2024-01-01", "2020-01-01"],
    ["who owns it", "src/city-asset.ts", `["ana"]`, `["ben", "eva"]`],
    ["code that nobody uses", "src/parse.ts", "const separator", "export const unused = 1; const separator"],
    [
      "a top-level name that another module has",
      "src/limits.ts",
      "export const limits",
      "const rows = 1, parse = 2;\nvoid (rows + parse);\nexport const limits",
    ],
  ] as const)("does not follow from %s", async (...[, file, from, to]) => {
    expect(await changedBy(file, from, to)).toEqual([]);
  });

  it("does not follow from names of local variables", async () => {
    expect(
      await changedBy(
        "src/assets.ts",
        "const { rows } = { rows: deps.raw.length };\n    return sum(rows,",
        "const { rows: count } = { rows: deps.raw.length };\n    return sum(count,",
      ),
    ).toEqual([]);
  });

  it.each([
    ["its function", "src/assets.ts", "sum(rows, limits.least)", "sum(rows, limits.least + 1)", ["clean"]],
    // What reads the asset has the data version of what it reads.
    ["a function that it calls", "src/parse.ts", "text.split", "text.trim().split", ["raw"]],
    ["a value far behind it", "src/parse.ts", `","`, `";"`, ["raw"]],
    ["one of two functions that call each other", "src/parse.ts", "n !== 0 && even", "n > 0 && even", ["raw"]],
    ["a value that a module assigns to", "src/limits.ts", "{ most: 2 }", "{ least: 2 }", ["clean"]],
    ["a module that is imported later", "src/lazy.ts", "=> 1", "=> 2", ["lazy"]],
    ["the function that declares it", "src/city-asset.ts", "({ city, factor,", "({ city, factor: -factor,", CITIES],
    ["an enum", "src/unit.ts", "Metre, Foot", "Foot, Metre", CITIES],
    ["the call that declares it", "src/cities.ts", "factor: 2", "factor: 3", ["city/lima"]],
    [
      "a list that its declarations are made from",
      "src/cities.ts",
      `["oslo", "rome"]`,
      `["rome", "oslo"]`,
      ["city/oslo", "city/rome"],
    ],
    ["the version of a package that it imports", "node_modules/somewhere/package.json", "1.0.0", "1.0.1", ["clean"]],
    ["what it reads", "src/assets.ts", "deps: { raw }", "deps: { raw, again: raw }", ["clean"]],
  ] as const)("follows from %s", async (...[, file, from, to, changed]) => {
    expect(await changedBy(file, from, to)).toEqual(changed);
  });

  it("is that of all the code when its declaration is nowhere in the bundle", async () => {
    const made = `import { asset } from "@heddle/core"; export const packaged = asset({ key: "packaged", materialize: () => 1 });`;
    project.write({
      "node_modules/somewhere/i.js": `${FILES["node_modules/somewhere/i.js"]}\n${made}`,
      "src/definitions.ts": FILES["src/definitions.ts"]
        .replace("assets: [", "assets: [packaged, ")
        .replace("import { raw", `import { packaged } from "somewhere";\nimport { raw`),
    });
    const { hash } = await buildOnce();
    expect((await readVersions()).get("packaged")).toBe(hash);
  });
});

async function buildOnce() {
  const bundler = await createBundler(findProject(project.directory));
  try {
    return await bundler.build();
  } finally {
    await bundler.dispose();
  }
}
