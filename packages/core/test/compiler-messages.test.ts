import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

/** What a user may get wrong, one declaration each, with what the compiler has to say about it. */
const MISTAKES: readonly { readonly code: string; readonly says: string }[] = [
  {
    code: `asset({ key: "x", materialize: () => ({ rows: [{ at: new Date() }] }) })`,
    says: "This value cannot be stored as JSON: value.rows[].at is a Date. Return plain JSON, or give the asset an I/O manager for it.",
  },
  {
    code: `asset({ key: "x", materialize: async () => (await fetch("https://example.com")).json() as Promise<unknown> })`,
    says: "value is of type unknown (parse it, or say what it is)",
  },
  {
    code: `asset({ key: "x", partitions: days, chunk: 5, materialize: () => ({ n: 1 }) })`,
    says: "An asset with `chunk` makes several partitions for each call: write `async *materialize({ partitions })` and `yield [partition.key, value]` for each of them.",
  },
  {
    code: `asset({ key: "x", partitions: days, chunk: 5, *materialize({ partitions }) { for (const { key } of partitions) yield [key, { at: new Date() }]; } })`,
    says: "This value cannot be stored as JSON: value.at is a Date. Yield plain JSON, or give the asset an I/O manager for it.",
  },
  {
    code: `asset({ key: "x", chunk: 5, *materialize() {} })`,
    says: "An asset without partitions is made as a whole: leave `chunk` out, or give it `partitions`.",
  },
  {
    code: `asset({ key: "x", partitions: days, deps: { orders: dep(orders, { wait: atLeast(3) }) }, materialize: () => 1 })`,
    says: "A wait policy is for a dependency that reads many partitions, and this one reads exactly one: leave `wait` out, or state a mapping that reads many.",
  },
  {
    code: `dep(regional, { mapping: customMapping(() => ["asia"]) })`,
    says: `Type '"asia"' is not assignable to type '"eu" | "us"'`,
  },
  {
    code: `asset({ key: "x", partitions: days, deps: { before: ownPartitions<number>()({ mapping: previousPartition() }) }, materialize: () => "text" })`,
    says: "This asset does not make what ownPartitions<…>() says that it makes: state the type that `materialize` returns.",
  },
  {
    code: `asset({ key: "x", materialize: ({ addPartitions }) => addPartitions(staticPartitions(["a"]), ["b"]) })`,
    says: `Type '"static"' is not assignable to type '"dynamic"'`,
  },
  { code: `asset({ key: "x", config: { count: 1 }, materialize: () => 1 })`, says: "ConfigSchema" },
  { code: `asset({ key: "x", io: rows, materialize: () => [{ idd: 1 }] })`, says: "Property 'id' is missing" },
  {
    code: `asset({ key: "x", deps: { orders: "orders" }, materialize: () => 1 })`,
    says: "A dependency is an asset: give what asset() or externalAsset() returned, or dep(asset, { … }).",
  },
  {
    code: `asset({ key: "x", partitions: days, deps: { regional }, materialize: () => 1 })`,
    says: "how the partitions of the two assets correspond cannot be derived: state the mapping, such as `dep(asset, { mapping: allPartitions() })`",
  },
  {
    code: `asset({ key: "x", partitions: staticPartitions(["asia"]), deps: { regional }, materialize: () => 1 })`,
    says: "the downstream has partition keys that the upstream does not have: state the mapping",
  },
  {
    code: `dep(regional, { mapping: specificPartitions(["eu", "asia"]) })`,
    says: `Type '"asia"' is not assignable to type '"eu" | "us"'`,
  },
  {
    code: `dep(orders, { columns: ["dya"] })`,
    says: `Type '"dya"' is not assignable to type '"day" | "id"'`,
  },
  {
    code: `dep(orders, { where: { dya: { eq: "2024-01-01" } } })`,
    says: "'dya' does not exist in type",
  },
  {
    code: `dep(regional, { where: { id: { gte: 7 } } })`,
    says: "This asset has no rows with columns: leave `where` out.",
  },
  {
    code: `dep(orders, { where: { id: { gte: "7" } } })`,
    says: "Type 'string' is not assignable to type 'number'",
  },
  {
    code: `asset({ key: "x", deps: { regional }, materialize: ({ deps }) => deps.regional.concat() })`,
    says: "not assignable to method's 'this' of type 'PartitionsToJoin<",
  },
  {
    code: `asset({ key: "x", deps: { orders }, materialize: ({ deps }) => deps.orders.map(String) })`,
    says: "Property 'map' does not exist on type 'PartitionedInput<{ id: number; day: string; }[], string>'",
  },
  {
    code: `asset({ key: "x", partitions: days, deps: { orders: dep(orders, { columns: ["id"] }) }, materialize: ({ deps }) => deps.orders[0]?.day })`,
    says: "Property 'day' does not exist on type '{ id: number; }'",
  },
  { code: `asset({ key: "x", partition: days, materialize: () => 1 })`, says: "Did you mean to write 'partitions'?" },
  {
    code: `asset({ key: "x", retry: { delay: 100 }, materialize: () => 1 })`,
    says: "Did you mean to write 'delayMs'?",
  },
  {
    code: `assetCheck({ asset: orders, name: "c", check: ({ value }) => (value[0]?.total === 1 ? pass() : fail()) })`,
    says: "Property 'total' does not exist on type '{ id: number; day: string; }'",
  },
  {
    code: `assetCheck({ asset: orders, name: "c", check: () => true })`,
    says: "Type 'boolean' is not assignable to type 'MaybePromise<CheckResult>'",
  },
  {
    code: `definitions({ assets: [writer] })`,
    says: String.raw`the resource \"bucket\" is required by an asset and missing: pass it as definitions({ resources: { bucket } })`,
  },
  {
    code: `definitions({ assets: [writer], resources: { bucket: resource({ key: "b", create: () => 42 }) } })`,
    says: String.raw`the resource \"bucket\" is not of the type that an asset requires`,
  },
];

const HEAD = `
import { asset, assetCheck, atLeast, customMapping, dailyPartitions, definitions, dep, fail, pass, ownPartitions, previousPartition, resource, specificPartitions, staticPartitions,
  type IoManager, type SameAsStored } from ${JSON.stringify(join(import.meta.dirname, "../src/index.ts"))};
declare const rows: IoManager<readonly { id: number }[], SameAsStored>;
const days = dailyPartitions({ start: "2024-01-01" });
const orders = asset({ key: "orders", partitions: days, materialize: () => [{ id: 1, day: "2024-01-01" }] });
const regional = asset({ key: "regional", partitions: staticPartitions(["eu", "us"]), materialize: () => 1 });
const bucket = resource.required<{ put(key: string): void }>()("bucket");
const writer = asset({ key: "writer", resources: { bucket }, materialize: ({ resources }) => resources.bucket.put("x") });
export const used = [ownPartitions, previousPartition, atLeast, customMapping, asset, assetCheck, definitions, dep, fail, pass, specificPartitions, rows, orders, regional, writer];
`;

describe("the compiler says what is wrong and what to do", () => {
  const directory = mkdtempSync(join(tmpdir(), "heddle-compiler-"));
  /** What was said about each mistake, by the name of its file. */
  const said = new Map<string, string>();

  beforeAll(() => {
    const files = MISTAKES.map(({ code }, index) => {
      const name = `mistake${index}.ts`;
      writeFileSync(join(directory, name), `${HEAD}export const mistake = ${code};\n`);
      return name;
    });
    const options = { strict: true, target: "es2024", lib: ["esnext", "dom"], module: "nodenext", noEmit: true };
    const compilerOptions = { ...options, skipLibCheck: true, allowImportingTsExtensions: true, types: [] };
    writeFileSync(join(directory, "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
    let file = "";
    for (const line of compile(directory).split("\n")) {
      file = /^(mistake\d+\.ts)\(/.exec(line)?.[1] ?? file;
      said.set(file, `${said.get(file) ?? ""}${line}\n`);
    }
  }, 60_000);
  afterAll(() => rmSync(directory, { recursive: true }));

  test.each(MISTAKES.map((mistake, index) => ({ ...mistake, file: `mistake${index}.ts` })))(
    "$code",
    ({ file, says }) => {
      expect(said.get(file)).toContain(says);
    },
  );
});

/** Everything that the compiler prints; it ends with an error, as it should. */
function compile(directory: string): string {
  const compiler = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");
  try {
    return execFileSync(process.execPath, [compiler, "-p", ".", "--pretty", "false", "--noErrorTruncation"], {
      cwd: directory,
      encoding: "utf8",
      timeout: 60_000,
    });
  } catch (error) {
    if (typeof error === "object" && error !== null && "stdout" in error) return String(error.stdout);
    throw error;
  }
}
