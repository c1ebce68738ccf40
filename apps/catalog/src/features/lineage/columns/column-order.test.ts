import type { AssetColumn } from "@heddle/api";
import { expect, test } from "vitest";
import { columnOrder, countNeighbours } from "./column-order.ts";

const column = (name: string, known: Partial<AssetColumn> = {}): AssetColumn => ({
  name,
  type: null,
  nullable: null,
  description: null,
  describedBy: null,
  min: null,
  max: null,
  nulls: null,
  isKnown: true,
  isDerived: false,
  unknownBecause: null,
  upstream: [],
  downstream: [],
  ...known,
});
const edge = { from: { asset: "a", column: "x" }, to: { asset: "b", column: "x" }, passes: true };

test("columns are found by a part of their name, those on the path first", () => {
  const columns = ["origin", "delay", "origin_state", "late"].map((name) => column(name));
  const names = (text: string, onPath: readonly string[] = []): string[] =>
    columnOrder(columns, { text, onPath }).map(({ name }) => name);
  expect(names("")).toEqual(["origin", "delay", "origin_state", "late"]);
  expect(names("", ["late", "delay"])).toEqual(["delay", "late", "origin", "origin_state"]);
  expect(names(" ORIGIN ", ["origin_state"])).toEqual(["origin_state", "origin"]);
  expect(names("nothing")).toEqual([]);
});

test("neighbours are counted, and an origin that nobody tells is said to be unknown", () => {
  expect(countNeighbours(column("x", { upstream: [edge], downstream: [edge, edge] }))).toBe("from 1, into 2");
  expect(countNeighbours(column("x"))).toBe("");
  expect(countNeighbours(column("x", { isKnown: false, downstream: [edge] }))).toBe("origin unknown, into 1");
});
