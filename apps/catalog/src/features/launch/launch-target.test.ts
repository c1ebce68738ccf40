import type { PartitionsSpec } from "@heddle/core/internal";
import { describe, expect, test } from "vitest";
import { catalogIndex } from "../../data/catalog-index.ts";
import type { Catalog } from "../../data/catalog-state.ts";
import { StatusTable } from "../../data/status-table.ts";
import { codeOf } from "../../status/status-look.ts";
import { SelectionFilter } from "../../data/selection-filter.ts";
import { findLeftStale, launchSelection, partitionedRows, rootOf } from "./launch-target.ts";
import { openStates } from "./open-states.ts";

const CITIES: PartitionsSpec = { kind: "static", keys: ["a", "b", "c"] };

/** source -> raw -> clean -> report, and lone beside them; raw and clean have partitions. */
function makeCatalog(): Catalog {
  const keys = ["clean", "lone", "raw", "report", "source"];
  const index = catalogIndex({
    version: "1",
    ids: [1, 2, 3, 4, 5],
    keys,
    groups: ["g"],
    groupOf: keys.map(() => 0),
    codeLocations: ["x"],
    codeLocationOf: keys.map(() => 0),
    external: [0, 0, 0, 0, 1],
    summaries: keys.map(() => ""),
    owners: keys.map(() => []),
    tags: keys.map(() => ({})),
    kinds: keys.map(() => []),
    checkCounts: keys.map(() => 0),
    partitions: [CITIES],
    partitionsOf: [0, -1, 0, -1, 0],
    // clean reads raw, raw reads source, report reads clean.
    edges: { counts: [1, 0, 1, 1, 0], back: [-2, -2, 3] },
  });
  return { index, statuses: new StatusTable(index) };
}

describe("what a launch is aimed at", () => {
  const catalog = makeCatalog();
  const row = (key: string): number => catalog.index.rowOfKey(key) ?? -1;

  test("a whole key is that asset alone, part of one is every asset that has it", () => {
    expect(launchSelection(catalog, " raw ")).toBe("key:raw");
    expect(launchSelection(catalog, "ra")).toBe("ra");
    expect(launchSelection(catalog, "raw+")).toBe("raw+");
    const matched = new SelectionFilter(catalog).apply(launchSelection(catalog, "r"));
    expect(matched.kind === "matched" && [...matched.rows]).toEqual([row("raw"), row("report"), row("source")]);
  });

  test("partitions are chosen of the asset that leads to the others", () => {
    expect(partitionedRows(catalog, [0, 1, 2, 3, 4])).toEqual([row("clean"), row("raw")]);
    expect(rootOf(catalog, [row("clean"), row("raw")])).toBe(row("raw"));
    // What lies between need not be chosen.
    expect(rootOf(catalog, [row("report"), row("raw")])).toBe(row("raw"));
    expect(rootOf(catalog, [])).toBeUndefined();
  });

  test("assets behind the plan are counted once", () => {
    expect(findLeftStale(catalog, [row("raw")])).toHaveLength(2);
    expect(findLeftStale(catalog, [row("raw"), row("clean")])).toHaveLength(1);
    expect(findLeftStale(catalog, [row("report"), row("lone")])).toHaveLength(0);
  });

  test("open partitions are preset when they are a part, everything otherwise", () => {
    const { statuses } = catalog;
    const set = (own: number, made: number, open: number): void => {
      statuses.totals[own] = made + open;
      statuses.counts[own * 7 + codeOf("fresh")] = made;
      statuses.counts[own * 7 + codeOf("missing")] = open;
    };
    set(0, 2, 1);
    expect(openStates(catalog, [0])).toEqual(["missing", "failed"]);
    set(0, 3, 0);
    expect(openStates(catalog, [0])).toBeUndefined();
    set(0, 0, 3);
    expect(openStates(catalog, [0])).toBeUndefined();
  });
});
