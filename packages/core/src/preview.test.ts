import { expect, test } from "vitest";
import { profilePreview } from "./preview.ts";

const column = (name: string) => ({ name, type: "Json", nullable: true });

test("what was found when a value was stored goes before what its first rows say", () => {
  const known = [{ ...column("a"), min: 0, max: 99, nulls: 4 }];
  const profile = profilePreview(
    {
      columns: [column("a"), column("b"), column("c"), column("d")],
      rows: [
        [5, "x", 1, null],
        [7, "a", "mixed", null],
        [5, null, { deep: true }, null],
      ],
      totalRows: 100,
    },
    known,
  );
  expect(profile).toMatchObject({ kind: "table", totalRows: 100, totalColumns: 4, isCut: false });
  expect(profile.columns).toEqual([
    { ...column("a"), min: 0, max: 99, nulls: 4, basis: "value", distinct: 2 },
    { ...column("b"), min: "a", max: "x", nulls: 1, basis: "rows", distinct: 2 },
    { ...column("c"), nulls: 0, basis: "rows", distinct: 3 },
    { ...column("d"), nulls: 3, basis: "rows", distinct: 0 },
  ]);
});

test("what is too much for a page is left out, and said to be", () => {
  const columns = Array.from({ length: 600 }, (_, i) => column(`c${i}`));
  const wide = profilePreview({ columns, rows: [columns.map((_, i) => i)], totalRows: 1 });
  expect(wide.columns).toHaveLength(500);
  expect(wide.rows[0]).toHaveLength(500);
  expect(wide.totalColumns).toBe(600);
  const rows = Array.from({ length: 50 }, () => ["x".repeat(100_000)]);
  const long = profilePreview({ columns: [column("text")], rows, totalRows: 50 });
  expect(long.isCut).toBe(true);
  expect(long.rows.length).toBeGreaterThan(10);
  expect(long.rows.length).toBeLessThan(21);
  expect(
    profilePreview({ columns: [column("text")], rows: [["x".repeat(3_000_000)]], totalRows: 1 }).rows,
  ).toHaveLength(1);
});

test("an empty table has columns and nothing in them", () => {
  const profile = profilePreview({ columns: [column("a")], rows: [], totalRows: 0 });
  expect(profile.columns).toEqual([{ ...column("a"), nulls: 0, basis: "rows", distinct: 0 }]);
});
