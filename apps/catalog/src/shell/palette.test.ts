import { describe, expect, test } from "vitest";
import type { AssetsSnapshot } from "@heddle/api";
import { catalogIndex } from "../data/catalog-index.ts";
import { readMaterializeAction } from "./palette-action.ts";
import { PaletteSearch } from "./palette-search.ts";
import { readOpened } from "./recent.ts";

function snapshotOf(keys: readonly string[]): AssetsSnapshot {
  const each = <T>(value: T): T[] => keys.map(() => value);
  return {
    version: "1",
    ids: keys.map((_, i) => i + 1),
    keys,
    groups: ["finance"],
    groupOf: each(0),
    codeLocations: ["shop"],
    codeLocationOf: each(0),
    external: each(0),
    summaries: each(""),
    owners: each([]),
    tags: each({}),
    kinds: each([]),
    partitions: [],
    partitionsOf: each(-1),
    checkCounts: each(0),
    edges: { counts: each(0), back: [] },
  };
}

describe("an order in the palette", () => {
  test.each([
    ["materialize fct_orders last 7 days", { needle: "fct_orders", parts: "last 7", only: [] }],
    ["make fct orders", { needle: "fct orders", parts: null, only: [] }],
    ["run raw 2026-01-01..2026-02-01 failed", { needle: "raw", parts: "2026-01-01..2026-02-01", only: ["failed"] }],
    ["materialize raw failed and missing", { needle: "raw", parts: null, only: ["missing", "failed"] }],
    ["Materialize  last", { needle: "last", parts: null, only: [] }],
  ])("%s", (text, expected) => expect(readMaterializeAction(text)).toEqual(expected));

  test("a question leads to the condition of what is asked about", () => {
    const [first] = new PaletteSearch(catalogIndex(snapshotOf(["shop/fct_orders", "shop/raw"]))).find(
      "why fct orders",
      [],
    );
    expect(first).toEqual({
      kind: "condition",
      assetKey: "shop/fct_orders",
      label: "Why shop/fct_orders was made, or was not",
    });
  });

  test.each(["materialize", "materialized views", "fct_orders last 7", "running"])("%s is none", (text) =>
    expect(readMaterializeAction(text)).toBeNull(),
  );
});

describe("the palette", () => {
  const search = new PaletteSearch(catalogIndex(snapshotOf(["raw/orders", "marts/fct_orders", "marts/revenue"])));
  const labels = (text: string) => search.find(text, []).map(({ kind, label }) => `${kind} ${label}`);

  test("finds assets, groups, pages and runs", () => {
    expect(labels("fct")).toEqual(["asset marts/fct_orders"]);
    expect(labels("finan")).toContain("group finance");
    expect(labels("#17")).toContain("run Run 17");
    expect(labels("run")[0]).toBe("page Runs");
  });

  test("puts what is named so before the rest, also among more matches than are ranked", () => {
    const many = Array.from({ length: 3_000 }, (_, i) => `staging/reorder_${i}`);
    const large = new PaletteSearch(catalogIndex(snapshotOf([...many, "marts/orders", "Raw/ORD"])));
    const found = large.find("ord", []).map(({ label }) => label);
    expect(found.slice(0, 2)).toEqual(["marts/orders", "Raw/ORD"]);
    expect(found).toHaveLength(50);
    expect(new Set(found).size).toBe(50);
  });

  test("offers to materialize what an order names", () => {
    const [first] = search.find("materialize fct last 7 days", []);
    expect(first).toMatchObject({ kind: "action", label: "Materialize marts/fct_orders, last 7" });
  });

  test("begins with what was opened last, as far as it is still there", () => {
    const recent = [
      { kind: "asset", key: "marts/revenue" },
      { kind: "asset", key: "gone" },
      { kind: "run", runId: 4 },
    ] as const;
    const entries = search.find("", recent).map(({ label }) => label);
    expect(entries.slice(0, 2)).toEqual(["marts/revenue", "Run 4"]);
    expect(entries).not.toContain("gone");
  });
});

describe("what an address opens", () => {
  test.each([
    ["/assets/marts/fct%20orders", { kind: "asset", key: "marts/fct orders" }],
    ["/runs/17", { kind: "run", runId: 17 }],
    ["/runs", null],
    ["/assets/%E0%A4%A", null],
  ])("%s", (path, expected) => expect(readOpened(path)).toEqual(expected));
});
