import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Definitions } from "@heddle/core";
import { BUCKET_START_MS, createTestBucket, type TestBucket } from "@heddle/test-support";
import { generateProject, type GeneratedProject } from "@heddle/test-support/generated-project";
import { afterAll, beforeAll, expect, test } from "vitest";
import { materializeInMemory, type InMemoryResult } from "../src/index.ts";
import { createWarehouse, type Warehouse } from "./support/warehouse.ts";

// The example as it is, but for the one line that says where everything lies.

const EXAMPLE = join(import.meta.dirname, "../../../assets-example");
const LINE = "export const { storage, tableOf, documents } = inStore();";
/** A part that has tables with and without partitions, one of them a join, and documents. */
const MADE = ["airports/raw", "airports/clean", "birdstrikes/raw", "birdstrikes/clean", "birdstrikes/by_airport"];

const projects: GeneratedProject[] = [];
let directory: string;
let bucket: TestBucket;
let warehouse: Warehouse;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "heddle-example-"));
  [bucket, warehouse] = await Promise.all([createTestBucket(), createWarehouse()]);
}, BUCKET_START_MS);
afterAll(async () => {
  for (const project of projects) project[Symbol.dispose]();
  await warehouse[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

/** Loads the example with another line. */
async function load(line: string, imports: string): Promise<Definitions> {
  const files = Object.fromEntries(
    readdirSync(join(EXAMPLE, "src"), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => [`src/${name}`, readFileSync(join(EXAMPLE, "src", name), "utf8")]),
  );
  const io = files["src/io.ts"] ?? "";
  expect(io).toContain(LINE);
  files["src/io.ts"] = `${imports}\n${io.replace(LINE, line)}`;
  const project = generateProject({ name: "example", within: join(EXAMPLE, "test"), files });
  projects.push(project);
  const module = (await import(join(project.directory, "src", "definitions.ts"))) as { readonly default: Definitions };
  return module.default;
}

/** Every value that was made, by asset and partition. */
async function make(definitions: Definitions): Promise<Record<string, unknown>> {
  const assets = MADE.flatMap((key) => {
    const asset = definitions.assets.get(key);
    return asset?.kind === "asset" ? [asset] : [];
  });
  expect(assets).toHaveLength(MADE.length);
  const result = await materializeInMemory(definitions, { assets });
  result.assertOk();
  const values: Record<string, unknown> = {};
  for (const asset of assets) {
    for (const key of result.materialized(asset)) values[`${asset.key} ${key}`] = await valueOf(result, asset, key);
  }
  return values;
}

function valueOf(result: InMemoryResult, asset: Parameters<InMemoryResult["value"]>[0], key: string): Promise<unknown> {
  return key === "" ? result.value(asset) : result.value(asset, key);
}

test("the example makes the same values in files, in S3 and in PostgreSQL", async () => {
  const inFiles = await make(
    await load(
      `export const { storage, tableOf, documents } = inStore(filesystemStore({ directory: ${JSON.stringify(directory)} }));`,
      'import { filesystemStore } from "@heddle/io/filesystem";',
    ),
  );
  expect(Object.keys(inFiles).length).toBeGreaterThan(20);
  expect(readdirSync(directory).toSorted()).toEqual(["airports", "birdstrikes"]);

  const s3Options = JSON.stringify({ ...bucket, prefix: "example" });
  const inS3 = await make(
    await load(
      `export const { storage, tableOf, documents } = inStore(s3Store(${s3Options}));`,
      'import { s3Store } from "@heddle/io/s3";',
    ),
  );
  expect(inS3).toEqual(inFiles);

  const inPostgres = await make(
    await load(
      `export const { storage, tableOf, documents } = inPostgres({ url: ${JSON.stringify(warehouse.url)} });`,
      'import { inPostgres } from "./storage-choices.ts";',
    ),
  );
  expect(inPostgres).toEqual(inFiles);
  // And anybody can query them.
  const [row] = await warehouse.query("select count(*)::integer as count from birdstrikes.by_airport");
  expect(row?.["count"]).toBe((inFiles["birdstrikes/by_airport "] as unknown[]).length);
}, 240_000);
