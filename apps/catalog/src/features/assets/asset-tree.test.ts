import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { treeEntries } from "./asset-tree.ts";

const keys = ["b/x", "a/one", "top", "a/deep/two", "a/deep/three"];
const text = (open: readonly string[]) =>
  treeEntries([0, 1, 2, 3, 4], { keyOf: (row) => keys[row] ?? "", open: new Set(open) }).map((entry) =>
    entry.kind === "prefix"
      ? `${" ".repeat(entry.depth)}${entry.prefix} (${entry.rows.length})`
      : `${" ".repeat(entry.depth)}${keys[entry.row] ?? ""}`,
  );

describe("the tree of keys", () => {
  test("shows prefixes with all that is below them, and single segments last", () => {
    expect(text([])).toEqual(["a/ (3)", "b/ (1)", "top"]);
  });

  test("shows what is below an open prefix after it", () => {
    expect(text(["a/", "a/deep/"])).toEqual([
      "a/ (3)",
      " a/deep/ (2)",
      "  a/deep/two",
      "  a/deep/three",
      " a/one",
      "b/ (1)",
      "top",
    ]);
  });

  test("holds every asset once when everything is open", () => {
    const segment = fc.constantFrom("a", "b", "c");
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"))),
        (all) => {
          const open = new Set(
            all.flatMap((key) => key.split("/").map((_, i, parts) => `${parts.slice(0, i).join("/")}/`)),
          );
          const entries = treeEntries([...all.keys()], { keyOf: (row) => all[row] ?? "", open });
          const rows = entries.flatMap((entry) => (entry.kind === "asset" ? [entry.row] : []));
          expect(rows.toSorted((a, b) => a - b)).toEqual([...all.keys()]);
        },
      ),
    );
  });
});
