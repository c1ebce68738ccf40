import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { runModule } from "./child-process.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

/** Counts the modules of the heavy packages that a process has resolved; `heavy()` gives the names so far. */
const COUNTING = `
  import { registerHooks } from "node:module";
  const seen = new Set();
  registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context);
      const heavy = /node_modules\\/(apache-arrow|parquet-wasm|@aws-sdk|@smithy|@duckdb|postgres)\\//.exec(found.url);
      if (heavy) seen.add(heavy[1]);
      return found;
    },
  });
  const heavy = () => [...seen].sort();
`;

test.each(["arrow", "parquet", "json", "csv", "bytes", "file", "memory", "filesystem", "s3", "duckdb", "postgres"])(
  "importing @heddle/io/%s and declaring tables loads no heavy package",
  async (name) => {
    const declared = await runModule(`${COUNTING}
      const io = await import("@heddle/io/${name}");
      const schema = io.table?.({ day: io.date(), ...(io.list && { hours: io.list(io.float64().nullable()) }) });
      io[${JSON.stringify(name)}]?.({ schema, env: "WAREHOUSE_URL" });
      io.${name}Table?.({ schema, file: "a.${name}" });
      io.s3Store?.({ bucket: "acme" });
      io.sqlAsset?.({ key: "a", schema, sql: () => io.sql\`select 1\` });
      console.log(JSON.stringify({ heavy: heavy(), names: Object.keys(io).length }));
    `);
    expect(declared).toEqual({ heavy: [], names: expect.any(Number) as number });
  },
);

test("a project's bundle that leaves packages external stores and loads Parquet and Arrow", async () => {
  // What a bundler makes of a project: one module, whose imports of packages are resolved from the project.
  await using project = await temporaryDirectory();
  await mkdir(join(project.path, "node_modules/@heddle"), { recursive: true });
  const packageDirectory = fileURLToPath(new URL("..", import.meta.url));
  await symlink(packageDirectory, join(project.path, "node_modules/@heddle/io"));
  const result = await runModule(
    `${COUNTING}
      import { arrow } from "@heddle/io/arrow";
      import { filesystemStore } from "@heddle/io/filesystem";
      import { parquet, table, utf8 } from "@heddle/io/parquet";
      const schema = table({ name: utf8() });
      const store = filesystemStore({ directory: "data" });
      const before = heavy();
      const loaded = [];
      for (const io of [parquet({ schema }), arrow({ schema })]) {
        const context = { assetKey: "a", partitionKey: null, attemptId: "1", fence: 1, store, signal: new AbortController().signal };
        const stored = await io.write([{ name: "é" }], context);
        loaded.push(await io.load({ ...context, stored }));
      }
      console.log(JSON.stringify({ before, loaded, after: heavy() }));
    `,
    { cwd: project.path },
  );
  expect(result).toEqual({
    before: [],
    loaded: [[{ name: "é" }], [{ name: "é" }]],
    after: ["apache-arrow", "parquet-wasm"],
  });
});
