import fc from "fast-check";
import { expect, test } from "vitest";
import { compareSources } from "./compare-sources.ts";

const lines = (...of: readonly string[]): string => `${of.join("\n")}\n`;

test("files that differ are told, the declaring one first, with the lines around what differs", async () => {
  const before = new Map([
    ["src/a.ts", lines("1", "2", "3", "4", "5", "6", "7", "8", "9")],
    ["src/b.ts", lines("same")],
    ["src/gone.ts", lines("x")],
    ["src/own.ts", lines("one", "two")],
  ]);
  const now = new Map([
    ["src/a.ts", lines("1", "2", "3", "4", "five", "6", "7", "8", "9")],
    ["src/b.ts", lines("same")],
    ["src/came.ts", lines("y")],
    ["src/own.ts", lines("one", "zwei")],
  ]);
  expect(await compareSources(before, now, "src/own.ts")).toEqual({
    files: [
      {
        file: "src/own.ts",
        change: "changed",
        isDeclaring: true,
        hunks: [{ before: 1, now: 1, lines: [" one", "-two", "+zwei"] }],
        isCut: false,
      },
      {
        file: "src/a.ts",
        change: "changed",
        isDeclaring: false,
        hunks: [{ before: 2, now: 2, lines: [" 2", " 3", " 4", "-5", "+five", " 6", " 7", " 8"] }],
        isCut: false,
      },
      {
        file: "src/came.ts",
        change: "added",
        isDeclaring: false,
        hunks: [{ before: 1, now: 1, lines: ["+y"] }],
        isCut: false,
      },
      {
        file: "src/gone.ts",
        change: "removed",
        isDeclaring: false,
        hunks: [{ before: 1, now: 1, lines: ["-x"] }],
        isCut: false,
      },
    ],
    more: 0,
  });
});

test("many files, many lines and long lines are cut, and it is said", async () => {
  const numbers = Array.from({ length: 10_000 }, (_, at) => String(at));
  const before = new Map(numbers.slice(0, 40).map((name) => [name, "a"]));
  const now = new Map(numbers.slice(0, 40).map((name) => [name, "b"]));
  const { files, more } = await compareSources(before, now, null);
  expect([files.length, more]).toEqual([30, 10]);
  const others = numbers.map((number) => `other ${number}`);
  const rewritten = await compareSources(new Map([["a", lines(...numbers)]]), new Map([["a", lines(...others)]]), null);
  expect(rewritten.files[0]?.isCut).toBe(true);
  expect(rewritten.files[0]?.hunks.flatMap((hunk) => hunk.lines)).toHaveLength(600);
  const long = await compareSources(new Map(), new Map([["a", "x".repeat(5_000)]]), null);
  expect(long.files[0]?.hunks[0]?.lines.map(({ length }) => length)).toEqual([502]);
});

test("what is told as gone and come is what differs", async () => {
  const text = fc.array(fc.constantFrom("a", "b", "c", ""), { minLength: 1, maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(text, text, async (had, has) => {
      const [before, now] = [lines(...had), lines(...has)];
      const { files } = await compareSources(new Map([["f", before]]), new Map([["f", now]]), null);
      expect(files).toHaveLength(before === now ? 0 : 1);
      const told = (files[0]?.hunks ?? []).flatMap((hunk) => hunk.lines);
      const side = (sign: string): string[] =>
        told.filter((line) => line.startsWith(" ") || line.startsWith(sign)).map((line) => line.slice(1));
      const isPart = (part: readonly string[], whole: string): boolean =>
        part.every((line) => whole.split("\n").includes(line));
      expect(isPart(side("-"), before) && isPart(side("+"), now)).toBe(true);
      const count = (sign: string): number => told.filter((line) => line.startsWith(sign)).length;
      expect(count("+") - count("-")).toBe(has.length - had.length);
    }),
  );
});
