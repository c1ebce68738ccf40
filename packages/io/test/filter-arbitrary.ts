import type { RowFilter } from "@heddle/core";
import fc from "fast-check";
import { TABLES, type TableCase } from "./table-arbitrary.ts";

/** A table, conditions on some of its columns with cells of it, and some columns to load. */
export function filtered(): fc.Arbitrary<TableCase & { filter: RowFilter; columns: string[] }> {
  return TABLES.chain((tableCase) => {
    const names = Object.keys(tableCase.schema.columns);
    const conditions = names.map((name) => {
      const { kind } = tableCase.schema.columns[name]!.type;
      const cells = tableCase.rows.map((row) => row[name]).filter((cell) => cell !== null);
      const isNull = fc.record({ isNull: fc.boolean() });
      // In a column of JSON that is not nullable, null is a value.
      if (kind === "json" && !tableCase.schema.columns[name]!.isNullable) return fc.constant({});
      if (kind === "json" || kind === "list" || cells.length === 0) return isNull;
      const cell = fc.constantFrom(...cells);
      const compared = fc.record(
        {
          eq: cell,
          in: fc.array(cell, { maxLength: 4 }),
          gt: cell,
          gte: cell,
          lt: cell,
          lte: cell,
          isNull: fc.boolean(),
        },
        { requiredKeys: [] },
      );
      // Mostly one condition: many together fit nothing.
      const one = fc.oneof(...["eq", "gt", "gte", "lt", "lte"].map((than) => cell.map((value) => ({ [than]: value }))));
      return fc.oneof({ weight: 3, arbitrary: one }, { weight: 1, arbitrary: compared }, isNull);
    });
    const filter = fc.record(Object.fromEntries(names.map((name, index) => [name, conditions[index]!])), {
      requiredKeys: [names[0]!],
    });
    return fc.record({
      schema: fc.constant(tableCase.schema),
      rows: fc.constant(tableCase.rows),
      // What is drawn are conditions on cells of the right kinds.
      filter: filter as fc.Arbitrary<RowFilter>,
      columns: fc.subarray(names, { minLength: 1 }),
    });
  });
}
