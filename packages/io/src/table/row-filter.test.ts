import type { Cell } from "@heddle/core";
import * as arrow from "apache-arrow";
import { expect, test } from "vitest";
import { columnCondition } from "./row-filter.ts";

const TYPES = {
  int: new arrow.Int32(),
  long: new arrow.Int64(),
  float: new arrow.Float64(),
  text: new arrow.Utf8(),
  bool: new arrow.Bool(),
  day: new arrow.DateDay(),
  instant: new arrow.TimestampMillisecond(),
  list: new arrow.List(new arrow.Field("item", new arrow.Int32())),
} as const;

const judge = (type: keyof typeof TYPES, cell: Cell): void => {
  for (const filter of [{ eq: cell }, { in: [cell] }, { gt: cell }, { gte: cell }, { lt: cell }, { lte: cell }]) {
    columnCondition(arrow, { name: "tempMax", type: TYPES[type], filter });
  }
};

test.each<[keyof typeof TYPES, Cell]>([
  ["int", 1],
  ["int", 1n],
  ["float", 2n ** 1_100n],
  ["long", 1],
  ["float", Number.NaN],
  ["text", "x"],
  ["bool", false],
  ["day", "2026-01-02"],
  ["day", "2026"],
  ["day", new Date(0)],
  ["instant", new Date(0)],
])("a column of kind %s is compared with %o", (type, cell) => {
  expect(() => judge(type, cell)).not.toThrow();
});

test.each<[keyof typeof TYPES, Cell]>([
  ["int", "1"],
  ["int", true],
  ["long", new Date(0)],
  ["float", "30"],
  ["text", 5],
  ["text", new Date(0)],
  ["bool", 1],
  ["bool", "true"],
  ["day", 20_000],
  ["instant", "2026-01-02"],
  ["instant", 0],
  ["instant", new Date(Number.NaN)],
  ["list", 1],
])(
  "a column of kind %s is not compared with %o: the error names the column, its type, the value and what to do",
  (type, cell) => {
    for (const than of ["eq", "gt", "gte", "lt", "lte"] as const) {
      expect(() => columnCondition(arrow, { name: "tempMax", type: TYPES[type], filter: { [than]: cell } })).toThrow(
        expect.objectContaining({
          code: "IO_COLUMN_UNKNOWN",
          message: expect.stringMatching(/^column "tempMax" is \S.*, which cannot be compared with \S/u),
          hint: expect.stringContaining("`where`"),
        }),
      );
    }
    expect(() => columnCondition(arrow, { name: "tempMax", type: TYPES[type], filter: { in: [cell] } })).toThrow(
      "cannot be compared",
    );
  },
);

test("whether a cell has a value is asked of every column", () => {
  for (const type of Object.values(TYPES)) {
    expect(() => columnCondition(arrow, { name: "a", type, filter: { isNull: true } })).not.toThrow();
  }
});
