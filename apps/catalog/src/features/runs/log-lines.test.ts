import type { LogLine } from "@heddle/api";
import { describe, expect, test } from "vitest";
import {
  appendLines,
  continuesLine,
  foldProgress,
  MAX_LINES,
  piecesFrom,
  prependLines,
  splitSources,
} from "./log-lines.ts";

function line(cursor: number): LogLine {
  return {
    cursor: String(cursor),
    at: cursor,
    assetId: 1,
    ordinal: 0,
    partitionKey: "",
    attemptId: "1",
    level: "info",
    message: `line ${cursor}`,
    fields: null,
    stream: null,
    fullBytes: null,
  };
}

function lines(from: number, to: number): LogLine[] {
  return Array.from({ length: to - from }, (_, i) => line(from + i));
}

describe("log lines", () => {
  test("that were cut into pieces are found again, up to the piece that is not full", () => {
    const full = { fullBytes: 65_536 };
    const cut = [line(0), { ...line(1), ...full }, { ...line(2), ...full }, line(3), line(4)];
    expect(piecesFrom(cut, 1).map(({ at }) => at)).toEqual([1, 2, 3]);
    expect(cut.map((own, i) => continuesLine(cut[i - 1], own))).toEqual([false, false, true, true, false]);
    expect(continuesLine({ ...line(1), ...full }, { ...line(2), attemptId: "2" })).toBe(false);
    expect(continuesLine({ ...line(1), ...full }, { ...line(2), stream: "stderr" })).toBe(false);
    expect(continuesLine({ ...line(1), fullBytes: 20_000 }, line(2))).toBe(false);
  });

  test("are appended once, however often a stream repeats them", () => {
    const first = appendLines([], lines(0, 3));
    expect(appendLines(first, lines(1, 5)).map(({ at }) => at)).toEqual([0, 1, 2, 3, 4]);
    expect(appendLines(first, lines(0, 3))).toBe(first);
    expect(appendLines(first, [])).toBe(first);
  });

  test("are dropped at the old end when there are too many", () => {
    const many = appendLines(lines(0, MAX_LINES), lines(MAX_LINES, MAX_LINES + 5));
    expect([many.length, many[0]?.at, many.at(-1)?.at]).toEqual([MAX_LINES, 5, MAX_LINES + 4]);
  });

  test("are put before without repeating", () => {
    expect(prependLines(lines(3, 5), lines(0, 4)).map(({ at }) => at)).toEqual([0, 1, 2, 3, 4]);
  });
});

test.each([
  ["10 %\r50 %\r100 %", "100 %"],
  ["done\r", "done"],
  ["plain", "plain"],
  ["\r\r", "\r\r"],
])("%j is shown as %j", (message, shown) => expect(foldProgress(message)).toBe(shown));

describe("places in source files", () => {
  test("are found in stacks, with and without a scheme", () => {
    const stack = "Error: no\n    at f (/app/src/definitions.ts:12:3)\n    at file:///app/lib/run.mjs:7";
    expect(splitSources(stack).filter(({ kind }) => kind === "source")).toEqual([
      { kind: "source", text: "/app/src/definitions.ts:12:3", path: "/app/src/definitions.ts:12:3" },
      { kind: "source", text: "file:///app/lib/run.mjs:7", path: "/app/lib/run.mjs:7" },
    ]);
    expect(
      splitSources(stack)
        .map(({ text }) => text)
        .join(""),
    ).toBe(stack);
  });

  test("are not seen in addresses and times", () => {
    for (const text of ["https://example.org/a/b:80", "12:30:15", "nothing", ""]) {
      expect(splitSources(text)).toEqual([{ kind: "text", text }]);
    }
  });
});
