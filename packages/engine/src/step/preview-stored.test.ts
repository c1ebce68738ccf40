import {
  asset,
  definitions,
  externalAsset,
  ioManager,
  objectStore,
  type ObjectStore,
  type StoredValue,
} from "@heddle/core";
import { expect, test } from "vitest";
import { previewStored } from "./preview-stored.ts";

const own = objectStore({ name: "own" } as ObjectStore);
const shared = objectStore({ name: "shared" } as ObjectStore);
const stored: StoredValue = { io: "rows", objects: [], dataVersion: "d" };
const parts = {
  name: "rows",
  store: undefined,
  write: () => Promise.reject(new Error("not used")),
  load: () => Promise.reject(new Error("not used")),
};

/** Shows what it was asked for. */
const rows = (store?: ObjectStore) =>
  ioManager<unknown, unknown>({
    ...parts,
    store,
    preview: async (context, { rows: most }) => ({
      columns: ["asset", "partition", "store", "rows"].map((name) => ({ name, type: "Json", nullable: true })),
      rows: [[context.assetKey, context.partitionKey, context.store.name, most]],
      totalRows: null,
    }),
  });

const declared = definitions({
  assets: [
    asset({ key: "own", io: rows(own), materialize: () => 1 }),
    asset({ key: "default", materialize: () => 1 }),
    asset({ key: "blind", io: ioManager<unknown, unknown>({ ...parts }), materialize: () => 1 }),
    externalAsset({ key: "external" }),
  ],
});

const preview = (assetKey: string, over: { stored?: StoredValue; rows?: number } = {}) =>
  previewStored(
    { assetKey, partitionKey: "p", stored, rows: 10, ...over },
    { definitions: declared, defaults: { store: shared, io: rows() }, signal: new AbortController().signal },
  );

test("a stored value is shown by the I/O manager of its asset, from its store", async () => {
  expect(await preview("own")).toMatchObject({ kind: "table", rows: [["own", "p", "own", 10]], totalRows: null });
  expect(await preview("default", { rows: 1e9 })).toMatchObject({ rows: [["default", "p", "shared", 1_000]] });
  expect(await preview("default", { rows: -1 })).toMatchObject({ rows: [["default", "p", "shared", 1]] });
});

test("a value without previews, or that cannot be read any more, is told so", async () => {
  expect(await preview("blind")).toEqual({ kind: "none" });
  await expect(preview("own", { stored: { ...stored, io: "parquet" } })).rejects.toMatchObject({
    code: "IO_MANAGER_MISMATCH",
    message: expect.stringContaining('own [p] was stored by "parquet"'),
  });
  for (const key of ["gone", "external"]) await expect(preview(key)).rejects.toMatchObject({ code: "ASSET_UNKNOWN" });
});
