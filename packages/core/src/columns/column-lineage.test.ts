import { expect, test } from "vitest";
import { asset, definitions, dep, ioManager, type StoredColumn } from "../index.ts";
import { snapshotDefinitions } from "../internal.ts";
import { ColumnLineage } from "./column-lineage.ts";

const rows = (columns: readonly StoredColumn[]) =>
  ioManager<unknown, Record<string, unknown>[]>({
    name: "rows",
    store: undefined,
    table: { columns, drift: "additive" },
    write: () => Promise.reject(new Error("not used")),
    load: () => Promise.reject(new Error("not used")),
  });

const raw = asset({
  key: "raw",
  io: rows([
    { name: "origin", type: "Utf8", nullable: false },
    { name: "delay", type: "Int32", nullable: true },
  ]),
  materialize: () => [],
  columns: { origin: { description: "Where it starts.", from: {} }, delay: { from: {} } },
});
const clean = asset({
  key: "clean",
  deps: { raw },
  materialize: () => [{ origin: "a", late: true }],
  columns: {
    origin: { from: { raw: "origin" } },
    late: { description: "Later than 15 minutes.", from: { raw: ["delay"] } },
  },
});
const totals = asset({
  key: "totals",
  deps: { flights: clean },
  materialize: () => [{ origin: "a", count: 1 }],
  columns: { origin: { from: { flights: "origin" } }, count: {} },
});
const reader = asset({ key: "reader", deps: { flights: dep(clean, { columns: ["late"] }) }, materialize: () => 1 });

const { assets } = snapshotDefinitions(definitions({ assets: [raw, clean, totals, reader] }), {
  codeVersionOf: () => "v",
  projectDirectory: "/",
});
const lineage = new ColumnLineage(assets);
const ref = (text: string) => {
  const [name = "", column = ""] = text.split(".");
  return { asset: name, column };
};
const depOn = (upstream: string) => ({
  name: upstream,
  upstream,
  mapping: { kind: "unpartitioned" as const },
  multiplicity: "one" as const,
  rule: "all of it",
});
const text = ({ from, to, passes }: ReturnType<typeof lineage.upstreamOf>[number]): string =>
  `${from.asset}.${from.column} ${passes ? "=" : ">"} ${to.asset}.${to.column ?? "?"}`;

test("declarations become data, with the types of the schema", () => {
  expect(assets.find(({ key }) => key === "raw")?.columns).toEqual([
    { name: "origin", type: "Utf8", nullable: false, description: "Where it starts.", from: [] },
    { name: "delay", type: "Int32", nullable: true, from: [] },
  ]);
  expect(assets.find(({ key }) => key === "clean")?.columns?.[1]).toEqual({
    name: "late",
    description: "Later than 15 minutes.",
    from: [{ upstream: "raw", columns: ["delay"], passes: false }],
  });
  expect(assets.find(({ key }) => key === "reader")).not.toHaveProperty("columns");
});

test("a path holds one column and nothing beside it", () => {
  expect(lineage.pathOf(ref("clean.origin")).edges.map(text)).toEqual([
    "raw.origin = clean.origin",
    "clean.origin = totals.origin",
  ]);
  expect(lineage.pathOf(ref("raw.delay"))).toMatchObject({ isCut: false });
  expect(lineage.pathOf(ref("raw.delay")).edges.map(text)).toEqual(["raw.delay > clean.late", "clean.late > reader.?"]);
  expect(lineage.pathOf(ref("nobody.knows")).edges).toEqual([]);
});

test("what is not said is not known, and never guessed", () => {
  expect(lineage.isKnown(ref("raw.origin"))).toBe(true);
  expect(lineage.isKnown(ref("totals.count"))).toBe(false);
  expect(lineage.upstreamOf(ref("totals.count"))).toEqual([]);
});

test("a path says where it may go on, and who does not say whether it does", () => {
  const described = { name: "x", from: [{ upstream: "a", columns: ["x"], passes: true }] };
  const found = new ColumnLineage([
    { key: "a", deps: [], columns: [{ name: "x" }, { name: "y" }] },
    { key: "b", deps: [depOn("a")], columns: [described, { name: "z" }] },
    { key: "says nothing", deps: [depOn("a"), depOn("b")] },
    { key: "says it in part", deps: [depOn("b")], columns: [{ name: "w" }] },
    { key: "says all", deps: [depOn("a")], columns: [{ name: "v", from: [] }] },
    { key: "loads another", deps: [{ ...depOn("a"), columns: ["y"] }] },
  ]);
  const at = (asset: string, column: string) => ({ asset, column });
  // "a" reads nothing: where its columns come from is no gap.
  expect(found.pathOf(at("a", "x")).gaps).toEqual([
    { kind: "reader", asset: "says nothing", at: at("a", "x") },
    { kind: "reader", asset: "says it in part", at: at("b", "x") },
  ]);
  expect(found.pathOf(at("b", "z")).gaps).toEqual([
    { kind: "origin", asset: "b", at: at("b", "z") },
    { kind: "reader", asset: "says nothing", at: at("b", "z") },
    { kind: "reader", asset: "says it in part", at: at("b", "z") },
  ]);
  expect(found.pathOf(at("loads another", "any")).gaps).toEqual([
    { kind: "origin", asset: "loads another", at: at("loads another", "any") },
  ]);
});

test("a description follows a column that is passed through, and no other", () => {
  expect(lineage.descriptionOf(ref("totals.origin"))).toEqual({ text: "Where it starts.", by: ref("raw.origin") });
  expect(lineage.descriptionOf(ref("clean.late"))?.by).toEqual(ref("clean.late"));
  expect(lineage.descriptionOf(ref("raw.delay"))).toBeNull();
});

test("columns that come from each other end nobody's walk, and a long path is cut", () => {
  const loop = new ColumnLineage([
    { key: "a", deps: [], columns: [{ name: "x", from: [{ upstream: "b", columns: ["x"], passes: true }] }] },
    { key: "b", deps: [], columns: [{ name: "x", from: [{ upstream: "a", columns: ["x"], passes: true }] }] },
  ]);
  expect(loop.descriptionOf(ref("a.x"))).toBeNull();
  expect(loop.pathOf(ref("a.x")).edges).toHaveLength(2);
  const long = new ColumnLineage(
    Array.from({ length: 3_000 }, (_, i) => ({
      key: `a${i}`,
      deps: [],
      columns: [{ name: "x", from: i === 0 ? [] : [{ upstream: `a${i - 1}`, columns: ["x"], passes: true }] }],
    })),
  );
  expect(long.pathOf(ref("a0.x"))).toMatchObject({ isCut: true });
});
