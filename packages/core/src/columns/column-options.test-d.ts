import { expectTypeOf, test } from "vitest";
import { asset, dep, externalAsset, ioManager, type InferAssetValue } from "../index.ts";

interface Flight {
  readonly origin: string;
  readonly delay: number;
}

const rows = <TRow>() =>
  ioManager<readonly TRow[], TRow[]>({
    name: "rows",
    store: undefined,
    write: () => Promise.reject(new Error("not used")),
    load: () => Promise.reject(new Error("not used")),
  });

const raw = asset({ key: "raw", io: rows<Flight>(), materialize: (): Flight[] => [] });
const airports = asset({ key: "airports", materialize: () => [{ code: "SFO", state: "CA" }] });
const outside = externalAsset({ key: "outside" });

test("columns are those of the rows, and their sources columns of what is read", () => {
  const clean = asset({
    key: "clean",
    deps: { raw, airports, outside },
    materialize: ({ deps }) => deps.raw.map(({ origin, delay }) => ({ origin, state: "CA", late: delay > 15 })),
    columns: {
      origin: { from: { raw: "origin" } },
      state: {
        description: "of the origin",
        from: { raw: ["origin"], airports: ["code", "state"], outside: "anything" },
      },
      late: { from: { raw: ["delay"] } },
    },
  });
  // What consumers get follows from `materialize` as before.
  expectTypeOf<InferAssetValue<typeof clean>>().toEqualTypeOf<{ origin: string; state: string; late: boolean }[]>();
});

test("what is no column does not compile", () => {
  asset({
    key: "a",
    deps: { raw },
    materialize: ({ deps }) => deps.raw.map(({ origin }) => ({ origin })),
    // @ts-expect-error the rows have no such column
    columns: { orign: {} },
  });
  asset({
    key: "b",
    deps: { raw },
    materialize: ({ deps }) => deps.raw.map(({ origin }) => ({ origin })),
    // @ts-expect-error the upstream has no such column
    columns: { origin: { from: { raw: "orign" } } },
  });
  asset({
    key: "c",
    deps: { raw },
    materialize: ({ deps }) => deps.raw.map(({ origin }) => ({ origin })),
    // @ts-expect-error there is no such dependency
    columns: { origin: { from: { airports: "code" } } },
  });
  asset({
    key: "d",
    deps: { raw: dep(raw, { columns: ["delay"] }) },
    materialize: ({ deps }) => deps.raw.map(({ delay }) => ({ delay })),
    // @ts-expect-error that column is not loaded
    columns: { delay: { from: { raw: ["origin"] } } },
  });
});

test("a value without rows may name any columns of its own", () => {
  asset({
    key: "report",
    deps: { raw },
    materialize: () => "text",
    columns: { total: { from: { raw: ["delay"] } } },
  });
});
