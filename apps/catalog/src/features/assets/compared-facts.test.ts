import { expect, test } from "vitest";
import { compareFacts } from "./compared-facts.ts";

test("facts of two assets stand side by side, and what neither has is left out", () => {
  const fact = (name: string, text: string) => ({ name, text });
  expect(
    compareFacts(
      [fact("Group", "sales"), fact("Owners", ""), fact("Kinds", "sql"), fact("Tags", "")],
      [fact("Tags", "a=b"), fact("Owners", ""), fact("Group", "sales"), fact("Kinds", "parquet")],
    ),
  ).toEqual([
    { name: "Group", first: "sales", second: "sales", same: true },
    { name: "Kinds", first: "sql", second: "parquet", same: false },
    { name: "Tags", first: "", second: "a=b", same: false },
  ]);
});
