import type { SchemaDrift, StoredColumn } from "@heddle/core";
import { expect, test } from "vitest";
import { SiblingColumns } from "./sibling-columns.ts";

const int = (name: string, type = "Int32", nullable = false): StoredColumn => ({ name, type, nullable });

/** Whether each partition agrees with those before it. */
function judge(drift: SchemaDrift, partitions: readonly (readonly StoredColumn[])[]): boolean[] {
  const siblings = new SiblingColumns(drift);
  return partitions.map(
    (columns, ordinal) => siblings.judge({ ordinal, subject: `raw [${ordinal}]`, columns }) === null,
  );
}

test("partitions of one run agree in whatever order they come", () => {
  const [narrow, wide] = [[int("a")], [int("a", "Int64"), int("b", "Utf8", true)]];
  expect(judge("additive", [narrow, wide, narrow])).toEqual([true, true, true]);
  expect(judge("additive", [wide, narrow, wide])).toEqual([true, true, true]);
  expect(judge("refuse", [narrow, narrow, wide])).toEqual([true, true, false]);
  expect(judge("any", [narrow, [int("z", "Utf8")]])).toEqual([true, true]);
});

test("what fits neither way is refused, and says which two", () => {
  const siblings = new SiblingColumns("additive");
  const first = { ordinal: 0, subject: "raw [2024-01-28]", columns: [int("a"), int("b")] };
  expect(siblings.judge(first)).toBeNull();
  const other = { ordinal: 1, subject: "raw [2024-01-29]", columns: [int("a", "Utf8"), int("b")] };
  expect(siblings.judge(other)).toMatchObject({
    code: "IO_SCHEMA_DRIFT",
    message:
      'raw [2024-01-29] was not published, compared with raw [2024-01-28] of the same run: column "a" was Int32 and is Utf8',
  });
  // What was refused is no measure for the next one, and a partition that is made again replaces itself.
  expect(siblings.judge({ ...first, ordinal: 2 })).toBeNull();
  expect(new SiblingColumns("additive").judge(other)).toBeNull();
});
