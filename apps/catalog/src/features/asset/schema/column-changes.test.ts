import { expect, test } from "vitest";
import { describeMarks, markColumns } from "./column-changes.ts";

const column = (name: string, type = "Utf8", nullable = false) => ({ name, type, nullable });

test("columns are marked by what became of them, and removed ones stay in their place", () => {
  const before = [column("id", "Int32"), column("gone"), column("delay", "Int32"), column("state")];
  const after = [
    column("id", "Int64"),
    column("delay", "Int32"),
    column("state", "Utf8", true),
    column("late", "Bool"),
  ];
  const marked = markColumns(after, before);
  expect(marked.map(({ column: { name }, mark, before: was }) => [name, mark, was])).toEqual([
    ["id", "type", "Int32"],
    ["gone", "removed", null],
    ["delay", null, null],
    ["state", "nullable", "always had a value"],
    ["late", "added", null],
  ]);
  expect(describeMarks(marked)).toBe("1 added, 1 removed, 2 changed");
});

test("nothing is marked without anything before, and nothing is told where nothing has changed", () => {
  expect(markColumns([column("id")], null)).toEqual([{ column: column("id"), mark: null, before: null }]);
  expect(describeMarks(markColumns([column("id")], [column("id")]))).toBeNull();
});

test("another order of the columns is no change", () => {
  const marked = markColumns([column("b"), column("a")], [column("a"), column("b")]);
  expect(marked.map(({ mark }) => mark)).toEqual([null, null]);
});
