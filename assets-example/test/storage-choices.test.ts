import { memoryStore } from "@heddle/io/memory";
import { table, utf8 } from "@heddle/io/parquet";
import { expect, it } from "vitest";
import { inPostgres, inStore } from "../src/storage-choices.ts";

const schema = table({ name: utf8() });

it("a choice says where tables and documents lie, and in which form", () => {
  const store = memoryStore();
  const choices = [inStore(), inStore(store), inPostgres({ env: "WAREHOUSE_URL" })];
  expect(choices.map(({ storage, tableOf, documents }) => [storage, tableOf(schema).name, documents.name])).toEqual([
    [{}, "parquet", "json"],
    [{ store }, "parquet", "json"],
    [{}, "postgres", "json"],
  ]);
});
