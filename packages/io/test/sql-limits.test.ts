import { asset } from "@heddle/core";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { expect, test } from "vitest";
import { sql, sqlAsset } from "../src/duckdb.ts";
import { memoryStore } from "../src/memory.ts";
import { runModule, startModule } from "./child-process.ts";
import { AssetBench } from "./support/asset-bench.ts";
import { useSqlBench } from "./support/sql-bench.ts";

const { leftovers, limits, path, run } = useSqlBench();

test("queries that run at once in one process do not see each other's tables", async () => {
  const results = await Promise.all(
    Array.from({ length: 8 }, async (_, number) => {
      const rows = asset({ key: "rows", materialize: () => [{ number }] });
      const made = sqlAsset({
        key: "made",
        deps: { rows },
        database: limits(),
        sql: ({ deps }) => sql`select number, count(*) as n from ${deps.rows}, range(100000) group by number`,
      });
      const bench = new AssetBench(memoryStore());
      await bench.make(rows);
      await bench.make(made);
      return bench.value(made);
    }),
  );
  expect(results).toEqual(results.map((_, number) => [{ number, n: 100_000 }]));
});

test("a query is given up within a second when its step is", async () => {
  const made = sqlAsset({
    key: "long",
    database: limits(),
    sql: () => sql`select count(*) as n from range(100000000000) a, range(10) b where a.range % 7 = b.range`,
  });
  const stop = new AbortController();
  const making = new AssetBench(memoryStore()).make(made, { signal: stop.signal });
  setTimeout(() => stop.abort(new Error("canceled by Ana")), 300);
  await expect(making).rejects.toThrow("canceled by Ana");
  expect(await leftovers()).toEqual([]);
});

test("a query that needs more than it may says what to raise", async () => {
  const made = sqlAsset({
    key: "large",
    database: { ...limits(), memoryMiB: 32, temporaryMiB: 1 },
    sql: () => sql`select len(list(i)) as n from range(50000000) t(i)`,
  });
  await expect(new AssetBench(memoryStore()).make(made)).rejects.toMatchObject({
    code: "SQL_FAILED",
    hint: expect.stringContaining("memoryMiB") as string,
  });
});

/** Runs a command in a mount namespace of its own, where it may mount a small disk without being root outside. */
const NAMESPACE = ["unshare", "--user", "--map-root-user", "--mount"];
const canMount =
  spawnSync(NAMESPACE[0]!, [...NAMESPACE.slice(1), "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).status === 0;

test.skipIf(!canMount)("a full temporary disk fails the query, and nothing is stored or left behind", async () => {
  const mount = ["sh", "-c", 'mount -t tmpfs -o size=2m tmpfs "$0" && exec "$@"', path()];
  const result = await runModule(
    `
      import { sql, sqlAsset } from "@heddle/io/duckdb";
      import { memoryStore } from "@heddle/io/memory";
      import { parquet, table, int64 } from "@heddle/io/parquet";
      import { readdirSync } from "node:fs";
      const temporaryDirectory = ${JSON.stringify(path())};
      const schema = table({ n: int64() });
      const make = (rows) => sqlAsset({ key: "a", schema, io: parquet({ schema }), database: { temporaryDirectory },
        sql: () => sql\`select hash(i)::hugeint % 1000000007 as n from range(\${rows}) t(i)\` });
      const context = { deps: {}, partition: undefined, signal: new AbortController().signal, metadata() {} };
      const error = await make(3_000_000).materialize(context).then(() => null, (thrown) => thrown);
      const left = readdirSync(temporaryDirectory, { recursive: true }).filter((name) => name.includes("/"));
      const small = await make(1_000).materialize(context);
      console.log(JSON.stringify({ code: error.code, message: error.message, hint: error.hint, left, small: small.count }));
    `,
    { command: [...NAMESPACE, ...mount] },
  );
  expect(result).toEqual({
    code: "SQL_FAILED",
    message: expect.stringMatching(/asset a: IO Error: .*[Nn]o space left/su) as string,
    hint: expect.stringContaining("Free space") as string,
    left: [],
    small: 1_000,
  });
});

test("what a process that was killed left behind goes when another one begins", async () => {
  const { temporaryDirectory } = limits();
  const child = startModule(`
    import { sql, sqlAsset } from "@heddle/io/duckdb";
    const made = sqlAsset({ key: "a", database: { temporaryDirectory: ${JSON.stringify(temporaryDirectory)} },
      sql: () => sql\`select count(*) as n from range(100000000000) a, range(10) b where a.range % 7 = b.range\` });
    setTimeout(() => process.stdout.write("running"), 500);
    await made.materialize({ deps: {}, signal: new AbortController().signal, metadata() {} });
  `);
  await once(child.process.stdout!, "data");
  const own = `-${child.process.pid}-`;
  const left = async () => (await readdir(temporaryDirectory)).filter((name) => name.includes(own));
  expect(await left()).not.toEqual([]);
  child.process.kill("SIGKILL");
  await expect(child.output).rejects.toThrow(/SIGKILL/u);
  expect(await run(sql`select 1 as n`)).toEqual([{ n: 1 }]);
  expect(await left()).toEqual([]);
});
